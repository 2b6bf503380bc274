# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in parallel: a few threads, an order among their jobs, and turns for writes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ..api import ApiError
from ..plan import Call
from ..problem import Problem
from ..session import Session

WIDTH = 8
"""The maximum number of concurrent calls."""

Work = Callable[[Session], Any]


class Turns:
    """Turns to write: several at once, until the API refuses a write as temporarily impossible."""

    def __init__(self) -> None:
        self.width, self.under_way, self.closed = WIDTH, 0, False
        self.changed = threading.Condition()
        self.alone = threading.Lock()
        self.wrote = False
        """Something was written, even if its step was not finished."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self.under_way < self.width)
            if self.closed:
                raise Problem("The task has ended.")
            self.under_way += 1
        try:
            yield
        finally:
            with self.changed:
                self.under_way -= 1
                self.changed.notify_all()

    def narrow(self) -> None:
        """Allow only one write at a time from now on."""
        self.width = 1

    def close(self) -> None:
        """Let no further write begin."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()


class WorkerSession(Session):
    """One thread's session: the task's, but with its own record of what was read."""

    def __init__(self, session: Session, turns: Turns) -> None:
        vars(self).update(vars(session))
        self.turns, self.load_balancers, self.looked_up = turns, {}, {}

    def write(self, call: Call) -> Any:
        with self.turns.turn():
            try:
                answer = super().write(call)
                self.turns.wrote = True
                return answer
            except ApiError as error:
                if error.kind == "transient_state":
                    self.turns.narrow()
                raise

    def alone(self) -> AbstractContextManager:
        return self.turns.alone

    def settle(self, load_balancer_id: str, absent: bool = False) -> None:
        """Wait only after the API has refused a write for that reason, not before every write."""
        if self.turns.width == 1:
            super().settle(load_balancer_id, absent)

    def await_usable(
        self, load_balancer_id: str | None, absent: bool = False, always: bool = False
    ) -> None:
        """Wait only if something depends on it (`always`): the task waits once, at the end."""
        if always:
            super().await_usable(load_balancer_id, absent, always)

    def await_writable(self, load_balancer_id: str) -> None:
        """Wait until a load balancer that was just created or migrated accepts writes."""
        super().settle(load_balancer_id)


class Workers:
    """A pool of daemon threads, so that a task that is stopped does not wait for them."""

    def __init__(self, session: Session) -> None:
        self.session, self.turns = session, Turns()
        self.jobs: queue.SimpleQueue = queue.SimpleQueue()
        self.reports: queue.SimpleQueue = queue.SimpleQueue()
        self.threads = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: Any) -> None:
        self.turns.close()
        for _thread in range(self.threads):
            self.jobs.put(None)

    def run(
        self, works: Mapping[str, Work], after: Mapping[str, set[str]] | None = None
    ) -> tuple[dict[str, Any], dict[str, Exception]]:
        """Run all works, each after those it waits for; return results and errors by key.

        After the first error, nothing more is begun, and what is under way is awaited.
        """
        waiting, results, errors = dict(works), {}, {}
        busy = 0
        while True:
            ready = [key for key in waiting if not (after or {}).get(key, set()) - results.keys()]
            for key in ready[: WIDTH - busy] if not errors else ():
                self._begin(key, waiting.pop(key), busy)
                busy += 1
            if not busy and waiting and not errors:
                raise RuntimeError(
                    f"These wait for something that never comes: {', '.join(waiting)}."
                )
            if not busy:
                return results, errors
            key, result, error = self.reports.get()
            busy -= 1
            if error is None:
                results[key] = result
            else:
                errors[key] = error

    def _begin(self, key: str, work: Work, busy: int) -> None:
        self.jobs.put((key, work))
        if self.threads <= busy:
            self.threads += 1
            threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        session = WorkerSession(self.session, self.turns)
        while job := self.jobs.get():
            key, work = job
            try:
                self.reports.put((key, work(session), None))
            except Exception as error:
                self.reports.put((key, None, error))
