"""Statuses over time, at the cloud's own pace, under a clock that is moved."""

import pytest


def status(api, lb):
    """A load balancer's status and its instances'."""
    answer = api.ask("GET", f"lbs/{lb['id']}")
    if answer.status == 404:
        return "gone"
    return answer.body["status"], [one["status"] for one in answer.body["instances"]]


def ready(api, **fields):
    lb = api.do("POST", "lbs", {"name": "web", **fields})
    api.pass_time("5s")
    return lb


def test_a_load_balancer_is_created_in_steps(paced):
    lb = paced.do("POST", "lbs", {"name": "web"})
    seen = [status(paced, lb)]
    for _ in range(5):
        paced.pass_time("1s")
        seen.append(status(paced, lb))
    steps = [("to_create", []), ("creating", ["unknown"]), ("ready", ["ready"])]
    assert sorted(set(map(str, seen)), key=list(map(str, seen)).index) == list(map(str, steps))
    assert paced.get(f"lbs/{lb['id']}")["updated_at"] > lb["updated_at"]


def test_a_load_balancer_that_is_deleted_stays_visible_for_a_moment_and_frees_its_address(paced):
    lb = ready(paced)
    assert paced.do("DELETE", f"lbs/{lb['id']}") is None
    assert status(paced, lb) == ("to_delete", ["ready"])
    ip = f"ips/{lb['ip'][0]['id']}"
    assert paced.get(ip)["lb_id"] == lb["id"]
    paced.pass_time("2s")
    # seen at the address first: nobody has asked for the load balancer since
    assert paced.get(ip)["lb_id"] is None
    assert status(paced, lb) == "gone"
    assert paced.get("lbs")["lbs"] == []
    again = ready(paced, ip_ids=[lb["ip"][0]["id"]])
    assert again["ip"][0]["ip_address"] == lb["ip"][0]["ip_address"]


@pytest.mark.parametrize(
    ("query", "body", "kept"),
    [
        ({}, None, True),
        ({}, {}, True),
        ({"release_ip": "false"}, None, True),
        ({"release_ip": "true"}, None, False),
        ({"release_ip": "True"}, None, False),
        ({}, {"release_ip": True}, False),
        ({}, {"release_ip": False}, True),
    ],
)
def test_the_address_goes_with_its_load_balancer_only_when_that_is_said(api, query, body, kept):
    lb = api.lb()
    api.do("DELETE", f"lbs/{lb['id']}", body, **query)
    assert (api.ask("GET", f"ips/{lb['ip'][0]['id']}").status == 200) == kept


@pytest.mark.parametrize("deleted", ["lbs", "frontends"])
def test_what_an_object_had_is_gone_with_it(zoned, deleted):
    lb = zoned.lb()
    backend, certificate = zoned.backend(lb), zoned.issued(lb)
    frontend = zoned.frontend(lb, backend)
    rule = zoned.acl(frontend)
    match = {"match": {"path_begin": "/a"}}
    route = zoned.do(
        "POST", "routes", {"frontend_id": frontend["id"], "backend_id": backend["id"], **match}
    )
    has = {"frontends": frontend, "acls": rule, "routes": route}
    others = {"lbs": lb, "backends": backend, "certificates": certificate}
    gone, kept = (has | others, {}) if deleted == "lbs" else (has, others)
    zoned.do("DELETE", f"{deleted}/{gone[deleted]['id']}")
    for kind, found in (gone | kept).items():
        status = 404 if kind in gone else 200
        assert zoned.ask("GET", f"{kind}/{found['id']}").status == status, kind
    assert zoned.get("routes")["total_count"] == 0


def test_a_migration_shows_the_former_type_until_it_is_done(paced):
    ready(paced)
    [lb] = paced.get("lbs")["lbs"]
    moving = paced.do("POST", f"lbs/{lb['id']}/migrate", {"type": "LB-GP-M"})
    assert (moving["status"], moving["type"]) == ("migrating", "lb-s")
    assert moving["instances"][0]["id"] == lb["instances"][0]["id"]
    paced.pass_time("6s")
    done = paced.get(f"lbs/{lb['id']}")
    assert (done["status"], done["type"]) == ("ready", "lb-gp-m")
    [before], [after] = lb["instances"], done["instances"]
    assert after["id"] != before["id"]
    assert after["created_at"] < moving["updated_at"] < after["updated_at"]


def test_a_migration_that_succeeds_replaces_an_instance_in_error(api):
    lb = api.lb()
    api.fault("MigrateLB", "error")
    api.do("POST", f"lbs/{lb['id']}/migrate", {"type": "lb-gp-m"})
    assert api.get(f"lbs/{lb['id']}")["instances"][0]["status"] == "error"
    api.do("POST", f"lbs/{lb['id']}/migrate", {"type": "lb-gp-m"})
    found = api.get(f"lbs/{lb['id']}")
    assert (found["status"], found["instances"][0]["status"]) == ("ready", "ready")


