"""A whole load balancer from one declaration: planned as one, done once, taken up where it broke."""

import datetime
import itertools
import json
import threading
import time
from collections import Counter

import pytest
from cloud import SECRET_KEY, serving
from declared import (
    MADE,
    NETWORK,
    OWN,
    REGEX,
    STACK,
    backend,
    changed,
    operations,
    told,
    wait_for,
    watching,
)
from objects import DENY, REDIRECT
from pki import custom


def test_a_stack_is_shown_made_changed_pruned_exported_and_removed(module, cloud):
    stack = watching(cloud, module)
    checked = stack(check=True)
    assert checked["changed"] and checked["written"] == {}
    assert {one["change"] for one in checked["changes"]} == {"created"}
    assert checked["stack"]["frontends"][1]["routes"][0]["id"] is None

    made = stack()
    assert made["written"] == MADE
    assert made["changes"] == checked["changes"] and made["diff"] == checked["diff"]
    assert [one["name"] for one in made["stack"]["frontends"]] == ["http", "https"]
    assert made["stack"]["load_balancer"]["subscriber"]["name"] == "on-call"
    assert [rule["name"] for rule in made["stack"]["frontends"][1]["acls"]] == ["deny"]

    again = stack()
    assert (again["changed"], again["changes"], again["written"]) == (False, [], {})
    assert again["stack"] == made["stack"]

    other = changed(
        load_balancer={"name": "web", "tags": ["blog"], "type": "LB-GP-M"},
        backends=[backend("web", servers=["10.0.0.9"], max_connections=7), backend("new")],
        frontends=[
            {"name": "http", "acls": [DENY, REDIRECT]},
            {
                "name": "https",
                "timeout_client": "9s",
                "certificates": ["own", "ordered"],
                "routes": [{"path_begin": "/api", "backend": "new"}],
            },
        ],
    )
    checked = stack(other, check=True)
    assert checked["written"] == {} and told(checked) == [
        "load balancer 'web' changed",
        "backend 'web' changed",
        "backend 'new' created",
        "ACLs of frontend 'http' changed",
        "frontend 'https' changed",
        "route path_begin '/api' of frontend 'https' changed",
    ]
    result = stack(other)
    assert told(result) == told(checked)
    assert result["written"] == {
        "UpdateLB": 1,
        "MigrateLB": 1,
        "UpdateBackend": 1,
        "SetBackendServers": 1,
        "CreateBackend": 1,
        "UpdateFrontend": 1,
        "SetACLs": 1,
        "UpdateRoute": 1,
    }
    assert stack(other)["written"] == {}

    pruned = stack(other, prune=True)
    assert sorted(told(pruned)) == [
        "backend 'api' removed",
        "backend 'old' removed",
        "route host_header 'old.example.com' of frontend 'https' removed",
    ]
    assert pruned["written"] == {"DeleteRoute": 1, "DeleteBackend": 2}
    assert stack(other, prune=True)["written"] == {}

    declaration = module("stack_info", load_balancer="web")["stack"]
    for options in ({}, {"prune": True}, {"check": True}):
        assert stack(declaration, **options)["changes"] == []
    assert declaration["certificates"] == [
        {"name": "ordered", "letsencrypt": {}},
        {"name": "own"},
    ]

    gone = {"load_balancer": {"name": "web"}, "state": "absent"}
    checked = stack(gone, check=True)
    assert checked["written"] == {} and len(checked["changes"]) == len(checked["diff"]) == 11
    removed = stack(gone)
    assert removed["written"] == {"DeleteLB": 1} and removed["changes"] == checked["changes"]
    assert removed["stack"] == {"load_balancer": None}
    assert [ip["lb_id"] for ip in cloud.api("GET", "ips")["ips"]] == [None]
    assert stack(gone)["changed"] is False


