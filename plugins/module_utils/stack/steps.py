# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a plan for a declaration, and what objects refer to."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field, replace
from typing import Any

from ..fields.references import Reference
from ..kind import worded
from ..plan import Plan
from ..resource import Resource


class FutureId(str):
    """A placeholder for the ID of an object yet to be created: its place in the declaration."""

    def __new__(cls, place: str) -> FutureId:
        return super().__new__(cls, f"<{place}>")


@dataclass
class Step:
    """The change to one object; `after` holds the keys of the steps that must come before."""

    key: str
    """The place of a declared object; section and ID of one to be removed."""
    title: str
    kind: Resource
    plan: Plan
    options: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] | None = None
    after: set[str] = field(default_factory=set)

    @property
    def change(self) -> str:
        if self.found is None:
            return "created"
        return "changed" if self.plan.outcome else "removed"

    def summary(self) -> dict[str, str]:
        """The step for the result: the change, the object, and where it is declared."""
        return {"change": self.change, "object": self.title, "place": self.key.split(" ")[0]}

    def diff(self) -> dict[str, Any]:
        return {
            "before_header": self.title,
            "after_header": f"{self.title}, {self.change}",
            "before": self.plan.before,
            "after": self.plan.after,
        }


@dataclass(frozen=True)
class StackPlan:
    """The steps of all objects, in an order in which they could be done one after the other."""

    steps: list[Step]

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def diff(self) -> list[dict[str, Any]]:
        return [step.diff() for step in self.steps]

    @property
    def replaced(self) -> set[str]:
        """The IDs of objects that are replaced by a new one of the same name."""
        return {
            key_of(step.found)
            for step in self.steps
            if step.change == "changed"
            and "id" in step.plan.outcome
            and step.plan.outcome["id"] is None
        }


def key_of(found: dict[str, Any]) -> str:
    """The object's ID; for an attachment, which has none, that of its private network."""
    return found.get("id") or found["private_network_id"]


def referred(kind: Resource, thing: dict[str, Any]) -> set[str]:
    """The IDs of the objects that an object refers to, except its load balancer."""
    options = {name: one for name, one in kind.references().items() if name != "load_balancer"}
    return {one for option in options.values() for one in referred_by(option, thing)}


def referred_by(option: Reference, thing: dict[str, Any]) -> list[str]:
    """The IDs in one reference of an object."""
    seen = option.seen(thing) or []
    return seen if isinstance(seen, list) else [seen]


def in_words(kind: Resource, plan: Plan, words: dict[str, Any], names: dict[str, str]) -> Plan:
    """The plan with names in place of IDs, unless the user wrote the ID."""

    def named(shown: dict[str, Any]) -> dict[str, Any]:
        references = {}
        for name in kind.references().keys() & shown.keys():
            asked = words.get(name) or []
            kept = {one: one for one in ([asked] if isinstance(asked, str) else asked)}
            references[name] = worded(shown[name], ChainMap(kept, names))
        return {**shown, **references}

    return replace(plan, before=named(plan.before), after=named(plan.after))
