"""What the tests do with each module that writes: create an object, and change every option."""

from dataclasses import dataclass, field

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
    TCP_BACKEND,
    WEB,
    WEB_BACKEND,
)
from pki import AUTHORITY, Issued

ID = "{id}"
"""Stands for the ID of the object, which then identifies it on its own."""
V4, V6 = "127.52.0.1", "2001:db8:1::"
"""The first addresses that the emulator reserves."""
DOMAINS = ("a.example.com", "b.example.com", "c.example.com")
"""Names that resolve to V4 for the certificate authority."""
OTHER_AUTHORITY = Issued("Other Test Authority", ca=True)


@dataclass(frozen=True)
class Scenario:
    """What must exist, what identifies the object, what it is made with, and each change to it.

    Each of `changes` is combined with `identity`. `absent` is what `state: absent` needs too.
    `fixed` are options that cannot change: what the object is made with, and what is then refused.
    """

    needed: list = field(default_factory=list)
    identity: dict = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    absent: dict = field(default_factory=dict)
    fixed: list = field(default_factory=list)


def checks(**values):
    return {"health_check": values}


def http(**values):
    return checks(http_config={"uri": "/up", **values})


def https(**values):
    return checks(https_config={"uri": "/up", **values})


def deny(**match):
    return {"acls": [{**DENY, "match": match}]}


def redirect(**values):
    return {
        "type": "redirect",
        "redirect": {"type": "location", "target": "https://example.com", **values},
    }


def names(common_name, *others):
    return {"letsencrypt": {"common_name": common_name, "subject_alternative_name": [*others]}}


def bundle(name):
    leaf = Issued(name, AUTHORITY)
    return {"custom_certificate": {"bundle": leaf.key + leaf.pem + AUTHORITY.pem}}


def imported(name, authority):
    leaf = Issued(name, authority)
    parts = {"certificate": leaf.pem, "private_key": leaf.key, "chain": authority.pem}
    return {"custom_certificate": parts}


OTHER = ("load_balancer", {"name": "other"})
HTTPS = (
    "frontend",
    {"load_balancer": "web", "name": "https", "inbound_port": 443, "backend": "web"},
)
RENAMED = {"id": ID, "name": "renamed"}

