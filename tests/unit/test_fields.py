"""What an option means: how it is sent, and when it is the same as what is there."""

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils import ids
from ansible_collections.scaleway_community.lb.plugins.module_utils.fields.values import (
    Duration,
    Milliseconds,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.acl import ACL
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.acls import ACLS
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.backend import BACKEND
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.frontend import FRONTEND
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.load_balancer import (
    LOAD_BALANCER,
)

ID = "00000001-0000-4000-8000-000000000001"
OTHER = "00000002-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("500ms", 500),
        ("5s", 5000),
        ("1m", 60000),
        ("1.5s", 1500),
        ("1.001s", 1001),
        ("1m30s", 90000),
        ("250", 250),
    ],
)
def test_a_duration_has_a_unit_or_counts_milliseconds(text, milliseconds):
    assert Milliseconds().encode(text) == milliseconds


@pytest.mark.parametrize("text", ["5 s", "five", "-1s", "0.5ms", "1d", "5s!", "²", "٣"])
def test_what_is_no_duration_is_refused_with_an_example(text):
    assert "Write a number and a unit" in next(Milliseconds().problems(text, "timeout"))


CHECK_FIELDS = BACKEND.fields["health_check"].fields


@pytest.mark.parametrize(
    ("field", "text", "least", "most"),
    [
        (BACKEND.fields["timeout_server"], "2147483648", "0s", "2147483647ms"),
        (BACKEND.fields["timeout_queue"], "99999999h", "0s", "999999999s"),
        (CHECK_FIELDS["check_delay"], "999ms", "1s", "2147483647ms"),
        (CHECK_FIELDS["check_timeout"], "1", "1s", "2147483647ms"),
        (CHECK_FIELDS["transient_check_delay"], "50ms", "100ms", "999999999s"),
    ],
)
def test_a_duration_is_within_what_the_api_takes(field, text, least, most):
    assert list(field.problems(text, "x")) == [f"x: {text!r} is not between {least} and {most}."]
    assert not list(field.problems(least, "x")) and not list(field.problems(most, "x"))
    assert not list(field.problems("", "x"))


def test_a_duration_of_zero_is_shown_as_one():
    assert BACKEND.fields["timeout_server"].shown({"timeout_server": 0}) == "0s"
    assert BACKEND.fields["timeout_server"].shown({"timeout_server": None}) == "300s"
    assert BACKEND.fields["timeout_server"].exported({"timeout_server": 0}, {}) == "0s"


def test_a_bare_number_is_refused_where_the_api_counts_seconds():
    assert list(Duration().problems("5", "timeout_queue"))
    assert not list(Duration().problems("5s", "timeout_queue"))
    assert Duration().encode("1500ms") == "1.500s"
    assert Duration().encode("2000ms") == "2s"


@pytest.mark.parametrize(
    ("resource", "name", "wanted", "found", "same"),
    [
        # durations in any spelling, and null against the API's own default
        (BACKEND, "timeout_server", "5m", {"timeout_server": 300000}, True),
        (BACKEND, "timeout_server", "300s", {"timeout_server": None}, True),
        (BACKEND, "timeout_server", "6m", {"timeout_server": None}, False),
        (BACKEND, "timeout_queue", "4000ms", {"timeout_queue": "4s"}, True),
        (BACKEND, "timeout_queue", "0s", {"timeout_queue": None}, True),
        (BACKEND, "timeout_queue", "", {"timeout_queue": "1.001s"}, False),
        # only null is the default: a zero stays a zero in a backend
        (BACKEND, "timeout_server", "0", {"timeout_server": 300000}, False),
        (BACKEND, "timeout_server", "0", {"timeout_server": None}, False),
        (BACKEND, "timeout_server", "5m", {"timeout_server": 0}, False),
        (BACKEND, "timeout_server", "", {"timeout_server": 0}, False),
        (BACKEND, "timeout_server", "0s", {"timeout_server": 0}, True),
        # 0 and null, which the API does not treat alike
        (BACKEND, "max_connections", 0, {"max_connections": None}, True),
        (BACKEND, "max_connections", 0, {"max_connections": 10}, False),
        (BACKEND, "max_retries", 3, {"max_retries": None}, True),
        (BACKEND, "max_retries", 0, {"max_retries": None}, False),
        (FRONTEND, "connection_rate_limit", 0, {"connection_rate_limit": None}, True),
        (BACKEND, "ssl_bridging", False, {"ssl_bridging": None}, True),
        (BACKEND, "host", "", {"host": None}, True),
        # spelling
        (LOAD_BALANCER, "type", "LB-S", {"type": "lb-s"}, True),
        (BACKEND, "proxy_protocol", "none", {"proxy_protocol": "proxy_protocol_unknown"}, True),
        (BACKEND, "proxy_protocol", "v2", {"proxy_protocol": "proxy_protocol_v2"}, True),
        (BACKEND, "proxy_protocol", "proxy_protocol_v1", {"proxy_protocol": "proxy_protocol_v2"}, False),
        (BACKEND, "on_marked_down_action", "none", {"on_marked_down_action": "on_marked_down_action_none"}, True),
        (BACKEND, "on_marked_down_action", "shutdown_sessions", {"on_marked_down_action": "shutdown_sessions"}, True),
        # order: of servers only where the first is taken, of certificates always
        (BACKEND, "servers", ["10.0.0.2", "10.0.0.1"], {"pool": ["10.0.0.1", "10.0.0.2"]}, True),
        (BACKEND, "servers", ["10.0.0.2", "10.0.0.1"], {"pool": ["10.0.0.1", "10.0.0.2"], "forward_port_algorithm": "first"}, False),
        (BACKEND, "servers", ["10.0.0.1"], {"pool": ["10.0.0.1", "10.0.0.2"]}, False),
        (BACKEND, "servers", ["2001:DB8::1"], {"pool": ["2001:db8:0::1"]}, True),
        (FRONTEND, "certificates", [ID, OTHER], {"certificate_ids": [OTHER, ID]}, False),
        (LOAD_BALANCER, "ips", [ID, OTHER], {"ip": [{"id": OTHER}, {"id": ID}]}, True),
    ],
)  # fmt: skip
def test_values_are_compared_by_meaning(resource, name, wanted, found, same):
    assert resource.fields[name].same(wanted, found) is same


