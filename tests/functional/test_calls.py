"""How often the API is asked: as the journal tells, once for what has an ID, and never twice."""

import json
from datetime import datetime

import pytest
from cloud import ROOT
from objects import (
    API_BACKEND,
    BACKEND,
    DENY,
    FIRST,
    HTTP,
    NETWORK,
    ON_CALL,
    SECOND,
    WEB,
    WEB_BACKEND,
)
from pki import custom

MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
ON_WEB = {"load_balancer": "web"}
ON_HTTPS = {**ON_WEB, "frontend": "https"}
HTTPS = {
    **ON_WEB,
    "name": "https",
    "inbound_port": 443,
    "backend": "web",
    "certificates": ["first"],
}
RULES = [DENY, {"name": "allow", "action": {"type": "allow"}}]
IMPORTED = {**ON_WEB, "name": "own", "custom_certificate": custom("www.example.com")}
ROUTE = {**ON_HTTPS, "backend": "web", "host_header": "www.example.com"}
OTHER_ROUTE = {**ON_HTTPS, "backend": "api", "host_header": "api.example.com"}
ATTACHED = {**ON_WEB, "private_network_id": NETWORK}
RESERVED = {"tags": ["spare"]}
LB = (WEB[0], {"name": "web", "type": "LB-S", "tags": ["a"], "subscriber": "on-call"})

THERE = [
    ON_CALL,
    LB,
    WEB_BACKEND,
    API_BACKEND,
    FIRST,
    SECOND,
    ("certificate", IMPORTED),
    ("frontend", HTTPS),
    HTTP,
    ("acls", {**ON_HTTPS, "acls": RULES}),
    ("route", ROUTE),
    ("route", OTHER_ROUTE),
    ("private_network", ATTACHED),
    ("ip", RESERVED),
]

# module: each a task that has nothing to do, and how many calls that takes
BY_NAME = {
    "load_balancer": [(LB[1], 1), ({"name": "web", "state": "present"}, 1)],
    "ip": [(RESERVED, 1)],
    "subscriber": [(ON_CALL[1], 1)],
    "backend": [(BACKEND, 2)],
    "backend_servers": [({**ON_WEB, "backend": "web", "servers": ["10.0.0.1"]}, 2)],
    "certificate": [(FIRST[1], 2), (IMPORTED, 2), ({**ON_WEB, "name": "first"}, 2)],
    "frontend": [(HTTPS, 2), (HTTP[1], 2)],
    "private_network": [(ATTACHED, 2)],
    "acl": [({**ON_HTTPS, **DENY, "index": 1}, 3)],
    "acls": [({**ON_HTTPS, "acls": RULES}, 3)],
    # The frontend's own backend comes with it; the name of another is one more to look up.
    "route": [(ROUTE, 3), (OTHER_ROUTE, 4)],
    "load_balancer_info": [({}, 1), ({"name": "web"}, 1)],
    "ip_info": [({}, 1), (RESERVED, 1)],
    "subscriber_info": [({}, 1)],
    "backend_info": [(ON_WEB, 2), ({**ON_WEB, "name": "web"}, 2)],
    "backend_stats_info": [(ON_WEB, 2)],
    "certificate_info": [(ON_WEB, 2)],
    "frontend_info": [(ON_WEB, 2)],
    "private_network_info": [(ON_WEB, 2)],
    "acl_info": [(ON_HTTPS, 3)],
    "route_info": [(ON_HTTPS, 3)],
    "type_info": [({}, 1)],
    "zone_info": [({"region": "nl-ams"}, 4)],
}
# module: the kind, and the options that name nothing; the names in braces stand for IDs
BY_ID = {
    "load_balancer": {"id": "{load_balancer}", "type": "LB-S", "tags": ["a"]},
    "ip": {"id": "{ip}", "tags": ["spare"]},
    "subscriber": {"id": "{subscriber}", "name": "on-call"},
    "backend": {"id": "{backend}", "forward_port": 80, "load_balancer": "web"},
    "backend_servers": {"backend": "{backend}", "servers": ["10.0.0.1"]},
    "certificate": {"id": "{certificate}", "letsencrypt": {}},
    "frontend": {"id": "{frontend}", "backend": "web", "certificates": ["first"]},
    "private_network": {"load_balancer": "{load_balancer}", "private_network_id": NETWORK},
    "acl": {"id": "{acl}", **DENY, **ON_HTTPS},
    "acls": {"frontend": "{frontend}", "acls": RULES},
    "route": {"id": "{route}", "backend": "{backend}", "host_header": "www.example.com"},
    "load_balancer_info": {"id": "{load_balancer}"},
    "ip_info": {"id": "{ip}"},
    "subscriber_info": {"id": "{subscriber}"},
    "backend_info": {"id": "{backend}"},
    "backend_stats_info": {"load_balancer": "{load_balancer}"},
    "certificate_info": {"id": "{certificate}"},
    "frontend_info": {"id": "{frontend}"},
    "private_network_info": {"load_balancer": "{load_balancer}"},
    "acl_info": {"id": "{acl}"},
    "route_info": {"id": "{route}"},
}
SHORTEST_PAUSE = 0.4
"""Seconds that a module waits at least before it asks again how far something is."""

