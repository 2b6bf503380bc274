# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of the module `stack`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..kinds.acls import ACLS
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.route import ROUTE
from ..resource import Resource
from ..session import Session
from .declaration import Declaration
from .steps import FutureId, StackPlan, key_of
from .survey import ON_IT, Snapshot

Things = Iterable[tuple[Resource, dict[str, Any]]]


def everything(there: Snapshot) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """All objects of a snapshot, each with its kind."""
    if there.load_balancer:
        yield LOAD_BALANCER, there.load_balancer
    for kind in ON_IT:
        for found in there.of(kind):
            yield kind, found
    for frontend in there.of(FRONTEND):
        if frontend["id"] in there.acls:
            rules = there.acls[frontend["id"]]
            yield ACLS, {"id": frontend["id"], "name": frontend["name"], "acls": rules}


def in_order(things: Things, ids: list[str]) -> Things:
    """The things in the order of the declaration's IDs, then the others by what they are called."""
    order = {one: number for number, one in enumerate(ids)}

    def place(one: tuple[Resource, dict[str, Any]]) -> tuple[int, str]:
        kind, thing = one
        return order.get(key_of(thing), len(ids)), kind.called(thing)

    return sorted(things, key=place)


def result(
    session: Session, declaration: Declaration, plan: StackPlan, things: Things
) -> dict[str, Any]:
    """The objects by section, as the API shows them, without embedded objects, and the changes."""
    stack: dict[str, Any] = {"load_balancer": None}
    limits = {one.options.get("name"): one.options for one in declaration.of(CERTIFICATE)}
    within: dict[str, dict[str, Any]] = {}
    for kind, thing in things:
        if kind is LOAD_BALANCER:
            stack["load_balancer"] = bare(thing)
        elif kind in (ACLS, ROUTE):
            owner = within.setdefault(thing["id"] if kind is ACLS else thing["frontend_id"], {})
            if kind is ACLS:
                owner["acls"] = [bare(rule) for rule in thing["acls"]]
            else:
                owner.setdefault("routes", []).append(bare(thing))
        elif kind in ON_IT:
            more = {}
            if kind is CERTIFICATE:
                more = CERTIFICATE.lifetime(session, limits.get(thing["name"], {}), thing)
            stack.setdefault(kind.plural, []).append({**bare(thing), **more})
    for frontend in stack.get("frontends", []):
        frontend |= within.get(frontend["id"], {})
    return {
        "changes": [step.summary() for step in plan.steps],
        "stack": known(stack, plan.replaced),
    }


def bare(thing: dict[str, Any]) -> dict[str, Any]:
    """An object without embedded objects; of its backend, ID and name are kept."""
    own = {
        k: v
        for k, v in thing.items()
        if k not in ("lb", "frontend", "certificate", "load_balancer")
    }
    if "backend" in own:
        own["backend"] = {key: own["backend"].get(key) for key in ("id", "name")}
    return own


def known(value: Any, replaced: set[str]) -> Any:
    """The value with null for every ID that is not known yet or belongs to a replaced object."""
    if isinstance(value, dict):
        return {key: known(inner, replaced) for key, inner in value.items()}
    if isinstance(value, list):
        return [known(inner, replaced) for inner in value]
    return None if isinstance(value, FutureId) or value in replaced else value