CHECK = {
    "port": 80,
    "check_max_retries": 3,
    "check_delay": 3000,
    "check_timeout": 1000,
    "check_send_proxy": False,
    "transient_check_delay": "0.500s",
    "http_config": {"uri": "/", "method": "GET", "code": None, "host_header": ""},
}


def test_a_partial_health_check_is_laid_over_the_one_found():
    field = BACKEND.fields["health_check"]
    assert field.same({"check_delay": "3s"}, {"health_check": CHECK})
    assert not field.same({"check_delay": "4s"}, {"health_check": CHECK})
    assert field.encode({"check_delay": "4s"}, CHECK) == {**CHECK, "check_delay": 4000}


def test_another_kind_of_health_check_drops_the_old():
    field = BACKEND.fields["health_check"]
    assert not field.same({"tcp_config": {}}, {"health_check": CHECK})
    sent = field.encode({"tcp_config": {}}, CHECK)
    assert sent["tcp_config"] == {} and "http_config" not in sent and sent["check_delay"] == 3000
    before = field.shown({"health_check": CHECK}, {"tcp_config": {}})
    assert before == {"http_config": CHECK["http_config"]}


@pytest.mark.parametrize("kind", ["http_config", "https_config"])
def test_a_status_code_is_taken_back_by_0(kind):
    found = {**CHECK, "http_config": None, kind: {"uri": "/", "code": 200}}
    field, wanted = BACKEND.fields["health_check"], {kind: {"uri": "/", "code": 0}}
    assert not list(field.problems(wanted, "health_check"))
    assert not field.same(wanted, {"health_check": found})
    sent = field.encode(wanted, found)
    assert sent[kind]["code"] is None
    assert field.same(wanted, {"health_check": sent})
    assert list(field.problems({kind: {"uri": "/", "code": 99}}, "health_check")) == [
        f"health_check.{kind}.code: 99 is not between 100 and 599."
    ]


@pytest.mark.parametrize("kind", ["tcp_config", "redis_config", "ldap_config"])
def test_a_suboption_of_what_takes_none_is_refused(kind):
    field = BACKEND.fields["health_check"]
    assert list(field.problems({kind: {"port": 81}}, "health_check")) == [
        f"health_check.{kind}.port: no such option. Write {kind}: {{}}."
    ]
    assert not list(field.problems({kind: {}}, "health_check"))


@pytest.mark.parametrize("config", [{"mysql_config": {"user": ""}}, {"http_config": {"uri": ""}}])
def test_what_is_required_is_exported_even_if_it_is_empty(config):
    field = BACKEND.fields["health_check"]
    exported = field.exported({"health_check": {"port": 80, **config}}, {})
    assert exported == {"port": 80, **config}
    assert not list(field.problems(exported, "health_check"))


@pytest.mark.parametrize("redirect", [None, {"type": None, "target": None}])
def test_a_rule_that_redirects_nothing_does_not_show_where_to(redirect):
    rule = {"name": "a", "action": {"type": "deny", "redirect": redirect}, "match": {}}
    assert ACL.fields["action"].shown(rule) == {"type": "deny"}
    assert ACLS.fields["acls"].shown({"acls": [rule]})[0]["action"] == {"type": "deny"}


def test_a_rule_with_no_subnet_is_the_rule_for_every_subnet():
    found = {
        "name": "all",
        "index": 7,
        "description": "",
        "action": {"type": "deny", "redirect": None},
        "match": {
            "ip_subnet": ["0.0.0.0/0"],
            "ips_edge_services": False,
            "http_filter": "acl_http_filter_none",
            "http_filter_value": [],
            "http_filter_option": None,
            "invert": False,
        },
    }
    field = ACLS.fields["acls"]
    assert field.same([{"name": "all", "action": {"type": "deny"}}], {"acls": [found]})
    assert not field.same([{"name": "all", "action": {"type": "allow"}}], {"acls": [found]})
    assert not field.same([], {"acls": [found]})


def test_a_bare_address_is_its_smallest_network():
    field = ACLS.fields["acls"].item.fields["match"].fields["ip_subnet"]
    assert field.normalized(["10.0.0.1"]) == field.normalized(["10.0.0.1/32"])


def test_an_id_may_carry_its_locality():
    assert ids.bare_id(f"fr-par-1/{ID}") == ids.bare_id(ID) == ID
    assert ids.bare_id("web") is None
    assert ids.locality(f"fr-par-1/{ID}") == "fr-par-1" and ids.locality(ID) is None


def test_a_reference_is_resolved_from_what_the_answer_holds():
    found = {"backend": {"id": ID, "name": "web"}}

    def look_up(name):
        return f"looked up {name}"

    backend = FRONTEND.fields["backend"]
    assert backend.resolve("web", found, look_up) == ID
    assert backend.resolve(OTHER, found, look_up) == OTHER
    assert backend.resolve("api", found, look_up) == "looked up api"