SCENARIOS = {
    "load_balancer": Scenario(
        needed=[
            ON_CALL,
            ("subscriber", {"name": "office", "email_config": {"email": "office@example.com"}}),
            ("ip", {"tags": ["four"]}),
            ("ip", {"tags": ["six"], "is_ipv6": True}),
        ],
        identity={"name": "web"},
        options={"description": "shop", "type": "LB-S", "tags": ["a", "b"], "ips": [V4]},
        changes=[
            {"description": "blog"},
            {"description": ""},
            {"tags": ["c"]},
            {"tags": []},
            {"ssl_compatibility_level": "modern"},
            {"ssl_compatibility_level": "ssl_compatibility_level_old"},
            {"type": "lb-gp-m"},
            {"ips": [V6, V4]},
            {"subscriber": "on-call"},
            {"subscriber": "office"},
            {"subscriber": ""},
            RENAMED,
        ],
        fixed=[
            ({"assign_flexible_ip": False}, {"assign_flexible_ip": True}),
            ({"assign_flexible_ipv6": True}, {"assign_flexible_ipv6": False}),
        ],
    ),
    "ip": Scenario(
        needed=[WEB],
        identity={"tags": ["web"]},
        options={},
        changes=[
            {"reverse": "www.example.com"},
            {"reverse": "shop.example.com"},
            {"reverse": ""},
            {"id": ID, "tags": ["shop", "web"]},
            {"id": ID, "tags": []},
        ],
        fixed=[
            ({"is_ipv6": True}, {"id": ID, "is_ipv6": False}),
            ({}, {"id": ID, "ip_address": "192.0.2.1"}),
            ({"load_balancer": "web", "is_ipv6": True}, {"id": ID, "load_balancer": ""}),
        ],
    ),
    "backend": Scenario(
        needed=[WEB, OTHER],
        identity={"load_balancer": "web", "name": "web"},
        options={"forward_protocol": "http", "forward_port": 80, "servers": ["10.0.0.1"]},
        changes=[
            {"forward_port": 8080},
            {"forward_protocol": "tcp"},
            {"forward_protocol": "http"},
            {"forward_port_algorithm": "leastconn"},
            {"forward_port_algorithm": "first"},
            {"sticky_sessions": "cookie"},
            {"sticky_sessions_cookie_name": "SERVER"},
            {"sticky_sessions_cookie_name": "OTHER"},
            {"sticky_sessions_cookie_name": ""},
            {"sticky_sessions": "table"},
            {"servers": ["10.0.0.3", "10.0.0.2"]},
            {"servers": ["10.0.0.2", "10.0.0.3"]},
            {"servers": []},
            {"proxy_protocol": "v2"},
            {"proxy_protocol": "proxy_protocol_v2_ssl_cn"},
            {"send_proxy_v2": True},
            {"send_proxy_v2": False},
            {"timeout_server": "1m"},
            {"timeout_server": "70s"},
            {"timeout_server": ""},
            {"timeout_connect": "7s"},
            {"timeout_connect": "8000"},
            {"timeout_connect": ""},
            {"timeout_tunnel": "1h"},
            {"timeout_tunnel": "1h30m"},
            {"timeout_tunnel": ""},
            {"timeout_queue": "4s"},
            {"timeout_queue": "500ms"},
            {"timeout_queue": ""},
            {"on_marked_down_action": "shutdown_sessions"},
            {"on_marked_down_action": "none"},
            {"failover_host": "bucket.s3-website.fr-par.scw.cloud"},
            {"failover_host": "other.s3-website.fr-par.scw.cloud"},
            {"failover_host": ""},
            {"host": "www.example.com"},
            {"host": "shop.example.com"},
            {"host": ""},
            {"ssl_bridging": True},
            {"ignore_ssl_server_verify": True},
            {"ignore_ssl_server_verify": False},
            {"ssl_bridging": False},
            {"redispatch_attempt_count": 1},
            {"redispatch_attempt_count": 2},
            {"redispatch_attempt_count": 0},
            {"max_retries": 5},
            {"max_retries": 0},
            {"max_connections": 100},
            {"max_connections": 200},
            {"max_connections": 0},
            checks(port=9000),
            checks(port=9001),
            checks(check_max_retries=7),
            checks(check_max_retries=8),
            checks(check_delay="10s"),
            checks(check_delay="12s"),
            checks(check_delay=""),
            checks(check_timeout="2s"),
            checks(check_timeout="2500"),
            checks(check_timeout=""),
            checks(check_send_proxy=True),
            checks(check_send_proxy=False),
            checks(transient_check_delay="1s"),
            checks(transient_check_delay="200ms"),
            checks(transient_check_delay=""),
            http(),
            checks(http_config={"uri": "/health"}),
            http(),
            http(method="GET"),
            http(method="HEAD"),
            http(code=204),
            http(code=200),
            http(code=0),
            http(host_header="www.example.com"),
            http(host_header="shop.example.com"),
            http(host_header=""),
            https(),
            checks(https_config={"uri": "/health"}),
            https(),
            https(method="GET"),
            https(method="HEAD"),
            https(code=204),
            https(code=200),
            https(code=0),
            https(host_header="www.example.com"),
            https(host_header="shop.example.com"),
            https(host_header=""),
            https(sni="www.example.com"),
            https(sni="shop.example.com"),
            https(sni=""),
            checks(mysql_config={"user": "check"}),
            checks(mysql_config={"user": "other"}),
            checks(pgsql_config={"user": "check"}),
            checks(pgsql_config={"user": "other"}),
            checks(redis_config={}),
            checks(ldap_config={}),
            checks(tcp_config={}),
            RENAMED,
        ],
        fixed=[
            ({"forward_protocol": "tcp", "forward_port": 1}, {"id": ID, "load_balancer": "other"})
        ],
    ),
    "backend_servers": Scenario(
        needed=[WEB, WEB_BACKEND],
        identity={"load_balancer": "web", "backend": "web"},
        options={"servers": ["10.0.0.2", "10.0.0.3"]},
        changes=[
            {"servers": ["10.0.0.4"]},
            {"servers": ["10.0.0.4"], "state": "absent"},
            {"servers": ["10.0.0.4"], "state": "exact"},
            {"servers": ["2001:DB8::1", "10.0.0.4"], "state": "exact"},
        ],
        absent={"servers": ["10.0.0.4", "2001:db8::1"]},
    ),
    "frontend": Scenario(
        needed=[WEB, OTHER, WEB_BACKEND, API_BACKEND, FIRST, SECOND],
        identity={"load_balancer": "web", "name": "https"},
        options={"inbound_port": 8443, "backend": "web"},
        changes=[
            {"inbound_port": 443},
            {"backend": "api"},
            {"certificates": ["first"]},
            {"certificates": ["second", "first"]},
            {"certificates": ["first", "second"]},
            {"certificates": []},
            {"timeout_client": "30s"},
            {"timeout_client": "40000"},
            {"timeout_client": ""},
            {"enable_http3": True},
            {"enable_http3": False},
            {"connection_rate_limit": 100},
            {"connection_rate_limit": 200},
            {"connection_rate_limit": 0},
            {"enable_access_logs": True},
            {"enable_access_logs": False},
            RENAMED,
        ],
        fixed=[({"inbound_port": 443, "backend": "web"}, {"id": ID, "load_balancer": "other"})],
    ),
    "certificate": Scenario(
        needed=[WEB, OTHER],
        identity={"load_balancer": "web", "name": "first", "check_dns": False},
        options={"letsencrypt": {}},
        changes=[
            names("a.example.com"),
            names("b.example.com"),
            names("b.example.com", "a.example.com"),
            names("b.example.com", "a.example.com", "c.example.com"),
            imported("a.example.com", AUTHORITY),
            imported("b.example.com", OTHER_AUTHORITY),
            bundle("a.example.com"),
            bundle("b.example.com"),
            RENAMED,
        ],
        fixed=[({"letsencrypt": {}}, {"id": ID, "load_balancer": "other"})],
    ),
    "acl": Scenario(
        needed=[WEB, OTHER, WEB_BACKEND, HTTP, HTTPS],
        identity={"load_balancer": "web", "frontend": "http", "name": "deny"},
        options={"action": {"type": "deny"}, "index": 1},
        changes=[
            {"index": 7},
            {"description": "why"},
            {"description": "because"},
            {"description": ""},
            {"match": {"ip_subnet": ["10.0.0.0/8"]}},
            {"match": {"ip_subnet": ["10.0.0.0/8", "192.0.2.1"]}},
            {"match": {"ip_subnet": []}},
            {"match": {"invert": True}},
            {"match": {"invert": False}},
            {"match": {"ips_edge_services": True}},
            {"match": {"ips_edge_services": False}},
            {"match": {"http_filter": "path_begin", "http_filter_value": ["/admin"]}},
            {"match": {"http_filter_value": ["/admin", "/api"]}},
            {"match": {"http_filter": "path_end"}},
            {"match": {"http_filter": "http_header_match", "http_filter_option": "x-who"}},
            {"match": {"http_filter_option": "x-where"}},
            {"action": redirect()},
            {"action": redirect(code=301)},
            {"action": redirect(code=308)},
            {"action": redirect(code=308, target="/new")},
            {"action": redirect(code=308, target="https", type="scheme")},
            {"action": {"type": "allow"}},
            RENAMED,
        ],
        fixed=[
            ({"action": {"type": "deny"}, "index": 1}, {"id": ID, "load_balancer": "other"}),
            (
                {"action": {"type": "deny"}, "index": 1},
                {"id": ID, "load_balancer": "web", "frontend": "https"},
            ),
        ],
    ),
    "acls": Scenario(
        needed=[WEB, WEB_BACKEND, HTTP],
        identity={"load_balancer": "web", "frontend": "http"},
        options={"acls": [DENY]},
        changes=[
            {"acls": [DENY, REDIRECT]},
            {"acls": [REDIRECT, DENY]},
            {"acls": []},
            deny(**SUBNET),
            {"acls": [{**DENY, "name": "refuse"}]},
            {"acls": [DENY]},
            {"acls": [{**DENY, "description": "why"}]},
            {"acls": [{**DENY, "description": "because"}]},
            deny(ip_subnet=["192.0.2.0/24"]),
            deny(invert=True),
            deny(invert=False),
            deny(ips_edge_services=True),
            deny(ips_edge_services=False),
            deny(http_filter="path_begin", http_filter_value=["/admin"]),
            deny(http_filter="path_begin", http_filter_value=["/admin", "/api"]),
            deny(http_filter="path_end", http_filter_value=["/admin", "/api"]),
            deny(http_filter="http_header_match", http_filter_value=["me"], http_filter_option="x"),
            deny(http_filter="http_header_match", http_filter_value=["me"], http_filter_option="y"),
            {"acls": [{"name": "to", "action": redirect()}]},
            {"acls": [{"name": "to", "action": redirect(code=301)}]},
            {"acls": [{"name": "to", "action": redirect(code=308)}]},
            {"acls": [{"name": "to", "action": redirect(code=308, target="/new")}]},
            {"acls": [{"name": "to", "action": redirect(code=308, target="https", type="scheme")}]},
            {"acls": [{"name": "to", "action": {"type": "allow"}}]},
        ],
    ),
    "route": Scenario(
        needed=[WEB, WEB_BACKEND, API_BACKEND, TCP_BACKEND, HTTP, HTTPS],
        identity={"load_balancer": "web", "frontend": "http", "host_header": "api.example.com"},
        options={"backend": "api"},
        changes=[
            {"backend": "web"},
            {"match_subdomains": True},
            {"match_subdomains": False},
            {"id": ID, "host_header": "www.example.com"},
            {"id": ID, "path_begin": "/api"},
            {"id": ID, "path_begin": "/v2"},
            {"id": ID, "sni": "a.example.com", "backend": "tcp"},
            {"id": ID, "sni": "b.example.com"},
        ],
        fixed=[({"backend": "web"}, {"id": ID, "load_balancer": "web", "frontend": "https"})],
    ),
    "private_network": Scenario(
        needed=[WEB],
        identity={"load_balancer": "web", "private_network_id": f"fr-par/{NETWORK}"},
        options={"ipam_ids": [f"fr-par/{ADDRESS}"]},
        fixed=[({"ipam_ids": [ADDRESS]}, {"ipam_ids": [NETWORK]})],
    ),
    "subscriber": Scenario(
        identity={"name": "on-call"},
        options={"email_config": {"email": "on-call@example.com"}},
        changes=[
            {"email_config": {"email": "office@example.com"}},
            {"webhook_config": {"uri": "https://hooks.example.com/on-call"}},
            {"webhook_config": {"uri": "https://hooks.example.com/office"}},
            RENAMED,
        ],
    ),
}


