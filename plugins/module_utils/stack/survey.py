# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a load balancer and everything on it, by lists, in parallel."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..api import PAGE_SIZE
from ..ids import bare_id
from ..kinds.acl import ACL
from ..kinds.acls import ACLS
from ..kinds.backend import BACKEND
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.ip import IP
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.private_network import PRIVATE_NETWORK
from ..kinds.route import ROUTE
from ..kinds.subscriber import SUBSCRIBER
from ..problem import Problem
from ..resource import Resource
from ..session import Session
from .declaration import SECTIONS, Declaration, Declared
from .workers import Work, Workers

KEYS = ("id", "name")
Objects = list[dict[str, Any]]

ON_IT = (PRIVATE_NETWORK, CERTIFICATE, BACKEND, FRONTEND, ROUTE)
JUDGED_BY: dict[Resource, tuple[Resource, ...]] = {
    FRONTEND: (CERTIFICATE, BACKEND),  # it refers to these
    CERTIFICATE: (FRONTEND, BACKEND),  # its use and its order depend on these
}
PRUNED_BY: dict[Resource, tuple[Resource, ...]] = {
    # These may still use what is removed.
    FRONTEND: (ROUTE,),
    CERTIFICATE: (FRONTEND,),
    BACKEND: (FRONTEND, ROUTE),
}


@dataclass
class Snapshot:
    """A load balancer, None if there is none, and the other objects that were read, by kind."""

    load_balancer: dict[str, Any] | None = None
    objects: dict[str, Objects] = field(default_factory=dict)
    acls: dict[str, Objects] = field(default_factory=dict)
    """The ACLs by their frontend's ID, in order of evaluation."""

    def of(self, kind: Resource) -> Objects:
        if kind is LOAD_BALANCER:
            return [self.load_balancer] if self.load_balancer else []
        return self.objects.get(kind.kind, [])

    def names(self) -> dict[str, str]:
        """The names of the objects by ID; of an IP, the address."""
        return {
            item["id"]: item.get("name") or item.get("ip_address") or item["id"]
            for items in self.objects.values()
            for item in items
            if "id" in item
        }


def survey(
    session: Session,
    workers: Workers,
    declaration: Declaration,
    found: dict[str, Any] | None,
    prune: bool,
    settle: bool = True,
) -> Snapshot:
    """Read what is needed to plan the declaration for the load balancer `found`.

    With `settle`, wait until no attachment of a private network is pending.
    """
    kinds = set(needed(declaration, prune)) if found else set()
    there = read(workers, found, kinds, elsewhere(declaration, found), settle)
    if found:
        there.objects["ip"] = list({ip["id"]: ip for ip in there.of(IP) + found["ip"]}.values())
        read_acls(workers, there, with_acls(declaration, there))
        certificates = once_usable(session, declaration, there.of(CERTIFICATE))
        there.objects[CERTIFICATE.kind] = certificates
    return there


def once_usable(session: Session, declaration: Declaration, certificates: Objects) -> Objects:
    """The certificates, after waiting until the declared ones are no longer in transition."""
    given = (thing.options.get(key) for thing in declaration.of(CERTIFICATE) for key in KEYS)
    words = {bare_id(word) or word for word in given if word}
    return [
        CERTIFICATE.once_usable(session, one) if words & {one["id"], one["name"]} else one
        for one in certificates
    ]


def survey_all(
    workers: Workers, found: dict[str, Any], beside: Iterable[Resource] = ()
) -> Snapshot:
    """Read everything on a load balancer, and all objects of the kinds `beside`."""
    there = read(workers, found, set(ON_IT), {kind: read_all(kind) for kind in beside})
    there.objects["ip"] = found["ip"]
    read_acls(workers, there, there.of(FRONTEND))
    return there


def read(
    workers: Workers,
    found: dict[str, Any] | None,
    kinds: set[Resource],
    beside: dict[Resource, Work],
    settle: bool = False,
) -> Snapshot:
    """List the load balancer's objects of the given kinds, and do the works `beside`."""
    works: dict[str, Work] = {kind.kind: partial(read_kind, kind, found, settle) for kind in kinds}
    works |= {kind.kind: work for kind, work in beside.items()}
    there = Snapshot(found, side_by_side(workers, works))
    if ROUTE in kinds:
        there.objects[ROUTE.kind] = routes(workers, there)
    return there


