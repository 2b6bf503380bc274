"""From what is there to what is wanted: which calls, with which bodies, and what the diff says."""

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.acl import ACL
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.acls import ACLS
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.backend import BACKEND
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.backend_servers import (
    BACKEND_SERVERS,
    late,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.frontend import FRONTEND
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.ip import IP
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.load_balancer import (
    LOAD_BALANCER,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.private_network import (
    PRIVATE_NETWORK,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.route import ROUTE
from ansible_collections.scaleway_community.lb.plugins.module_utils.kinds.subscriber import (
    SUBSCRIBER,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.problem import Problem

UUID = "11111111-2222-4333-8444-555555555555"
DENY = {"action": {"type": "deny"}, "match": {}}
NETWORK = "22222222-3333-4444-8555-666666666666"
ADDRESS = "22222222-3333-4444-8555-777777777777"
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


def test_servers_are_put_in_order_by_the_change_that_makes_their_order_matter():
    found = {**FOUND_BACKEND, "pool": ["10.0.0.1", "10.0.0.2"]}
    wanted = {"servers": ["10.0.0.2", "10.0.0.1"], "forward_port_algorithm": "first"}
    paths = ["backends/backend-1", "backends/backend-1/servers"]
    assert [call.path for call in BACKEND.plan(found, wanted, wanted).calls] == paths
    back = {**wanted, "forward_port_algorithm": "leastconn"}
    first = {**found, "forward_port_algorithm": "first"}
    assert [call.path for call in BACKEND.plan(first, back, back).calls] == paths[:1]


def test_a_put_carries_what_is_there_with_what_is_wanted_laid_over_it():
    plan = BACKEND.plan(FOUND_BACKEND, {"timeout_connect": "7s"}, {"timeout_connect": "7s"})
    assert calls(plan) == [("PUT", "backends/backend-1")]
    body = plan.calls[0].body
    assert body["timeout_connect"] == 7000 and body["timeout_server"] == 300000
    assert body["name"] == "web" and body["forward_port"] == 80
    assert not {"send_proxy_v2", "health_check", "server_ip", "lb", "load_balancer"} & set(body)
    assert plan.before == {"timeout_connect": "5s"} and plan.after == {"timeout_connect": "7s"}


def test_what_the_api_shows_as_null_is_unset_with_null():
    plan = BACKEND.plan({**FOUND_BACKEND, "failover_host": "a.b"}, {"failover_host": ""}, {})
    assert plan.calls[0].body["failover_host"] is None
    assert plan.outcome["failover_host"] is None


@pytest.mark.parametrize(
    ("kind", "found", "same", "differs", "seen"),
    [
        (
            LOAD_BALANCER,
            {**LB, "tags": ["a", "b"]},
            {"tags": ["b", "a"]},
            {"description": "new"},
            ("tags", ["a", "b"]),
        ),
        (
            ROUTE,
            {
                "id": "route-1",
                "backend_id": "backend-1",
                "match": {"host_header": "example.com", "match_subdomains": False},
            },
            {"host_header": "EXAMPLE.com"},
            {"match_subdomains": True},
            ("match", {"host_header": "example.com", "match_subdomains": True}),
        ),
    ],
)
def test_what_is_merely_written_otherwise_stays_as_it_is_in_a_put(kind, found, same, differs, seen):
    plan = kind.plan(found, {**same, **differs}, {**same, **differs})
    name, value = seen
    assert plan.calls[0].body[name] == plan.outcome[name] == value


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


def test_the_website_of_a_bucket_is_given_without_a_scheme():
    [problem] = BACKEND.problems({"id": UUID, "failover_host": "https://a.s3-website.example.com"})
    assert problem.startswith("failover_host: 'https://a.s3-website.example.com' must be without")


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
    assert not IP.plan(found, {"reverse": "", "tags": ["a"], "is_ipv6": False}, {}).changed
    plan = IP.plan(found, {"reverse": "www.example.com", "tags": ["a"]}, {})
    assert plan.calls[0].body == {"reverse": "www.example.com"}


@pytest.mark.parametrize(
    ("address", "own_name"),
    [
        ("51.15.0.1", "51-15-0-1.lb.fr-par.scw.cloud"),
        ("2001:db8:1::", f"{'0.' * 20}1.0.0.0.8.b.d.0.1.0.0.2.lb.fr-par.scw.cloud"),
    ],
)
def test_an_ip_gets_its_own_name_back_by_being_given_it(address, own_name):
    found = {"id": "ip-1", "ip_address": address, "lb_id": None, "region": "fr-par"}
    plan = IP.plan({**found, "reverse": "9-9-9-9.lb.fr-par.scw.cloud"}, {"reverse": ""}, {})
    assert plan.calls[0].body == {"reverse": own_name}
    assert plan.outcome["reverse"] == own_name
    assert not IP.plan({**found, "reverse": own_name}, {"reverse": ""}, {}).changed


@pytest.mark.parametrize(
    ("port", "certificates", "wanted"),
    [
        (80, [], {"certificates": ["certificate-1"]}),
        (443, ["certificate-1"], {"inbound_port": 80}),
    ],
)
def test_a_certificate_on_port_80_is_refused(port, certificates, wanted):
    found = {"id": "frontend-1", "inbound_port": port, "certificate_ids": certificates}
    with pytest.raises(Problem, match="port 80 is for plain HTTP"):
        FRONTEND.plan(found, wanted, {})
    assert FRONTEND.plan(found, {"inbound_port": 80, "certificates": [], "name": "a"}, {}).changed


@pytest.mark.parametrize(
    ("kind", "found", "wanted", "shown"),
    [
        (BACKEND, FOUND_BACKEND, {"servers": ["10.0.0.1", "10.0.0.1"]}, ("pool", ["10.0.0.1"])),
        (
            FRONTEND,
            {"id": "frontend-1", "inbound_port": 443, "certificate_ids": ["c-1"], "backend": {}},
            {"certificates": ["c-1", "c-1"]},
            ("certificate_ids", ["c-1"]),
        ),
        (LOAD_BALANCER, LB, {"ips": ["ip-1", "ip-1"], "tags": ["a", "a"]}, ("ip", LB["ip"])),
        (
            ACL,
            {"id": "acl-1", "match": {"ip_subnet": ["10.0.0.0/8"], "http_filter_value": ["a"]}},
            {
                "match": {
                    "ip_subnet": ["10.0.0.0/8", "10.0.0.0/8"],
                    "http_filter_value": ["a", "a"],
                }
            },
            None,
        ),
    ],
)
def test_twice_in_a_list_is_as_good_as_once(kind, found, wanted, shown):
    plan = kind.plan(found, wanted, wanted)
    assert not plan.changed
    if shown:
        name, value = shown
        option = next(iter(wanted))
        new = kind.expected({}, {option: wanted[option]})
        assert plan.outcome[name] == value and len(new[name]) == 1


def test_in_a_diff_the_same_object_has_the_same_name_before_and_after():
    """An answer embeds the first certificate alone, and the others are IDs in it."""
    found = {
        "id": "frontend-1",
        "inbound_port": 443,
        "certificate_ids": ["c-1", "c-2", "c-3"],
        "certificate": {"id": "c-1", "name": "one"},
    }
    plan = FRONTEND.plan(
        found,
        {"certificates": ["c-2", "c-1", "c-4"]},
        {"certificates": ["two", "one", "four"]},
    )
    assert plan.before == {"certificates": ["one", "two", "c-3"]}
    assert plan.after == {"certificates": ["two", "one", "four"]}


def test_an_address_is_sent_once_however_it_is_written():
    wanted = {"servers": ["10.0.0.2", "2001:DB8::1", "2001:db8:0::1", "10.0.0.2"]}
    plan = BACKEND.plan(FOUND_BACKEND, wanted, wanted)
    assert plan.calls[0].body == {"server_ip": ["10.0.0.2", "2001:db8:0::1"]}


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


FOUND_ROUTE = {
    "id": "route-1",
    "frontend_id": "frontend-1",
    "backend_id": "backend-1",
    "match": {"host_header": "example.com", "match_subdomains": True},
}


def test_a_route_sends_one_match_and_what_it_keeps():
    plan = ROUTE.plan(FOUND_ROUTE, {"path_begin": "/api"}, {"path_begin": "/api"})
    assert calls(plan) == [("PUT", "routes/route-1")]
    assert plan.calls[0].body == {
        "backend_id": "backend-1",
        "match": {"path_begin": "/api", "match_subdomains": True},
    }
    assert plan.before == {"path_begin": None, "host_header": "example.com"}
    assert plan.after == {"path_begin": "/api"}
    assert plan.outcome["match"] == {"path_begin": "/api", "match_subdomains": True}
    assert FOUND_ROUTE["match"] == {"host_header": "example.com", "match_subdomains": True}


def test_a_route_that_is_to_be_made_needs_a_match_and_a_backend():
    with pytest.raises(Problem, match="give backend, one of sni, host_header, path_begin too"):
        ROUTE.plan(None, {"frontend": "frontend-1"}, {})
    wanted = {"frontend": "frontend-1", "backend": "backend-1", "sni": "example.com"}
    plan = ROUTE.plan(None, wanted, wanted)
    assert plan.calls[0].body == {
        "frontend_id": "frontend-1",
        "backend_id": "backend-1",
        "match": {"sni": "example.com"},
    }


@pytest.mark.parametrize(
    ("match", "says"),
    [
        ({"host_header": "*.example.com"}, "write example.com and match_subdomains: true"),
        ({"sni": "www.*.com"}, "sni: .* is not a host name"),
        ({"host_header": "https://example.com"}, "host_header: .* is not a host name"),
        ({"path_begin": "api"}, "path_begin: 'api' does not begin with a slash"),
    ],
)
def test_a_route_that_nothing_matches_is_refused_unless_it_is_there(match, says):
    wanted = {"frontend": "frontend-1", "backend": "backend-1", **match}
    with pytest.raises(Problem, match=says):
        ROUTE.plan(None, wanted, wanted)
    with pytest.raises(Problem, match=says):
        ROUTE.plan(FOUND_ROUTE, match, match)
    assert not ROUTE.plan({**FOUND_ROUTE, "match": match}, match, match).changed


def test_a_route_keeps_a_match():
    says = "would be left without one of sni, host_header, path_begin"
    with pytest.raises(Problem, match=says):
        ROUTE.plan(FOUND_ROUTE, {"host_header": ""}, {"host_header": ""})
    other = {"host_header": "", "path_begin": "/api"}
    assert ROUTE.plan(FOUND_ROUTE, other, other).changed


def test_the_case_of_a_host_name_means_nothing():
    assert not ROUTE.plan(FOUND_ROUTE, {"host_header": "Example.COM"}, {}).changed


def test_a_subscriber_is_told_in_one_way():
    found = {"id": "one", "name": "on-call", "email_config": {"email": "a@example.com"}}
    wanted = {"webhook_config": {"uri": "https://hooks.example.com"}}
    plan = SUBSCRIBER.plan(found, wanted, wanted)
    assert plan.calls[0].body == {"name": "on-call", **wanted}
    assert plan.outcome == {"id": "one", "name": "on-call", **wanted}
    assert calls(SUBSCRIBER.plan_absent(found, {})) == [("DELETE", "lb/subscription/one")]


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        (None, "one", [("POST", "lb/lb-1/subscribe")]),
        ({"id": "one", "name": "on-call"}, "one", []),
        ({"id": "one", "name": "on-call"}, "two", [("POST", "lb/lb-1/subscribe")]),
        ({"id": "one", "name": "on-call"}, "", [("DELETE", "lb/lb-1/unsubscribe")]),
        (None, "", []),
    ],
)
def test_a_load_balancer_subscribes_and_unsubscribes(found, wanted, expected):
    plan = LOAD_BALANCER.plan({**LB, "subscriber": found}, {"subscriber": wanted}, {})
    assert calls(plan) == expected
    assert plan.outcome["subscriber"] == (
        found if not plan.changed else ({"id": wanted} if wanted else None)
    )


def test_a_subscriber_waits_until_its_load_balancer_is_there():
    body = LOAD_BALANCER.plan(None, {"name": "web", "subscriber": "one"}, {}).calls[0].body
    assert body == {"name": "web", "description": ""}


def test_a_private_network_is_attached_and_detached_by_calls_of_its_load_balancer():
    wanted = {"load_balancer": "lb-1", "private_network_id": f"fr-par/{NETWORK.upper()}"}
    plan = PRIVATE_NETWORK.plan(None, wanted, wanted)
    assert calls(plan) == [("POST", "lbs/lb-1/attach-private-network")]
    assert plan.calls[0].body == {"private_network_id": NETWORK}
    found = {"lb": LB, "private_network_id": NETWORK, "ipam_ids": [ADDRESS], "status": "ready"}
    assert not PRIVATE_NETWORK.plan(found, {**wanted, "ipam_ids": []}, wanted).changed
    assert not PRIVATE_NETWORK.plan(
        found, {**wanted, "ipam_ids": [f"fr-par/{ADDRESS}"]}, {}
    ).changed
    with pytest.raises(Problem, match=f"ipam_ids of private network {NETWORK} cannot change"):
        PRIVATE_NETWORK.plan(found, {**wanted, "ipam_ids": [NETWORK]}, wanted)
    plan = PRIVATE_NETWORK.plan_absent(found, {})
    assert calls(plan) == [("POST", "lbs/lb-1/detach-private-network")]
    assert plan.calls[0].body == {"private_network_id": NETWORK}


def test_an_acl_that_redirects_no_more_says_no_more_where_to():
    found = {
        "id": "acl-1",
        "name": "to-https",
        "index": 1,
        "description": "",
        "frontend": {"id": "frontend-1", "lb": LB},
        "action": {
            "type": "redirect",
            "redirect": {"type": "scheme", "target": "https", "code": 301},
        },
        "match": {"ip_subnet": ["0.0.0.0/0"], "http_filter": "acl_http_filter_none"},
    }
    body = ACL.plan(found, {"action": {"type": "deny"}}, {}).calls[0].body
    assert body["action"] == {"type": "deny"}
    assert not {"load_balancer", "frontend"} & set(body)
    assert not ACL.plan(found, {"match": {"ip_subnet": []}}, {}).changed


def redirect(target, kind="location"):
    return {"type": "redirect", "redirect": {"type": kind, "target": target}}


PATHS = {"http_filter": "path_begin", "http_filter_value": ["/a"]}
TO_HTTPS = {"type": "redirect", "redirect": {"type": "scheme", "target": "https"}}


@pytest.mark.parametrize(
    ("there", "rule", "says"),
    [
        ({}, {"action": {"type": "redirect"}}, "action.redirect: required"),
        (
            {},
            {"action": redirect("https://{{host}}/{{ path }}?{{query }}")},
            r"action.redirect.target: write \{\{path\}\}, without spaces. .*\{\{query\}\}",
        ),
        ({}, {"action": redirect("https://{{host}}/{{path}}")}, None),
        ({}, {"action": redirect("www.example.com")}, "action.redirect.target: .* is not a URL"),
        ({}, {"action": redirect("/new")}, None),
        (
            {},
            {"action": redirect("https://", "scheme")},
            "action.redirect.target: 'https://' is not a scheme",
        ),
        ({}, {"match": {"http_filter": "regex"}}, "match.http_filter_value: required .*regex"),
        ({}, {"match": {**PATHS, "http_filter_value": []}}, "match.http_filter_value"),
        (
            {},
            {"match": {**PATHS, "http_filter": "http_header_match"}},
            "match.http_filter_option: required",
        ),
        # what is there is kept, and may be all that is needed
        ({"match": PATHS}, {"match": {"http_filter": "path_end"}}, None),
        ({"match": PATHS}, {"match": {"http_filter_value": []}}, "match.http_filter_value"),
        ({"action": TO_HTTPS}, {"action": {"type": "redirect"}, "description": "x"}, None),
        ({}, {"match": {"http_filter": "none"}, "description": "x"}, None),
    ],
)
def test_an_acl_that_can_do_nothing_is_refused(there, rule, says):
    owner = {"id": "frontend-1", "lb": LB}
    found = {"id": "acl-1", "index": 1, "name": "a", "frontend": owner, **DENY, **there}
    plans = [lambda: ACL.plan(found, rule, rule)]
    if not there:
        rules = {"acls": [{"name": "b", "action": {"type": "deny"}}, {"name": "a", **DENY, **rule}]}
        plans.append(lambda: ACLS.plan({"id": "frontend-1", "acls": []}, rules, rules))
    for place, plan in zip(["", r"acls\[1\]\."], plans, strict=False):
        if says is None:
            assert plan().changed
        else:
            with pytest.raises(Problem, match=f"^{place}{says}"):
                plan()


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        (ACL, {"id": UUID, "name": ""}, "name: must not be empty."),
        (ACLS, {"acls": [{"name": "", **DENY}]}, "acls[0].name: must not be empty."),
        (FRONTEND, {"name": "http", "backend": ""}, "backend: must not be empty."),
        (LOAD_BALANCER, {"name": "web", "type": ""}, "type: must not be empty."),
        (
            BACKEND_SERVERS,
            {"backend": "", "servers": [], "state": "absent"},
            "backend: must not be empty.",
        ),
        (FRONTEND, {"name": "http", "certificates": [], "timeout_client": ""}, None),
    ],
)
def test_what_an_object_cannot_be_without_is_not_empty(kind, options, says):
    assert list(kind.problems(options)) == ([says] if says else [])


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        (IP, {"ip_address": "web"}, "ip_address: 'web' is not an IP address, such as 10.0.0.1"),
        (LOAD_BALANCER, {"ips": ["web"]}, "ips: 'web' is neither an ID nor an IP address, such as"),
        (LOAD_BALANCER, {"ips": [UUID, "2001:DB8:1::"]}, None),
        (IP, {"ip_address": "2001:DB8:1::"}, None),
    ],
)
def test_what_is_no_address_is_refused(kind, options, says):
    found = list(kind.problems(options))
    assert found[0].startswith(says) if says else not found


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (FRONTEND, "certificates"),
        (LOAD_BALANCER, "ips"),
        (LOAD_BALANCER, "tags"),
        (IP, "tags"),
    ],
)
def test_an_empty_item_of_a_list_is_refused(kind, name):
    # Which is what Ansible makes of a list that is given as ''.
    says = f"{name}: an item is empty. For an empty list write []."
    assert list(kind.problems({"id": UUID, name: [""]})) == [says]


