"""From the state to HAProxy's configuration: pure, so that it can be read and tested alone."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import jinja2

from ..contracts import Snapshot

log = logging.getLogger(__name__)
MINIMUM = {
    "ssl_compatibility_level_modern": "ssl-min-ver TLSv1.3",
    "ssl_compatibility_level_old": "ssl-min-ver TLSv1.0 ciphers DEFAULT:@SECLEVEL=0",
}
PROXY = {
    "proxy_protocol_v1": "send-proxy",
    "proxy_protocol_v2": "send-proxy-v2",
    "proxy_protocol_v2_ssl": "send-proxy-v2-ssl",
    "proxy_protocol_v2_ssl_cn": "send-proxy-v2-ssl-cn",
}
PLACES = {
    "host": "%[req.hdr(host)]",
    "path": "%[path]",
    "query": "%[query]",
    "scheme": "%[ssl_fc,iif(https,http)]",
}


def quoted(text: Any) -> str:
    """One word of HAProxy's configuration, whatever is in it.

    Raises ValueError for control characters, which no quoting takes.
    """
    text = str(text)
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError(f"a control character in {text!r}")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("scaleway_lb_emulator", "data_plane"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
ENVIRONMENT.filters["quoted"] = quoted


class Configuration:
    """The text, and the certificate files that it names."""

    def __init__(
        self, directory: Path, port_offset: int, challenges: dict[str, dict[str, str]]
    ) -> None:
        self.directory, self.port_offset, self.challenges = directory, port_offset, challenges
        self.files: dict[Path, str] = {}
        self.frontends: list[dict[str, Any]] = []
        self.backends: list[dict[str, Any]] = []
        self.challenge_listeners: list[dict[str, Any]] = []
        self.ports: set[tuple[str, int]] = set()

    def render(self, snapshot: Snapshot, generation: int, refused: set[tuple[str, int]]) -> str:
        """The whole configuration; `refused` are addresses and ports that cannot be bound."""
        for lb in snapshot:
            self.load_balancer(lb, refused)
        return ENVIRONMENT.get_template("haproxy.cfg.j2").render(
            generation=generation,
            admin=self.directory / "admin.sock",
            frontends=self.frontends,
            backends=self.backends,
            challenge_listeners=self.challenge_listeners,
        )

    def load_balancer(self, lb: dict[str, Any], refused: set[tuple[str, int]]) -> None:
        addresses = [address for address in lb["addresses"] if "." in address]
        backends = {}
        for row in lb["backends"]:
            try:
                backends[row["id"]] = self.backend(row)
            except ValueError as error:
                log.warning("backend %s is not served: %s", row["id"], error)
        tokens = self.challenges.get(lb["id"], {})
        port_80 = False
        for row in lb["frontends"]:
            places = [(address, row["inbound_port"] + self.port_offset) for address in addresses]
            places = [place for place in places if place not in refused]
            if not places or row["backend_id"] not in backends:
                continue
            try:
                frontend = self.frontend(lb, row, places, tokens)
            except ValueError as error:
                log.warning("frontend %s is not served: %s", row["id"], error)
                continue
            self.frontends.append(frontend)
            self.ports |= set(places)
            port_80 |= row["inbound_port"] == 80
        self.backends += backends.values()
        place = (addresses[0], 80 + self.port_offset) if addresses else None
        if tokens and place and not port_80 and place not in refused:
            self.ports.add(place)
            self.challenge_listeners.append(
                {"id": lb["id"], "bind": f"{place[0]}:{place[1]}", "challenges": tokens}
            )

    def frontend(
        self, lb: dict, row: dict, places: list[tuple[str, int]], tokens: dict[str, str]
    ) -> dict[str, Any]:
        backend = next(one for one in lb["backends"] if one["id"] == row["backend_id"])
        mode = backend["forward_protocol"]
        tls = self.tls(lb, row, mode) if row["certificate_ids"] else ""
        rules = [line for acl in row["acls"] for line in self.rule(acl, mode)]
        return {
            "id": f"f_{row['id']}",
            "mode": mode,
            "binds": [f"{address}:{port}{tls}" for address, port in places],
            "timeout_client": row["timeout_client"],
            "rate": row["connection_rate_limit"],
            "challenges": tokens if row["inbound_port"] == 80 else {},
            "rules": rules,
            "backend": f"b_{row['backend_id']}",
        }

    def tls(self, lb: dict, row: dict, mode: str) -> str:
        """The certificates in order: the first is the default, the others are chosen by SNI."""
        paths = []
        for certificate_id in row["certificate_ids"]:
            pem = lb["certificates"].get(certificate_id)
            if pem is None:
                log.warning("certificate %s has not been issued yet", certificate_id)
                continue
            path = self.directory / f"{certificate_id}.pem"
            self.files[path] = pem
            paths.append(str(path))
        if not paths:
            raise ValueError("none of its certificates has been issued")
        crt_list = self.directory / f"{row['id']}.list"
        self.files[crt_list] = "".join(f"{path}\n" for path in paths)
        level = MINIMUM.get(lb["ssl_compatibility_level"], "ssl-min-ver TLSv1.2")
        alpn = "h2,http/1.1" if mode == "http" else "http/1.1"
        return f" ssl crt-list {crt_list} {level} alpn {alpn}"

    def rule(self, acl: dict[str, Any], mode: str) -> list[str]:
        """One ACL: address and HTTP filter are ANDed, invert negates the whole."""
        name, match, action = f"a_{acl['id']}", acl["match"], acl["action"]
        lines, tests = [], []
        if match["ip_subnet"]:
            lines.append(f"acl {name}_ip src {' '.join(map(quoted, match['ip_subnet']))}")
            tests.append(f"{name}_ip")
        values = " ".join(map(quoted, match["http_filter_value"]))
        finder = {
            "path_begin": "path -m beg",
            "path_end": "path -m end",
            "regex": "path -m reg",
            "http_header_match": "req.hdr({}) -m str".format(
                re.sub(r"[^A-Za-z0-9_-]", "", match["http_filter_option"] or "")
            ),
        }.get(match["http_filter"])
        if finder and values and mode == "http":
            lines.append(f"acl {name}_http {finder} -- {values}")
            tests.append(f"{name}_http")
        if match["invert"]:
            condition = " or ".join(f"!{test}" for test in tests) or "FALSE"
        else:
            condition = " ".join(tests) or "TRUE"
        return [*lines, f"{self.action(action, mode)} if {condition}"]

    def action(self, action: dict[str, Any], mode: str) -> str:
        if action["type"] == "redirect" and mode == "http":
            redirect = action["redirect"]
            if redirect["type"] == "scheme":
                scheme = quoted(redirect["target"])
                return f"http-request redirect scheme {scheme} code {redirect['code']}"
            parts = re.split(r"\{\{\s*(\w+)\s*\}\}", redirect["target"])
            target = "".join(
                PLACES.get(part, "") if number % 2 else part.replace("%", "%%")
                for number, part in enumerate(parts)
            )
            return f"http-request redirect location {quoted(target)} code {redirect['code']}"
        if mode == "http":
            return "http-request allow" if action["type"] == "allow" else "http-request deny"
        verdict = "accept" if action["type"] == "allow" else "reject"
        return f"tcp-request connection {verdict}"

    def backend(self, row: dict[str, Any]) -> dict[str, Any]:
        lines = []
        if row["sticky_sessions"] == "cookie":
            cookie = row["sticky_sessions_cookie_name"] or "SERVERID"
            lines.append(f"cookie {quoted(cookie)} insert indirect nocache")
        elif row["sticky_sessions"] == "table":
            lines += ["stick-table type ip size 100k expire 30m", "stick on src"]
        if row["timeout_queue"]:
            lines.append(f"timeout queue {round(float(row['timeout_queue'][:-1]) * 1000)}ms")
        if row["max_retries"] is not None:
            lines.append(f"retries {row['max_retries']}")
        if row["redispatch_attempt_count"]:
            lines.append(f"option redispatch {row['redispatch_attempt_count']}")
        if row["forward_protocol"] == "http" and row["host"]:
            lines.append(f"http-request set-header Host {quoted(row['host'].replace('%', '%%'))}")
        lines += self.check(row["health_check"])
        options = self.server_options(row)
        sticky = row["sticky_sessions"] == "cookie"
        servers = [
            f"s{number} {f'[{ip}]' if ':' in ip else ip}:{row['forward_port']} {options}"
            + (f" cookie s{number}" if sticky else "")
            for number, ip in enumerate(row["pool"])
        ]
        return {
            "id": f"b_{row['id']}",
            "mode": row["forward_protocol"],
            "balance": row["forward_port_algorithm"],
            **{key: row[key] for key in ("timeout_server", "timeout_connect", "timeout_tunnel")},
            "lines": lines,
            "servers": servers,
        }

    def check(self, check: dict[str, Any]) -> list[str]:
        http = check.get("http_config") or check.get("https_config")
        if http:
            method, uri = quoted(http["method"] or "GET"), quoted(http["uri"] or "/")
            send = f"http-check send meth {method} uri {uri}"
            if http["host_header"]:
                send += f" ver HTTP/1.1 hdr Host {quoted(http['host_header'])}"
            expect = f"http-check expect status {http['code']}" if http["code"] else ""
            return [line for line in ("option httpchk", send, expect) if line]
        if "mysql_config" in check:
            return [f"option mysql-check user {quoted(check['mysql_config']['user'])}"]
        if "pgsql_config" in check:
            return [f"option pgsql-check user {quoted(check['pgsql_config']['user'])}"]
        if "redis_config" in check:
            return ["option redis-check"]
        return ["option ldap-check"] if "ldap_config" in check else []

    def server_options(self, row: dict[str, Any]) -> str:
        check = row["health_check"]
        options = [
            f"check port {check['port']} inter {check['check_delay']}ms rise 2",
            f"fall {check['check_max_retries']}",
        ]
        transient = round(float(check["transient_check_delay"][:-1]) * 1000)
        if transient:
            options.append(f"fastinter {transient}ms")
        if check["check_send_proxy"]:
            options.append("check-send-proxy")
        if check.get("https_config"):
            options.append("check-ssl verify none")
            if check["https_config"]["sni"]:
                options.append(f"check-sni {quoted(check['https_config']['sni'])}")
        if row["proxy_protocol"] in PROXY:
            options.append(PROXY[row["proxy_protocol"]])
        if row["on_marked_down_action"] == "shutdown_sessions":
            options.append("on-marked-down shutdown-sessions")
        if row["max_connections"]:
            options.append(f"maxconn {row['max_connections']}")
        if row["ssl_bridging"]:
            known = (
                "verify none"
                if row["ignore_ssl_server_verify"]
                else ("verify required ca-file /etc/ssl/certs/ca-certificates.crt")
            )
            options.append(f"ssl {known}")
            if row["host"]:
                options.append(f"sni str({quoted(row['host'])})")
        return " ".join(options)