def test_the_diff_shows_object_by_object_what_happens_and_no_secret(stack):
    stack()
    new = custom("new.example.com")
    result = stack(
        changed(
            certificates=[STACK["certificates"][0], {"name": "own", "custom_certificate": new}],
            backends=[backend("web", max_connections=7)],
            frontends=[{"name": "https", "certificates": ["own"]}],
        ),
        check=True,
    )
    shown = {one["after_header"]: (one["before"], one["after"]) for one in result["diff"]}
    assert list(shown) == [
        "certificate 'own', changed",
        "backend 'web', changed",
        "frontend 'https', changed",
    ]
    before, after = shown["frontend 'https', changed"]
    assert before["certificates"] == ["ordered", "own"] and after["certificates"] == ["own"]
    before, after = shown["certificate 'own', changed"]
    assert (before["common_name"], after["common_name"]) == ("own.example.com", "new.example.com")
    assert new["private_key"].split("\n")[1] not in json.dumps(result)
    assert SECRET_KEY not in json.dumps(result)


def contradictions(foretold, real, place="stack"):
    """Where something else was foretold; null is foretold of what cannot be known before."""
    if isinstance(foretold, dict):
        passing = {"created_at", "updated_at", "instances", "backend_count", "route_count"}
        for key in foretold.keys() & real.keys() - passing:
            yield from contradictions(foretold[key], real[key], f"{place}.{key}")
    elif isinstance(foretold, list):
        for number, pair in enumerate(zip(foretold, real, strict=True)):
            yield from contradictions(*pair, f"{place}[{number}]")
    elif foretold is not None and foretold != real:
        yield f"{place}: {foretold} was foretold, and it is {real}"


def test_check_mode_foretells_what_is_there_then(stack):
    other = changed(
        load_balancer={"name": "web", "type": "LB-GP-M"},
        ips=[{"tags": ["web"], "reverse": "www.example.com"}],
        certificates=[{"name": "own", "custom_certificate": custom("new.example.com")}],
        backends=[
            backend("web", timeout_queue="2s", health_check={"transient_check_delay": "2s"}),
            backend("new", timeout_queue="2500ms"),
        ],
        frontends=[
            {"name": "https", "acls": [DENY, REDIRECT], "timeout_client": "9s"},
            {"name": "http", "acls": []},
        ],
        subscriber={"name": "on-call", "email_config": {"email": "new@example.com"}},
    )
    by_hand = {"name": "a", "inbound_port": 8080, "backend": "web"}
    stack(changed(frontends=[by_hand, *STACK["frontends"]]))
    checked, made = stack(other, check=True), stack(other)
    assert list(contradictions(checked["stack"], made["stack"])) == []
    assert [one["name"] for one in checked["stack"]["frontends"]] == ["https", "http", "a"]
    # The ID of a certificate that takes the place of another is not known before it is made.
    assert checked["stack"]["certificates"][0]["id"] is None
    assert checked["stack"]["frontends"][0]["certificate_ids"][1] is None


def test_a_new_object_takes_the_name_of_one_that_is_renamed_by_its_id(stack):
    there = stack()["stack"]
    web, own = there["backends"][0]["id"], there["certificates"][1]["id"]
    other = {
        "load_balancer": {"name": "web"},
        "certificates": [
            {"name": "own", "custom_certificate": custom("new.example.com")},
            {"id": own, "name": "own-old"},
        ],
        "backends": [{"id": web, "name": "web-old"}, backend("web", forward_port=8080)],
        "frontends": [
            {"name": "http", "backend": "web"},
            {"name": "https", "certificates": ["own", "own-old"]},
        ],
    }
    checked, made = stack(other, check=True), stack(other)
    assert made["changes"] == checked["changes"], made
    assert made["written"] == {
        "UpdateCertificate": 1,
        "CreateCertificate": 1,
        "UpdateBackend": 1,
        "CreateBackend": 1,
        "UpdateFrontend": 2,
    }
    new, old = made["stack"]["backends"][1], made["stack"]["backends"][0]
    assert (old["id"], old["name"], new["name"]) == (web, "web-old", "web")
    assert made["stack"]["frontends"][0]["backend"]["id"] == new["id"] != web
    assert made["stack"]["frontends"][1]["certificate_ids"][1] == own
    assert stack(other)["written"] == {}


