# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work done side by side: a few threads, an order among their jobs, and turns for the writes."""

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
"""How many calls are under way at once at most."""

Work = Callable[[Session], Any]


class Traffic:
    """Whose turn it is to write: several at once, until the API refuses for the moment."""

    def __init__(self) -> None:
        self.width, self.under_way, self.closed = WIDTH, 0, False
        self.changed = threading.Condition()
        self.alone = threading.Lock()
        self.wrote = False
        """Something was written, even if what it belongs to did not come to its end."""

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
        """From now on one at a time."""
        self.width = 1

    def close(self) -> None:
        """No further write begins."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()


class Lane(Session):
    """One thread's dealings with the API.

    All are the task's own, its warnings and its time limit too; only what was read is the lane's.
    """

    def __init__(self, session: Session, traffic: Traffic) -> None:
        vars(self).update(vars(session))
        self.traffic, self.load_balancers, self.looked_up = traffic, {}, {}

    def write(self, call: Call) -> Any:
        with self.traffic.turn():
            try:
                answer = super().write(call)
                self.traffic.wrote = True
                return answer
            except ApiError as error:
                if error.kind == "transient_state":
                    self.traffic.narrow()
                raise

    def alone(self) -> AbstractContextManager:
        return self.traffic.alone

    def settle(self, load_balancer_id: str, absent: bool = False) -> None:
        """Not asked before every write: the API's refusal says that it is needed."""
        if self.traffic.width == 1:
            super().settle(load_balancer_id, absent)

    def await_usable(
        self, load_balancer_id: str | None, absent: bool = False, always: bool = False
    ) -> None:
        """Only where something depends on it: the whole is waited for once, at the end."""
        if always:
            super().await_usable(load_balancer_id, absent, always)

    def await_writable(self, load_balancer_id: str) -> None:
        """Wait until a load balancer that was just made or moved takes writes."""
        super().settle(load_balancer_id)


class Crew:
    """The threads. They are daemons: a task that is stopped waits for none of them."""

    def __init__(self, session: Session) -> None:
        self.session, self.traffic = session, Traffic()
        self.jobs: queue.SimpleQueue = queue.SimpleQueue()
        self.reports: queue.SimpleQueue = queue.SimpleQueue()
        self.threads = 0

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: Any) -> None:
        self.traffic.close()
        for _thread in range(self.threads):
            self.jobs.put(None)

    def run(
        self, works: Mapping[str, Work], after: Mapping[str, set[str]] | None = None
    ) -> tuple[dict[str, Any], dict[str, Exception]]:
        """Do all of the works, each after those it waits for; return results and errors by key.

        With the first error nothing more is begun, and what is under way is waited for.
        """
        waiting, results, errors = dict(works), {}, {}
        busy = 0
        while True:
            ready = [key for key in waiting if not (after or {}).get(key, set()) - results.keys()]
            for key in ready[: WIDTH - busy] if not errors else ():
                self._begin(key, waiting.pop(key), busy)
                busy += 1
            if not busy and waiting and not errors:
                raise RuntimeError(f"This waits for what does not come: {', '.join(waiting)}.")
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
            threading.Thread(target=self._labour, daemon=True).start()

    def _labour(self) -> None:
        lane = Lane(self.session, self.traffic)
        while job := self.jobs.get():
            key, work = job
            try:
                self.reports.put((key, work(lane), None))
            except Exception as error:
                self.reports.put((key, None, error))