@pytest.mark.parametrize(
    ("state", "servers", "expected", "after"),
    [
        ("present", ["10.0.0.1"], None, ["10.0.0.1", "2001:db8::1"]),
        ("present", ["10.0.0.2"], ["10.0.0.2"], ["10.0.0.1", "2001:db8::1", "10.0.0.2"]),
        ("absent", ["2001:DB8:0::1"], ["2001:db8::1"], ["10.0.0.1"]),
        ("absent", ["10.0.0.9"], None, ["10.0.0.1", "2001:db8::1"]),
        ("exact", ["2001:DB8::1", "10.0.0.1"], None, ["10.0.0.1", "2001:db8::1"]),
        ("exact", ["10.0.0.1", "10.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]),
        ("exact", [], [], []),
    ],
)
def test_servers_come_and_go_without_the_others(state, servers, expected, after):
    found = {**FOUND_BACKEND, "pool": ["10.0.0.1", "2001:db8::1"]}
    plan = BACKEND_SERVERS.plan(found, {"servers": servers, "state": state}, {})
    bodies = [call.body["server_ip"] for call in plan.calls]
    assert bodies == ([] if expected is None else [expected])
    assert plan.outcome["pool"] == plan.after["servers"] == after


@pytest.mark.parametrize(
    ("wait_for", "state", "shown", "expected"),
    [
        ("up", "present", {"10.0.0.1": ["running"]}, []),
        ("up", "present", {"10.0.0.1": ["running", "starting"]}, ["10.0.0.1"]),
        ("up", "present", {"10.0.0.2": ["running"]}, ["10.0.0.1"]),
        ("up", "exact", {"10.0.0.1": ["running"], "10.0.0.2": ["stopped"]}, []),
        ("drained", "absent", {"10.0.0.2": ["running"]}, []),
        ("drained", "absent", {"10.0.0.1": ["stopped"]}, []),
        ("drained", "absent", {"10.0.0.1": ["stopped", "stopping"]}, ["10.0.0.1"]),
        ("drained", "exact", {"10.0.0.1": ["running"]}, []),
        ("drained", "exact", {"10.0.0.1": ["running"], "10.0.0.2": ["running"]}, ["10.0.0.2"]),
    ],
)
def test_a_server_is_up_where_all_see_it_run_and_drained_where_none_does(
    wait_for, state, shown, expected
):
    rows = [
        {"ip": server, "server_state": one, "last_health_check_status": "passed"}
        for server, states in shown.items()
        for one in states
    ]
    options = {"servers": ["10.0.0.1"], "state": state, "wait_for": wait_for}
    assert [text.split()[0] for text in late(rows, options)] == expected
