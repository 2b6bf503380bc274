"""The shapes of answers, for the OpenAPI document: what a client may rely on (reference, 4)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from .models import Algorithm, SslLevel, Stickiness


class Shape(BaseModel):
    """All keys are always present, except those of a one-of."""

    model_config = ConfigDict(extra="forbid")


class Placed(Shape):
    zone: str
    region: str


class Dated(Shape):
    created_at: str
    updated_at: str


class Instance(Placed, Dated):
    id: str
    status: Literal["unknown", "ready", "pending", "stopped", "error", "locked", "migrating"]
    ip_address: str


class IP(Placed):
    id: str
    ip_address: str
    lb_id: str | None
    organization_id: str
    project_id: str
    reverse: str
    tags: list[str]


class Email(Shape):
    email: str


class Webhook(Shape):
    uri: str


class Subscriber(Shape):
    id: str
    name: str
    email_config: Email = None
    webhook_config: Webhook = None


class LB(Placed, Dated):
    id: str
    name: str
    description: str
    status: Literal["unknown", "ready", "pending", "stopped", "error", "locked", "migrating",
                    "to_create", "creating", "to_delete", "deleting"]  # fmt: skip
    instances: list[Instance]
    organization_id: str
    project_id: str
    ip: list[IP]
    tags: list[str]
    frontend_count: int
    backend_count: int
    route_count: int
    private_network_count: int
    type: str
    subscriber: Subscriber | None
    ssl_compatibility_level: SslLevel


class Nothing(Shape):
    pass


class HttpConfig(Shape):
    uri: str
    method: str
    code: int | None
    host_header: str


class HttpsConfig(HttpConfig):
    sni: str


class DatabaseConfig(Shape):
    user: str


class HealthCheck(Shape):
    port: int
    check_max_retries: int
    check_delay: int
    check_timeout: int
    check_send_proxy: bool
    transient_check_delay: str
    tcp_config: Nothing = None
    http_config: HttpConfig = None
    https_config: HttpsConfig = None
    mysql_config: DatabaseConfig = None
    pgsql_config: DatabaseConfig = None
    redis_config: Nothing = None
    ldap_config: Nothing = None


class Backend(Dated):
    id: str
    name: str
    forward_protocol: Literal["tcp", "http"]
    forward_port: int
    forward_port_algorithm: Algorithm
    sticky_sessions: Stickiness
    sticky_sessions_cookie_name: str
    health_check: HealthCheck
    pool: list[str]
    lb: LB
    send_proxy_v2: bool
    proxy_protocol: str
    timeout_server: int
    timeout_connect: int
    timeout_tunnel: int
    timeout_queue: str | None
    on_marked_down_action: str
    failover_host: str | None
    host: str
    ssl_bridging: bool
    ignore_ssl_server_verify: bool | None
    redispatch_attempt_count: int | None
    max_retries: int | None
    max_connections: int | None


class Certificate(Dated):
    id: str
    name: str
    type: Literal["letsencrypt", "custom"]
    status: Literal["pending", "ready", "error"]
    status_details: str | None
    common_name: str
    subject_alternative_name: list[str]
    fingerprint: str
    not_valid_before: str
    not_valid_after: str
    lb: LB


class Frontend(Dated):
    id: str
    name: str
    inbound_port: int
    backend: Backend
    lb: LB
    timeout_client: int | None
    certificate: Certificate | None
    certificate_ids: list[str]
    connection_rate_limit: int | None
    enable_access_logs: bool
    enable_http3: bool


class Redirect(Shape):
    type: Literal["location", "scheme"]
    target: str
    code: int


class Action(Shape):
    type: Literal["allow", "deny", "redirect"]
    redirect: Redirect | None


class Match(Shape):
    ip_subnet: list[str]
    ips_edge_services: bool
    http_filter: str
    http_filter_value: list[str]
    http_filter_option: str | None
    invert: bool


class ACL(Dated):
    id: str
    name: str
    description: str
    index: int
    action: Action
    match: Match
    frontend: Frontend


class RouteMatch(Shape):
    match_subdomains: bool
    sni: str = None
    host_header: str = None
    path_begin: str = None


class Route(Dated):
    id: str
    frontend_id: str
    backend_id: str
    match: RouteMatch


class DhcpConfig(Shape):
    ip_id: str | None


class PrivateNetwork(Dated):
    lb: LB
    private_network_id: str
    status: Literal["unknown", "ready", "pending", "error"]
    ipam_ids: list[str]
    dhcp_config: DhcpConfig


class ServerStats(Shape):
    instance_id: str
    backend_id: str
    ip: str
    server_state: Literal["stopped", "starting", "running", "stopping"]
    server_state_changed_at: str
    last_health_check_status: Literal["unknown", "neutral", "failed", "passed", "condpass"]


class Stats(Shape):
    backend_servers_stats: list[ServerStats]


class LBType(Placed):
    name: str
    stock_status: str
    bandwidth: int
    multicloud: bool
    description: str


class Refused(BaseModel):
    """Every refusal has a message; most have a type, and what belongs to it."""

    message: str
    type: str = None
    details: list[dict[str, Any]] = None


SHAPES: dict[str, type[BaseModel]] = {
    shape.__name__: shape
    for shape in (
        *(LB, IP, Backend, HealthCheck, Frontend, Certificate, ACL, Route, PrivateNetwork),
        *(Subscriber, ServerStats, Stats, LBType),
    )
}
