"""Backends, their servers and their health checks as lines of HAProxy's configuration."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from typing import Any

from .words import header, host, identifier, literal, milliseconds, quoted

PROXY = {
    "proxy_protocol_v1": "send-proxy",
    "proxy_protocol_v2": "send-proxy-v2",
    "proxy_protocol_v2_ssl": "send-proxy-v2-ssl",
    "proxy_protocol_v2_ssl_cn": "send-proxy-v2-ssl-cn",
}
ALGORITHMS = ("roundrobin", "leastconn", "first")
TIMEOUTS = {"timeout_server": 300_000, "timeout_connect": 5_000, "timeout_tunnel": 900_000}


def backend_section(row: dict[str, Any]) -> dict[str, Any]:
    """What the template needs of a backend. Raises ValueError for what cannot be served."""
    mode, algorithm = row["forward_protocol"], row["forward_port_algorithm"]
    if mode not in ("tcp", "http") or algorithm not in ALGORITHMS:
        raise ValueError(f"cannot do {mode} {algorithm}")
    lines = [f"balance {algorithm}"]
    for key, default in TIMEOUTS.items():
        value = default if row[key] is None else int(row[key])
        lines.append(f"{key.replace('_', ' ')} {value}ms")
    lines += stickiness(row)
    if waiting := milliseconds(row["timeout_queue"]):
        lines.append(f"timeout queue {waiting}ms")
    if row["max_retries"] is not None:
        lines.append(f"retries {int(row['max_retries'])}")
    if row["redispatch_attempt_count"]:
        lines.append(f"option redispatch {int(row['redispatch_attempt_count'])}")
    if mode == "http":
        lines += forwarded(row["host"])
    lines += check_lines(row["health_check"])
    options = server_options(row)
    servers = {}
    for address in dict.fromkeys(row["pool"]):
        line = server_line(row, address, options)
        # The name reflects the whole line: HAProxy carries a server's state over to the next
        # configuration by name, and a changed server must start afresh.
        mark = hashlib.sha256(line.encode()).hexdigest()[:8]
        servers[f"s_{address.replace(':', '-')}_{mark}"] = (address, line)
    return {"id": f"b_{identifier(row['id'])}", "mode": mode, "lines": lines, "servers": servers}


def sets_cookie(row: dict[str, Any]) -> bool:
    """Cookie stickiness is also accepted on TCP (recorded), where there are no cookies."""
    return row["sticky_sessions"] == "cookie" and row["forward_protocol"] == "http"


def stickiness(row: dict[str, Any]) -> list[str]:
    if sets_cookie(row):
        name = header(row["sticky_sessions_cookie_name"] or "SERVERID")
        return [f"cookie {name} insert indirect nocache"]
    if row["sticky_sessions"] == "table":
        return ["stick-table type ipv6 size 100k expire 30m", "stick on src"]
    return []


def forwarded(name: str | None) -> list[str]:
    """The headers added for the servers, and the Host header that they get."""
    lines = [
        "option forwardfor",
        "http-request set-header X-Forwarded-Proto https if { ssl_fc }",
        "http-request set-header X-Forwarded-Proto http unless { ssl_fc }",
    ]
    return [*lines, f"http-request set-header Host {literal(name)}"] if name else lines


def check_lines(check: dict[str, Any]) -> list[str]:
    """How a server's health is checked: by a plain connection if no kind is given."""
    lines = [f"timeout check {int(check['check_timeout'])}ms"]
    if http := check.get("http_config") or check.get("https_config"):
        send = f"http-check send meth {header(http['method'] or 'GET')}"
        send += f" uri {quoted(http['uri'] or '/')}"
        if http["host_header"]:
            send += f" ver HTTP/1.1 hdr Host {literal(http['host_header'])}"
        lines += ["option httpchk", send]
        if http["code"]:
            lines.append(f"http-check expect status {int(http['code'])}")
        return lines
    for kind in ("mysql", "pgsql"):
        if config := check.get(f"{kind}_config"):
            return [*lines, f"option {kind}-check user {quoted(config['user'])}"]
    for kind in ("redis", "ldap"):
        if f"{kind}_config" in check:
            return [*lines, f"option {kind}-check"]
    return lines


def server_line(row: dict[str, Any], address: str, options: str) -> str:
    ip = ipaddress.ip_address(address)
    port = int(row["forward_port"])
    line = f"{f'[{ip}]' if ip.version == 6 else ip}:{port} {options}"
    if not sets_cookie(row):
        return line
    cookie = hashlib.sha256(f"{row['id']} {address}".encode()).hexdigest()[:16]
    return f"{line} cookie {cookie}"


def server_options(row: dict[str, Any]) -> str:
    check = row["health_check"]
    options = [
        f"check port {int(check['port'])} inter {int(check['check_delay'])}ms",
        f"rise 2 fall {int(check['check_max_retries'])}",
    ]
    if transient := milliseconds(check["transient_check_delay"]):
        options.append(f"fastinter {transient}ms")
    if check["check_send_proxy"]:
        options.append("check-send-proxy")
    if row["proxy_protocol"] in PROXY:
        options.append(PROXY[row["proxy_protocol"]])
    if row["on_marked_down_action"] == "shutdown_sessions":
        options.append("on-marked-down shutdown-sessions")
    if row["max_connections"]:
        options.append(f"maxconn {int(row['max_connections'])}")
    return " ".join([*options, *tls_options(row, check.get("https_config"))])


def tls_options(row: dict[str, Any], https: dict[str, Any] | None) -> list[str]:
    """TLS to the servers (bridging), and for their checks."""
    options = []
    if https:
        options.append("check-ssl")
        if https["sni"]:
            options.append(f"check-sni {host(https['sni'])}")
    elif row["ssl_bridging"]:
        options.append("no-check-ssl")
    if row["ssl_bridging"]:
        options.append("ssl")
        if row["host"]:
            # HAProxy also verifies that the certificate is for this name.
            options.append(f"sni str({host(row['host'].partition(':')[0])})")
    if row["ssl_bridging"] and not row["ignore_ssl_server_verify"]:
        options.append(f"verify required ca-file {quoted(trusted())}")
    elif options:
        options.append("verify none")
    return options


def trusted() -> str:
    """The authorities that this machine trusts; SSL_CERT_FILE overrides them, as usual."""
    return ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"


def failover_section(row: dict[str, Any]) -> dict[str, Any]:
    """Where requests go while no server is up: a bucket website, by its host name."""
    name, _, port = row["failover_host"].partition(":")
    mode = row["forward_protocol"]
    default = 80 if mode == "http" else row["forward_port"]
    line = f"{host(name)}:{int(port or default)} init-addr last,libc,none"
    lines = [f"http-request set-header Host {name}"] if mode == "http" else []
    return {
        "id": f"b_{identifier(row['id'])}_failover",
        "mode": mode,
        "lines": lines,
        "servers": {"failover": (name, line)},
    }