def test_what_is_not_declared_stays_unless_it_is_pruned(stack, inside, cloud):
    stack()
    inside("acl", load_balancer="web", frontend="https", index=0, **{**DENY, "name": "by-hand"})
    inside("backend", load_balancer="web", **backend("by-hand"))
    assert stack()["written"] == {"SetACLs": 1}  # behind those that are declared
    result = stack()
    assert result["written"] == {}
    assert [rule["name"] for rule in result["stack"]["frontends"][1]["acls"]] == ["deny", "by-hand"]
    assert stack({"load_balancer": {"name": "web"}}, prune=True)["written"] == {}
    assert told(stack(prune=True)) == [
        "ACLs of frontend 'https' changed",
        "backend 'by-hand' removed",
    ]
    emptied = {
        "load_balancer": {"name": "web"},
        **{name: [] for name in ("ips", "private_networks", "certificates", "backends")},
        "frontends": [],
        "subscriber": {},
    }
    assert stack(emptied)["written"] == {}
    for way in ({"prune": True}, {"state": "absent"}):
        gone = [one["before"] for one in stack(emptied, check=True, **way)["diff"]]
        [https] = [one for one in gone if one.get("name") == "https"]
        [route] = [one for one in gone if one.get("path_begin")]
        assert (https["backend"], https["certificates"]) == ("web", ["ordered", "own"])
        assert (route["frontend"], route["backend"]) == ("https", "api")
    assert stack(emptied, prune=True)["written"] == {
        "UnsubscribeFromLB": 1,
        "DetachPrivateNetwork": 1,
        "DeleteRoute": 2,
        "DeleteFrontend": 2,
        "DeleteCertificate": 2,
        "DeleteBackend": 3,
    }
    left = cloud.api("GET", "lbs")["lbs"][0]
    assert (left["frontend_count"], left["backend_count"], left["private_network_count"]) == (
        0,
        0,
        0,
    )
    assert len(left["ip"]) == 1 and len(cloud.api("GET", "subscribers")["subscribers"]) == 1


def test_a_certificate_is_replaced_while_its_frontends_change(stack, cloud):
    made = stack()["stack"]
    ordered, own = made["frontends"][1]["certificate_ids"]
    other = changed(
        certificates=[{"name": "own", "custom_certificate": custom("new.example.com")}],
        frontends=[{"name": "https", "timeout_client": "9s"}],
    )
    result = stack(other)
    https = result["stack"]["frontends"][0]
    assert result["written"] == {
        "CreateCertificate": 1,
        "UpdateFrontend": 2,
        "DeleteCertificate": 1,
        "UpdateCertificate": 1,
    }
    assert https["certificate_ids"][0] == ordered and https["certificate_ids"][1] != own
    assert https["timeout_client"] == 9000
    names = {one["name"]: one["common_name"] for one in result["stack"]["certificates"]}
    assert names["own"] == "new.example.com" and set(names) == {"ordered", "own"}
    assert stack(other)["written"] == {}


def test_an_order_for_the_built_in_name_stays_when_an_ipv6_address_is_added(stack):
    stack()
    other = changed(ips=[*STACK["ips"], {"tags": ["web"], "is_ipv6": True}])
    checked, made = stack(other, check=True), stack(other)
    assert told(checked) == told(made) == ["IP tagged web created", "load balancer 'web' changed"]
    assert made["written"] == {"CreateIP": 1, "UpdateIP": 1}


def test_the_name_of_a_new_load_balancer_is_not_foretold_to_be_another_one(stack):
    order = {"letsencrypt": {"subject_alternative_name": ["b.example.com"]}, "check_dns": False}
    (certificate,) = stack(
        changed(
            certificates=[{"name": "ordered", **order}],
            frontends=[{**STACK["frontends"][1], "certificates": ["ordered"]}],
        ),
        check=True,
    )["stack"]["certificates"]
    names = (certificate["common_name"], certificate["subject_alternative_name"])
    assert names == (None, ["b.example.com"])


