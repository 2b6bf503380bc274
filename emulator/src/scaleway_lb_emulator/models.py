"""What a request may hold: the API's field names, types and limits (reference, section 4)."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DURATION = re.compile(r"^(\d+)(?:\.(\d{1,9}))?s$")


def _seconds(value: str) -> str:
    """Durations are seconds in text; answers have 0, 3, 6 or 9 decimals (reference, 2)."""
    match = DURATION.match(value)
    if not match:
        raise ValueError("is not a duration such as 0.5s")
    digits = (match[2] or "").rstrip("0")
    width = -(-len(digits) // 3) * 3
    return f"{int(match[1])}{'.' + digits.ljust(width, '0') if digits else ''}s"


def _address(value: str) -> str:
    ipaddress.ip_address(value)
    return value


def _network(value: str) -> str:
    ipaddress.ip_network(value, strict=False)
    return value


def _empty(value: Any) -> Any:
    return [] if value is None else value


Port = Annotated[int, Field(ge=1, le=65535)]
Milliseconds = Annotated[int, Field(ge=0, le=2_147_483_647)]
Number = Annotated[int, Field(ge=0, le=2_147_483_647)]
Seconds = Annotated[str, AfterValidator(_seconds)]
Text = Annotated[str, Field(max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Texts = Annotated[list[Text], BeforeValidator(_empty)]
Addresses = Annotated[list[Annotated[str, AfterValidator(_address)]], BeforeValidator(_empty)]
Networks = Annotated[list[Annotated[str, AfterValidator(_network)]], BeforeValidator(_empty)]
SslLevel = Literal[
    "ssl_compatibility_level_unknown",
    "ssl_compatibility_level_intermediate",
    "ssl_compatibility_level_modern",
    "ssl_compatibility_level_old",
]


class Body(BaseModel):
    """A request body. Fields that the API does not know are ignored, as it does."""

    model_config = ConfigDict(extra="ignore")


class Owned(Body):
    project_id: str | None = None
    organization_id: str | None = None


class CreateLB(Owned):
    name: Name
    description: Text | None = ""
    type: str | None = "lb-s"
    ssl_compatibility_level: SslLevel | None = None
    tags: Texts = []
    ip_ids: Texts = []
    ip_id: str | None = None
    assign_flexible_ip: bool | None = None
    assign_flexible_ipv6: bool | None = None


class UpdateLB(Body):
    name: Name
    description: Text
    tags: Texts = []
    ssl_compatibility_level: SslLevel | None = None


class MigrateLB(Body):
    type: str


class CreateIP(Owned):
    reverse: Text | None = None
    is_ipv6: bool | None = False
    tags: Texts = []


class UpdateIP(Body):
    reverse: Text | None = None
    lb_id: str | None = None
    tags: list[Text] | None = None


class Nothing(Body):
    pass


class HttpCheck(Body):
    uri: Text = ""
    method: Text = ""
    code: int | None = None
    host_header: Text = ""


class HttpsCheck(HttpCheck):
    sni: Text = ""


class DatabaseCheck(Body):
    user: Text


class HealthCheck(Body):
    port: Port
    check_max_retries: Annotated[int, Field(ge=1, le=9999)]
    check_delay: Milliseconds | None = 3000
    check_timeout: Milliseconds | None = 1000
    check_send_proxy: bool | None = False
    transient_check_delay: Seconds | None = "0.500s"
    tcp_config: Nothing | None = None
    http_config: HttpCheck | None = None
    https_config: HttpsCheck | None = None
    mysql_config: DatabaseCheck | None = None
    pgsql_config: DatabaseCheck | None = None
    redis_config: Nothing | None = None
    ldap_config: Nothing | None = None

    def row(self) -> dict[str, Any]:
        """As answers show it: the chosen kind alone, TCP where none was chosen."""
        row = self.model_dump()
        kinds = [key for key in row if key.endswith("_config")]
        chosen = [key for key in kinds if row[key] is not None] or ["tcp_config"]
        if len(chosen) > 1:
            raise ValueError(f"{chosen[1]} beside {chosen[0]}: give one kind of check")
        for key in kinds:
            row.pop(key) if key != chosen[0] else None
        row[chosen[0]] = self.model_dump()[chosen[0]] or {}
        defaults = {name: field.default for name, field in HealthCheck.model_fields.items()}
        return {key: defaults[key] if value is None else value for key, value in row.items()}


class UpdateBackend(Body):
    name: Name
    forward_protocol: Literal["tcp", "http"]
    forward_port: Port
    forward_port_algorithm: Literal["roundrobin", "leastconn", "first"] = "roundrobin"
    sticky_sessions: Literal["none", "cookie", "table"] = "none"
    sticky_sessions_cookie_name: Text | None = None
    send_proxy_v2: bool | None = None
    proxy_protocol: (
        Literal[
            "proxy_protocol_unknown",
            "proxy_protocol_none",
            "proxy_protocol_v1",
            "proxy_protocol_v2",
            "proxy_protocol_v2_ssl",
            "proxy_protocol_v2_ssl_cn",
        ]
        | None
    ) = None
    timeout_server: Milliseconds | None = None
    timeout_connect: Milliseconds | None = None
    timeout_tunnel: Milliseconds | None = None
    timeout_queue: Seconds | None = None
    on_marked_down_action: Literal["on_marked_down_action_none", "shutdown_sessions"] | None = None
    failover_host: Text | None = None
    host: Text | None = None
    ssl_bridging: bool | None = None
    ignore_ssl_server_verify: bool | None = None
    redispatch_attempt_count: Number | None = None
    max_retries: Number | None = None
    max_connections: Number | None = None

    def row(self) -> dict[str, Any]:
        """What is stored; the answers' defaults are those of reference 4.3."""
        row = self.model_dump(exclude={"health_check", "server_ip"})
        if row["send_proxy_v2"] and row["proxy_protocol"] is None:
            row["proxy_protocol"] = "proxy_protocol_v2"
        filled = {
            "sticky_sessions_cookie_name": "",
            "send_proxy_v2": False,
            "proxy_protocol": "proxy_protocol_unknown",
            "timeout_server": 300_000,
            "timeout_connect": 5_000,
            "timeout_tunnel": 900_000,
            "on_marked_down_action": "on_marked_down_action_none",
            "host": "",
            "ssl_bridging": False,
        }
        return row | {key: value for key, value in filled.items() if row[key] is None}


