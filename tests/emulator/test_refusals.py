"""What the API refuses, and in which of its shapes: 4xx, never a 500."""

import json

import pytest
from asgi import TOKEN, own_name
from pki import AUTHORITY, Issued

NOWHERE = "dddddddd-0000-4000-8000-000000000001"
CHECK = {"port": 80, "check_max_retries": 3}
BACKEND = {
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "forward_port_algorithm": "roundrobin",
    "sticky_sessions": "none",
    "health_check": CHECK,
    "server_ip": [],
}
WHOLE_CHECK = {**CHECK, "check_delay": 2000, "check_timeout": 1000}
RULE = {"name": "a", "index": 0, "action": {"type": "deny"}}
LEAF = Issued("www.example.com", AUTHORITY)
OTHER = Issued("www.example.com", AUTHORITY)


class Site:
    """A load balancer with one of each; a second one beside it."""

    def __init__(self, api):
        self.lb, self.other = api.lb(), api.lb("other")
        self.backend, self.tcp = (
            api.backend(self.lb),
            api.backend(self.lb, "tcp", forward_protocol="tcp"),
        )
        self.frontend = api.frontend(self.lb, self.backend, 8080)
        self.tcp_frontend = api.frontend(self.lb, self.tcp, 9090)
        self.rule = api.acl(self.frontend)
        self.certificate = api.issued(self.lb)
        self.other_backend = api.backend(self.other)
        self.other_certificate = api.issued(self.other)

    def fill(self, value):
        """{frontend} and the like stand for the IDs, {name} for the load balancer's own name."""
        if isinstance(value, dict):
            return {key: self.fill(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.fill(inner) for inner in value]
        if not isinstance(value, str) or not value.count("{"):
            return value
        ids = {key: made["id"] for key, made in vars(self).items()}
        return value.format(**ids, name=own_name(self.lb), ip=self.lb["ip"][0]["id"])


@pytest.fixture
def site(api):
    return Site(api)


def frontend(**fields):
    return {"name": "new", "inbound_port": 81, "backend_id": "{backend}", **fields}


def check(**fields):
    return BACKEND | {"health_check": CHECK | fields}


def rule(**fields):
    return RULE | fields


POST_BACKEND = ("POST", "lbs/{lb}/backends")
PUT_BACKEND = ("PUT", "backends/{backend}")
PUT_CHECK = ("PUT", "backends/{backend}/healthcheck")
POST_FRONTEND = ("POST", "lbs/{lb}/frontends")
POST_ACL = ("POST", "frontends/{frontend}/acls")
POST_CERTIFICATE = ("POST", "lbs/{lb}/certificates")
POST_ROUTE = ("POST", "routes")
POST_SUBSCRIBER = ("POST", "subscribers")

INVALID = [
    # (call, body, the arguments that are wrong, the first one's reason)
    (("POST", "lbs"), {}, ["name"], "required"),
    (("POST", "lbs"), {"name": None}, ["name"], "format"),
    (("POST", "lbs"), {"name": ""}, ["name"], "constraint"),
    (("POST", "lbs"), {"name": "x" * 256}, ["name"], "constraint"),
    (("POST", "lbs"), {"name": 5}, ["name"], "format"),
    (("POST", "lbs"), {"name": "\ud800"}, ["name"], "constraint"),
    (("POST", "lbs"), {"name": "a", "type": "lb-xxl"}, ["type"], "constraint"),
    (("POST", "lbs"), {"name": "a", "tags": "x"}, ["tags"], "format"),
    (("POST", "lbs"), {"name": "a", "tags": [5]}, ["tags"], "format"),
    (("POST", "lbs"), {"name": "a", "project_id": "mine"}, ["project_id"], "format"),
    (("POST", "lbs"), {"name": "a", "project_id": NOWHERE, "organization_id": NOWHERE}, ["project_id"], "constraint"),
    (("POST", "lbs"), {"name": "a", "ip_ids": ["x"]}, ["ip_ids"], "format"),
    (("POST", "lbs"), {"name": "a", "ip_ids": ["{ip}"]}, ["ip_ids"], "constraint"),
    (("POST", "lbs"), {"name": "a", "ssl_compatibility_level": "modern"}, ["ssl_compatibility_level"], "constraint"),
    (("POST", "lbs"), {"name": "a", "assign_flexible_ip": "true"}, ["assign_flexible_ip"], "format"),
    (("POST", "lbs"), {"name": "a", "assign_flexible_ip": False, "assign_flexible_ipv6": True}, ["ip_ids"], "constraint"),
    (("PUT", "lbs/{lb}"), {"name": "a"}, ["description"], "required"),
    (("PUT", "lbs/{lb}"), {}, ["name", "description"], "required"),
    (("POST", "lbs/{lb}/migrate"), {"type": "lb-xxl"}, ["type"], "constraint"),
    (("POST", "lbs/{lb}/migrate"), {}, ["type"], "required"),
    (("POST", "ips"), {"is_ipv6": 1}, ["is_ipv6"], "format"),
    (("PATCH", "ips/{ip}"), {"lb_id": "x"}, ["lb_id"], "format"),
    (("PATCH", "ips/{ip}"), {"lb_id": "{other}"}, ["lb_id"], "constraint"),
    (POST_BACKEND, {}, ["name", "forward_protocol", "forward_port", "health_check", "server_ip"], "required"),
    (POST_BACKEND, BACKEND | {"forward_port": 0}, ["forward_port"], "constraint"),
    (POST_BACKEND, BACKEND | {"forward_port": 65536}, ["forward_port"], "constraint"),
    (POST_BACKEND, BACKEND | {"forward_port": "80"}, ["forward_port"], "format"),
    (POST_BACKEND, BACKEND | {"forward_port": True}, ["forward_port"], "format"),
    (POST_BACKEND, BACKEND | {"forward_port": 80.5}, ["forward_port"], "constraint"),
    (POST_BACKEND, BACKEND | {"forward_protocol": "udp"}, ["forward_protocol"], "constraint"),
    (POST_BACKEND, BACKEND | {"server_ip": ["www.example.com"]}, ["server_ip"], "format"),
    (POST_BACKEND, BACKEND | {"timeout_server": -1}, ["timeout_server"], "constraint"),
    (POST_BACKEND, BACKEND | {"timeout_server": 2**31}, ["timeout_server"], "constraint"),
    (POST_BACKEND, BACKEND | {"timeout_server": "5s"}, ["timeout_server"], "format"),
    (POST_BACKEND, BACKEND | {"timeout_queue": "500ms"}, ["timeout_queue"], "format"),
    (POST_BACKEND, BACKEND | {"timeout_queue": 4}, ["timeout_queue"], "format"),
    (POST_BACKEND, BACKEND | {"max_retries": 33}, ["max_retries"], "constraint"),
    (POST_BACKEND, BACKEND | {"proxy_protocol": "v2"}, ["proxy_protocol"], "constraint"),
    (POST_BACKEND, BACKEND | {"health_check": {}}, ["Port", "CheckMaxRetries"], "required"),
    (POST_BACKEND, check(port=0), ["Port"], "constraint"),
    (POST_BACKEND, check(check_max_retries=0), ["CheckMaxRetries"], "constraint"),
    (POST_BACKEND, check(check_max_retries=10000), ["CheckMaxRetries"], "constraint"),
    (POST_BACKEND, check(check_delay=999), ["CheckDelay"], "constraint"),
    (POST_BACKEND, check(check_timeout="999"), ["CheckTimeout"], "constraint"),
    (POST_BACKEND, check(transient_check_delay="0.09s"), ["TransientCheckDelay"], "constraint"),
    (POST_BACKEND, check(tcp_config={}, redis_config={}), ["health_check"], "constraint"),
    (POST_BACKEND, check(mysql_config={}), ["MysqlConfig.User"], "required"),
    (PUT_BACKEND, {"name": "new"}, ["forward_protocol", "forward_port", "forward_port_algorithm", "sticky_sessions"], "required"),
    (PUT_CHECK, CHECK, ["CheckDelay", "CheckTimeout"], "required"),
    (PUT_CHECK, {**WHOLE_CHECK, "port": 70000}, ["Port"], "constraint"),
    (("PUT", "backends/{backend}/servers"), {}, ["server_ip"], "required"),
    (("POST", "backends/{backend}/servers"), {"server_ip": ["10.0.0.1/8"]}, ["server_ip"], "format"),
    (("DELETE", "backends/{backend}/servers"), {"server_ip": "10.0.0.1"}, ["server_ip"], "format"),
    (POST_FRONTEND, {"name": "a"}, ["inbound_port", "backend_id"], "required"),
    (POST_FRONTEND, frontend(inbound_port=8080), ["inbound_port"], "constraint"),
    (POST_FRONTEND, frontend(backend_id="{other_backend}"), ["backend_id"], "constraint"),
    (POST_FRONTEND, frontend(certificate_ids=["{other_certificate}"]), ["certificate_ids"], "constraint"),
    (POST_FRONTEND, frontend(inbound_port=80, certificate_ids=["{certificate}"]), ["certificate_ids"], "constraint"),
    (POST_FRONTEND, frontend(enable_http3="yes"), ["enable_http3"], "format"),
    (("PUT", "frontends/{frontend}"), frontend(inbound_port=9090), ["inbound_port"], "constraint"),
    (("PUT", "frontends/{frontend}"), {"name": "a"}, ["inbound_port", "backend_id"], "required"),
    (POST_ACL, {"name": "a", "action": {"type": "deny"}}, ["index"], "required"),
    (POST_ACL, rule(index=-1), ["index"], "constraint"),
    (POST_ACL, rule(action={"type": "redirect"}), ["action.redirect"], "required"),
    (POST_ACL, rule(action={"type": "redirect", "redirect": {"type": "scheme", "target": "https", "code": 200}}), ["action.redirect.code"], "constraint"),
    (POST_ACL, rule(match={"ip_subnet": ["10.0.0.0/33"]}), ["match.ip_subnet"], "format"),
    (POST_ACL, rule(match={"http_filter": "path_begin"}), ["match.http_filter_value"], "required"),
    (POST_ACL, rule(match={"http_filter": "http_header_match", "http_filter_value": ["a"]}), ["match.http_filter_option"], "required"),
    (("POST", "frontends/{tcp_frontend}/acls"), rule(match={"http_filter": "path_end", "http_filter_value": ["a"]}), ["match.http_filter"], "constraint"),
    (("PUT", "acls/{rule}"), {"name": "a"}, ["action", "index"], "required"),
    (POST_CERTIFICATE, {"name": "a"}, ["letsencrypt"], "required"),
    (POST_CERTIFICATE, {"name": "a", "letsencrypt": {"common_name": "{name}"}, "custom_certificate": {"certificate_chain": "x"}}, ["letsencrypt"], "required"),
    (POST_CERTIFICATE, {"name": "a", "letsencrypt": {}}, ["letsencrypt.common_name"], "required"),
    (POST_CERTIFICATE, {"name": "a", "letsencrypt": {"common_name": "not a name"}}, ["letsencrypt.common_name"], "format"),
    (POST_CERTIFICATE, {"name": "a", "letsencrypt": {"common_name": "bücher.example"}}, ["letsencrypt.common_name"], "format"),
    (POST_CERTIFICATE, {"name": "a", "letsencrypt": {"common_name": "elsewhere.example"}}, ["dns_name"], "constraint"),
    (POST_CERTIFICATE, {"name": "a", "letsencrypt": {"common_name": "*.{name}"}}, ["dns_name"], "constraint"),
    (POST_CERTIFICATE, {"name": "a", "custom_certificate": {"certificate_chain": "text"}}, ["certificate_chain"], "constraint"),
    (POST_CERTIFICATE, {"name": "a", "custom_certificate": {"certificate_chain": LEAF.key}}, ["certificate_chain"], "constraint"),
    (POST_CERTIFICATE, {"name": "a", "custom_certificate": {"certificate_chain": LEAF.pem}}, ["certificate_chain"], "constraint"),
    (POST_CERTIFICATE, {"name": "a", "custom_certificate": {"certificate_chain": OTHER.key + LEAF.pem}}, ["certificate_chain"], "constraint"),
    (POST_CERTIFICATE, {"name": "a", "custom_certificate": {"certificate_chain": LEAF.encrypted_key + LEAF.pem}}, ["certificate_chain"], "constraint"),
    (POST_ROUTE, {"frontend_id": "{frontend}", "backend_id": "{backend}"}, ["match"], "constraint"),
    (POST_ROUTE, {"frontend_id": "{frontend}", "backend_id": "{backend}", "match": {"host_header": "a", "path_begin": "/"}}, ["match"], "constraint"),
    (POST_ROUTE, {"frontend_id": "{frontend}", "backend_id": "{backend}", "match": {"sni": "a"}}, ["match.sni"], "constraint"),
    (POST_ROUTE, {"frontend_id": "{tcp_frontend}", "backend_id": "{tcp}", "match": {"path_begin": "/"}}, ["match.path_begin"], "constraint"),
    (POST_ROUTE, {"frontend_id": "{frontend}", "backend_id": "{other_backend}", "match": {"path_begin": "/"}}, ["backend_id"], "constraint"),
    (POST_ROUTE, {"match": {"path_begin": "/"}}, ["backend_id", "frontend_id"], "required"),
    (POST_ROUTE, {"frontend_id": "{frontend}", "backend_id": "{backend}", "match": {"path_begin": "/", "match_subdomains": "yes"}}, ["match.match_subdomains"], "format"),
    (POST_SUBSCRIBER, {"name": "a"}, ["email_config"], "required"),
    (POST_SUBSCRIBER, {"name": "a", "email_config": {"email": "nobody"}}, ["email_config.email"], "format"),
    (POST_SUBSCRIBER, {"name": "a", "webhook_config": {"uri": "file:///etc/passwd"}}, ["webhook_config.uri"], "format"),
    (("POST", "lb/{lb}/subscribe"), {}, ["subscriber_id"], "required"),
]  # fmt: skip


def said(row):
    (method, path), body, arguments, _ = row
    return f"{method} {path} {arguments[0]} {json.dumps(body)[:60]}"


@pytest.mark.parametrize("row", INVALID, ids=said)
def test_what_cannot_be_is_refused_field_by_field(api, site, row):
    (method, path), body, arguments, reason = row
    rows = {kind: len(api.world.store.all(kind)) for kind in api.world.store.kinds}
    answer = api.ask(method, site.fill(path), site.fill(body))
    assert answer.status == 400, answer.raw
    refusal = answer.body
    assert refusal.keys() == {"type", "message", "details"}
    assert (refusal["type"], refusal["message"]) == ("invalid_arguments", "invalid argument(s)")
    assert [one["argument_name"] for one in refusal["details"]] == arguments
    assert refusal["details"][0]["reason"] == reason
    assert all(one["help_message"] for one in refusal["details"])
    assert {kind: len(api.world.store.all(kind)) for kind in rows} == rows


def test_the_words_that_clients_look_for_when_a_name_leads_elsewhere(api, site):
    wanted = {"name": "a", "letsencrypt": {"common_name": "elsewhere.example"}}
    [detail] = api.ask("POST", f"lbs/{site.lb['id']}/certificates", wanted).body["details"]
    assert detail["help_message"] == "elsewhere.example does not resolve to your Load Balancer IP"


def test_lets_encrypt_is_refused_beside_tcp_on_port_80(api, site):
    api.frontend(site.lb, site.tcp, 80)
    answer = api.ask("POST", f"lbs/{site.lb['id']}/certificates",
                     {"name": "a", "letsencrypt": {"common_name": own_name(site.lb)}})  # fmt: skip
    words = "The port 80 frontend must be associated to an HTTP backend"
    assert (answer.status, answer.body) == (400, {"message": words})


def test_lets_encrypt_is_refused_on_a_private_load_balancer(api, site):
    lb = api.lb("private", assign_flexible_ip=False)
    wanted = {"name": "a", "letsencrypt": {"common_name": own_name(site.lb)}}
    assert api.ask("POST", f"lbs/{lb['id']}/certificates", wanted).status == 400


def test_what_is_in_use_stays(api, site):
    api.frontend(site.lb, site.backend, 443, certificate_ids=[site.certificate["id"]])
    match = {"match": {"path_begin": "/"}}
    routed = api.backend(site.lb, "routed")
    api.do(
        "POST", "routes", {"frontend_id": site.frontend["id"], "backend_id": routed["id"], **match}
    )
    person = api.do(
        "POST", "subscribers", {"name": "a", "email_config": {"email": "a@example.com"}}
    )
    api.do("POST", f"lb/{site.lb['id']}/subscribe", {"subscriber_id": person["id"]})
    word = "subscriber" if api.place.startswith("regions") else "subscription"
    for path in (
        f"backends/{site.backend['id']}",
        f"backends/{routed['id']}",
        f"ips/{site.lb['ip'][0]['id']}",
        f"lb/{word}/{person['id']}",
    ):
        answer = api.ask("DELETE", path)
        assert answer.status == 412, path
        assert answer.body.keys() == {"type", "message", "precondition", "help_message"}
        assert answer.body["precondition"] == "resource_still_in_use"
    answer = api.ask("DELETE", f"certificates/{site.certificate['id']}")
    assert answer.status == 400 and "is used on a frontend" in answer.body["message"]


def test_a_second_address_of_one_version_and_one_that_is_in_use_are_refused(api):
    lb = api.lb()
    v4, v6, v6_too = (api.do("POST", "ips", {"is_ipv6": six}) for six in (False, True, True))
    assert api.ask("PATCH", f"ips/{v4['id']}", {"lb_id": lb["id"]}).status == 400
    api.do("PATCH", f"ips/{v6['id']}", {"lb_id": lb["id"]})
    assert api.ask("PATCH", f"ips/{v6_too['id']}", {"lb_id": lb["id"]}).status == 400
    elsewhere = api.ask("PATCH", f"ips/{v6['id']}", {"lb_id": api.lb("other")["id"]})
    assert (elsewhere.status, api.get(f"ips/{v6['id']}")["lb_id"]) == (400, lb["id"])
    v4_too = api.do("POST", "ips", {})
    two = {"name": "two", "ip_ids": [v4["id"], v4_too["id"]]}
    assert api.ask("POST", "lbs", two).body["details"][0]["argument_name"] == "ip_ids"
    assert api.ask("POST", "lbs", {"name": "v6", "ip_ids": [v6_too["id"]]}).status == 400


@pytest.mark.parametrize(
    ("kind", "most"), [("backend", 300), ("frontend", 300), ("certificate", 200), ("acl", 300)]
)
def test_a_load_balancer_has_so_many_at_most(zoned, kind, most):
    lb = zoned.lb()
    backend = zoned.backend(lb)
    frontend = zoned.frontend(lb, backend, 1)
    chain = {"custom_certificate": {"certificate_chain": LEAF.key + LEAF.pem}}
    make = {
        "backend": lambda n: zoned.ask("POST", f"lbs/{lb['id']}/backends", {**BACKEND, "name": f"b{n}"}),
        "frontend": lambda n: zoned.ask("POST", f"lbs/{lb['id']}/frontends",
                                        {"name": "f", "inbound_port": n + 2, "backend_id": backend["id"]}),
        "certificate": lambda n: zoned.ask("POST", f"lbs/{lb['id']}/certificates", {"name": "c", **chain}),
        "acl": lambda n: zoned.ask("POST", f"frontends/{frontend['id']}/acls", RULE),
    }[kind]  # fmt: skip
    there = 1 if kind in ("backend", "frontend") else 0
    statuses = [make(number).status for number in range(most - there)]
    assert set(statuses) == {200}
    refused = make(most)
    assert refused.status == 403
    detail = {"resource": f"lb_{kind}s", "quota": most, "current": most}
    assert refused.body["type"] == "quotas_exceeded" and refused.body["details"] == [detail]
    if kind == "acl":
        rules = {"acls": [RULE] * (most + 1)}
        assert zoned.ask("PUT", f"frontends/{frontend['id']}/acls", rules).status == 403
        assert (
            zoned.do("PUT", f"frontends/{frontend['id']}/acls", {"acls": [RULE]})["total_count"]
            == 1
        )


def test_private_networks(api):
    lb = api.lb()

    def attach(number):
        network = f"bbbbbbbb-0000-4000-8000-00000000000{number}"
        if api.place.startswith("regions"):
            return api.ask("POST", f"lbs/{lb['id']}/private-networks/{network}/attach", {})
        return api.ask(
            "POST", f"lbs/{lb['id']}/attach-private-network", {"private_network_id": network}
        )

    assert [attach(number).status for number in range(8)] == [200] * 8
    assert attach(0).body["details"][0]["help_message"] == "the private network is attached already"
    refused = attach(8)
    assert (refused.status, refused.body["type"]) == (403, "quotas_exceeded")


def test_a_network_that_is_not_attached_or_is_leaving(paced):
    lb = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")
    network = "bbbbbbbb-0000-4000-8000-000000000001"

    def call(what):
        if paced.place.startswith("regions"):
            return paced.ask("POST", f"lbs/{lb['id']}/private-networks/{network}/{what}")
        body = {"private_network_id": network}
        return paced.ask("POST", f"lbs/{lb['id']}/{what}-private-network", body)

    assert call("detach").body == {"message": "privateNetwork not Found"}
    assert call("attach").status == 200
    assert call("detach").status == 409
    paced.pass_time("5s")
    assert [call("detach").status for _ in range(2)] == [204, 409]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("lbs", "lbs"),
        ("ips", "ips"),
        ("backends", "backend"),
        ("frontends", "frontend"),
        ("certificates", "certificate"),
        ("acls", "acl"),
        ("routes", "privateNetwork"),
        ("subscribers", "subscriber"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(api, path, word):
    answer = api.ask("GET", f"{path}/{NOWHERE}")
    assert (answer.status, answer.body) == (404, {"message": f"{word} not Found"})


@pytest.mark.parametrize(
    ("call", "body", "word"),
    [
        (("POST", "lbs"), {"name": "a", "ip_ids": [NOWHERE]}, "ips"),
        (("PATCH", "ips/{ip}"), {"lb_id": NOWHERE}, "lbs"),
        (POST_FRONTEND, frontend(backend_id=NOWHERE), "backend"),
        (POST_FRONTEND, frontend(certificate_ids=[NOWHERE]), "certificate"),
        (POST_ROUTE, {"frontend_id": NOWHERE, "backend_id": "{backend}", "match": {"path_begin": "/"}}, "frontend"),
        (("POST", "lb/{lb}/subscribe"), {"subscriber_id": NOWHERE}, "subscriber"),
        (("GET", f"lbs/{NOWHERE}/backends"), None, "lbs"),
        (("GET", f"frontends/{NOWHERE}/acls"), None, "frontend"),
        (("GET", f"lbs/{NOWHERE}/stats"), None, "lbs"),
        (("DELETE", f"backends/{NOWHERE}"), None, "backend"),
        (("GET", "lbs/not-an-id"), None, "lbs"),
    ],
)  # fmt: skip
def test_what_a_request_points_at_and_is_not_there(api, site, call, body, word):
    answer = api.ask(call[0], site.fill(call[1]), site.fill(body))
    assert (answer.status, answer.body) == (404, {"message": f"{word} not Found"})


def test_an_id_is_found_in_either_case(api, site):
    """UUIDs are case-blind (RFC 9562)."""
    shouted = {key: made["id"].upper() for key, made in vars(site).items()}
    assert api.get(f"frontends/{shouted['frontend']}") == api.get(
        f"frontends/{site.frontend['id']}"
    )
    body = {"name": "new", "inbound_port": 443, "backend_id": shouted["backend"]}
    made = api.do(
        "POST",
        f"lbs/{shouted['lb']}/frontends",
        {**body, "certificate_ids": [shouted["certificate"]]},
    )
    assert made["backend"]["id"] == site.backend["id"]
    assert made["certificate_ids"] == [site.certificate["id"]]
    project = api.do("POST", "ips", {"project_id": NOWHERE.upper()})["project_id"]
    assert project == NOWHERE
    assert api.get("ips", project_id=NOWHERE.upper())["total_count"] == 1
    if api.place.startswith("zones"):
        assert api.get("lbs", lb_ids=[shouted["lb"]])["total_count"] == 1


QUERIES = [
    ("lbs", {"order_by": "size"}, "order_by"),
    ("routes", {"order_by": "name_asc"}, "order_by"),
    ("lbs/{lb}/private-networks", {"order_by": "name_asc"}, "order_by"),
    ("lbs", {"page": "0"}, "page"),
    ("lbs", {"page": "-1"}, "page"),
    ("lbs", {"page": "²"}, "page"),
    ("lbs", {"page": "x"}, "page"),
    ("lbs", {"page": "99999999999999999999"}, "page"),
    ("lbs", {"page_size": "1.5"}, "page_size"),
    ("ips", {"ip_type": "ipv5"}, "ip_type"),
]


@pytest.mark.parametrize(("path", "query", "argument"), QUERIES)
def test_queries_of_the_wrong_form_are_refused(api, site, path, query, argument):
    answer = api.ask("GET", site.fill(path), **query)
    assert answer.status == 400 and answer.body["details"][0]["argument_name"] == argument


def test_a_release_ip_that_is_neither_true_nor_false(api, site):
    assert api.ask("DELETE", f"lbs/{site.lb['id']}", release_ip="maybe").status == 400
    assert api.get(f"lbs/{site.lb['id']}")["status"] == "ready"


def deep(levels):
    return b'{"name":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'"text"', b"5", b"null", b"\xff", b'{"name": NaN}', b'{"name": "a",}',
     b'{"name": "a", "x": 1e999}', b'{"name": "a", "x": -1e999}',
     deep(100_000), b'{"name": ' + b"9" * 5000 + b"}", b'{"name": "\x00"}'],
    ids=["nothing", "cut", "list", "text", "number", "null", "bytes", "NaN", "comma", "infinity", "-infinity", "deep", "long", "control"],
)  # fmt: skip
def test_a_malformed_body_is_refused(api, raw):
    answer = api.send("POST", f"/lb/v1/{api.place}/lbs", raw)
    assert answer.status == 400
    assert answer.body["message"] and answer.body["type"] in (
        "invalid_request",
        "invalid_arguments",
    )
    json.loads(api.send("GET", "/_emulator/journal").raw)