def untrue(planned, there, where=""):
    """Where check mode predicted something else than the result; null and [] predict nothing."""
    if isinstance(planned, dict) and isinstance(there, dict):
        for key in planned.keys() - {"created_at", "updated_at", "lb", "instances", "status"}:
            yield from untrue(planned[key], there.get(key), f"{where}.{key}")
    elif isinstance(planned, list) and isinstance(there, list) and len(planned) == len(there):
        for one, other in zip(planned, there, strict=True):
            yield from untrue(one, other, where)
    elif planned not in (None, []) and spelled(planned) != spelled(there):
        yield where, planned, there


def spelled(value):
    """A value as the API spells it: types in lower case, durations without zeros, 0 as null."""
    return (value.lower().replace(".000s", "s") if isinstance(value, str) else value) or None


class Stage:
    """One module's object on the account: made with what it needs, and changed by its ID or name."""

    def __init__(self, name, cloud, module):
        self.name, self.scenario, self.cloud, self.module = name, SCENARIOS[name], cloud, module
        self.id = None
        for domain in DOMAINS:
            cloud.resolve(domain, V4)
        for other, options in self.scenario.needed:
            result = module(other, **options)
            assert result.get("changed"), result

    def told(self, change):
        """The options of a task: a change with what identifies the object."""
        if change.get("id") == ID:
            return {**change, "id": self.id}
        return {**self.scenario.identity, **change}

    def run(self, change, check=False):
        """Run the module; return its result and what it wrote."""
        with self.cloud.watched() as writes:
            result = self.module(self.name, check=check, **self.told(change))
        if isinstance(result.get(self.name), dict):
            self.id = result[self.name].get("id") or self.id
        return result, writes

    def settled(self, change):
        """Check mode says changed and writes nothing, a run changes, a second run does not."""
        checked, writes = self.run(change, check=True)
        assert checked.get("changed") is True, (change, checked)
        assert writes == []
        done, writes = self.run(change)
        assert done.get("changed") is True, (change, done)
        assert writes
        assert checked["diff"] == done["diff"]
        assert list(untrue(checked[self.name], done[self.name])) == [], change
        again, writes = self.run(change)
        assert again.get("changed") is False, (change, again)
        assert writes == []
        return done
