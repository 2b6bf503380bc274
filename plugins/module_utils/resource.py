# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object of any kind: find it, bring it to the wanted state, wait until it is usable."""

from __future__ import annotations

from functools import partial
from typing import Any

from .api import AnswerLost, ApiError
from .config import Config
from .ids import bare_id
from .kind import Kind, spaced, upper, worded
from .plan import Plan
from .problem import Problem, refuse
from .session import LEAVING, Session

KINDS: dict[str, Resource] = {}
"""Every loaded kind by its name, for references between kinds."""


class Resource(Kind):
    """A kind whose objects are read and written through the API."""

    def __init__(self, kind: str, **stated: Any) -> None:
        super().__init__(kind, **stated)
        KINDS[kind] = self

    # Finding

    def find(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        """The object that the options identify; None if there is none."""
        if options.get("id"):
            return self.read(session, bare_id(options["id"]))
        return self.find_by_name(session, options)

    def read(self, session: Session, object_id: str) -> dict[str, Any] | None:
        """The object with this ID; None if it is gone or being deleted."""
        try:
            found = session.api.get(self.item.format(id=object_id))
        except ApiError as error:
            if error.gone:
                return None
            raise
        return self.as_read(session, found)

    def find_by_name(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        self.identity_in_words(options)
        ids = self.parent_ids(session, options)
        return self.among(self.list(session, ids, name=options["name"]), options)

    def list(self, session: Session, under: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
        """All objects under these parents, from all pages. The API's name filter is not exact."""
        if None in under.values():
            return []  # a parent yet to be created, in check mode, has nothing under it
        if self.owned:
            params |= owner(session.config)
        items = session.api.list(self.collection.format(**under), self.list_key, **params)
        return [item for item in items if self.as_read(session, item)]

    def as_read(self, session: Session, found: dict[str, Any]) -> dict[str, Any] | None:
        """The object that was read; None if it is being deleted."""
        return None if found.get("status") in LEAVING else found

    def parent_ids(self, session: Session, options: dict[str, Any]) -> dict[str, Any]:
        """The IDs of the object's parents; None for one yet to be created, in check mode."""
        ids = {}
        for name in self.parents:
            if not options.get(name):
                needed = f"{name} or id" if self.item else name
                raise Problem(f"Give {needed}: {self.titles} are found within a {spaced(name)}.")
            ids[name] = self.id_of(session, options, name)
        return ids

    def look_up(
        self,
        session: Session,
        options: dict[str, Any],
        found: dict[str, Any] | None,
        name: str,
        word: str,
    ) -> str | None:
        """The ID of the object that the reference `name` calls `word`.

        None if it is yet to be created, in check mode, or if it is missing and state is absent.
        """
        target = KINDS[self.fields[name].kind]
        scope = {parent: options.get(parent) for parent in target.parents}
        for parent in target.parents:
            if not scope[parent] and found and parent in self.fields:
                scope[parent] = self.fields[parent].seen(found)
        key = (target.kind, word, *scope.values())
        if key not in session.looked_up:
            if not all(scope.values()):
                raise Problem(
                    f"{name}: {word!r} is a name, and names are found within their "
                    f"{' and '.join(target.parents)}: give that too, or give an ID."
                )
            sought = {self.fields[name].by: word, "state": options.get("state"), **scope}
            session.looked_up[key] = target.find(session, sought)
        match = session.looked_up[key]
        if match:
            return match["id"]
        if options.get("state") == "absent":
            return None
        places = [f" on {KINDS[kind].title} {where}" for kind, where in scope.items()]
        missing = f"{name}: there is no {target.title} {word!r}{''.join(places)}"
        if not session.check_mode:
            zone, project = session.config.zone, target.owned and session.config.project_id
            within = f" and project {project}" if project else ""
            raise Problem(f"{missing} in zone {zone}{within}.")
        session.warn(f"{missing} yet; check mode assumes that it will be created.")
        return None

    def id_of(self, session: Session, options: dict[str, Any], name: str) -> str | None:
        """The ID of the object that the reference `name` names; None as in `look_up`."""
        look_up = partial(self.look_up, session, options, None, name)
        return self.fields[name].resolve(options[name], {}, look_up)

    def resolve(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> dict[str, Any]:
        """The given fields with names replaced by IDs."""
        wanted = self.given(options)
        for name, option in self.references().items():
            if name in wanted:
                look_up = partial(self.look_up, session, options, found, name)
                wanted[name] = option.resolve(wanted[name], found or {}, look_up)
        if self.owned and found is None:
            wanted |= owner(session.config)
        return wanted

    # Applying and waiting

    def load_balancer_of(self, session: Session, thing: dict[str, Any]) -> str | None:
        """The ID of the load balancer that an object, or a set of wanted fields, belongs to."""
        return (thing.get("lb") or {}).get("id") or thing.get("load_balancer")

    def ensure(self, session: Session, options: dict[str, Any]) -> tuple[Plan, Any]:
        """Bring the object to the wanted state; return the plan and the resulting object."""
        refuse(self.problems(options))
        first: Plan | None = None
        while True:
            try:
                found = self.find(session, options)
                plan = self.plan_for(session, options, found)
                if session.check_mode:
                    if plan.changed:
                        self.forewarn(session, plan, found)
                    return plan, plan.outcome
                if not plan.changed and first is None:
                    return plan, self.once_usable(session, found)
                first = first or plan
                return first, self.apply(session, plan, options, found)
            except AnswerLost as lost:
                # Look before sending again, so that no failure creates a second object.
                session.pause_after(lost)
            except ApiError as error:
                if not (error.gone and options.get("state") == "absent"):
                    raise
                return first or Plan(), None  # removed along with its parent

    def is_in_transition(self, found: dict[str, Any]) -> bool:
        """True if the object's own state shows that it is not usable yet. For kinds to override."""
        return False

    def once_usable(self, session: Session, found: dict[str, Any] | None) -> dict[str, Any] | None:
        """The found object, once usable: the run that created it may have been interrupted."""
        on_its_way = found and self.is_in_transition(found)
        if not on_its_way or not session.wait or session.check_mode:
            return found
        load_balancer_id = self.load_balancer_of(session, found)
        outcome = self.await_usable(session, found["id"], load_balancer_id)
        return outcome or self.read(session, found["id"])

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        """Resolve references and make the plan; refuse to change what must not be touched."""
        if options.get("state") == "absent":
            plan = self.plan_absent(found, options) if found else Plan()
        else:
            if options.get("id") and found is None:
                raise Problem(f"There is no {self.title} {options['id']} in this zone.")
            wanted = self.resolve(session, options, found)
            plan = self.plan(found, wanted, self.given(options))
            self.refuse_taken(session, plan, found)
            self.advise(session, plan.outcome)
        if plan.changed:
            self.refuse_elsewhere(session, options, plan, found)
            if session.diff:
                self.name_in_diff(session, options, plan)
        return plan

    def name_in_diff(self, session: Session, options: dict[str, Any], plan: Plan) -> None:
        """Replace the IDs of other objects by their names, unless the user gave the ID."""
        words: dict[str, str] = {}
        for name, option in self.references().items():
            asked = options.get(name) or []
            for side in (plan.before, plan.after):
                shown = side.get(name) or []
                for one in shown if option.many else filter(None, [shown]):
                    if bare_id(one) and one not in asked and one not in words:
                        other = session.known(one) or KINDS[option.kind].read(session, one) or {}
                        words[one] = other.get(option.by) or one
                if shown:
                    side[name] = worded(shown, words)

    def refuse_elsewhere(
        self, session: Session, options: dict[str, Any], plan: Plan, found: dict[str, Any] | None
    ) -> None:
        """Refuse to change an object that is managed, or not where the task says it is."""
        thing = plan.outcome or found
        load_balancer_id = self.load_balancer_of(session, thing)
        session.refuse_managed(load_balancer_id)
        seen: dict[str, Any] = {}
        if load_balancer_id and options.get("load_balancer"):
            word = options["load_balancer"]
            owner = session.load_balancer(load_balancer_id)
            if (bare_id(word) or word) not in (load_balancer_id, owner["name"]):
                seen["load_balancer"] = owner["name"]
        if plan.outcome is None:
            for name, option in self.references().items():
                if option.fixed and options.get(name):
                    look_up = partial(self.look_up, session, options, found, name)
                    if not option.same(option.resolve(options[name], found, look_up), found):
                        seen.setdefault(name, option.shown(found))
        refuse(
            f"{name}: that of {self.called(thing)} is {there!r}, not {options[name]!r}. Correct "
            "it, or leave it out."
            for name, there in seen.items()
        )

    def refuse_taken(self, session: Session, plan: Plan, found: dict[str, Any] | None) -> None:
        """Refuse a new name that another object has: it would no longer identify either."""
        if not found or plan.outcome.get("name") == found.get("name"):
            return
        name = plan.outcome["name"]
        under = {parent: self.fields[parent].seen(found) for parent in self.parents}
        if self.among(self.list(session, under, name=name), {"name": name}):
            raise Problem(f"name: {name!r} is the name of another {self.title}: give another one.")

    def forewarn(self, session: Session, plan: Plan, found: dict[str, Any] | None) -> None:
        """In check mode: warn of what the API would refuse if nothing else changes."""
        in_use = self.in_use(session, found) if plan.outcome is None else ""
        if in_use:
            session.warn(f"{in_use}: as long as it is, the API will refuse to delete it.")

    def advise(self, session: Session, outcome: dict[str, Any]) -> None:
        """Warn of what is allowed but probably not intended. For kinds to override."""

    def apply(
        self, session: Session, plan: Plan, options: dict[str, Any], found: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        """Send the plan's calls, wait, and return the resulting object; None if removed."""
        absent = options.get("state") == "absent"
        load_balancer_id = self.load_balancer_of(session, plan.outcome or found or {})
        answer = found
        for call in plan.calls:
            try:
                answer = session.send(call, load_balancer_id, absent)
            except ApiError as error:
                in_use = self.in_use(session, found) if call.method == "DELETE" else ""
                if not in_use:
                    raise
                raise Problem(f"{in_use}: change or remove these first. {error}") from error
        object_id = (found or answer)["id"]
        if absent:
            self.await_removed(session, object_id, load_balancer_id)
            return None
        outcome = self.await_usable(session, object_id, load_balancer_id)
        outcome = outcome or self.read(session, object_id)
        if found is None and self.has_more(options):
            plan = self.plan_for(session, options, outcome)
            return self.apply(session, plan, options, outcome) if plan.changed else outcome
        return outcome

    def has_more(self, options: dict[str, Any]) -> bool:
        """True if some options can be applied only once the object exists."""
        return any(option.later and options.get(name) for name, option in self.fields.items())

    def used_by(self, session: Session, found: dict[str, Any]) -> list[str]:
        """The objects that prevent this one from being deleted. For kinds to override."""
        return []

    def in_use(self, session: Session, found: dict[str, Any]) -> str:
        """What `used_by` returns, in words; '' if nothing uses the object."""
        users = self.used_by(session, found)
        return f"{upper(self.called(found))} is in use by {', '.join(users)}" if users else ""

    def await_usable(
        self, session: Session, object_id: str, load_balancer_id: str | None
    ) -> dict[str, Any] | None:
        """Wait until the object is usable: by default, until its load balancer is.

        Returns the object, if waiting has read it.
        """
        session.await_usable(load_balancer_id)
        return None

    def await_removed(self, session: Session, object_id: str, load_balancer_id: str | None) -> None:
        """Wait until a removal has taken effect."""
        session.await_usable(load_balancer_id, absent=True)

    # Reading for the info module

    def select(self, session: Session, options: dict[str, Any]) -> list[dict[str, Any]]:
        """The objects that match all the options."""
        refuse(self.problems(options))
        wanted = {
            name: value
            for name, value in self.resolve(session, options, {}).items()
            if name in self.filters
        }
        if options.get("id"):
            found = self.read(session, bare_id(options["id"]))
            items = [found] if found else []
        else:
            params = {
                self.fields[name].sent_as: self.fields[name].encode(wanted[name])
                for name in self.queries & set(wanted)
            }
            items = self.list(session, self.parent_ids(session, options), **params)
        return [item for item in items if self.selects(wanted, item)]

    def extras(self, session: Session, options: dict[str, Any], outcome: Any) -> dict[str, Any]:
        """Further keys of the result. For kinds to override."""
        return {}


def owner(config: Config) -> dict[str, str]:
    """The project, or else the organization, that new objects belong to; empty without either."""
    if config.project_id:
        return {"project_id": config.project_id}
    return {"organization_id": config.organization_id} if config.organization_id else {}
