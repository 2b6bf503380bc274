# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there: a load balancer and everything on it, read by listing, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..config import Problem
from ..fields import bare_id
from ..kinds.acls import ACLS
from ..kinds.backend import BACKEND
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.ip import RESERVED
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.private_network import PRIVATE_NETWORK
from ..kinds.route import ROUTE
from ..kinds.subscriber import SUBSCRIBER
from ..resource import Resource
from ..session import Session
from .crew import Crew
from .declaration import SECTIONS, Declaration, Declared

Objects = list[dict[str, Any]]

ON_IT = (PRIVATE_NETWORK, CERTIFICATE, BACKEND, FRONTEND, ROUTE)
NEEDED = {
    # To judge a frontend one has to see what it can refer to; a certificate, who uses it.
    FRONTEND: (CERTIFICATE, BACKEND),
    CERTIFICATE: (FRONTEND, BACKEND),
}


@dataclass
class Snapshot:
    """A load balancer, None if there is none, and by kind what was read of the rest."""

    load_balancer: dict[str, Any] | None = None
    objects: dict[str, Objects] = field(default_factory=dict)
    acls: dict[str, Objects] = field(default_factory=dict)
    """The ACLs by their frontend's ID, in the order in which they are evaluated."""

    def of(self, kind: Resource) -> Objects:
        if kind is LOAD_BALANCER:
            return [self.load_balancer] if self.load_balancer else []
        return self.objects.get(kind.kind, [])


def survey(session: Session, crew: Crew, declaration: Declaration, whole: bool) -> Snapshot:
    """Read what the declaration needs to know, or the `whole` load balancer."""
    found = LOAD_BALANCER.find(session, declaration.load_balancer.options)
    there = Snapshot(found)
    kinds = {*needed(declaration), *(ON_IT if whole else ())}
    works = {kind.kind: partial(listed, kind, there) for kind in kinds if found}
    for kind in elsewhere(declaration, there):
        works[kind.kind] = lambda lane, kind=kind: kind.list(lane, {})
    there.objects = read(crew, works)
    if found:
        there.objects["ip"] = merged(found["ip"], there.of(RESERVED))
    ids = [frontend["id"] for frontend in there.of(FRONTEND)]
    there.objects["route"] = [one for one in there.of(ROUTE) if one["frontend_id"] in ids]
    if whole or declaration.having("acls"):
        works = {one: lambda lane, one=one: ACLS.list(lane, {"frontend": one}) for one in ids}
        there.acls = {one: ordered(rules) for one, rules in read(crew, works).items()}
    return there


def needed(declaration: Declaration) -> Iterable[Resource]:
    """The kinds on the load balancer of which the declaration speaks, and what these need."""
    for section, kind in SECTIONS.items():
        if section in declaration.sections and kind is not RESERVED:
            yield from (kind, *NEEDED.get(kind, ()))
    if declaration.having("routes"):
        yield ROUTE


def elsewhere(declaration: Declaration, there: Snapshot) -> Iterable[Resource]:
    """The kinds beside the load balancer that must be listed to find what is declared."""
    attached = there.load_balancer["ip"] if there.load_balancer else []
    given = declaration.load_balancer.options
    words = {word for ip in attached for word in (ip["id"], ip["ip_address"])}
    asked = [bare_id(ip) or ip for ip in given.get("ips") or []]
    declared = declaration.of(RESERVED)
    if any(ip not in words for ip in asked) or not all(is_among(attached, ip) for ip in declared):
        yield RESERVED
    if declaration.sections.get("subscriber") or given.get("subscriber"):
        yield SUBSCRIBER


def is_among(attached: Objects, ip: Declared) -> bool:
    """True if an address that is declared is attached already, so that no list need say it."""
    try:
        return RESERVED.among(attached, ip.options) is not None
    except Problem:
        return True  # of which planning tells


def listed(kind: Resource, there: Snapshot, session: Session) -> Objects:
    """The objects of a kind on the load balancer."""
    found = there.load_balancer
    if kind is not ROUTE:
        return kind.list(session, {"load_balancer": found["id"]})
    # Routes are listed for the whole zone, so not without need.
    return kind.list(session, {}) if found["route_count"] else []


def read(crew: Crew, works: dict[str, Any]) -> dict[str, Any]:
    """Read side by side; what cannot be read ends the task before anything is written."""
    results, errors = crew.run(works)
    for error in errors.values():
        raise error
    return results


def merged(first: Objects, second: Objects) -> Objects:
    return list({item["id"]: item for item in [*second, *first]}.values())


def ordered(rules: Objects) -> Objects:
    # Lists come by age; the index is what orders evaluation (api notes, 35).
    return sorted(rules, key=lambda rule: rule["index"])
