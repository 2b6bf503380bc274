"""Turns the state into HAProxy's configuration: pure, so it can be read and tested alone."""

from __future__ import annotations

import ipaddress
import logging
import re
from pathlib import Path
from typing import Any

import jinja2

from ..contracts import Snapshot
from .rules import acl_lines, by_precision, failing_closed, route_condition
from .servers import backend_section, failover_section
from .words import identifier, quoted
from .workers import shown

log = logging.getLogger(__name__)
LEVELS = {
    "ssl_compatibility_level_modern": "ssl-min-ver TLSv1.3",
    "ssl_compatibility_level_old": "ssl-min-ver TLSv1.0 ciphers DEFAULT:@SECLEVEL=0",
}
INTERMEDIATE = "ssl-min-ver TLSv1.2"
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("scaleway_lb_emulator", "data_plane"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
ENVIRONMENT.filters["quoted"] = quoted
SECTION = re.compile(r"\b[fb]_[A-Za-z0-9-]+")
ACL = re.compile(r"\ba_[A-Za-z0-9-]+")
LINE = re.compile(r"\.cfg:(\d+)\]")

Place = tuple[str, int]


class Configuration:
    """The text, the files that it refers to, and what is not served.

    `left_out` maps what to leave out to the reason: addresses with ports that cannot be bound, and
    what HAProxy refuses (sections, f_<id> and b_<id>, and ACLs, a_<id>).
    """

    def __init__(
        self,
        directory: Path,
        port_offset: int,
        challenges: dict[str, dict[str, str]],
        left_out: dict[Place | str, str],
        ip6_range: ipaddress.IPv6Network | None = None,
    ) -> None:
        self.directory, self.port_offset = directory, port_offset
        self.ip6_range = ip6_range
        self.challenges, self.left_out = challenges, left_out
        self.files: dict[Path, str] = {}
        self.frontends: list[dict[str, Any]] = []
        self.backends: list[dict[str, Any]] = []
        self.challenge_listeners: list[dict[str, Any]] = []
        self.places: set[Place] = set()
        self.problems: dict[str, str] = {}
        self.text = ""

    def render(self, snapshot: Snapshot, generation: int) -> Configuration:
        for lb in snapshot:
            self.load_balancer(lb)
        self.text = ENVIRONMENT.get_template("haproxy.cfg.j2").render(
            generation=generation,
            directory=self.directory,
            frontends=self.frontends,
            backends=self.backends,
            challenge_listeners=self.challenge_listeners,
        )
        return self

    def problem(self, what: str, reason: object) -> None:
        self.problems[what] = str(reason)

    def load_balancer(self, lb: dict[str, Any]) -> None:
        addresses = []
        for address in lb["addresses"]:
            if ":" not in address or (
                self.ip6_range and ipaddress.ip_address(address) in self.ip6_range
            ):
                addresses.append(address)
            else:
                self.problem(f"address {address}", "IPv6 is served with --ip6-range alone")
        backends = self.usable_backends(lb)
        tokens = self.challenges.get(lb["id"], {})
        answering = False
        for row in lb["frontends"]:
            wanted = [(address, row["inbound_port"] + self.port_offset) for address in addresses]
            places = self.bindable(wanted)
            if not places:
                continue
            try:
                if reason := self.left_out.get(f"f_{row['id']}"):
                    raise ValueError(reason)
                if row["backend_id"] not in backends:
                    raise ValueError("its backend is not served")
                frontend = self.frontend(lb, row, places, backends)
            except ValueError as error:
                self.problem(f"frontend {row['id']}", error)
                continue
            if row["inbound_port"] == 80 and frontend["mode"] == "http":
                frontend["challenges"], answering = tokens, True
            self.frontends.append(frontend)
            self.places |= set(places)
        if tokens and not answering:
            self.answer_challenges(lb, addresses[:1], tokens)

    def bindable(self, places: list[Place]) -> list[Place]:
        for place in places:
            if place in self.left_out:
                self.problem(shown(place), self.left_out[place])
        return [place for place in places if place not in self.left_out]

    def answer_challenges(
        self, lb: dict[str, Any], addresses: list[str], tokens: dict[str, str]
    ) -> None:
        """Listen on port 80 while an order lasts, if no frontend answers there."""
        wanted = [(address, 80 + self.port_offset) for address in addresses]
        for place in self.bindable([place for place in wanted if place not in self.places]):
            self.places.add(place)
            self.challenge_listeners.append(
                {"id": identifier(lb["id"]), "bind": bind(place), "challenges": tokens}
            )

    def usable_backends(self, lb: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The backends' sections by ID, without those that are left out."""
        usable = {}
        for row in lb["backends"]:
            try:
                section = backend_section(row)
                if reason := self.left_out.get(section["id"]):
                    raise ValueError(reason)
                section["failover"] = None
                if row["failover_host"]:
                    failover = failover_section(row)
                    section["failover"] = failover["id"]
                    self.backends.append(failover)
            except ValueError as error:
                self.problem(f"backend {row['id']}", error)
                continue
            if row["sticky_sessions"] == "cookie" and section["mode"] == "tcp":
                self.problem(f"cookie stickiness of backend {row['id']}", "TCP carries no cookies")
            usable[row["id"]] = section
            self.backends.append(section)
        return usable

    def frontend(
        self, lb: dict[str, Any], row: dict[str, Any], places: list[Place], backends: dict[str, Any]
    ) -> dict[str, Any]:
        default = backends[row["backend_id"]]
        mode = default["mode"]
        tls = self.tls(lb, row, mode) if row["certificate_ids"] else ""
        lines = []
        if row["timeout_client"]:
            lines.append(f"timeout client {int(row['timeout_client'])}ms")
        if row["connection_rate_limit"]:
            lines.append(f"rate-limit sessions {int(row['connection_rate_limit'])}")
        if row["enable_access_logs"]:
            lines += ["log stdout format raw local0", f"option {mode}log"]
        if row["enable_http3"]:
            self.problem(f"HTTP/3 of frontend {row['id']}", "this HAProxy has no QUIC")
        lines += self.acls(row, mode)
        lines += self.routes(row, mode, bool(tls), backends)
        if default["failover"]:
            lines.append(f"use_backend {default['failover']} if {{ nbsrv({default['id']}) eq 0 }}")
        return {
            "id": f"f_{identifier(row['id'])}",
            "mode": mode,
            "binds": [f"{bind(place)}{tls}" for place in places],
            "challenges": {},
            "lines": lines,
            "backend": default["id"],
        }

    def acls(self, row: dict[str, Any], mode: str) -> list[str]:
        lines = []
        for acl in row["acls"]:
            try:
                if reason := self.left_out.get(f"a_{acl['id']}"):
                    raise ValueError(reason)
                lines += acl_lines(acl, mode)
            except ValueError as error:
                instead, meaning = failing_closed(acl)
                lines += acl_lines(instead, mode) if instead else []
                self.problem(f"ACL {acl['id']}", f"{error}; so {meaning}")
        return lines

    def routes(
        self, row: dict[str, Any], mode: str, tls: bool, backends: dict[str, Any]
    ) -> list[str]:
        lines = []
        by_sni = False
        for route in sorted(row["routes"], key=by_precision):
            try:
                target = backends.get(route["backend_id"])
                if target is None or target["mode"] != mode:
                    raise ValueError("its backend is not served, or not of the frontend's protocol")
                condition = route_condition(route["match"], mode, tls)
            except ValueError as error:
                self.problem(f"route {route['id']}", error)
                continue
            by_sni |= bool(route["match"].get("sni"))
            if target["failover"]:
                # one condition for each alternative: HAProxy has no parentheses
                lines += [
                    f"use_backend {target['failover']} if {one} {{ nbsrv({target['id']}) eq 0 }}"
                    for one in condition.split(" || ")
                ]
            lines.append(f"use_backend {target['id']} if {condition}")
        if by_sni and not tls:
            # Wait for the ClientHello; what does not begin as TLS (a handshake is 0x16) passes.
            lines = [
                "tcp-request inspect-delay 5s",
                "tcp-request content accept if { req.ssl_hello_type 1 }",
                "tcp-request content accept if { req.len gt 0 } !{ req.payload(0,1) -m bin 16 }",
                *lines,
            ]
        return lines

    def tls(self, lb: dict[str, Any], row: dict[str, Any], mode: str) -> str:
        """The certificates in order: the first is the default, the others are chosen by SNI."""
        paths = []
        for certificate_id in row["certificate_ids"]:
            pem = lb["certificates"].get(certificate_id)
            if pem is None:
                self.problem(f"certificate {certificate_id}", "it has not been issued")
                continue
            path = self.directory / f"{identifier(certificate_id)}.pem"
            self.files[path] = pem
            paths.append(str(path))
        if not paths:
            raise ValueError("none of its certificates has been issued")
        crt_list = self.directory / f"{identifier(row['id'])}.list"
        self.files[crt_list] = "".join(f"{path}\n" for path in paths)
        level = LEVELS.get(lb["ssl_compatibility_level"], INTERMEDIATE)
        alpn = " alpn h2,http/1.1" if mode == "http" else ""
        return f" ssl crt-list {crt_list} {level}{alpn}"

    def culprits(self, complaint: str) -> dict[str, str]:
        """The ACLs and sections that HAProxy complains about, found by the lines or names that it
        gives; if it names an ACL, only that."""
        lines = self.text.splitlines()
        found: dict[str, str] = {}
        for said in complaint.splitlines():
            if "[ALERT]" not in said:
                continue
            sections = ACL.findall(said) or SECTION.findall(said)
            if not sections and (number := LINE.search(said)):
                above = reversed(lines[: int(number[1])])
                heads = (line for line in above if line.startswith(("frontend", "backend")))
                sections = SECTION.findall(next(heads, ""))
            for section in sections:
                found.setdefault(section, f"HAProxy refuses it: {said.partition(' : ')[2]}")
        return found


def bind(place: Place) -> str:
    """Where to listen. IPv6 networks are routed to this machine, not configured on it."""
    return f"{shown(place)}{' transparent' if ':' in place[0] else ''}"