def test_what_no_longer_fits_its_backend_may_stay_but_not_change(stack, inside):
    """The API lets a backend change its protocol under the ACLs and routes of its frontends."""
    on_http = {"name": "http", "acls": [{**DENY, "match": REGEX}]}
    stack(changed(frontends=[{**STACK["frontends"][0], **on_http}, STACK["frontends"][1]]))
    raw = [{"name": name, "forward_protocol": "tcp"} for name in ("web", "api")]
    assert stack({"load_balancer": {"name": "web"}, "backends": raw})["changed"]
    exported = inside("stack_info", load_balancer="web")["stack"]
    result = stack(exported, prune=True)
    assert (result.get("changes"), result["written"]) == ([], {}), result
    routes = result["stack"]["frontends"][1]["routes"]
    (api,) = [one["id"] for one in routes if "path_begin" in one["match"]]
    exported["frontends"][1]["routes"] = [{"id": api, "match_subdomains": True}]
    exported["frontends"][0]["acls"].append(REDIRECT)
    assert [one.split(":")[0] for one in stack(exported)["problems"]] == [
        "frontends[0].acls[0].match.http_filter",
        "frontends[1].routes[0].path_begin",
    ]


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_done(stack):
    wrong = {
        "load_balancer": {"name": "web"},
        "certificates": [
            {"name": "idle", "custom_certificate": OWN},
            {"name": "wild", "letsencrypt": {"common_name": "*.example.com"}},
        ],
        "backends": [
            backend("web", timeout_server="5 weeks"),
            backend("web"),
            {"name": "half", "forward_protocol": "http"},
            {"forward_port": 80},
            {**backend("tcp", sticky_sessions="cookie"), "forward_protocol": "tcp"},
            {**backend("raw"), "forward_protocol": "tcp"},
        ],
        "frontends": [
            {"name": "a", "inbound_port": 443, "backend": "nowhere"},
            {"name": "b", "inbound_port": 443, "backend": "web", "certificates": ["none"]},
            {"name": "c", "inbound_port": 80, "backend": "web", "certificates": ["wild"]},
            {
                "name": "d",
                "inbound_port": 81,
                "backend": "raw",
                "acls": [DENY, {**REDIRECT, "match": REGEX}],
                "routes": [
                    {"path_begin": "/", "backend": "nowhere"},
                    {"path_begin": "/", "backend": "web"},
                ],
            },
        ],
    }
    places = [
        "certificates[0]: nothing can use the certificate 'idle': no frontend lists it.",
        "certificates[1].letsencrypt: *.example.com is a wildcard",
        "backends[0].timeout_server: '5 weeks' is not a duration.",
        "backends[1]: it is named 'web', and so is backends[0].",
        "backends[2]: There is no such backend; to create it, give forward_port too.",
        "backends[3]: Which backend? Give its name or its id.",
        "backends[4].sticky_sessions: cookie needs a backend that speaks http.",
        "frontends[0].backend: there is no backend 'nowhere' in the declaration or on the load",
        "frontends[1].certificates: there is no certificate 'none' in the declaration or on",
        "frontends[1].inbound_port: 443 is the port of frontends[0], too.",
        "frontends[2].certificates: port 80 is for plain HTTP and takes no certificate.",
        "frontends[3].acls[1].match.http_filter: the backend of the frontend speaks tcp",
        "frontends[3].routes[0].backend: there is no backend 'nowhere' in the declaration or on",
        "frontends[3].routes[1]: it is for path_begin '/', and so is frontends[3].routes[0].",
    ]
    for check in (True, False):
        result = stack(wrong, check=check)
        assert result["failed"] and result["written"] == {}
        assert f"{len(places)} problems; nothing was changed" in result["msg"], result["msg"]
        missing = [one for one in places if not any(p.startswith(one) for p in result["problems"])]
        assert missing == [], json.dumps(result["problems"], indent=1)


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        (
            {"backends": [backend("web"), backend("api")], "frontends": None},
            "backends: backend 'old' is not declared, so prune would remove it, and route "
            "host_header 'old.example.com' uses it.",
        ),
        (
            {
                "frontends": [
                    {"name": "http", "inbound_port": 443},
                    {"name": "https", "inbound_port": 80, "certificates": []},
                ],
            },
            "frontends[0]: it needs a port that is only given up by what waits for it in turn.",
        ),
        (
            {"frontends": [{"name": "new", "inbound_port": 443, "backend": "web"}]},
            "frontends[0].inbound_port: 443 is the port of frontend 'https', too.",
        ),
        (
            {
                "frontends": [
                    {"name": "http", "inbound_port": 81},
                    {"name": "https", "inbound_port": 80},
                ]
            },
            "frontends[1].certificates: port 80 is for plain HTTP and takes no certificate.",
        ),
        (
            {"frontends": [{"name": "http", "acls": [{**DENY, "match": {"http_filter": "regex"}}]}]},
            "frontends[0].acls[0].match.http_filter_value: required with http_filter regex",
        ),
        ({"frontends": [{"name": "http", "backend": ""}]}, "frontends[0].backend: must not be"),
        (
            {
                "backends": [{**backend("web"), "forward_protocol": "tcp"}],
                "frontends": [{"name": "http", "acls": [DENY]}],
            },
            "frontends[0].acls: the ACL 'filter' would be kept, and the backend of the frontend",
        ),
        (
            {
                "backends": [{**backend("web"), "forward_protocol": "tcp"}],
                "certificates": [{"name": "ordered", "letsencrypt": {}, "force": True}],
                "frontends": [{"name": "http"}],
            },
            "certificates[0].letsencrypt: Let's Encrypt answers its challenge on port 80, where "
            "frontends[0] has a TCP backend.",
        ),
        ({"ips": [{"id": "11111111-2222-4333-8444-000000000000"}]}, "ips[0].id: there is no ip"),
        ({"load_balancer": {"name": "web", "ips": ["10.9.9.9"]}}, "load_balancer.ips: there is no"),
    ],
)  # fmt: skip
def test_what_contradicts_what_is_there_is_refused(stack, sections, problem):
    http = {**STACK["frontends"][0], "acls": [{**DENY, "name": "filter", "match": REGEX}]}
    stack(changed(frontends=[http, STACK["frontends"][1]]))
    declared = changed(**sections)
    if sections.get("frontends"):
        declared = {"load_balancer": {"name": "web"}, **sections}
    result = stack(declared, prune="backends" in sections and sections.get("frontends") is None)
    assert result["failed"] and result["written"] == {}
    assert result["problems"][0].startswith(problem), result["problems"]