def test_a_body_that_is_too_long_is_refused(api):
    raw = json.dumps({"name": "a", "description": "x" * 5_000_000}).encode()
    answer = api.send("POST", f"/lb/v1/{api.place}/lbs", raw)
    assert answer.status == 413 and "longer than" in answer.body["message"]


def test_a_body_where_none_is_wanted_is_ignored(api):
    for raw in (b"{}", b"[1]", b"{"):
        assert api.send("GET", f"/lb/v1/{api.place}/lbs", raw).status == 200


@pytest.mark.parametrize(
    "place", ["zones/fr-par-3", "zones/us-east-1", "regions/us-east", "zones/FR-PAR-1"]
)
def test_an_unknown_place_is_refused_with_those_that_are_known(zoned, place):
    zoned.place = place
    answer = zoned.ask("GET", "lbs")
    word = place.partition("s/")[0]
    assert answer.status == 400 and answer.body["details"][0]["argument_name"] == word
    assert "fr-par" in answer.body["details"][0]["help_message"]


@pytest.mark.parametrize("zone", ["fr-par-1", "fr-par-2", "nl-ams-1", "nl-ams-2", "nl-ams-3",
                                  "pl-waw-1", "pl-waw-2", "pl-waw-3"])  # fmt: skip
def test_the_zones_of_the_api(zoned, zone):
    zoned.place = f"zones/{zone}"
    assert zoned.lb()["zone"] == zone and zoned.get("lbs")["lbs"][0]["region"] == zone[:-2]