class CreateBackend(UpdateBackend):
    health_check: HealthCheck
    server_ip: Addresses = []


class Servers(Body):
    server_ip: Addresses


class UpdateFrontend(Body):
    name: Name
    inbound_port: Port
    backend_id: str
    timeout_client: Milliseconds | None = None
    certificate_id: str | None = None
    certificate_ids: Texts = []
    enable_http3: bool | None = False
    connection_rate_limit: Number | None = None
    enable_access_logs: bool | None = None


class LetsEncrypt(Body):
    common_name: Annotated[str, Field(min_length=1, max_length=253)]
    subject_alternative_name: Texts = []


class Imported(Body):
    certificate_chain: str


class CreateCertificate(Body):
    name: Name
    letsencrypt: LetsEncrypt | None = None
    custom_certificate: Imported | None = None


class UpdateCertificate(Body):
    name: Name


class Redirect(Body):
    type: Literal["location", "scheme"]
    target: Text
    code: Literal[301, 302, 303, 307, 308] | None = None


class Action(Body):
    type: Literal["allow", "deny", "redirect"]
    redirect: Redirect | None = None


class Match(Body):
    ip_subnet: Networks = []
    ips_edge_services: bool | None = False
    http_filter: Literal[
        "acl_http_filter_none", "path_begin", "path_end", "regex", "http_header_match"
    ] = "acl_http_filter_none"
    http_filter_value: Texts = []
    http_filter_option: Text | None = None
    invert: bool | None = False


class ACL(Body):
    name: Name
    action: Action
    match: Match | None = None
    index: Number
    description: Text | None = None


class SetACLs(Body):
    acls: list[ACL]


class RouteMatch(Body):
    sni: Text | None = None
    host_header: Text | None = None
    path_begin: Text | None = None
    match_subdomains: bool | None = False


class UpdateRoute(Body):
    backend_id: str
    match: RouteMatch | None = None


class CreateRoute(UpdateRoute):
    frontend_id: str


class StaticConfig(Body):
    ip_address: Addresses = []


class AttachInPath(Body):
    """How a private network is attached on the regional API, which names it in the path."""

    ipam_ids: Texts = []
    static_config: StaticConfig | None = None
    dhcp_config: Nothing | None = None
    ipam_config: Nothing | None = None


class Attach(AttachInPath):
    private_network_id: str


class Detach(Body):
    private_network_id: str


class EmailConfig(Body):
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=255)]


class WebhookConfig(Body):
    uri: Annotated[str, Field(pattern=r"^https?://", max_length=2048)]


class UpdateSubscriber(Body):
    name: Name
    email_config: EmailConfig | None = None
    webhook_config: WebhookConfig | None = None


class CreateSubscriber(UpdateSubscriber, Owned):
    pass


class Subscribe(Body):
    subscriber_id: str
