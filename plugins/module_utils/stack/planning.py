# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan for all objects: what changes, and in which order. Pure."""

from __future__ import annotations

from typing import Any

from ..fields.references import Reference
from ..ids import bare_id
from ..kinds.acls import ACLS
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.ip import IP
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.route import ROUTE
from ..kinds.subscriber import SUBSCRIBER
from ..own_names import own_name
from ..problem import Problem
from ..resource import KINDS, Resource, owner
from ..session import Session
from .declaration import Declaration, Declared, again
from .pruning import plan_undeclared
from .steps import FutureId, Step, in_words, key_of, referred_by
from .survey import Objects, Snapshot

BESIDE = (IP, SUBSCRIBER)
"""Kinds whose objects are not on the load balancer, which refers to them."""


class Planning:
    """The plan from what exists to what is declared.

    `steps` are in an order in which they could be done one after the other. `problems` are all
    reasons not to begin, by place. `outcomes` are the objects as they will be, by place or key.
    """

    def __init__(
        self, session: Session, declaration: Declaration, there: Snapshot, prune: bool
    ) -> None:
        self.session, self.declaration = session, declaration
        self.there, self.prune = there, prune
        self.steps: dict[str, Step] = {}
        self.outcomes: dict[str, tuple[Resource, dict[str, Any]]] = {}
        self.problems: dict[str, list[str]] = declaration.problems()
        self.ids: dict[str, str] = {}
        """The ID of every declared object, by its place."""
        self.places: dict[tuple[str, str], str] = {}
        """The place of every declared object, by its kind and each ID or name for it."""
        self.uses: dict[str, set[str]] = {}
        """The places of the declared objects that a declared one refers to, by its place."""
        self.names = there.names()
        for thing in declaration.things:
            for word in ("id", "name", "ip_address"):
                if thing.options.get(word):
                    key = bare_id(thing.options[word]) or thing.options[word]
                    self.places.setdefault((thing.kind.kind, key), thing.place)
        self.renamed = {
            key_of(one): thing.place
            for thing in declaration.things
            if thing.options.get("id")
            for one in there.of(thing.kind)
            if key_of(one) == bare_id(thing.options["id"]) and not thing.matches(one)
        }
        """By ID, the place of each declared object that changes what identifies an existing one."""
        for thing in declaration.things:
            self._plan(thing)
        plan_undeclared(self)

    def refuse(self, thing: Declared | str, problem: Any) -> None:
        place = thing.place if isinstance(thing, Declared) else thing
        text = thing.at(problem) if isinstance(thing, Declared) else f"{thing}: {problem}"
        texts = self.problems.setdefault(place, [])
        if text not in texts:
            texts.append(text)

    # Declared objects

    def _plan(self, thing: Declared) -> None:
        """Plan the step for one declared object, if it needs one."""
        kind, options = thing.kind, thing.options
        self.ids[thing.place] = FutureId(thing.place)
        try:
            found = self._find(thing)
            if found is None and options.get("id"):
                raise Problem(f"id: there is no {kind.title} {options['id']} here.")
            if found:
                self._found(thing, found)
            wanted, words = self._wanted(thing, found)
            if thing.place in self.problems:
                return
            if kind is CERTIFICATE and CERTIFICATE.has_content(options):
                frontends = self.there.of(FRONTEND)
                in_use = {one for frontend in frontends for one in frontend["certificate_ids"]}
                plan = CERTIFICATE.plan_within(
                    self.session, options, found, self._siblings(thing), self._settled(), in_use
                )
            else:
                plan = kind.plan(found, wanted, words)
        except Problem as problem:
            self.refuse(thing, problem)
            return
        plan = in_words(kind, plan, words, self.names)
        outcome = {**(plan.outcome or found)}
        if kind.item and outcome.get("id") is None:
            outcome["id"] = self.ids[thing.place]
        self.outcomes[thing.place] = kind, outcome
        if plan.changed:
            new = found is None or isinstance(found.get("id"), FutureId)
            self.steps[thing.place] = Step(
                thing.place,
                self._title(thing, outcome),
                kind,
                plan,
                options,
                wanted,
                None if new else found,
                after=self.uses[thing.place] & self.steps.keys(),
            )

    def _title(self, thing: Declared, outcome: dict[str, Any]) -> str:
        title = thing.kind.called(outcome)
        frontend = self._frontend(thing) if thing.kind is ROUTE else None
        return f"{title} of {FRONTEND.called(frontend)}" if frontend else title

    def _frontend(self, thing: Declared) -> dict[str, Any]:
        """The frontend in which an object is declared, as it will be."""
        place = thing.frontend.place
        return self.outcomes[place][1] if place in self.outcomes else thing.frontend.options

    def _siblings(self, thing: Declared) -> Objects:
        """The existing objects of the same kind, and for routes, of the same frontend."""
        items = self.there.of(thing.kind)
        if thing.kind is ROUTE:
            frontend_id = self.ids[thing.frontend.place]
            return [item for item in items if item["frontend_id"] == frontend_id]
        return items

    def _find(self, thing: Declared) -> dict[str, Any] | None:
        if thing.kind is LOAD_BALANCER:
            return self.there.load_balancer
        if thing.kind is ACLS:
            # The set of a frontend's ACLs exists whenever the frontend does.
            frontend_id = self.ids[thing.frontend.place]
            rules = self.there.acls.get(frontend_id, [])
            return {"id": frontend_id, "name": self._frontend(thing).get("name"), "acls": rules}
        items = self._siblings(thing)
        if not thing.options.get("id"):
            # An object about to be renamed is not identified by its old name.
            items = [one for one in items if key_of(one) not in self.renamed]
        return thing.kind.among(items, thing.options)

    def _found(self, thing: Declared, found: dict[str, Any]) -> None:
        """Record the existing object; raise Problem if it is declared twice or not available."""
        other = self.places.setdefault((thing.kind.kind, key_of(found)), thing.place)
        if other == thing.place:
            self.ids[thing.place] = key_of(found)
        elif thing.place not in self.problems:
            raise Problem(again(thing.kind.called(found), other))
        at = found.get("lb_id") if thing.kind is IP else None
        if at and at != (self.there.load_balancer or {}).get("id"):
            raise Problem(
                f"{found['ip_address']} is attached to load balancer {at}, and an address cannot "
                "be moved while it is."
            )

    def _settled(self) -> dict[str, Any] | None:
        """The load balancer, None if it gets its IPv4 address: its built-in name depends on it."""
        there, step = self.there.load_balancer, self.steps.get("load_balancer")
        moving = step and step.plan.before.get("ips") != step.plan.after.get("ips")
        return None if there and moving and own_name(there) is None else there

    def _wanted(
        self, thing: Declared, found: dict[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The wanted fields, with IDs in place of names, and the same as the user gave them."""
        kind = thing.kind
        words = kind.given(thing.options)
        wanted = dict(words)
        uses = self.uses[thing.place] = self._used(kind, found)
        for name, option in kind.references().items():
            if wanted.get(name):
                items = wanted[name] if option.many else [wanted[name]]
                ids = [self._refer(thing, name, option, item, uses) for item in items]
                wanted[name] = ids if option.many else ids[0]
        if kind is LOAD_BALANCER:
            self._attach(wanted, words, uses, found)
        elif kind not in BESIDE:
            for name, place in above(thing).items():
                uses.add(place)
                if name in kind.parents or (name in kind.fields and kind.fields[name].required):
                    wanted[name] = self.ids[place]
        if kind is ACLS and not self.prune:
            rules = ACLS.fields["acls"].shown(found)
            names = [rule.get("name") for rule in wanted["acls"]]
            # Without prune, undeclared rules are kept, and evaluated last.
            kept = [rule for rule in rules if rule["name"] not in names]
            wanted["acls"] = words["acls"] = [*wanted["acls"], *kept]
        if kind.owned and found is None:
            wanted |= owner(self.session.config)
        return wanted, words

    def _used(self, kind: Resource, found: dict[str, Any] | None) -> set[str]:
        """The places of what an object refers to now: a PUT carries these references, too."""
        return {
            place
            for name, option in kind.references().items()
            for one in referred_by(option, found or {})
            if (place := self.places.get((option.kind, one))) and name != "load_balancer"
        }

    def _refer(
        self, thing: Declared, name: str, option: Reference, word: str, uses: set[str]
    ) -> str:
        """The ID of what an option refers to: a declared object, or else an existing one."""
        kind = KINDS[option.kind]
        key = bare_id(word) or word
        place = self.places.get((kind.kind, key))
        if place is None:
            matches = [
                item
                for item in self.there.of(kind)
                if key == item["id"]
                or kind.fields[option.by].same(word, self._as_it_will_be(kind, item))
            ]
            try:
                match = kind.only(matches, f"named {word!r}")
            except Problem as problem:
                self.refuse(thing, f"{name}: {problem}")
                return FutureId(word)
            if match is None:
                where = "in the declaration or on the load balancer"
                if kind in BESIDE:
                    where = f"in the declaration or in zone {self.session.config.zone}"
                self.refuse(thing, f"{name}: there is no {kind.title} {word!r} {where}.")
                return FutureId(word)
            place = self.places.get((kind.kind, match["id"]))
            if place is None:
                return match["id"]
        uses.add(place)
        return self.ids[place]

    def _as_it_will_be(self, kind: Resource, found: dict[str, Any]) -> dict[str, Any]:
        """An existing object as planned; unchanged if nothing is planned for it yet."""
        place = self.places.get((kind.kind, key_of(found)), "")
        return self.outcomes.get(place, (kind, found))[1]

    def _attach(
        self,
        wanted: dict[str, Any],
        words: dict[str, Any],
        uses: set[str],
        found: dict[str, Any] | None,
    ) -> None:
        """Make the load balancer refer to the declared addresses and subscriber."""
        attached = {ip["id"]: ip["ip_address"] for ip in (found or {}).get("ip") or []}
        ips = self.declaration.of(IP)
        if ips:
            names = dict(attached)
            if "ips" in wanted:
                names = dict(zip(wanted["ips"], words["ips"], strict=True))
            for thing in ips:
                _kind, ip = self.outcomes.get(thing.place, (None, {}))
                name = ip.get("ip_address") or thing.place
                names.setdefault(self.ids[thing.place], name)
            wanted["ips"], words["ips"] = list(names), list(names.values())
            uses |= {thing.place for thing in ips}
        subscriber = self.declaration.sections.get("subscriber")
        if subscriber:
            if "subscriber" in wanted:
                self.refuse("load_balancer.subscriber", "the section subscriber says it, too.")
            wanted["subscriber"] = self.ids["subscriber"]
            words["subscriber"] = subscriber.get("name") or self.ids["subscriber"]
            uses.add("subscriber")
        elif subscriber is not None and self.prune:
            wanted["subscriber"] = words["subscriber"] = ""


def above(thing: Declared) -> dict[str, str]:
    """The places of an object's parents, by the name of the reference."""
    places = {"load_balancer": "load_balancer"}
    return places | ({"frontend": thing.frontend.place} if thing.frontend else {})
