"""From what is there to what is wanted: which calls, with which bodies, and what the diff says."""

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils.config import Problem
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.acls import ACLS
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.backend import BACKEND
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.frontend import FRONTEND
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.ip import RESERVED
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.load_balancer import (
    LOAD_BALANCER,
)

LB = {
    "id": "lb-1",
    "name": "web",
    "description": "",
    "type": "lb-s",
    "tags": ["a"],
    "ssl_compatibility_level": "ssl_compatibility_level_intermediate",
    "ip": [{"id": "ip-1", "ip_address": "51.15.0.1"}],
    "region": "fr-par",
}
FOUND_BACKEND = {
    "id": "backend-1",
    "lb": LB,
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "forward_port_algorithm": "roundrobin",
    "sticky_sessions": "none",
    "sticky_sessions_cookie_name": "",
    "pool": ["10.0.0.1"],
    "send_proxy_v2": False,
    "proxy_protocol": "proxy_protocol_none",
    "timeout_server": 300000,
    "timeout_connect": 5000,
    "timeout_tunnel": 900000,
    "timeout_queue": None,
    "on_marked_down_action": "on_marked_down_action_none",
    "failover_host": None,
    "host": "",
    "ssl_bridging": False,
    "ignore_ssl_server_verify": None,
    "redispatch_attempt_count": None,
    "max_retries": None,
    "max_connections": None,
    "health_check": {
        "port": 80,
        "check_max_retries": 3,
        "check_delay": 3000,
        "check_timeout": 1000,
        "check_send_proxy": False,
        "transient_check_delay": "0.500s",
        "tcp_config": {},
    },
}


def calls(plan):
    return [(call.method, call.path) for call in plan.calls]


def test_nothing_is_sent_for_what_is_already_there():
    wanted = {"forward_port": 80, "servers": ["10.0.0.1"], "timeout_connect": "5s"}
    plan = BACKEND.plan(FOUND_BACKEND, wanted, wanted)
    assert not plan.changed and plan.before == plan.after


def test_a_put_carries_what_is_there_with_what_is_wanted_laid_over_it():
    plan = BACKEND.plan(FOUND_BACKEND, {"timeout_connect": "7s"}, {"timeout_connect": "7s"})
    assert calls(plan) == [("PUT", "backends/backend-1")]
    body = plan.calls[0].body
    assert body["timeout_connect"] == 7000 and body["timeout_server"] == 300000
    assert body["name"] == "web" and body["forward_port"] == 80
    assert not {"send_proxy_v2", "health_check", "server_ip", "lb", "load_balancer"} & set(body)
    assert plan.before == {"timeout_connect": "5s"} and plan.after == {"timeout_connect": "7s"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"max_connections": 5}, ["backends/backend-1"]),
        ({"health_check": {"check_delay": "9s"}}, ["backends/backend-1/healthcheck"]),
        ({"servers": []}, ["backends/backend-1/servers"]),
        (
            {"max_connections": 5, "health_check": {"redis_config": {}}, "servers": ["10.0.0.2"]},
            [
                "backends/backend-1",
                "backends/backend-1/healthcheck",
                "backends/backend-1/servers",
            ],
        ),
    ],
)
def test_a_backend_changes_by_the_calls_that_differ_and_no_other(wanted, expected):
    plan = BACKEND.plan(FOUND_BACKEND, wanted, wanted)
    assert [call.path for call in plan.calls] == expected


def test_a_health_check_without_a_port_checks_the_port_that_serves():
    wanted = {
        "load_balancer": "lb-1",
        "name": "api",
        "forward_protocol": "http",
        "forward_port": 8080,
        "health_check": {"http_config": {"uri": "/"}},
    }
    body = BACKEND.plan(None, wanted, wanted).calls[0].body
    assert body["health_check"] == {
        "port": 8080,
        "http_config": {"uri": "/"},
        "check_max_retries": 3,
    }


