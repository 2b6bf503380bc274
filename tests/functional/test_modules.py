"""Every module: it says what it would do, does it once, changes each option, and takes it back."""

import pytest
from objects import (
    ADDRESS,
    API_BACKEND,
    DENY,
    FIRST,
    HTTP,
    NETWORK,
    ON_CALL,
    REDIRECT,
    SECOND,
    SUBNET,
    WEB,
    WEB_BACKEND,
)

# module: what must be there, what identifies the object, what it is made with, and each change
SCENARIOS = {
    "load_balancer": (
        [ON_CALL],
        {"name": "web"},
        {"description": "shop", "type": "LB-S", "tags": ["a", "b"]},
        [
            {"description": "blog"},
            {"description": ""},
            {"tags": ["c"]},
            {"tags": []},
            {"ssl_compatibility_level": "modern"},
            {"ssl_compatibility_level": "ssl_compatibility_level_old"},
            {"type": "lb-gp-m"},
            {"subscriber": "on-call"},
            {"subscriber": ""},
        ],
    ),
    "ip": (
        [WEB],
        {"tags": ["web"]},
        {},
        [{"reverse": "www.example.com"}, {"reverse": ""}],
    ),
    "backend": (
        [WEB],
        {"load_balancer": "web", "name": "web"},
        {"forward_protocol": "http", "forward_port": 80, "servers": ["10.0.0.1", "10.0.0.2"]},
        [
            {"forward_port": 8080},
            {"forward_port_algorithm": "leastconn"},
            {"sticky_sessions": "cookie", "sticky_sessions_cookie_name": "SERVER"},
            {"sticky_sessions_cookie_name": "OTHER"},
            {"sticky_sessions": "table"},
            {"servers": ["10.0.0.3"]},
            {"servers": []},
            {"proxy_protocol": "v2"},
            {"send_proxy_v2": False},
            {"timeout_server": "1m"},
            {"timeout_connect": "7s"},
            {"timeout_tunnel": "1h"},
            {"timeout_queue": "4s"},
            {"timeout_queue": "0s"},
            {"on_marked_down_action": "shutdown_sessions"},
            {"failover_host": "bucket.s3-website.fr-par.scw.cloud"},
            {"failover_host": ""},
            {"host": "www.example.com"},
            {"ssl_bridging": True},
            {"ignore_ssl_server_verify": True},
            {"redispatch_attempt_count": 1},
            {"max_retries": 5},
            {"max_connections": 100},
            {"max_connections": 0},
            {"health_check": {"check_delay": "10s", "check_timeout": "2s"}},
            {"health_check": {"check_max_retries": 7, "transient_check_delay": "1s"}},
            {"health_check": {"http_config": {"uri": "/health", "method": "GET", "code": 204}}},
            {"health_check": {"http_config": {"uri": "/up"}}},
            {"health_check": {"https_config": {"uri": "/", "sni": "www.example.com"}}},
            {"health_check": {"mysql_config": {"user": "check"}}},
            {"health_check": {"pgsql_config": {"user": "check"}}},
            {"health_check": {"redis_config": {}}},
            {"health_check": {"ldap_config": {}}},
            {"health_check": {"tcp_config": {}, "port": 9000}},
        ],
    ),
    "frontend": (
        [WEB, WEB_BACKEND, API_BACKEND, FIRST, SECOND],
        {"load_balancer": "web", "name": "https"},
        {"inbound_port": 8443, "backend": "web"},
        [
            {"inbound_port": 443},
            {"backend": "api"},
            {"certificates": ["first"]},
            {"certificates": ["second", "first"]},
            {"certificates": ["first", "second"]},
            {"certificates": []},
            {"timeout_client": "30s"},
            {"enable_http3": True},
            {"connection_rate_limit": 100},
            {"connection_rate_limit": 0},
            {"enable_access_logs": True},
        ],
    ),
    "acls": (
        [WEB, WEB_BACKEND, HTTP],
        {"load_balancer": "web", "frontend": "http"},
        {"acls": [DENY]},
        [
            {"acls": [DENY, REDIRECT]},
            {"acls": [REDIRECT, DENY]},
            {"acls": [{**DENY, "description": "why"}, REDIRECT]},
            {"acls": [{**DENY, "match": {**SUBNET, "invert": True}}]},
            {"acls": [{**DENY, "match": {"ips_edge_services": True}}]},
            {
                "acls": [
                    {**DENY, "match": {"http_filter": "path_begin", "http_filter_value": ["/"]}}
                ]
            },
            {
                "acls": [
                    {
                        **DENY,
                        "match": {
                            "http_filter": "http_header_match",
                            "http_filter_option": "x-who",
                            "http_filter_value": ["me"],
                        },
                    }
                ]
            },
        ],
    ),
    "acl": (
        [WEB, WEB_BACKEND, HTTP],
        {"load_balancer": "web", "frontend": "http", "name": "deny"},
        {"action": {"type": "deny"}, "index": 1},
        [
            {"index": 7},
            {"description": "why"},
            {"description": ""},
            {"match": SUBNET},
            {"match": {"invert": True}},
            {"action": REDIRECT["action"]},
            {"action": {"type": "allow"}},
        ],
    ),
    "route": (
        [WEB, WEB_BACKEND, API_BACKEND, HTTP],
        {"load_balancer": "web", "frontend": "http", "host_header": "api.example.com"},
        {"backend": "api"},
        [{"backend": "web"}, {"match_subdomains": True}, {"match_subdomains": False}],
    ),
    "private_network": (
        [WEB],
        {"load_balancer": "web", "private_network_id": f"fr-par/{NETWORK}"},
        {"ipam_ids": [f"fr-par/{ADDRESS}"]},
        [],
    ),
    "subscriber": (
        [],
        {"name": "on-call"},
        {"email_config": {"email": "on-call@example.com"}},
        [
            {"email_config": {"email": "office@example.com"}},
            {"webhook_config": {"uri": "https://hooks.example.com/on-call"}},
        ],
    ),
    "backend_servers": (
        [WEB, WEB_BACKEND],
        {"load_balancer": "web", "backend": "web"},
        {"servers": ["10.0.0.2", "10.0.0.3"]},
        [
            {"servers": ["10.0.0.2"], "state": "absent"},
            {"servers": ["10.0.0.4", "10.0.0.1"], "state": "exact"},
            {"servers": ["2001:DB8::1"]},
        ],
    ),
    "certificate": (
        [WEB],
        {"load_balancer": "web", "name": "first"},
        {"letsencrypt": {}},
        [],
    ),
}

# what state: absent needs beside what identifies the object
NEEDED = {"backend_servers": {"servers": ["10.0.0.1", "10.0.0.4", "2001:db8::1"]}}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_module_plans_truly_acts_once_and_takes_back(name, cloud, module):
    needed, identity, options, changes = SCENARIOS[name]
    for other, its_options in needed:
        result = module(other, **its_options)
        assert result.get("changed"), result

    def settled(wanted):
        """Check mode says changed and writes nothing, a run changes, a second run does not."""
        with cloud.watched() as writes:
            checked = module(name, check=True, **wanted)
            assert checked.get("changed") is True, (wanted, checked)
        assert writes == []
        with cloud.watched() as writes:
            done = module(name, **wanted)
            assert done.get("changed") is True, (wanted, done)
        assert writes
        assert checked["diff"] == done["diff"]
        with cloud.watched() as writes:
            again = module(name, **wanted)
            assert again.get("changed") is False, (wanted, again)
        assert writes == []
        return done

    settled({**identity, **options})
    for change in changes:
        settled({**identity, **change})
    removed = settled({**identity, "state": "absent", **NEEDED.get(name, {})})
    assert not removed[name]
