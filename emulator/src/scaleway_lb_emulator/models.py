"""What a request may contain: the API's field names, types and limits (reference, 4)."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

DURATION = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?s")
SECONDS = r"^[0-9]{1,9}(\.[0-9]{1,9})?s$"
TENTHS = r"^([1-9][0-9]{0,8}(\.[0-9]{1,9})?|0\.[1-9][0-9]{0,8})s$"
LARGEST = 2_147_483_647
LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"


def _seconds(value: str) -> str:
    """Durations are seconds as text; answers have 0, 3, 6 or 9 decimals (reference, 2)."""
    match = DURATION.fullmatch(value)
    if not match:
        raise PydanticCustomError("duration_format", "is not a duration such as 0.5s")
    digits = (match[2] or "").rstrip("0")
    width = -(-len(digits) // 3) * 3
    return f"{int(match[1])}{'.' + digits.ljust(width, '0') if digits else ''}s"


def _transient(value: str) -> str:
    """Documented (reference, 4.4)."""
    if float(value[:-1]) < 0.1:
        raise ValueError("is less than 0.1s")
    return value


def _number(value: Any) -> Any:
    """JSON has no integer type, but true is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "is not a number")
    return value


def _milliseconds(value: Any) -> Any:
    """One of the vendor's tutorials gives them as text (reference, 2)."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}", value):
        return int(value)
    return _number(value)


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise PydanticCustomError("address_format", "is not an IP address") from None
    return value


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise PydanticCustomError("network_format", "is not an IP address or subnet") from None
    return value


def _empty(value: Any) -> Any:
    """null for a list means an empty one (reference, 2)."""
    return [] if value is None else value


def whole(least: int, most: int = LARGEST) -> Any:
    return Annotated[int, Field(ge=least, le=most), BeforeValidator(_number)]


def milliseconds(least: int) -> Any:
    number = {"type": "integer", "minimum": least, "maximum": LARGEST}
    digits = {"type": "string", "pattern": "^[1-9][0-9]{3,8}$"}
    return Annotated[
        int,
        Field(ge=least, le=LARGEST),
        BeforeValidator(_milliseconds),
        WithJsonSchema({"anyOf": [number, digits]}),
    ]


def several(item: Any) -> Any:
    """A list that may also be given as null."""
    return Annotated[list[item], BeforeValidator(_empty, json_schema_input_type=list[item] | None)]


# Limits that are not known are our choice: the lengths of texts and lists.
Port = whole(1, 65535)  # documented (reference, 4.3)
Milliseconds = milliseconds(0)  # documented, 0 to 2147483647 (reference, 4.3)
Second = milliseconds(1000)  # documented: checks are at least a second apart (reference, 4.4)
Number = whole(0)
Whole32 = whole(0, 2**32 - 1)  # unsigned (SDK)
Seconds = Annotated[
    str, AfterValidator(_seconds), WithJsonSchema({"type": "string", "pattern": SECONDS})
]
Transient = Annotated[
    str,
    AfterValidator(_seconds),
    AfterValidator(_transient),
    WithJsonSchema({"type": "string", "pattern": TENTHS}),
]
Text = Annotated[str, Field(max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Id = Annotated[
    str,
    Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    AfterValidator(str.lower),  # case-insensitive, as UUIDs are (RFC 9562)
]
DnsName = Annotated[str, Field(max_length=253, pattern=rf"^(\*\.)?({LABEL}\.)*{LABEL}$")]
Texts = several(Text)
Ids = several(Id)
Address = Annotated[
    str, AfterValidator(_address),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}),
]  # fmt: skip
Network = Annotated[
    str, AfterValidator(_network),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"},
                    {"pattern": r"^10\.[0-9]{1,2}\.0\.0/(8|16|24)$"}]}),
]  # fmt: skip
Addresses, Networks = several(Address), several(Network)
SslLevel = Literal[
    "ssl_compatibility_level_unknown",
    "ssl_compatibility_level_intermediate",
    "ssl_compatibility_level_modern",
    "ssl_compatibility_level_old",
]


class Body(BaseModel):
    """A request body. Unknown fields are ignored, as the API does."""

    model_config = ConfigDict(extra="ignore")


class Owned(Body):
    project_id: Id | None = None
    organization_id: Id | None = None


class CreateLB(Owned):
    name: Name
    description: Text | None = ""
    type: Text | None = "lb-s"
    ssl_compatibility_level: SslLevel | None = None
    tags: Texts = []
    ip_ids: Ids = []
    ip_id: Id | None = None
    assign_flexible_ip: StrictBool | None = None
    assign_flexible_ipv6: StrictBool | None = None


class UpdateLB(Body):
    name: Name
    description: Text
    tags: Texts = []
    ssl_compatibility_level: SslLevel | None = None


class MigrateLB(Body):
    type: Text


class CreateIP(Owned):
    reverse: Text | None = None
    is_ipv6: StrictBool | None = False
    tags: Texts = []


class UpdateIP(Body):
    reverse: Text | None = None
    lb_id: Id | None = None
    tags: list[Text] | None = None


class Nothing(Body):
    pass


class HttpCheck(Body):
    uri: Text = ""
    method: Text = ""
    code: whole(0, 999) | None = None
    host_header: Text = ""


class HttpsCheck(HttpCheck):
    sni: Text = ""


class DatabaseCheck(Body):
    user: Text


class HealthCheck(Body):
    port: Port
    check_max_retries: whole(1, 9999)  # documented (reference, 4.4)
    check_delay: Second | None = 3000
    check_timeout: Second | None = 1000
    check_send_proxy: StrictBool | None = False
    transient_check_delay: Transient | None = "0.500s"
    tcp_config: Nothing | None = None
    http_config: HttpCheck | None = None
    https_config: HttpsCheck | None = None
    mysql_config: DatabaseCheck | None = None
    pgsql_config: DatabaseCheck | None = None
    redis_config: Nothing | None = None
    ldap_config: Nothing | None = None

    @model_validator(mode="after")
    def is_of_one_kind(self) -> HealthCheck:
        chosen = [kind for kind in CHECKS if getattr(self, kind) is not None]
        if len(chosen) > 1:
            raise ValueError(f"{chosen[1]} beside {chosen[0]}: give one kind of check")
        return self

    def row(self) -> dict[str, Any]:
        """As answers show it: only the chosen kind, TCP if none was chosen (notes, 28)."""
        row = {name: value for name, value in self.model_dump().items() if value is not None}
        row = {name: value for name, value in CHECK_DEFAULTS.items() if name not in row} | row
        return row if row.keys() & CHECKS else row | {"tcp_config": {}}


class UpdateHealthCheck(HealthCheck):
    """On update these two are required."""

    check_delay: Second
    check_timeout: Second


CHECKS = {name: None for name in HealthCheck.model_fields if name.endswith("_config")}.keys()
CHECK_DEFAULTS = {
    name: field.default
    for name, field in HealthCheck.model_fields.items()
    if name not in CHECKS and not field.is_required()
}


Algorithm = Literal["roundrobin", "leastconn", "first"]
Stickiness = Literal["none", "cookie", "table"]


class UpdateBackend(Body):
    name: Name
    forward_protocol: Literal["tcp", "http"]
    forward_port: Port
    forward_port_algorithm: Algorithm
    sticky_sessions: Stickiness
    sticky_sessions_cookie_name: Text | None = None
    send_proxy_v2: StrictBool | None = None
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
    ssl_bridging: StrictBool | None = None
    ignore_ssl_server_verify: StrictBool | None = None
    redispatch_attempt_count: Number | None = None
    max_retries: whole(0, 32) | None = None  # documented (reference, 4.3)
    max_connections: Number | None = None

    def row(self) -> dict[str, Any]:
        """What is stored, with the defaults that answers show (reference, 4.3)."""
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
    """The documentation requires all four, but the vendor's own tutorial leaves out the second
    (reference, 9); the defaults of the first two are the SDK's."""

    forward_port_algorithm: Algorithm = "roundrobin"
    sticky_sessions: Stickiness = "none"
    health_check: HealthCheck
    server_ip: Addresses  # documented as required, and in all recorded requests (reference, 4.3)


