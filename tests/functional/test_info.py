"""What is read is all there is, and of that exactly what was asked for."""

import importlib

import pytest
import requests
import yaml
from cloud import PROJECT_ID, ROOT

INFO = sorted(
    path.stem
    for path in (ROOT / "plugins/modules").glob("*_info.py")
    if path.stem not in ("stack_info", "zone_info")
)
OTHER_PROJECT = "77777777-7777-4888-8999-000000000000"
NETWORKS = [f"11111111-2222-4333-8444-55555555555{digit}" for digit in range(2)]
ON_WEB = {"load_balancer": "web"}
ON_HTTP = {**ON_WEB, "frontend": "http"}


@pytest.fixture
def account(cloud):
    """Objects of each kind whose names contain one another. Known by names, or what stands in."""

    def lb(name, project=PROJECT_ID, **fields):
        return cloud.api("POST", "lbs", {"name": name, "project_id": project, **fields})["id"]

    web = lb("web", tags=["a", "b"], assign_flexible_ipv6=True)
    lb("web2", tags=["a"])
    lb("my-web", tags=["b", "c"])
    lb("web", project=OTHER_PROJECT)
    cloud.api("POST", "ips", {"project_id": PROJECT_ID, "tags": ["a", "b"]})
    cloud.api("POST", "ips", {"project_id": PROJECT_ID, "tags": ["a"], "is_ipv6": True})
    cloud.api("POST", "ips", {"project_id": OTHER_PROJECT, "tags": ["a", "b"]})
    backend = {"forward_protocol": "http", "forward_port": 80, "server_ip": ["10.0.0.1"]}
    check = {"port": 80, "check_max_retries": 3}
    backends = {}
    for name, protocol in {"web": "http", "web2": "http", "my-web": "tcp"}.items():
        body = {**backend, "name": name, "forward_protocol": protocol, "health_check": check}
        backends[name] = cloud.api("POST", f"lbs/{web}/backends", body)["id"]
    frontends = {
        name: cloud.api(
            "POST",
            f"lbs/{web}/frontends",
            {"name": name, "inbound_port": port, "backend_id": backends["web"]},
        )["id"]
        for name, port in {"http": 80, "http2": 81, "my-http": 82}.items()
    }
    for name in ("web", "web2"):
        order = {"name": name, "letsencrypt": {"common_name": own_name(cloud, web)}}
        cloud.api("POST", f"lbs/{web}/certificates", order)
    for index, name in ((9, "last"), (1, "first"), (5, "last2")):
        rule = {"name": name, "index": index, "action": {"type": "deny"}}
        cloud.api("POST", f"frontends/{frontends['http']}/acls", rule)
    for frontend, target, match in (
        ("http", "web", {"path_begin": "/a"}),
        ("http", "web2", {"path_begin": "/a/b"}),
        ("http2", "web", {"host_header": "example.com"}),
        ("my-http", "my-web", {"sni": "example.com"}),
    ):
        route = {"frontend_id": frontends[frontend], "backend_id": backends[target]}
        cloud.api("POST", "routes", {**route, "match": match})
    for network in NETWORKS:
        cloud.api("POST", f"lbs/{web}/attach-private-network", {"private_network_id": network})
    for name, project in (("a", PROJECT_ID), ("aa", PROJECT_ID), ("a", OTHER_PROJECT)):
        told = {"name": name, "project_id": project, "email_config": {"email": "a@example.com"}}
        cloud.api("POST", "subscribers", told)
    return web


def own_name(cloud, lb_id):
    address = cloud.api("GET", f"lbs/{lb_id}")["ip"][0]["ip_address"]
    return f"{address.replace('.', '-')}.lb.fr-par.scw.cloud"


def word(item):
    """What tells an item in the expectations below."""
    if "match" in item and "frontend_id" in item:
        return next(value for key, value in item["match"].items() if key != "match_subdomains")
    return (
        item.get("name") or item.get("ip_address") or item.get("ip") or item["private_network_id"]
    )