@pytest.mark.parametrize("token", [None, ""])
def test_a_token_is_wanted(api, token):
    answer = api.send("GET", f"/lb/v1/{api.place}/lbs", headers={"x-auth-token": token})
    assert answer.status == 401
    assert answer.body == {
        "type": "denied_authentication",
        "message": "authentication is denied",
        "method": "api_key",
        "reason": "not_found",
    }
    assert api.send("GET", f"/lb/v1/{api.place}/lbs", headers={"x-auth-token": TOKEN}).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/lb/v1/zones/fr-par-1/nothing", 404), ("POST", "/lb/v1/zones/fr-par-1/lb-types", 405),
     ("PATCH", "/lb/v1/zones/fr-par-1/lbs/x", 405), ("PUT", "/lb/v1/regions/fr-par/frontends/x/acls", 405),
     ("GET", "/lb/v2/zones/fr-par-1/lbs", 404)],
)  # fmt: skip
def test_what_the_api_does_not_have_is_said_as_json(zoned, method, path, status):
    answer = zoned.send(method, path)
    if path != "/":
        assert answer.status == status and answer.body.keys() == {"message"}
        assert answer.headers["content-type"] == "application/json"


def test_an_unexpected_failure_is_a_500_without_a_trace(zoned, caplog):
    """And what it had written is taken back."""
    lb = zoned.lb()

    def broken(*arguments):
        raise RuntimeError(f"secret {lb['id']}")

    zoned.world.push = broken
    answer = zoned.ask("POST", f"lbs/{lb['id']}/backends", BACKEND)
    assert answer.status == 500
    assert answer.body == {"message": "internal error", "type": "internal_error"}
    assert "CreateBackend failed" in caplog.text and "Traceback" not in answer.raw.decode()
    assert zoned.get(f"lbs/{lb['id']}/backends") == {"backends": [], "total_count": 0}


@pytest.mark.parametrize("address", [True, 1, None, "", "::1", "127.0.0", "www.example.com"])
def test_a_name_leads_to_an_address_and_to_nothing_else(zoned, address):
    body = json.dumps({"address": address}).encode()
    answer = zoned.send("PUT", "/_emulator/dns/www.example.com", body)
    assert answer.status == 422 and "address" in str(answer.body)
