# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer with everything on it, for the modules `stack` and `stack_info`."""

from __future__ import annotations

from typing import Any

from ..api import ApiError
from ..config import ARGUMENTS, Config
from ..ids import bare_id
from ..kind import WRITING
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.private_network import PRIVATE_NETWORK
from ..kinds.subscriber import SUBSCRIBER
from ..plan import Plan
from ..problem import Problem
from ..session import Session
from .applying import Applying, reporting_done
from .checks import judge
from .declaration import Declaration, arguments
from .export import Export
from .planning import Planning
from .result import everything, in_order, result
from .steps import StackPlan, Step, in_words, key_of
from .survey import Snapshot, survey, survey_all
from .workers import Workers


class Stack:
    """The counterpart of Resource for a whole load balancer: find, plan, apply, wait."""

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

    def in_zone_of_ids(self, config: Config, options: dict[str, Any]) -> Config:
        """The configuration, with the zone prefixed to the given IDs, if there is one."""
        if isinstance(options["load_balancer"], str):
            return LOAD_BALANCER.in_zone_of_ids(config, options)
        for thing in Declaration(options).things:
            config = thing.kind.in_zone_of_ids(config, thing.options)
        return config

    # What `stack` does

    def ensure(self, session: Session, options: dict[str, Any]) -> tuple[StackPlan, Any]:
        """Bring the load balancer to what is declared; return the plan and the result."""
        declaration, prune = Declaration(options), options["prune"]
        found = self.find(session, declaration)
        with Workers(session) as workers:
            if options["state"] == "absent":
                return self.remove(session, workers, declaration, found)
            there = survey(session, workers, declaration, found, prune)
            planning = Planning(session, declaration, there, prune)
            plan = StackPlan(judge(planning))
            refuse(declaration, planning.problems)
            for place, (kind, outcome) in planning.outcomes.items():
                if place in planning.ids:
                    kind.advise(session, outcome)
            if plan.changed and found:
                session.refuse_managed(found["id"])
            if found and not plan.changed:
                once_usable = LOAD_BALANCER.once_usable(session, found)
                planning.outcomes["load_balancer"] = LOAD_BALANCER, once_usable
            if session.check_mode or not plan.changed:
                return plan, result(session, declaration, plan, planning.outcomes.values())
            applying = Applying(session, workers, found and found["id"])
            applying.run(plan.steps)
            ids = [applying.made.get(one, one) for one in planning.ids.values()]
            with reporting_done(plan.steps):
                found = applying.outcome()
                there = survey(session, workers, declaration, found, prune, settle=session.wait)
                for attachment in there.of(PRIVATE_NETWORK):
                    if key_of(attachment) in ids:
                        PRIVATE_NETWORK.make_sure(attachment)
            return plan, result(session, declaration, plan, in_order(everything(there), ids))

    def find(self, session: Session, declaration: Declaration) -> dict[str, Any] | None:
        """The load balancer; None if there is none."""
        balancer, problems = declaration.load_balancer, declaration.problems()
        if balancer.place in problems:
            raise refusal(declaration, problems)
        return LOAD_BALANCER.find(session, balancer.options)

    def remove(
        self,
        session: Session,
        workers: Workers,
        declaration: Declaration,
        found: dict[str, Any] | None,
    ) -> tuple[StackPlan, Any]:
        """Delete the load balancer and everything on it; its addresses stay."""
        options = {**declaration.load_balancer.options, "state": "absent"}
        if found is None:
            return StackPlan([]), result(session, declaration, StackPlan([]), [])
        session.refuse_managed(found["id"])
        try:
            there = survey_all(workers, found)
        except ApiError as error:
            if not error.gone:
                raise
            there = Snapshot(found)  # someone else is removing it as well
        plan = LOAD_BALANCER.plan_absent(found, options)
        steps = [
            Step("load_balancer", LOAD_BALANCER.called(found), LOAD_BALANCER, plan, found=found)
        ]
        names = there.names()
        for kind, thing in in_order(everything(there), []):
            if kind is not LOAD_BALANCER:
                before = Plan(before=kind.plan_absent(thing, {}).before)
                before = in_words(kind, before, {}, names)
                key = f"{kind.plural} {key_of(thing)}"
                steps.append(Step(key, kind.called(thing), kind, before, found=thing))
        if not session.check_mode:
            LOAD_BALANCER.apply(session, plan, options, found)
        return StackPlan(steps), result(session, declaration, StackPlan(steps), [])

    def extras(self, session: Session, options: dict[str, Any], outcome: Any) -> dict[str, Any]:
        return {"changes": outcome["changes"]} if outcome and "changes" in outcome else {}

    def returned(self, outcome: Any) -> Any:
        return outcome["stack"]

    # What `stack_info` does

    def select(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        """The load balancer as a declaration; None if there is none."""
        word = options["load_balancer"]
        which = {"id": word} if bare_id(word) else {"name": word}
        found = LOAD_BALANCER.find(session, which)
        if found is None:
            return None
        with Workers(session) as workers:
            there = survey_all(workers, found, [SUBSCRIBER] if found["subscriber"] else [])
        exported = Export(there, options["secrets_as_variables"]).declaration()
        if "id" in which:
            exported["load_balancer"] = {**which, **exported["load_balancer"]}
        return exported


def refuse(declaration: Declaration, problems: dict[str, list[str]]) -> None:
    """Raise Problem if there are problems."""
    if problems:
        raise refusal(declaration, problems)


def refusal(declaration: Declaration, problems: dict[str, list[str]]) -> Problem:
    """One Problem with all the problems, in the order of the declaration."""
    places = [thing.place for thing in declaration.things]

    def place(text: str) -> int:
        return max((at for at, one in enumerate(places) if text.startswith(one)), default=-1)

    texts = sorted((one for texts in problems.values() for one in texts), key=place)
    count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
    text = f"The declaration has {count}; nothing was changed. {' '.join(texts)}"
    return Problem(text, problems=texts)


STACK = Stack()
