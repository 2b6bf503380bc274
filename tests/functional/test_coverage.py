"""Nothing that the API can do needs another tool: every operation, and every field of every write.

The tables are our own reading of the API, section by section. The journal tells what was reached.
"""

from typing import get_args, get_origin

import pytest
from cloud import PROJECT_ID
from pydantic import BaseModel
from scenarios import ID, SCENARIOS, Stage

from scaleway_lb_emulator.operations import OPERATIONS as STATED

CHECK = """port check_max_retries check_delay check_timeout check_send_proxy transient_check_delay
    tcp_config mysql_config.user pgsql_config.user redis_config ldap_config
    http_config.uri http_config.method http_config.code http_config.host_header
    https_config.uri https_config.method https_config.code https_config.host_header
    https_config.sni"""
BACKEND = """name forward_protocol forward_port forward_port_algorithm sticky_sessions
    sticky_sessions_cookie_name proxy_protocol timeout_server timeout_connect timeout_tunnel
    timeout_queue on_marked_down_action failover_host host ssl_bridging ignore_ssl_server_verify
    redispatch_attempt_count max_retries max_connections"""
FRONTEND = """name inbound_port backend_id timeout_client certificate_ids enable_http3
    connection_rate_limit enable_access_logs"""
ACL = """name description index action.type action.redirect.type action.redirect.target
    action.redirect.code match.ip_subnet match.ips_edge_services match.http_filter
    match.http_filter_value match.http_filter_option match.invert"""
ROUTE = "backend_id match.sni match.host_header match.path_begin match.match_subdomains"
SUBSCRIBER = "name email_config.email webhook_config.uri"


def each(prefix, fields):
    return " ".join(f"{prefix}{field}" for field in fields.split())


# {section: {operation: its writable fields}}
OPERATIONS = {
    "load balancers": {
        "ListLBs": "",
        "CreateLB": """name description project_id organization_id type ssl_compatibility_level
            tags ip_ids assign_flexible_ip assign_flexible_ipv6""",
        "GetLB": "",
        "UpdateLB": "name description tags ssl_compatibility_level",
        "DeleteLB": "",
        "MigrateLB": "type",
    },
    "addresses": {
        "ListIPs": "",
        "CreateIP": "project_id organization_id reverse is_ipv6 tags",
        "GetIP": "",
        "UpdateIP": "reverse lb_id tags",
        "ReleaseIP": "",
    },
    "backends": {
        "ListBackends": "",
        "CreateBackend": f"{BACKEND} server_ip {each('health_check.', CHECK)}",
        "GetBackend": "",
        "UpdateBackend": BACKEND,
        "DeleteBackend": "",
        "AddBackendServers": "server_ip",
        "SetBackendServers": "server_ip",
        "RemoveBackendServers": "server_ip",
        "UpdateHealthCheck": CHECK,
    },
    "frontends": {
        "ListFrontends": "",
        "CreateFrontend": FRONTEND,
        "GetFrontend": "",
        "UpdateFrontend": FRONTEND,
        "DeleteFrontend": "",
    },
    "certificates": {
        "ListCertificates": "",
        "CreateCertificate": """name letsencrypt.common_name letsencrypt.subject_alternative_name
            custom_certificate.certificate_chain""",
        "GetCertificate": "",
        "UpdateCertificate": "name",
        "DeleteCertificate": "",
    },
    "ACLs": {
        "ListACLs": "",
        "CreateACL": ACL,
        "SetACLs": each("acls[].", ACL),
        "GetACL": "",
        "UpdateACL": ACL,
        "DeleteACL": "",
    },
    "routes": {
        "ListRoutes": "",
        "CreateRoute": f"frontend_id {ROUTE}",
        "GetRoute": "",
        "UpdateRoute": ROUTE,
        "DeleteRoute": "",
    },
    "private networks": {
        "ListLBPrivateNetworks": "",
        "AttachPrivateNetwork": "private_network_id ipam_ids",
        "DetachPrivateNetwork": "private_network_id",
    },
    "subscribers": {
        "ListSubscriber": "",
        "CreateSubscriber": f"project_id organization_id {SUBSCRIBER}",
        "GetSubscriber": "",
        "UpdateSubscriber": SUBSCRIBER,
        "DeleteSubscriber": "",
        "SubscribeToLB": "subscriber_id",
        "UnsubscribeFromLB": "",
    },
    "statistics and types": {"GetLBStats": "", "ListBackendStats": "", "ListLBTypes": ""},
}
# What the API deprecates. ip_ids, proxy_protocol, certificate_ids and ipam_ids say the same today.
SUCCESSORS = {"GetLBStats": "ListBackendStats"}
DEPRECATED = {
    "CreateLB": "ip_id",
    "CreateBackend": "send_proxy_v2",
    "UpdateBackend": "send_proxy_v2",
    "CreateFrontend": "certificate_id",
    "UpdateFrontend": "certificate_id",
    "AttachPrivateNetwork": "static_config.ip_address dhcp_config ipam_config",
}


