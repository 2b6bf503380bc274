# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out the plan, in parallel unless steps depend on each other."""

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
from .declaration import ABOVE
from .steps import FutureId, Step, key_of
from .workers import Workers, WorkerSession

PLACE = re.compile(r"<[^>]*>")


class Applying:
    """One run over all steps, which records the IDs of the objects it creates."""

    def __init__(self, session: Session, workers: Workers, load_balancer_id: str | None) -> None:
        self.session, self.workers = session, workers
        self.made: dict[str, str] = {}
        """IDs by what stands for them: a FutureId, or the ID of an object that was replaced."""
        if load_balancer_id:
            self.made[FutureId("load_balancer")] = load_balancer_id

    @property
    def load_balancer_id(self) -> str | None:
        return self.made.get(FutureId("load_balancer"))

    def run(self, steps: list[Step]) -> None:
        """Carry out all steps; raise Problem, with what was done and what was not, if one fails."""
        if self.load_balancer_id:
            self.session.settle(self.load_balancer_id)
        works = {step.key: partial(self.carry_out, step) for step in steps}
        done, errors = self.workers.run(works, {step.key: step.after for step in steps})
        if errors:
            raise unfinished(steps, done.keys(), errors, self.workers.turns.wrote)

    def outcome(self) -> dict[str, Any]:
        """The load balancer, once it serves the changes."""
        self.session.load_balancers.clear()
        self.session.await_usable(self.load_balancer_id)
        return self.session.load_balancer(self.load_balancer_id)

    def carry_out(self, step: Step, session: WorkerSession) -> None:
        """Carry out one step, in a worker's thread."""
        if step.kind is CERTIFICATE and CERTIFICATE.has_content(step.options):
            options = {**step.options, "load_balancer": self.load_balancer_id}
            _plan, outcome = CERTIFICATE.ensure(session, options)
        else:
            outcome = self.send(step, session)
        made = outcome.get("id") or outcome.get("private_network_id")
        if made and step.change != "removed":
            self.made[FutureId(step.key)] = made
            if step.found:
                self.made[key_of(step.found)] = made

    def send(self, step: Step, session: WorkerSession) -> dict[str, Any]:
        """Send a step's calls. After a lost answer, look before sending again."""
        kind, found, plan = step.kind, step.found, step.plan
        wanted = self.filled(step.wanted)
        begun = found is not None
        while True:
            try:
                for call in plan.calls:
                    answer = session.send(
                        self.call(call), self.load_balancer_id, step.plan.outcome is None
                    )
                    found = found or answer
            except AnswerLost as lost:
                session.pause_after(lost)
                place = {name: wanted[name] for name in ABOVE if name in wanted}
                found = kind.find(session, {**step.options, **place})
                plan = kind.plan(found, wanted, step.options)
                begun = found is not None
                continue
            if kind is LOAD_BALANCER:
                # Only then can objects be created on it, and some of its fields be set.
                session.await_writable(found["id"])
            if begun or not kind.has_more(step.wanted):
                return found or {}
            begun = True
            plan = kind.plan_update(found, wanted, step.options)

    def call(self, call: Call) -> Call:
        """The call with the IDs of the objects created so far."""
        path = PLACE.sub(lambda place: self.made[place.group()], call.path)
        return Call(call.method, path, self.filled(call.body), call.params)

    def filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if isinstance(value, FutureId) or (isinstance(value, str) and ID.match(value)):
            return self.made.get(value, value)
        return value


@contextmanager
def reporting_done(steps: list[Step]) -> Iterator[None]:
    """After all steps are done: add to a Problem that they are."""
    try:
        yield
    except Problem as problem:
        raise report(str(problem), steps, [], changed=True) from problem


def unfinished(
    steps: list[Step], done: Any, errors: dict[str, Exception], changed: bool
) -> Exception:
    """The error to raise: what stopped the work, what was done before, and what is left."""
    reasons = [(step, errors[step.key]) for step in steps if step.key in errors]
    for _step, error in reasons:
        if not isinstance(error, Problem):
            return error  # a defect of ours, to be reported as such
    left = [step for step in steps if step.key not in done]
    finished = [step for step in steps if step.key in done]
    text = " ".join(f"{step.summary()['place']}, {step.title}: {error}" for step, error in reasons)
    return report(text, finished, left, changed)


def report(text: str, done: list[Step], not_done: list[Step], changed: bool) -> Problem:
    return Problem(
        f"{text} Done: {listed(done)}. Not finished: {listed(not_done)}. "
        "Run the task again after fixing the cause: it continues from there.",
        changed=changed,
        done=[step.summary() for step in done],
        not_done=[step.summary() for step in not_done],
    )


def listed(steps: list[Step]) -> str:
    return ", ".join(f"{step.title} {step.change}" for step in steps) or "nothing"
