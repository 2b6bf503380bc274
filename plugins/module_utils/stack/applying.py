# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan carried out: side by side where nothing waits for the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ..api import AnswerLost
from ..ids import ID
from ..kinds.certificate import CERTIFICATE
from ..kinds.load_balancer import LOAD_BALANCER
from ..plan import Call
from ..problem import Problem
from ..session import Session
from .crew import Crew, Lane
from .declaration import ABOVE
from .planning import Step, Unmade, key_of

PLACE = re.compile(r"<[^>]*>")


class Applying:
    """One run over all steps. It learns the IDs of what it makes."""

    def __init__(self, session: Session, crew: Crew, load_balancer_id: str | None) -> None:
        self.session, self.crew = session, crew
        self.made: dict[str, str] = {}
        """IDs by what stands for them: a place, or the ID of what was replaced."""
        if load_balancer_id:
            self.made[Unmade("load_balancer")] = load_balancer_id

    @property
    def load_balancer_id(self) -> str | None:
        return self.made.get(Unmade("load_balancer"))

    def run(self, steps: list[Step]) -> None:
        """Carry out all steps; a Problem says what was done and what was not."""
        if self.load_balancer_id:
            self.session.settle(self.load_balancer_id)
        works = {step.key: partial(self.carry_out, step) for step in steps}
        done, errors = self.crew.run(works, {step.key: step.after for step in steps})
        if errors:
            raise unfinished(steps, done.keys(), errors, self.crew.traffic.wrote)

    def outcome(self) -> dict[str, Any]:
        """The load balancer, once it serves what was done."""
        self.session.load_balancers.clear()
        self.session.await_usable(self.load_balancer_id)
        return self.session.load_balancer(self.load_balancer_id)

    def carry_out(self, step: Step, lane: Lane) -> None:
        """Do what one step says, in a thread of the crew."""
        if step.kind is CERTIFICATE and CERTIFICATE.has_content(step.options):
            options = {**step.options, "load_balancer": self.load_balancer_id}
            _plan, outcome = CERTIFICATE.ensure(lane, options)
        else:
            outcome = self.send(step, lane)
        made = outcome.get("id") or outcome.get("private_network_id")
        if made and step.change != "removed":
            self.made[Unmade(step.key)] = made
            if step.found:
                self.made[key_of(step.found)] = made

    def send(self, step: Step, lane: Lane) -> dict[str, Any]:
        """Send a step's calls. After a lost answer, look before sending again."""
        kind, found, plan = step.kind, step.found, step.plan
        wanted = self.filled(step.wanted)
        begun = found is not None
        while True:
            try:
                for call in plan.calls:
                    answer = lane.send(
                        self.call(call), self.load_balancer_id, step.plan.outcome is None
                    )
                    found = found or answer
            except AnswerLost as lost:
                lane.pause_after(lost)
                place = {name: wanted[name] for name in ABOVE if name in wanted}
                found = kind.find(lane, {**step.options, **place})
                plan = kind.plan(found, wanted, step.options)
                begun = found is not None
                continue
            if kind is LOAD_BALANCER:
                # What lies on it can be made once it is there, and some fields be set.
                lane.await_writable(found["id"])
            if begun or not kind.has_more(step.wanted):
                return found or {}
            begun = True
            plan = kind.plan_update(found, wanted, step.options)

    def call(self, call: Call) -> Call:
        """The call with IDs for what has been made by now."""
        path = PLACE.sub(lambda place: self.made[place.group()], call.path)
        return Call(call.method, path, self.filled(call.body), call.params)

    def filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if isinstance(value, Unmade) or (isinstance(value, str) and ID.match(value)):
            return self.made.get(value, value)
        return value


@contextmanager
def telling(steps: list[Step]) -> Iterator[None]:
    """When all has been done: say so in a Problem that comes after."""
    try:
        yield
    except Problem as problem:
        raise report(str(problem), steps, [], changed=True) from problem


def unfinished(
    steps: list[Step], done: Any, errors: dict[str, Exception], changed: bool
) -> Exception:
    """What stopped the work, what was done before, and what is left."""
    reasons = [(step, errors[step.key]) for step in steps if step.key in errors]
    for _step, error in reasons:
        if not isinstance(error, Problem):
            return error  # a defect of ours, which is told as such
    left = [step for step in steps if step.key not in done]
    finished = [step for step in steps if step.key in done]
    text = " ".join(f"{step.told()['place']}, {step.title}: {error}" for step, error in reasons)
    return report(text, finished, left, changed)


def report(text: str, done: list[Step], not_done: list[Step], changed: bool) -> Problem:
    return Problem(
        f"{text} Done: {listed(done)}. Not finished: {listed(not_done)}. "
        "Run the task again when that is mended: it goes on from there.",
        changed=changed,
        done=[step.told() for step in done],
        not_done=[step.told() for step in not_done],
    )


def listed(steps: list[Step]) -> str:
    return ", ".join(f"{step.title} {step.change}" for step in steps) or "nothing"
