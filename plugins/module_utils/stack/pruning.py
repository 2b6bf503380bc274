# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that exist but are not declared: they stay, unless they are pruned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..certificates.answers import NEXT
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.route import ROUTE
from ..resource import Resource
from .steps import Step, in_words, key_of, referred
from .survey import ON_IT

if TYPE_CHECKING:
    from .planning import Planning


def plan_undeclared(planning: Planning) -> None:
    """Plan the removal of what is pruned, and record that the rest stays as it is."""
    gone: dict[str, Step] = {}
    for kind, found in undeclared(planning):
        key = f"{kind.plural} {key_of(found)}"
        if planning.prune and is_pruned(planning, kind, found, gone):
            plan = in_words(kind, kind.plan_absent(found, {}), {}, planning.names)
            gone[key_of(found)] = Step(key, called(planning, kind, found), kind, plan, found=found)
        else:
            planning.outcomes[key] = kind, found
    for object_id, step in gone.items():
        # Objects that refer to it are changed or removed first. The load balancer is changed before
        # anything on it, since the API refuses writes while it migrates.
        step.after |= {"load_balancer"} & planning.steps.keys()
        step.after |= {
            other.key
            for other in (*planning.steps.values(), *gone.values())
            if other.found and object_id in referred(other.kind, other.found)
        }
    planning.steps |= {step.key: step for step in gone.values()}


def undeclared(planning: Planning) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """The undeclared objects on the load balancer, frontends first."""
    declared = set(planning.ids.values())
    certificates = planning.declaration.of(CERTIFICATE)
    begun = {f"{thing.options.get('name')}{NEXT}" for thing in certificates}
    for kind in (FRONTEND, *(kind for kind in ON_IT if kind is not FRONTEND)):
        for found in sorted(planning.there.of(kind), key=kind.called):
            # A replacement begun for a declared certificate belongs to it.
            if key_of(found) not in declared and not (
                kind is CERTIFICATE and found["name"] in begun
            ):
                yield kind, found


def is_pruned(
    planning: Planning, kind: Resource, found: dict[str, Any], gone: dict[str, Step]
) -> bool:
    """True if undeclared objects like this one are pruned; `gone` are the removals so far."""
    if kind is not ROUTE:
        return kind.plural in planning.declaration.sections
    if found["frontend_id"] in gone:
        return True
    place = planning.places.get((FRONTEND.kind, found["frontend_id"]))
    return place in planning.declaration.having("routes")


def called(planning: Planning, kind: Resource, found: dict[str, Any]) -> str:
    """How messages refer to an existing object."""
    if kind is not ROUTE:
        return kind.called(found)
    frontends = planning.there.of(FRONTEND)
    frontend = next(one for one in frontends if one["id"] == found["frontend_id"])
    return f"{kind.called(found)} of {FRONTEND.called(frontend)}"
