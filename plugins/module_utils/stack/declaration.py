# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declaration: its objects with their places, and the problems visible in it alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..config import ARGUMENTS
from ..ids import bare_id
from ..kind import WRITING, stated
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

SECTIONS: dict[str, Resource] = {
    "ips": IP,
    "private_networks": PRIVATE_NETWORK,
    "certificates": CERTIFICATE,
    "backends": BACKEND,
    "frontends": FRONTEND,
}
"""The sections that are lists, in the order in which their objects can be created."""

ABOVE = ("load_balancer", "frontend")
"""References that are implied by an object's place in the declaration."""


@dataclass(frozen=True)
class Declared:
    """A declared object; `place` is where it is declared, as in `frontends[2].routes[0]`."""

    place: str
    kind: Resource
    options: dict[str, Any]
    frontend: Declared | None = None
    """The frontend in which it is declared."""

    def at(self, problem: Any) -> str:
        """A problem of this object, with its place."""
        # A frontend's ACLs are an object here, but an option of the frontend for the user.
        place = self.frontend.place if self.kind is ACLS and self.frontend else self.place
        option = re.match(r"(\w+)[\w.\[\]]*: ", str(problem))
        inner = option and option.group(1) in {*self.kind.arguments()}
        return f"{place}{'.' if inner else ': '}{problem}"

    def matches(self, found: dict[str, Any]) -> bool:
        """True if these options identify an existing object."""
        return self.kind.matches(self.options, found)

    def identities(self) -> Iterator[tuple[str, str]]:
        """What identifies the object, each as a key and in words: its ID, its name or the like."""
        own = bare_id(self.options.get("id") or "")
        if own:
            yield own, f"of the ID {own}"
        if not own or self.kind.identity(self.options):
            yield self.kind.identity_key(self.options), self.kind.identity_in_words(self.options)


def again(what: str, other: str) -> str:
    """The problem text for two places that declare the same object."""
    return f"it is {what}, and so is {other}. Leave one of them out."


class Declaration:
    """A declared load balancer and everything declared with it."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.sections: dict[str, Any] = {
            name: stated(options[name])
            for name in ("load_balancer", "subscriber", *SECTIONS)
            if options.get(name) is not None
        }
        self.load_balancer = Declared(
            "load_balancer", LOAD_BALANCER, self.sections["load_balancer"]
        )
        self.things: list[Declared] = list(self._unrolled())

    def _unrolled(self) -> Iterator[Declared]:
        """All objects, each after those that it can refer to."""
        if self.sections.get("subscriber"):
            yield Declared("subscriber", SUBSCRIBER, self.sections["subscriber"])
        for section in SECTIONS:
            yield from self._section(section)
            if section == "ips":
                yield self.load_balancer

    def _section(self, section: str) -> Iterator[Declared]:
        """The objects of a section; each frontend is followed by those declared in it."""
        for number, options in enumerate(self.sections.get(section, [])):
            within = {name: options[name] for name in ("acls", "routes") if name in options}
            own = {name: value for name, value in options.items() if name not in within}
            thing = Declared(f"{section}[{number}]", SECTIONS[section], own)
            yield thing
            if "acls" in within:
                yield Declared(f"{thing.place}.acls", ACLS, {"acls": within["acls"]}, thing)
            for inner, route in enumerate(within.get("routes", [])):
                yield Declared(f"{thing.place}.routes[{inner}]", ROUTE, route, thing)

    def of(self, kind: Resource) -> list[Declared]:
        """The declared objects of a kind."""
        return [thing for thing in self.things if thing.kind is kind]

    def having(self, within: str) -> set[str]:
        """The places of the frontends that declare their `acls` or `routes`."""
        frontends = enumerate(self.sections.get("frontends", []))
        return {f"frontends[{number}]" for number, options in frontends if within in options}

    def problems(self) -> dict[str, list[str]]:
        """By place, problems of single objects, and of objects declared twice."""
        problems: dict[str, list[str]] = {}
        seen: dict[tuple[Any, ...], Declared] = {}
        for thing in self.things:
            found = [thing.at(text) for text in thing.kind.problems(thing.options)]
            if thing.kind is not ACLS:
                found += self._again(thing, seen)
            if found:
                problems[thing.place] = found
        return problems

    def _again(self, thing: Declared, seen: dict[tuple[Any, ...], Declared]) -> Iterator[str]:
        try:
            for key, words in thing.identities():
                scope = (thing.kind.kind, thing.frontend and thing.frontend.place, key)
                other = seen.setdefault(scope, thing)
                by_id = thing.options.get("id") and other.options.get("id")
                if other is not thing and (not by_id or bare_id(key)):
                    yield thing.at(again(words, other.place))
        except Problem as problem:
            yield thing.at(problem)


def arguments() -> dict[str, dict[str, Any]]:
    """The sections as an argument specification, made from the options of the kinds' modules."""

    def options(kind: Resource) -> dict[str, dict[str, Any]]:
        common = {*ARGUMENTS, *WRITING, *ABOVE}
        return {name: spec for name, spec in kind.arguments().items() if name not in common}

    def several(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {"type": "list", "elements": "dict", "options": options}

    sections = {name: several(options(kind)) for name, kind in SECTIONS.items()}
    sections["frontends"]["options"] |= {
        "acls": ACLS.fields["acls"].argument(),
        "routes": several(options(ROUTE)),
    }
    return {
        "load_balancer": {"type": "dict", "required": True, "options": options(LOAD_BALANCER)},
        **sections,
        "subscriber": {"type": "dict", "options": options(SUBSCRIBER)},
    }