OWN, OWN6, FREE, FREE6 = "127.52.0.1", "2001:db8:1::", "127.52.0.5", "2001:db8:2::"
OTHERS = ["127.52.0.2", "127.52.0.3"]
# {module: [(options, what is found, in order)]}
FILTERS = {
    "load_balancer_info": [
        ({}, ["web", "web2", "my-web"]),
        ({"name": "web"}, ["web"]),
        ({"name": "we"}, []),
        ({"tags": ["a"]}, ["web", "web2"]),
        ({"tags": ["b", "a"]}, ["web"]),
        ({"name": "web2", "tags": ["b"]}, []),
        ({"project_id": OTHER_PROJECT}, ["web"]),
        ({"project_id": OTHER_PROJECT, "name": "web2"}, []),
        ({"zone": "nl-ams-1"}, []),
    ],
    "ip_info": [
        ({}, [OWN, *OTHERS, FREE, OWN6, FREE6]),
        ({"ip_address": FREE}, [FREE]),
        ({"ip_address": "127.52.0.99"}, []),
        ({"is_ipv6": True}, [OWN6, FREE6]),
        ({"is_ipv6": False}, [OWN, *OTHERS, FREE]),
        ({"tags": ["a"]}, [FREE, FREE6]),
        ({"tags": ["a", "b"]}, [FREE]),
        (ON_WEB, [OWN, OWN6]),
        ({"project_id": OTHER_PROJECT, "tags": ["a", "b"]}, ["127.52.0.6"]),
    ],
    "backend_info": [
        (ON_WEB, ["web", "web2", "my-web"]),
        ({**ON_WEB, "name": "web"}, ["web"]),
        ({**ON_WEB, "name": "eb"}, []),
        ({"load_balancer": "web2"}, []),
    ],
    "frontend_info": [
        (ON_WEB, ["http", "http2", "my-http"]),
        ({**ON_WEB, "name": "http"}, ["http"]),
        ({**ON_WEB, "name": "h"}, []),
    ],
    "certificate_info": [
        (ON_WEB, ["web", "web2"]),
        ({**ON_WEB, "name": "web"}, ["web"]),
        ({**ON_WEB, "expires_within_days": 9999}, ["web", "web2"]),
    ],
    "acl_info": [
        (ON_HTTP, ["first", "last2", "last"]),
        ({**ON_HTTP, "name": "last"}, ["last"]),
        ({**ON_WEB, "frontend": "http2"}, []),
    ],
    "route_info": [
        ({}, ["/a", "/a/b", "example.com", "example.com"]),
        (ON_WEB, ["/a", "/a/b", "example.com", "example.com"]),
        ({"load_balancer": "web2"}, []),
        (ON_HTTP, ["/a", "/a/b"]),
        ({**ON_WEB, "backend": "web"}, ["/a", "example.com"]),
        ({**ON_HTTP, "path_begin": "/a"}, ["/a"]),
        ({"path_begin": "/"}, []),
        ({"host_header": "Example.com"}, ["example.com"]),
        ({"sni": "example.com", **ON_WEB, "backend": "my-web"}, ["example.com"]),
        ({"sni": "example.com", **ON_WEB, "backend": "web"}, []),
    ],
    "private_network_info": [
        (ON_WEB, NETWORKS),
        ({**ON_WEB, "private_network_id": f"fr-par/{NETWORKS[1]}"}, NETWORKS[1:]),
        ({"load_balancer": "web2"}, []),
    ],
    "subscriber_info": [
        ({}, ["a", "aa"]),
        ({"name": "a"}, ["a"]),
        ({"project_id": OTHER_PROJECT}, ["a"]),
    ],
    "backend_stats_info": [
        (ON_WEB, ["10.0.0.1"] * 3),
        ({**ON_WEB, "backend": "web2"}, ["10.0.0.1"]),
        ({"load_balancer": "web2"}, []),
    ],
    "type_info": [
        ({}, ["lb-s", "lb-gp-m", "lb-gp-l", "lb-gp-xl"]),
        ({"name": "LB-GP-M"}, ["lb-gp-m"]),
        ({"name": "LB-GP"}, []),
    ],
}


def listed(result):
    """The list that an info module returns."""
    return next(
        value for key, value in result.items() if isinstance(value, list) and key != "warnings"
    )


@pytest.mark.parametrize("name", INFO)
def test_a_filter_selects_exactly_what_it_says(name, cloud, module, account):
    with cloud.watched() as writes:
        for options, expected in FILTERS[name]:
            for check in (False, True):
                result = module(name, check=check, **options)
                assert result.get("changed") is False, (options, result)
                assert [word(item) for item in listed(result)] == expected, options
    assert writes == []


@pytest.mark.parametrize("name", INFO)
def test_one_is_read_by_its_id_wherever_it_lies(name, cloud, module, account):
    items = listed(module(name, **max((o for o, _ in FILTERS[name]), key=lambda o: o == ON_WEB)))
    if not items or "id" not in items[0]:
        assert "id" not in documented(name)
        return
    found = listed(module(name, id=f"fr-par-1/{items[-1]['id']}", project_id=OTHER_PROJECT))
    assert [item["id"] for item in found] == [items[-1]["id"]]
    assert listed(module(name, id="99999999-7777-4888-8999-000000000000")) == []