TRANSIENT = {
    "created": lambda api: api.do("POST", "lbs", {"name": "web"}),
    "migrating": lambda api: api.do("POST", f"lbs/{ready(api)['id']}/migrate", {"type": "lb-gp-m"}),
}


@pytest.mark.parametrize("state", TRANSIENT)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"name": "new", "description": ""}),
        ("DELETE", "", None),
        ("POST", "/migrate", {"type": "lb-gp-l"}),
        ("POST", "/certificates", {"name": "a", "letsencrypt": {"common_name": "a.example"}}),
        ("POST", "/backends", {"name": "a", "forward_protocol": "tcp", "forward_port": 80, "server_ip": [],
                               "health_check": {"port": 80, "check_max_retries": 3}}),
    ],
)  # fmt: skip
def test_a_write_to_a_load_balancer_in_transition_is_refused(paced, state, method, path, body):
    lb = TRANSIENT[state](paced)
    answer = paced.ask(method, f"lbs/{lb['id']}{path}", body)
    assert answer.status == 409
    assert answer.body == {
        "type": "transient_state",
        "message": "resource is in a transient state",
        "current_state": lb["status"],
        "resource": "lb",
        "resource_id": lb["id"],
    }


def test_a_second_delete_is_refused_until_it_is_gone(paced):
    lb = ready(paced)
    paced.do("DELETE", f"lbs/{lb['id']}")
    assert paced.ask("DELETE", f"lbs/{lb['id']}").status == 409
    paced.pass_time("2s")
    assert paced.ask("DELETE", f"lbs/{lb['id']}").status == 404


def test_the_instance_is_pending_while_a_change_goes_live(api):
    """What each write's own answer says of the instance, as recorded."""
    lb = api.lb()
    five = ("name", "forward_protocol", "forward_port", "forward_port_algorithm", "sticky_sessions")
    instance = {}

    def answered(what, lb_in_answer):
        instance[what] = lb_in_answer["instances"][0]["status"]
        assert lb_in_answer["status"] == "ready"
        api.idle(lb)

    backend = api.backend(lb)
    answered("POST backend", backend["lb"])
    paths = {"backend": f"backends/{backend['id']}", "lb": f"lbs/{lb['id']}"}
    same = {key: backend[key] for key in five}
    answered("PUT backend", api.do("PUT", paths["backend"], {**same, "name": "new"})["lb"])
    servers = f"{paths['backend']}/servers"
    answered("servers, same", api.do("PUT", servers, {"server_ip": ["10.0.0.1"]})["lb"])
    answered("servers, new", api.do("PUT", servers, {"server_ip": ["10.0.0.2"]})["lb"])
    answered("POST servers", api.do("POST", servers, {"server_ip": ["10.0.0.3"]})["lb"])
    frontend = api.frontend(lb, backend)
    answered("POST frontend", frontend["lb"])
    body = {"name": frontend["name"], "inbound_port": 80, "backend_id": backend["id"]}
    answered("PUT frontend, same", api.do("PUT", f"frontends/{frontend['id']}", body)["lb"])
    rule = api.acl(frontend)
    api.idle(lb)
    body = {"name": "x", "index": 0, "action": {"type": "allow"}, "match": {}}
    answered("PUT acl", api.do("PUT", f"acls/{rule['id']}", body)["frontend"]["lb"])
    body = {"name": "new", "description": "", "tags": ["a"]}
    answered("PUT lb, name", api.do("PUT", paths["lb"], body))
    level = {"ssl_compatibility_level": "ssl_compatibility_level_modern"}
    answered("PUT lb, level", api.do("PUT", paths["lb"], {**body, **level}))
    assert instance == {
        "POST backend": "pending",
        "PUT backend": "ready",
        "servers, same": "ready",
        "servers, new": "pending",
        "POST servers": "pending",
        "POST frontend": "pending",
        "PUT frontend, same": "pending",
        "PUT acl": "pending",
        "PUT lb, name": "ready",
        "PUT lb, level": "pending",
    }


def test_writes_are_taken_while_the_instance_is_pending(paced):
    lb = ready(paced)
    backend = paced.backend(lb)
    assert paced.frontend(lb, backend)["lb"]["instances"][0]["status"] == "pending"


def test_the_instance_is_dated_again_when_a_change_is_live(paced):
    lb = ready(paced)
    [begun] = paced.backend(lb)["lb"]["instances"]
    [live] = paced.idle(lb)["instances"]
    milliseconds = slice(len("2026-07-21T10:19:01.839"))
    assert live["updated_at"][milliseconds] > begun["updated_at"][milliseconds]


def test_time_passes_for_load_balancers_that_nobody_asks_for(zoned):
    lb = zoned.lb()
    zoned.do("DELETE", f"lbs/{lb['id']}")

    async def left():
        zoned.world.settle()
        return zoned.world.store.all("lb")

    assert zoned.run(left()) == []
