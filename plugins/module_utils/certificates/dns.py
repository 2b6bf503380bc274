# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a certificate's names resolve to: Let's Encrypt must find them at the load balancer."""

from __future__ import annotations

import itertools
import socket
import time
from typing import Any

from ..api import backoff
from ..session import Session


def wrong_dns(
    session: Session, load_balancer: dict[str, Any], names: list[str], patience: int = 0
) -> str | None:
    """How to correct the DNS of names that resolve elsewhere; None if there are none.

    Waits up to `patience` seconds until every name resolves to the load balancer only. Warns of
    names that cannot be resolved from here, since the platform may be able to resolve them.
    """
    addresses = {ip["ip_address"] for ip in load_balancer["ip"]}
    deadline = time.monotonic() + patience
    for attempt in itertools.count(1):
        found = {name: _addresses(name) for name in names}
        if all(at and at <= addresses for at in found.values()) or time.monotonic() > deadline:
            break
        time.sleep(backoff(attempt))
    for name in (name for name, at in found.items() if not at):
        session.warn(
            f"{name} cannot be looked up from here. Let's Encrypt must find it at "
            f"{_public(load_balancer)}."
        )
    elsewhere = {name: sorted(at - addresses) for name, at in found.items() if at - addresses}
    return records(load_balancer, elsewhere) if elsewhere else None


def records(load_balancer: dict[str, Any], elsewhere: dict[str, list[str]]) -> str:
    """How to correct the DNS of names; `elsewhere` lists their wrong addresses, as far as known."""
    points = ", ".join(
        f"{name} ({', '.join(at)})" if at else name for name, at in elsewhere.items()
    )
    needed = "; ".join(f"{name}. A {_public(load_balancer)}" for name in elsewhere)
    return (
        f"Let's Encrypt must find every name at load balancer {load_balancer['name']!r}, and these "
        f"lead elsewhere: {points}. Create in DNS: {needed}. Remove other A and AAAA records of "
        "these names, and run the task again."
    )


def _addresses(name: str) -> set[str]:
    """The addresses that a name resolves to from here; empty if it cannot be resolved."""
    try:
        return {str(entry[4][0]) for entry in socket.getaddrinfo(name, 80)}
    except (OSError, UnicodeError):
        return set()


def _public(load_balancer: dict[str, Any]) -> str:
    return next(
        (ip["ip_address"] for ip in load_balancer["ip"] if "." in ip["ip_address"]),
        "its public IPv4 address",
    )
