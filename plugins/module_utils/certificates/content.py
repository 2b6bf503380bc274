# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted content of a certificate."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..own_names import own_name
from ..problem import Problem
from ..session import Session
from . import pem
from .answers import holds, is_imported, names_of, normalized, stamp

LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?![0-9.]+$){LABEL}(\.{LABEL})*")
"""A DNS name, not an IP address."""


class Content:
    """The names to order from Let's Encrypt, or the bundle to import."""

    def __init__(
        self, session: Session, options: dict[str, Any], load_balancer: dict[str, Any] | None
    ) -> None:
        """`load_balancer` is None if it or its address is yet to be created."""
        self.bundle = None
        if options.get("custom_certificate"):
            self.bundle = pem.read(options["custom_certificate"])
            self.names = self.bundle.names
            self.common_name: str | None = self.bundle.common_name
            if self.bundle.not_valid_before > datetime.datetime.now(datetime.UTC):
                raise Problem(
                    f"custom_certificate: the certificate of {self.names[0]} is not valid before "
                    f"{self.bundle.not_valid_before:%Y-%m-%d %H:%M} UTC: until then every client "
                    "would refuse it."
                )
            if not self.bundle.has_issuer:
                session.warn(
                    f"The certificate of {self.names[0]} comes without its intermediate "
                    "certificate: clients that do not know its issuer will refuse it. "
                    "Add the issuer's certificate to chain."
                )
            return
        asked = options["letsencrypt"]
        name = asked.get("common_name")
        if not name and load_balancer:
            name = own_name(load_balancer)
            if name is None:
                raise Problem(
                    "letsencrypt: the load balancer has no public IPv4 address, which Let's "
                    "Encrypt needs. Import a certificate: custom_certificate."
                )
        names = [name, *(asked.get("subject_alternative_name") or [])]
        self.names = distinct(plain(one) for one in names if one)
        self.common_name = self.names[0] if name else None

    def is_in(self, found: dict[str, Any] | None) -> bool:
        """True if, as far as the API shows, the found certificate is the wanted one."""
        if found is None or found["status"] == "error":
            return False
        if self.bundle:
            return holds(found, self.bundle)
        return not is_imported(found) and normalized(names_of(found)) == normalized(self.names)

    def lacking(self, found: dict[str, Any]) -> list[str]:
        """The names of the found certificate that this one does not cover."""
        mine = normalized(self.names)
        return [
            name
            for name in names_of(found)
            if not mine & normalized([name, f"*.{name.partition('.')[2]}"])
        ]

    def to_look_up(self, options: dict[str, Any], load_balancer: dict[str, Any]) -> list[str]:
        """The names that must be found at the load balancer before they are ordered."""
        if self.bundle or not options.get("check_dns", True):
            return []
        return [name for name in self.names if name != own_name(load_balancer)]

    def body(self) -> dict[str, Any]:
        """The part of a create request's body that gives the content."""
        if self.bundle:
            return {"custom_certificate": {"certificate_chain": self.bundle.pem}}
        first, *others = self.names
        return {"letsencrypt": {"common_name": first, "subject_alternative_name": others}}

    def outcome(self) -> dict[str, Any]:
        """The content as the API would show it."""
        bundle = self.bundle
        return {
            "type": "custom" if bundle else "letsencrypt",
            "common_name": self.common_name,
            "subject_alternative_name": [one for one in self.names if one != self.common_name],
            "not_valid_before": stamp(bundle.not_valid_before) if bundle else None,
            "not_valid_after": stamp(bundle.not_valid_after) if bundle else None,
        }


def plain(name: str) -> str:
    """A name without surrounding spaces and without the trailing dot of DNS."""
    return name.strip().removesuffix(".")


def distinct(names: Iterable[str]) -> list[str]:
    """The names without duplicates, regardless of case."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    return list(found.values())


def unobtainable(names: Iterable[str]) -> Iterator[str]:
    """Problems of names for which Let's Encrypt cannot issue a certificate."""
    for name in map(plain, names):
        if name.startswith("*."):
            yield (
                f"letsencrypt: {name} is a wildcard, which the platform cannot order. "
                "List each name, or import a wildcard certificate: custom_certificate."
            )
        elif not name.isascii():
            yield f"letsencrypt: {name} is not ASCII. Write it as DNS has it, with xn--."
        elif not HOST.fullmatch(name):
            yield f"letsencrypt: {name!r} is not a host name, such as www.example.com."