@pytest.mark.parametrize("operation", MADE)
def test_a_failure_on_the_way_says_what_was_done_and_the_next_run_finishes(stack, cloud, operation):
    cloud.fault(operation=operation, kind="status", status=500, count=1)
    result = stack()
    assert result["failed"] and "a fault of the emulator" in result["msg"]
    assert "Not finished: " in result["msg"] and "Run the task again" in result["msg"]
    total = len(result["done"]) + len(result["not_done"])
    assert result["changed"] is bool(result["done"]) and total >= 12
    made = Counter(result["written"])
    rest = stack()
    assert rest["changed"], rest
    made += Counter(rest["written"])
    # The call that failed was made once more, and none twice that had succeeded.
    assert made == Counter(MADE) + Counter({operation: 1})
    assert stack()["written"] == {}


@pytest.mark.parametrize("operation", [one for one in MADE if one != "SetACLs"])
def test_a_lost_answer_makes_nothing_twice(stack, cloud, operation):
    cloud.fault(operation=operation, kind="cut_after", count=1)
    result = stack()
    assert result.get("changed"), result
    made = {name: count for name, count in result["written"].items() if name in MADE}
    repeated = {"SubscribeToLB", "AttachPrivateNetwork"} & {operation}
    assert made == MADE or repeated, made
    assert stack()["written"] == {}


def test_all_certificates_of_a_frontend_are_replaced_at_once(stack):
    """Each is swapped by a thread of its own, in the one list that the frontend has of them."""
    names = ("a", "b", "c")

    def declared(days):
        own = [
            {"name": name, "custom_certificate": custom(f"{name}.example.com", days)}
            for name in names
        ]
        frontend = {"name": "https", "inbound_port": 443, "backend": "web", "certificates": names}
        return {
            "load_balancer": {"name": "web"},
            "backends": [backend("web")],
            "certificates": own,
            "frontends": [frontend],
        }

    stack(declared(90))
    for days in (30, 40, 50, 60):
        result = stack(declared(days))
        assert result.get("changed"), result
        ids = {one["name"]: one["id"] for one in result["stack"]["certificates"]}
        (https,) = result["stack"]["frontends"]
        assert https["certificate_ids"] == [ids[name] for name in names]
    assert stack(declared(60))["written"] == {}