def test_what_is_left_out_is_not_sent_unless_the_api_demands_it():
    wanted = {
        "load_balancer": "lb-1",
        "name": "api",
        "forward_protocol": "http",
        "forward_port": 80,
    }
    plan = BACKEND.plan(None, wanted, wanted)
    assert calls(plan) == [("POST", "lbs/lb-1/backends")]
    assert plan.calls[0].body == {
        "name": "api",
        "forward_protocol": "http",
        "forward_port": 80,
        "forward_port_algorithm": "roundrobin",
        "sticky_sessions": "none",
        "server_ip": [],
        "health_check": {"port": 80, "check_max_retries": 3},
    }


def test_what_is_missing_to_create_is_named_at_once():
    with pytest.raises(Problem, match="give load_balancer, forward_protocol, forward_port too"):
        BACKEND.plan(None, {"name": "api"}, {"name": "api"})


def test_cookie_stickiness_is_refused_on_tcp_and_the_reason_given():
    with pytest.raises(Problem, match=r"passthrough .*decrypts nothing.* use table"):
        BACKEND.plan(FOUND_BACKEND | {"forward_protocol": "tcp"}, {"sticky_sessions": "cookie"}, {})


def test_a_load_balancer_is_resized_by_migration_and_never_made_again():
    plan = LOAD_BALANCER.plan(LB, {"type": "LB-GP-M", "tags": ["b"]}, {})
    assert calls(plan) == [("PUT", "lbs/lb-1"), ("POST", "lbs/lb-1/migrate")]
    assert plan.calls[0].body == {
        "name": "web",
        "description": "",
        "tags": ["b"],
        "ssl_compatibility_level": "ssl_compatibility_level_intermediate",
    }


def test_an_address_is_added_by_attaching_it_and_none_is_lost():
    assert calls(LOAD_BALANCER.plan(LB, {"ips": ["ip-1", "ip-2"]}, {})) == [("PATCH", "ips/ip-2")]
    with pytest.raises(Problem, match=r"would lose 51\.15\.0\.1"):
        LOAD_BALANCER.plan(LB, {"ips": ["ip-2"]}, {})


def test_given_addresses_are_the_only_ones_of_a_new_load_balancer():
    body = LOAD_BALANCER.plan(None, {"name": "web", "ips": ["ip-1"]}, {}).calls[0].body
    assert body["ip_ids"] == ["ip-1"] and body["assign_flexible_ip"] is False


def test_a_field_that_cannot_change_is_named():
    with pytest.raises(Problem, match="assign_flexible_ip of load balancer 'web' cannot change"):
        LOAD_BALANCER.plan(LB, {"assign_flexible_ip": False}, {"assign_flexible_ip": False})


def test_an_ip_is_patched_with_what_differs_alone():
    found = {
        "id": "ip-1",
        "ip_address": "51.15.0.1",
        "reverse": "51-15-0-1.lb.fr-par.scw.cloud",
        "tags": ["a"],
        "lb_id": None,
        "region": "fr-par",
    }
    assert not RESERVED.plan(found, {"reverse": "", "tags": ["a"], "is_ipv6": False}, {}).changed
    plan = RESERVED.plan(found, {"reverse": "www.example.com", "tags": ["a"]}, {})
    assert plan.calls[0].body == {"reverse": "www.example.com"}


def test_a_certificate_on_port_80_is_refused():
    found = {"id": "frontend-1", "inbound_port": 80, "certificate_ids": []}
    with pytest.raises(Problem, match="port 80 is for plain HTTP"):
        FRONTEND.plan(found, {"certificates": ["certificate-1"]}, {})


def test_the_order_of_acls_is_the_order_of_their_list():
    wanted = {
        "acls": [
            {"name": "one", "action": {"type": "deny"}, "match": {"ip_subnet": ["10.0.0.0/8"]}},
            {"name": "two", "action": {"type": "allow"}},
        ]
    }
    plan = ACLS.plan({"id": "frontend-1", "acls": []}, wanted, wanted)
    assert calls(plan) == [("PUT", "frontends/frontend-1/acls")]
    assert [(rule["name"], rule["index"]) for rule in plan.calls[0].body["acls"]] == [
        ("one", 1),
        ("two", 2),
    ]