# These have a count of their own, in the tests of the stack.
ELSEWHERE = {"stack", "stack_info"}
WITHOUT_ID = {"type_info", "zone_info"}


@pytest.fixture
def ids(cloud, module):
    """Make one of each kind; return their IDs."""
    found = {}
    for name, options in THERE:
        result = module(name, **options)
        assert result.get("changed"), result
        if name == "acls":
            found["acl"] = result["acls"][0]["id"]
        else:
            found.setdefault(name, result[name].get("id"))
    return found


def test_every_module_is_counted():
    assert sorted(BY_NAME.keys() | ELSEWHERE) == MODULES
    assert sorted(BY_ID.keys() | ELSEWHERE | WITHOUT_ID) == MODULES


def test_what_is_as_wanted_costs_as_few_calls_as_can_be(cloud, module, ids):
    filled = json.loads(json.dumps(BY_ID))
    for options in filled.values():
        options.update({k: v.format(**ids) for k, v in options.items() if isinstance(v, str)})
    by_id = [(name, options, 1) for name, options in filled.items()]
    by_name = [(name, *each) for name, tasks in BY_NAME.items() for each in tasks]
    wrong = []
    for name, options, expected in [*by_id, *by_name]:
        with cloud.watched(reads=True) as calls:
            result = module(name, **options)
        assert result.get("changed") is False, (name, options, result)
        asked = [(call["method"], call["path"]) for call in calls]
        if len(asked) != expected or len(set(asked)) != len(asked):
            operations = ", ".join(call["operation"] for call in calls)
            wrong.append(f"{name} {options} takes {operations}, and not {expected}")
    assert not wrong, "\n".join(wrong)


# Each changes something; the last ones remove what the first ones need.
CHANGES = [
    ("load_balancer", {"name": "web", "description": "new"}),
    ("load_balancer", {"name": "web", "type": "LB-GP-M"}),
    ("ip", {**RESERVED, "reverse": "www.example.com"}),
    ("subscriber", {"name": "on-call", "email_config": {"email": "other@example.com"}}),
    ("backend", {**BACKEND, "forward_port": 81}),
    ("backend", {**BACKEND, "forward_port": 82, "servers": [], "health_check": {"port": 1}}),
    ("backend_servers", {**ON_WEB, "backend": "web", "servers": ["10.0.0.9"]}),
    ("frontend", {**HTTPS, "certificates": ["second"]}),
    ("frontend", {**HTTPS, "backend": "api", "certificates": ["second"]}),
    ("certificate", {**IMPORTED, "custom_certificate": custom("other.example.com")}),
    ("acl", {**ON_HTTPS, **DENY, "index": 3}),
    ("acls", {**ON_HTTPS, "acls": RULES[:1]}),
    ("route", {**ROUTE, "backend": "web", "match_subdomains": True}),
    ("acl", {**ON_HTTPS, "name": "deny", "state": "absent"}),
    ("route", {**ROUTE, "state": "absent"}),
    ("private_network", {**ATTACHED, "state": "absent"}),
    ("certificate", {**ON_WEB, "name": "own", "state": "absent"}),
    ("ip", {**RESERVED, "state": "absent"}),
    ("load_balancer", {"name": "web", "state": "absent"}),
]


def needless(calls):
    """The reads that were made before with no write since, unless to wait: that pauses between."""
    since = {}
    for call in calls:
        at = datetime.fromisoformat(call["at"])
        if call["method"] != "GET":
            since.clear()
        elif call["path"] in since and (at - since[call["path"]]).total_seconds() < SHORTEST_PAUSE:
            yield call["operation"]
        else:
            since[call["path"]] = at


def test_between_two_writes_nothing_is_asked_twice(cloud, module):
    for name, options in [*THERE, *CHANGES]:
        with cloud.watched(reads=True) as calls:
            result = module(name, **options)
        assert result.get("changed"), (name, options, result)
        operations = ", ".join(call["operation"] for call in calls)
        assert list(needless(calls)) == [], f"{name} {options} takes {operations}"