@pytest.mark.parametrize("operation", ["CreateCertificate", "UpdateFrontend", "DeleteCertificate"])
def test_a_replacement_that_broke_half_way_is_taken_up(stack, cloud, operation):
    stack()
    other = changed(
        certificates=[{"name": "own", "custom_certificate": custom("new.example.com")}],
        frontends=[{"name": "https", "timeout_client": "9s"}],
    )
    cloud.fault(operation=operation, kind="status", status=500, count=1)
    assert stack(other)["failed"]
    rest = stack(other)
    assert rest.get("changed") is True, rest
    done = stack(other)
    assert done["written"] == {}
    assert {one["name"] for one in done["stack"]["certificates"]} == {"ordered", "own"}
    assert done["stack"]["frontends"][0]["timeout_client"] == 9000


def big(objects, **options):
    """A declaration of so many objects: three certificates, then backends, frontends with an ACL
    and a route each."""
    frontends = objects // 5
    backends = objects - 3 * frontends - 5
    certificates = [{"name": f"c{n}", "custom_certificate": CERTIFICATES[n]} for n in range(3)]
    return {
        "load_balancer": {"name": "big"},
        "ips": [{"tags": ["big"]}],
        "certificates": certificates,
        "backends": [backend(f"b{n}", **options) for n in range(backends)],
        "frontends": [
            {
                "name": f"f{n}",
                "inbound_port": 1000 + n,
                "backend": f"b{n}",
                "certificates": [f"c{n % 3}"],
                "acls": [DENY],
                "routes": [{"path_begin": "/", "backend": f"b{n + 1}"}],
            }
            for n in range(frontends)
        ],
    }


CERTIFICATES = [custom(f"c{number}.example.com") for number in range(3)]


def test_a_run_that_changes_nothing_costs_no_more_calls_than_list_pages(stack, inside, cloud):
    """400 objects: 155 backends are two pages; each of 80 ACL lists is one."""
    declaration = big(400)
    assert len(stack(declaration)["changes"]) == 400
    with cloud.watched(reads=True) as asked:
        assert stack(declaration)["changes"] == []
    assert operations(asked) == {
        "ListLBs": 1,
        "ListCertificates": 1,
        "ListBackends": 2,
        "ListFrontends": 1,
        "ListRoutes": 1,
        "ListACLs": 80,
    }
    inside("load_balancer", name="bare")
    with cloud.watched(reads=True) as asked:
        inside("stack", load_balancer={"name": "bare"}, frontends=[], prune=True)
    assert "ListRoutes" not in operations(asked), "a list of the whole zone, for none on it"


def test_of_a_zone_full_of_routes_only_those_at_hand_are_read(stack, cloud):
    """80 routes of another load balancer would be one page; 120 are two, for one frontend here."""
    stack(big(400))
    other = cloud.api("GET", "lbs")["lbs"][0]["id"]
    crowded = cloud.api("GET", f"lbs/{other}/frontends")["frontends"][0]
    match = {"backend_id": crowded["backend"]["id"], "frontend_id": crowded["id"]}
    for number in range(40):
        cloud.api("POST", "routes", {**match, "match": {"host_header": f"{number}.example.com"}})
    declaration = {
        "load_balancer": {"name": "web"},
        "backends": [backend("web")],
        "frontends": [
            {
                "name": "http",
                "inbound_port": 80,
                "backend": "web",
                "routes": [{"path_begin": "/", "backend": "web"}],
            }
        ],
    }
    stack(declaration)
    with cloud.watched(reads=True) as asked:
        assert stack(declaration)["changes"] == []
    lists = [entry for entry in asked if entry["operation"] == "ListRoutes"]
    assert len(lists) == 2, "the first page of the zone, and the list of the frontend"
    assert [told(stack({**declaration, "frontends": []}, prune=True))] == [
        ["route path_begin '/' of frontend 'http' removed", "frontend 'http' removed"]
    ]