def paths(body, above=""):
    """The fields that a request's body gives, by their path."""
    for name, value in (body or {}).items():
        if isinstance(value, dict) and value:
            yield from paths(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                yield from paths(item, f"{above}{name}[].")
        else:
            yield f"{above}{name}"


LB = {"load_balancer": "web"}
TARGET = {**LB, "forward_protocol": "http", "forward_port": 80, "servers": ["10.0.0.1"]}
REDIRECT = {
    "type": "redirect",
    "redirect": {"type": "location", "target": "https://example.com", "code": 301},
}
MATCH = {
    "ip_subnet": ["10.0.0.0/8"],
    "ips_edge_services": True,
    "http_filter": "http_header_match",
    "http_filter_value": ["me"],
    "http_filter_option": "x-who",
    "invert": True,
}
HTTP = {"uri": "/", "method": "GET", "code": 200, "host_header": "example.com"}
# Objects that are made with all they can have, as far as it goes together.
WHOLE = [
    (
        "load_balancer",
        {
            "name": "web",
            "description": "shop",
            "type": "lb-s",
            "ssl_compatibility_level": "modern",
            "tags": ["web"],
            "assign_flexible_ip": True,
            "assign_flexible_ipv6": True,
        },
    ),
    ("ip", {"tags": ["web"], "reverse": "www.example.com", "is_ipv6": False}),
    ("load_balancer", {"name": "other", "ips": ["127.52.0.2"]}),
    (
        "backend",
        {
            **TARGET,
            "name": "web",
            "forward_port_algorithm": "leastconn",
            "sticky_sessions": "cookie",
            "sticky_sessions_cookie_name": "SERVER",
            "proxy_protocol": "v2",
            "timeout_server": "1m",
            "timeout_connect": "1s",
            "timeout_tunnel": "1h",
            "timeout_queue": "1s",
            "on_marked_down_action": "shutdown_sessions",
            "failover_host": "bucket.s3-website.fr-par.scw.cloud",
            "host": "www.example.com",
            "ssl_bridging": True,
            "ignore_ssl_server_verify": True,
            "redispatch_attempt_count": 1,
            "max_retries": 1,
            "max_connections": 1,
            "health_check": {
                "port": 80,
                "check_max_retries": 2,
                "check_delay": "2s",
                "check_timeout": "1s",
                "check_send_proxy": True,
                "transient_check_delay": "1s",
                "https_config": {**HTTP, "sni": "example.com"},
            },
        },
    ),
    *(
        ("backend", {**TARGET, "name": kind, "health_check": {kind: check}})
        for kind, check in {
            "http_config": HTTP,
            "mysql_config": {"user": "check"},
            "pgsql_config": {"user": "check"},
            "tcp_config": {},
            "redis_config": {},
            "ldap_config": {},
        }.items()
    ),
    ("backend", {**TARGET, "name": "tcp", "forward_protocol": "tcp"}),
    ("certificate", {**LB, "name": "web", "letsencrypt": {}}),
    (
        "frontend",
        {
            **LB,
            "name": "web",
            "inbound_port": 443,
            "backend": "web",
            "certificates": ["web"],
            "timeout_client": "30s",
            "enable_http3": True,
            "connection_rate_limit": 100,
            "enable_access_logs": True,
        },
    ),
    (
        "acl",
        {
            **LB,
            "frontend": "web",
            "name": "one",
            "index": 1,
            "description": "why",
            "action": REDIRECT,
            "match": MATCH,
        },
    ),
    *(
        (
            "route",
            {**LB, "frontend": "web", "backend": target, match: value, "match_subdomains": True},
        )
        for match, value, target in (
            ("sni", "a.example.com", "tcp"),
            ("host_header", "a.example.com", "web"),
            ("path_begin", "/a", "web"),
        )
    ),
    (
        "acls",
        {
            **LB,
            "frontend": "web",
            "acls": [
                {"name": "one", "description": "why", "action": REDIRECT, "match": MATCH},
            ],
        },
    ),
    ("subscriber", {"name": "mail", "email_config": {"email": "on-call@example.com"}}),
    ("subscriber", {"name": "hook", "webhook_config": {"uri": "https://hooks.example.com"}}),
    ("load_balancer", {"name": "third", "assign_flexible_ip": False, "subscriber": "mail"}),
    ("ip", {"tags": ["third"], "load_balancer": "third"}),
]
READ = [
    ("load_balancer_info", {}),
    ("ip_info", {}),
    ("backend_info", LB),
    ("frontend_info", LB),
    ("certificate_info", LB),
    ("acl_info", {**LB, "frontend": "web"}),
    ("route_info", LB),
    ("private_network_info", LB),
    ("subscriber_info", {}),
    ("backend_stats_info", LB),
    ("type_info", {}),
]


@pytest.fixture
def reached(cloud, inside):
    """What a journey through all that the modules can do asks of the API: {operation: fields}."""
    reached = {}

    def keep():
        for entry in cloud.journal(reads=True):
            if entry["status"] < 300:
                reached.setdefault(entry["operation"], set()).update(paths(entry["body"]))
        cloud.reset()

    def run(name, options, environment=None):
        result = inside(name, environment=environment, **options)
        assert not result.get("failed"), (name, options, result)

    for name, options in [*WHOLE, *READ]:
        run(name, options)
    keep()
    organization = {**cloud.environment, "SCW_DEFAULT_ORGANIZATION_ID": PROJECT_ID}
    del organization["SCW_DEFAULT_PROJECT_ID"]
    for name in ("load_balancer", "ip", "subscriber"):
        options = dict(next(options for one, options in WHOLE if one == name))
        run(name, options, organization)
    keep()
    for name in SCENARIOS:
        stage = Stage(name, cloud, inside)
        for change in [stage.scenario.options, *stage.scenario.changes]:
            result, _writes = stage.run(change)
            assert result.get("changed"), (name, change, result)
        last = {"id": ID} if stage.id and name != "private_network" else {}
        result, _writes = stage.run({**last, "state": "absent", **stage.scenario.absent})
        assert result.get("changed"), (name, result)
        keep()
    return reached


def test_every_operation_and_every_writable_field_is_reached_and_nothing_else(reached):
    operations = {
        operation: set(fields.split())
        for section in OPERATIONS.values()
        for operation, fields in section.items()
    }
    assert len(operations) == 54
    assert set(operations) - set(reached) == set(SUCCESSORS)
    assert set(SUCCESSORS.values()) <= set(reached)
    for operation, fields in operations.items():
        sent = reached.get(operation, set())
        assert fields - sent == set(), f"{operation} is never given these"
        # null and [] stand for the whole of what could be given below them
        above = {field.rpartition(".")[0].removesuffix("[]") for field in fields}
        assert sent <= fields | above, f"{operation} is given what is unknown or deprecated"


def writable(model, above=""):
    """The fields that the emulator takes, by their path."""
    for name, field in model.model_fields.items():
        below = next((one for one in models(field.annotation) if one.model_fields), None)
        if below:
            several = "[]" if get_origin(field.annotation) is list else ""
            yield from writable(below, f"{above}{name}{several}.")
        else:
            yield f"{above}{name}"


def models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def test_the_tables_name_every_field_that_the_emulator_takes():
    taken = {
        one.name: set(writable(one.model)) if one.model else set() for one in STATED if one.zoned
    }
    named = {
        operation: {*fields.split(), *DEPRECATED.get(operation, "").split()}
        for section in OPERATIONS.values()
        for operation, fields in section.items()
    }
    assert named == taken