def documented(name):
    """The options that an info module documents for itself."""
    source = importlib.import_module(
        f"ansible_collections.scaleway_community.lb.plugins.modules.{name}"
    )
    return yaml.safe_load(source.DOCUMENTATION)["options"]


@pytest.mark.parametrize("name", INFO)
def test_every_documented_filter_is_tried(name):
    tried = {option for options, _found in FILTERS[name] for option in options}
    assert set(documented(name)) - {"id"} - tried == set()


def test_what_lies_nowhere_is_said(module, account):
    assert "no load balancer 'gone'" in module("backend_info", load_balancer="gone")["msg"]
    assert "Give load_balancer" in module("backend_info", name="web")["msg"]


NOWHERE = [
    ("backend_info", {"load_balancer": "gone"}),
    ("backend_stats_info", {"load_balancer": "gone"}),
    ("backend_stats_info", {**ON_WEB, "backend": "gone"}),
    ("frontend_info", {"load_balancer": "gone"}),
    ("certificate_info", {"load_balancer": "gone"}),
    ("private_network_info", {"load_balancer": "gone"}),
    ("acl_info", {**ON_WEB, "frontend": "gone"}),
    ("acl_info", {"load_balancer": "gone", "frontend": "gone"}),
    ("route_info", {"load_balancer": "gone"}),
    ("route_info", {**ON_WEB, "frontend": "gone"}),
    ("ip_info", {"load_balancer": "gone"}),
]


@pytest.mark.parametrize(("name", "options"), NOWHERE)
def test_check_mode_finds_nothing_on_what_is_yet_to_be_made(name, options, module, account):
    result = module(name, check=True, **options)
    assert not result.get("failed"), result
    assert listed(result) == [] and "check mode assumes" in result["warnings"][0]


def test_among_hundreds_whose_names_contain_one_another_none_is_missed_or_mixed_up(cloud, inside):
    session = requests.Session()
    numbered = [f"web-{number}" for number in range(248)]
    for name in ("w", *numbered, "web"):
        cloud.api("POST", "lbs", {"name": name, "project_id": PROJECT_ID}, session=session)
    web = cloud.api("GET", "lbs?name=web&order_by=name_asc")["lbs"][0]
    assert web["name"] == "web"
    assert len(inside("load_balancer_info")["load_balancers"]) == 250
    assert len(inside("ip_info")["ips"]) == 250
    same = inside("load_balancer", name="web", description="")
    assert (same["changed"], same["load_balancer"]["id"]) == (False, web["id"])
    found = inside("load_balancer_info", name="web-24")["load_balancers"]
    assert [one["name"] for one in found] == ["web-24"]

    body = {"forward_protocol": "http", "forward_port": 80, "server_ip": []}
    body |= {"health_check": {"port": 80, "check_max_retries": 3}}
    names = [f"api-{number}" for number in range(118)]
    for name in ("a", *names, "api"):
        cloud.api("POST", f"lbs/{web['id']}/backends", {**body, "name": name}, session=session)
    found = inside("backend_info", load_balancer="web")["backends"]
    assert [one["name"] for one in found] == ["a", *names, "api"]
    target = {"load_balancer": "web", "forward_protocol": "http", "forward_port": 80}
    for name in ("a", "api", "api-1", "api-11", "api-117"):
        result = inside("backend", name=name, **target)
        assert (result["changed"], result["backend"]["name"]) == (False, name)
    assert inside("backend", name="ap", **target)["changed"] is True

    front = inside("frontend", load_balancer="web", name="http", inbound_port=80, backend="api")
    for number in range(120):
        route = {"frontend_id": front["frontend"]["id"], "backend_id": found[0]["id"]}
        cloud.api(
            "POST", "routes", {**route, "match": {"path_begin": f"/{number}"}}, session=session
        )
    assert len(inside("route_info", load_balancer="web")["routes"]) == 120
    there = {"load_balancer": "web", "frontend": "http", "path_begin": "/1"}
    assert inside("route", **there, backend="a")["changed"] is False
    with cloud.watched() as writes:
        assert inside("route", **there, state="absent")["changed"]
    assert [entry["operation"] for entry in writes] == ["DeleteRoute"]
    assert len(inside("route_info", load_balancer="web")["routes"]) == 119