class Servers(Body):
    server_ip: Addresses


class UpdateFrontend(Body):
    name: Name
    inbound_port: Port
    backend_id: Id
    timeout_client: Milliseconds | None = None
    certificate_id: Id | None = None
    certificate_ids: Ids = []
    enable_http3: StrictBool | None = False
    connection_rate_limit: Whole32 | None = None
    enable_access_logs: StrictBool | None = None


class LetsEncrypt(Body):
    common_name: DnsName
    subject_alternative_name: Annotated[several(DnsName), Field(max_length=99)] = []


class Imported(Body):
    certificate_chain: Annotated[str, Field(max_length=100_000)]


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
    ips_edge_services: StrictBool | None = False
    http_filter: (
        Literal["acl_http_filter_none", "path_begin", "path_end", "regex", "http_header_match"]
        | None
    ) = None
    http_filter_value: Texts = []
    http_filter_option: Text | None = None
    invert: StrictBool | None = False


class ACL(Body):
    name: Name
    action: Action
    match: Match | None = None
    index: Number
    description: Text | None = None


class SetACLs(Body):
    acls: several(ACL)


class RouteMatch(Body):
    sni: Text | None = None
    host_header: Text | None = None
    path_begin: Text | None = None
    match_subdomains: StrictBool | None = False


class UpdateRoute(Body):
    backend_id: Id
    match: RouteMatch | None = None


class CreateRoute(UpdateRoute):
    frontend_id: Id


class StaticConfig(Body):
    ip_address: Addresses = []


class AttachInPath(Body):
    """How a private network is attached on the regional API, which names it in the path."""

    ipam_ids: Ids = []
    static_config: StaticConfig | None = None
    dhcp_config: Nothing | None = None
    ipam_config: Nothing | None = None


class Attach(AttachInPath):
    private_network_id: Id


class Detach(Body):
    private_network_id: Id


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
    subscriber_id: Id