def routes(workers: Workers, there: Snapshot) -> Objects:
    """The load balancer's routes, read frontend by frontend if that takes fewer calls."""
    ids = [frontend["id"] for frontend in there.of(FRONTEND)]
    in_zone = there.objects[ROUTE.kind]
    if in_zone is not None:
        return [route for route in in_zone if route["frontend_id"] in ids]
    works = {one: partial(ROUTE.list, under={}, frontend_id=one) for one in ids}
    return list(itertools.chain.from_iterable(side_by_side(workers, works).values()))


def read_acls(workers: Workers, there: Snapshot, frontends: Objects) -> None:
    works: dict[str, Work] = {
        one["id"]: partial(ACL.list, under={"frontend": one["id"]}) for one in frontends
    }
    there.acls = side_by_side(workers, works)


def needed(declaration: Declaration, prune: bool) -> Iterator[Resource]:
    """The declared kinds on the load balancer, and those needed to plan them, with repetitions."""
    for section, kind in SECTIONS.items():
        if section in declaration.sections and kind is not IP:
            more = PRUNED_BY.get(kind, ()) if prune else ()
            yield from (kind, *JUDGED_BY.get(kind, ()), *more)
    if declaration.having("routes"):
        yield ROUTE


def elsewhere(declaration: Declaration, found: dict[str, Any] | None) -> dict[Resource, Work]:
    """How to read what is needed to find declared addresses and the subscriber, by kind."""
    attached = found["ip"] if found else []
    given = declaration.load_balancer.options
    words = {word for ip in attached for word in (ip["id"], ip["ip_address"])}
    asked = {bare_id(ip) or ip for ip in given.get("ips") or []}
    subscriber = declaration.sections.get("subscriber") or {}
    works: dict[Resource, Work] = {}
    if asked - words or not all(is_among(attached, ip) for ip in declaration.of(IP)):
        works[IP] = read_all(IP)
    if bare_id(subscriber.get("id") or ""):
        # It may belong to another project, and so not be listed.
        works[SUBSCRIBER] = partial(read_by_id, SUBSCRIBER, bare_id(subscriber["id"]))
    elif subscriber or given.get("subscriber"):
        works[SUBSCRIBER] = read_all(SUBSCRIBER)
    return works


def read_all(kind: Resource) -> Work:
    """The work that lists all objects of a kind that is not on the load balancer."""
    return partial(kind.list, under={})


def read_by_id(kind: Resource, object_id: str, session: Session) -> Objects:
    """The object with this ID, if there is one, as a list."""
    return [one for one in [kind.read(session, object_id)] if one]


def is_among(attached: Objects, ip: Declared) -> bool:
    """True if a declared address is already attached, so that no list is needed to find it."""
    try:
        return IP.among(attached, ip.options) is not None
    except Problem:
        return True  # planning reports it


def with_acls(declaration: Declaration, there: Snapshot) -> Objects:
    """The existing frontends whose ACLs are declared."""
    found = []
    for thing in declaration.of(ACLS):
        try:
            found.append(FRONTEND.among(there.of(FRONTEND), thing.frontend.options))
        except Problem:
            continue  # planning reports it
    return [frontend for frontend in found if frontend]


def read_kind(
    kind: Resource, found: dict[str, Any], settle: bool, session: Session
) -> Objects | None:
    """The load balancer's objects of a kind; for routes those of the zone, None if too many."""
    if kind is ROUTE:
        # Routes are listed for the whole zone: only if needed, and only if that saves calls.
        most = PAGE_SIZE * found["frontend_count"]
        return session.api.list("routes", "routes", most=most) if found["route_count"] else []
    if kind is PRIVATE_NETWORK and settle:
        # Attaching and detaching look alike (notes, 23).
        return PRIVATE_NETWORK.settled(session, found["id"])
    return kind.list(session, {"load_balancer": found["id"]})


def side_by_side(workers: Workers, works: dict[str, Work]) -> dict[str, Any]:
    """Run the works in parallel and return their results by key; raise the first error."""
    results, errors = workers.run(works)
    for error in errors.values():
        raise error
    return results
