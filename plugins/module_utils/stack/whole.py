# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole load balancer, as the modules `stack` and `stack_info` run it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..api import ApiError
from ..config import ARGUMENTS, Config
from ..ids import bare_id
from ..kind import WRITING
from ..kinds.acls import ACLS
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.private_network import PRIVATE_NETWORK
from ..kinds.route import ROUTE
from ..kinds.subscriber import SUBSCRIBER
from ..plan import Plan
from ..problem import Problem
from ..resource import Resource
from ..session import Session
from .applying import Applying, telling
from .crew import Crew
from .declaration import Declaration, arguments
from .export import Export
from .judging import judge
from .planning import Planning, Step, Unmade, key_of
from .survey import ON_IT, Snapshot, survey, survey_all

Things = Iterable[tuple[Resource, dict[str, Any]]]


@dataclass(frozen=True)
class WholePlan:
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
        """The IDs of what gives way to an object of its name."""
        return {
            key_of(step.found)
            for step in self.steps
            if step.change == "changed"
            and "id" in step.plan.outcome
            and step.plan.outcome["id"] is None
        }


class Stack:
    """To the modules what a Resource is for one object: find, plan, apply, wait."""

    kind = plural = "stack"

    def arguments(self) -> dict[str, dict[str, Any]]:
        prune = {"prune": {"type": "bool", "default": False}}
        return {**ARGUMENTS, **WRITING, **prune, **arguments()}

    def info_arguments(self) -> dict[str, dict[str, Any]]:
        return {
            **ARGUMENTS,
            "load_balancer": {"type": "str", "required": True, "aliases": ["lb_id"]},
            "secrets_as_variables": {"type": "bool", "default": False},
        }

    def at_home(self, config: Config, options: dict[str, Any]) -> Config:
        """The configuration with the zone that the given IDs name, if they name one."""
        if isinstance(options["load_balancer"], str):
            return LOAD_BALANCER.at_home(config, options)
        for thing in Declaration(options).things:
            config = thing.kind.at_home(config, thing.options)
        return config

    # What `stack` does

    def ensure(self, session: Session, options: dict[str, Any]) -> tuple[WholePlan, Any]:
        """Bring the load balancer to what is declared; return the plan and what is there then."""
        declaration, prune = Declaration(options), options["prune"]
        found = self.find(session, declaration)
        with Crew(session) as crew:
            if options["state"] == "absent":
                return self.remove(session, crew, declaration, found)
            there = survey(session, crew, declaration, found, prune)
            planning = Planning(session, declaration, there, prune)
            plan = WholePlan(judge(planning))
            refuse(declaration, planning.problems)
            for place, (kind, outcome) in planning.outcomes.items():
                if place in planning.ids:
                    kind.advise(session, outcome)
            if plan.changed and found:
                session.admit(found["id"])
            if found and not plan.changed:
                arrived = LOAD_BALANCER.arrived(session, found)
                planning.outcomes["load_balancer"] = LOAD_BALANCER, arrived
            if session.check_mode or not plan.changed:
                return plan, result(session, declaration, plan, planning.outcomes.values())
            applying = Applying(session, crew, found and found["id"])
            applying.run(plan.steps)
            ids = [applying.made.get(one, one) for one in planning.ids.values()]
            with telling(plan.steps):
                found = applying.outcome()
                there = survey(session, crew, declaration, found, prune, settle=session.wait)
                for attachment in there.of(PRIVATE_NETWORK):
                    if key_of(attachment) in ids:
                        PRIVATE_NETWORK.make_sure(attachment)
            return plan, result(session, declaration, plan, in_order(everything(there), ids))

    def find(self, session: Session, declaration: Declaration) -> dict[str, Any] | None:
        """The load balancer; None if there is none."""
        balancer, problems = declaration.load_balancer, declaration.problems()
        if balancer.place not in problems:
            try:
                return LOAD_BALANCER.find(session, balancer.options)
            except ApiError:
                raise
            except Problem as problem:
                problems[balancer.place] = [balancer.at(problem)]
        raise refusal(declaration, problems)

    def remove(
        self,
        session: Session,
        crew: Crew,
        declaration: Declaration,
        found: dict[str, Any] | None,
    ) -> tuple[WholePlan, Any]:
        """Delete the load balancer; everything on it goes with it, and addresses stay."""
        options = {**declaration.load_balancer.options, "state": "absent"}
        if found is None:
            return WholePlan([]), result(session, declaration, WholePlan([]), [])
        session.admit(found["id"])
        there = survey_all(crew, found)
        plan = LOAD_BALANCER.plan_absent(found, options)
        steps = [
            Step("load_balancer", LOAD_BALANCER.called(found), LOAD_BALANCER, plan, found=found)
        ]
        for kind, thing in in_order(everything(there), []):
            if kind is not LOAD_BALANCER:
                before = Plan(before=kind.plan_absent(thing, {}).before)
                key = f"{kind.plural} {key_of(thing)}"
                steps.append(Step(key, kind.called(thing), kind, before, found=thing))
        if not session.check_mode:
            LOAD_BALANCER.apply(session, plan, options, found)
        return WholePlan(steps), result(session, declaration, WholePlan(steps), [])

    def extras(self, session: Session, options: dict[str, Any], outcome: Any) -> dict[str, Any]:
        return {"changes": outcome["changes"]} if outcome and "changes" in outcome else {}

    def returned(self, outcome: Any) -> Any:
        return outcome["stack"]

    # What `stack_info` does

    def select(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        """A live load balancer as a declaration; None if there is none."""
        word = options["load_balancer"]
        which = {"id": word} if bare_id(word) else {"name": word}
        found = LOAD_BALANCER.find(session, which)
        if found is None:
            return None
        with Crew(session) as crew:
            there = survey_all(crew, found, [SUBSCRIBER] if found["subscriber"] else [])
        told = Export(there, options["secrets_as_variables"]).declaration()
        if "id" in which:
            told["load_balancer"] = {**which, **told["load_balancer"]}
        return told


def refuse(declaration: Declaration, problems: dict[str, list[str]]) -> None:
    """Raise a Problem if there are problems."""
    if problems:
        raise refusal(declaration, problems)


def refusal(declaration: Declaration, problems: dict[str, list[str]]) -> Problem:
    """One Problem with everything that is wrong, in the order of the declaration."""
    places = [thing.place for thing in declaration.things]

    def place(text: str) -> int:
        return max((at for at, one in enumerate(places) if text.startswith(one)), default=-1)

    texts = sorted((one for texts in problems.values() for one in texts), key=place)
    count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
    text = f"The declaration has {count}; nothing was changed. {' '.join(texts)}"
    return Problem(text, problems=texts)


def everything(there: Snapshot) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """All that was read of a load balancer."""
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
    """The things in the order in which they are declared, and the others behind them."""
    order = {one: number for number, one in enumerate(ids)}

    def place(one: tuple[Resource, dict[str, Any]]) -> tuple[int, str]:
        kind, thing = one
        return order.get(key_of(thing), len(ids)), kind.called(thing)

    return sorted(things, key=place)


def result(
    session: Session, declaration: Declaration, plan: WholePlan, things: Things
) -> dict[str, Any]:
    """The objects by section, as the API has them, without the copies of each other in them."""
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
    return {"changes": [step.told() for step in plan.steps], "stack": known(stack, plan.replaced)}


def bare(thing: dict[str, Any]) -> dict[str, Any]:
    """An object without the load balancer, the frontend, backend and certificate in it."""
    own = {
        k: v
        for k, v in thing.items()
        if k not in ("lb", "frontend", "certificate", "load_balancer")
    }
    if "backend" in own:
        own["backend"] = {key: own["backend"].get(key) for key in ("id", "name")}
    return own


def known(value: Any, replaced: set[str]) -> Any:
    """The value with null for every ID that is not known yet, or is that of what was replaced."""
    if isinstance(value, dict):
        return {key: known(inner, replaced) for key, inner in value.items()}
    if isinstance(value, list):
        return [known(inner, replaced) for inner in value]
    return None if isinstance(value, Unmade) or value in replaced else value


STACK = Stack()