def test_a_transient_refusal_has_the_writes_go_one_by_one(inside):
    """Someone resizes the load balancer while backends are being made, each in 0.1 seconds: for a
    while the API refuses every write."""
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.2") as cloud:
        declaration = {
            "load_balancer": {"name": "web"},
            "backends": [backend(f"b{number}") for number in range(40)],
        }
        cloud.fault(operation="CreateBackend", kind="delay", delay=0.1, count=1000)
        results = []
        environment = cloud.environment
        run = threading.Thread(
            target=lambda: results.append(
                inside("stack", environment=environment, wait=False, **declaration)
            )
        )
        run.start()
        wait_for(lambda: len(made(cloud)) > 8)
        load_balancer = cloud.api("GET", "lbs")["lbs"][0]["id"]
        cloud.api("POST", f"lbs/{load_balancer}/migrate", {"type": "LB-GP-M"})
        run.join(timeout=60)
        assert results and results[0].get("changed"), results
        written = made(cloud)
    refused = [number for number, entry in enumerate(written) if entry["status"] == 409]
    assert refused and sum(entry["status"] == 200 for entry in written) == 40
    before = gaps(written[: refused[0]])
    after = gaps(written[refused[-1] + 1 :])
    assert min(before) < 0.05, "eight at once"
    assert len(after) > 10 and min(after) >= 0.1, "one by one"


def made(cloud):
    """The calls that make a backend, as they ended."""
    return [entry for entry in cloud.journal() if entry["operation"] == "CreateBackend"]


def gaps(entries):
    """The seconds between the ends of calls."""
    ends = [datetime.datetime.fromisoformat(entry["at"]) for entry in entries]
    return [(b - a).total_seconds() for a, b in itertools.pairwise(ends)]


@pytest.fixture(scope="module")
def slow():
    """A cloud in which things take their time, a tenth of what they really take."""
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.1") as cloud:
        yield cloud


def test_it_is_usable_when_the_task_ends(slow, inside):
    """Waits for what takes its time: the load balancer, an attachment, an order, a detachment."""
    declaration = {name: STACK[name] for name in ("load_balancer", "private_networks")}
    declaration |= {"certificates": STACK["certificates"], "backends": [backend("web")]}
    made = inside("stack", environment=slow.environment, **declaration)["stack"]
    assert [one["status"] for one in made["private_networks"]] == ["ready"]
    assert [one["status"] for one in made["certificates"]] == ["ready", "ready"]
    assert made["load_balancer"]["status"] == "ready"
    assert [one["status"] for one in made["load_balancer"]["instances"]] == ["ready"]
    # What is on its way out is not taken for something that is there.
    on_it = {"load_balancer": "web", "private_network_id": NETWORK}
    inside("private_network", environment=slow.environment, state="absent", wait=False, **on_it)
    again = inside("stack", environment=slow.environment, **declaration)
    assert told(again) == [f"private network {NETWORK} created"]
    assert [one["status"] for one in again["stack"]["private_networks"]] == ["ready"]
    gone = {"load_balancer": {"name": "web"}, "state": "absent"}
    assert inside("stack", environment=slow.environment, **gone)["changed"]
    assert slow.api("GET", "lbs")["lbs"] == []


def test_nothing_is_removed_from_a_load_balancer_that_is_migrating(slow, inside):
    """The API would refuse it, and all that follows would go one by one."""
    declared = {"load_balancer": {"name": "grown"}, "backends": [backend("web"), backend("old")]}
    assert inside("stack", environment=slow.environment, **declared)["changed"]
    declared = {"load_balancer": {"name": "grown", "type": "LB-GP-M"}, "backends": [backend("web")]}
    with slow.watched() as written:
        inside("stack", environment=slow.environment, prune=True, **declared)
    assert [(one["operation"], one["status"]) for one in written] == [
        ("MigrateLB", 200),
        ("DeleteBackend", 204),
    ]


def test_certificates_are_ordered_while_backends_are_made(slow, inside):
    declared = {
        "load_balancer": {"name": "order"},
        "certificates": [{"name": "order", "letsencrypt": {}}],
        "backends": [backend(f"b{number}") for number in range(40)],
    }
    with slow.watched(reads=True) as calls:
        assert inside("stack", environment=slow.environment, **declared)["changed"]
    done = [call["operation"] for call in calls]
    last = {name: at for at, name in enumerate(done)}
    assert done.index("CreateCertificate") < last["CreateBackend"]
    assert done.index("CreateBackend") < last["GetCertificate"]


def test_an_attachment_that_fails_is_said(stack, cloud):
    cloud.fault(operation="AttachPrivateNetwork", kind="error", count=1)
    result = stack()
    assert result["failed"] and "attach" in result["msg"] and "failed" in result["msg"]
    # All has been sent, and that is what the result tells.
    assert result["changed"] and result["not_done"] == [] and len(result["done"]) >= 12


def test_what_was_begun_is_told_as_not_finished_and_waited_for_by_the_next_run(stack, cloud):
    declared = {"load_balancer": {"name": "web"}, "backends": [backend("web")]}
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    for written in ({"CreateLB": 1}, {}):
        result = stack(declared, wait_timeout=1)
        assert "still" in result["msg"] and result["written"] == written
        assert result.get("changed", False) is bool(written)


def test_nothing_is_put_on_a_certificate_that_is_on_its_way(stack, cloud):
    cloud.fault(operation="CreateCertificate", kind="stuck", count=1)
    declared = {
        "load_balancer": {"name": "web"},
        "backends": [backend("web")],
        "certificates": [{"name": "web", "letsencrypt": {}}],
        "frontends": [
            {"name": "web", "inbound_port": 443, "backend": "web", "certificates": ["web"]}
        ],
    }
    assert "still 'pending'" in stack(declared, wait_timeout=1)["msg"]
    again = stack(declared, wait_timeout=1)
    assert "still 'pending'" in again["msg"] and again["written"] == {}


def test_what_kubernetes_manages_is_left_alone_unless_told_otherwise(stack, inside):
    tags = ["managed-by-scaleway-cloud-controller-manager"]
    inside("load_balancer", name="web", tags=tags)
    for options in ({}, {"check": True}, {"state": "absent"}, {"state": "absent", "check": True}):
        result = stack({"load_balancer": {"name": "web"}, "backends": [backend("web")]}, **options)
        assert result["failed"] and "Kubernetes" in result["msg"] and result["written"] == {}
    allowed = {"load_balancer": {"name": "web"}, "backends": [backend("web")]}
    assert stack(allowed, allow_managed=True)["written"] == {"CreateBackend": 1}


def test_a_time_limit_ends_the_task_though_its_threads_are_waiting(play):
    task = {"name": "Limit", "scaleway_community.lb.stack": STACK, "timeout": 3}
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0") as cloud:
        cloud.fault(operation="CreateBackend", kind="delay", delay=30, count=100)
        began = time.monotonic()
        process = play([task], environment=cloud.environment)
        words = ("imeout", "expected time frame")  # of ansible-core 2.19, and of 2.18
        assert process.returncode == 2, process.stdout
        assert any(one in process.stdout for one in words), process.stdout
        assert time.monotonic() - began < 15
        written = len(cloud.journal())
        time.sleep(1)
        assert len(cloud.journal()) == written


def test_the_diff_calls_what_is_referred_to_as_the_user_does(stack):
    http = {"forward_protocol": "http", "forward_port": 80}
    backends = [{**http, "name": name} for name in ("one", "other")]
    edge = {"load_balancer": {"name": "web"}, "backends": backends}
    frontend = {"name": "http", "inbound_port": 80}
    made = stack({**edge, "frontends": [{**frontend, "backend": "one"}]})["stack"]
    other = made["backends"][1]["id"]
    for word in ("other", other):
        planned = stack({**edge, "frontends": [{**frontend, "backend": word}]}, check=True)
        (change,) = planned["diff"]
        assert ("'one'" in str(change["before"]), word in str(change["after"])) == (True, True)
