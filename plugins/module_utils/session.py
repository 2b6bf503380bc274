# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task's interaction with the API: when it may write, and waiting until changes are live."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from .api import AnswerLost, Api, ApiError, backoff
from .config import Config
from .plan import Call
from .problem import Problem

T = TypeVar("T")

MOVING = ("pending", "migrating", "to_create", "creating")
LEAVING = ("to_delete", "deleting")
INSTANCE_MOVING = ("pending", "migrating", "unknown")
MANAGED_TAG = "managed-by-scaleway-cloud-controller-manager"


def is_usable(load_balancer: dict[str, Any]) -> bool:
    """True if the load balancer serves its latest configuration. Not for an embedded one."""
    return load_balancer["status"] == "ready" and not any(
        instance["status"] in INSTANCE_MOVING for instance in load_balancer["instances"]
    )


def is_managed(load_balancer: dict[str, Any]) -> bool:
    """True if Kubernetes' cloud controller created the load balancer and will undo our changes."""
    tags = load_balancer.get("tags") or []
    return MANAGED_TAG in tags or tags[:1] == ["kapsule"]


class Session:
    """State shared within one task: the API, how to wait, objects looked up, warnings."""

    def __init__(
        self, config: Config, options: dict[str, Any], check_mode: bool, diff: bool = False
    ) -> None:
        self.config = config
        self.api = Api(config, read_only=check_mode)
        self.check_mode, self.diff = check_mode, diff
        self.wait: bool = options.get("wait", True)
        self.wait_timeout: int = options.get("wait_timeout", 600)
        self.allow_managed: bool = options.get("allow_managed", False)
        self.deadline = time.monotonic() + self.wait_timeout
        self.warnings: list[str] = []
        self.looked_up: dict[tuple, Any] = {}
        self.load_balancers: dict[str, dict[str, Any]] = {}
        """Load balancers by ID, as a GET or a list has shown them since the last write."""

    def warn(self, text: str) -> None:
        """Add a warning, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def known(self, object_id: str) -> dict[str, Any] | None:
        """The object with this ID, if it has been looked up by name."""
        objects = (one for one in self.looked_up.values() if one)
        return next((one for one in objects if one["id"] == object_id), None)

    def load_balancer(self, load_balancer_id: str) -> dict[str, Any]:
        """The load balancer, read unless it has been read since the last write."""
        if load_balancer_id not in self.load_balancers:
            self.load_balancers[load_balancer_id] = self.api.get(f"lbs/{load_balancer_id}")
        return self.load_balancers[load_balancer_id]

    def refuse_managed(self, load_balancer_id: str | None) -> None:
        """Refuse to change a load balancer that Kubernetes manages, also in check mode."""
        if load_balancer_id is None or self.allow_managed:
            return
        load_balancer = self.load_balancer(load_balancer_id)
        if is_managed(load_balancer):
            raise Problem(
                f"Load balancer {load_balancer['name']!r} ({load_balancer_id}) is managed by "
                "Kubernetes, which would undo a change made here. Change the Service it belongs "
                "to, or set allow_managed to true."
            )

    def send(self, call: Call, load_balancer_id: str | None = None, absent: bool = False) -> Any:
        """Send a write once its load balancer accepts it. Deleting what is gone is a success."""
        while True:
            if load_balancer_id is not None:
                self.settle(load_balancer_id, absent)
            try:
                return self.write(call)
            except ApiError as error:
                if error.gone and (absent or call.method == "DELETE"):
                    return None
                if error.kind != "transient_state" or time.monotonic() > self.deadline:
                    raise
                time.sleep(0.5)

    def write(self, call: Call) -> Any:
        """Send a write a single time."""
        try:
            return self.api.request(call.method, call.path, call.body, call.params)
        finally:
            self.load_balancers.clear()

    def pause_after(self, lost: AnswerLost) -> None:
        """Pause before checking whether the request took effect; raise `lost` if time is up."""
        if time.monotonic() > self.deadline:
            raise lost
        time.sleep(0.5)

    def alone(self) -> AbstractContextManager:
        """A context in which no other thread of this task reads what it changes and writes back."""
        return nullcontext()

    def settle(self, load_balancer_id: str, absent: bool = False) -> None:
        """Wait while the load balancer itself is being created or migrated."""
        known = self.load_balancers.get(load_balancer_id)
        if known and known["status"] not in MOVING:
            return
        try:
            self._until(load_balancer_id, lambda found: found["status"] not in MOVING, absent)
        except ApiError as error:
            if not (absent and error.gone):
                raise

    def await_usable(
        self, load_balancer_id: str | None, absent: bool = False, always: bool = False
    ) -> None:
        """Wait until the load balancer serves what has been written to it."""
        if load_balancer_id is None or not (self.wait or always):
            return
        try:
            self._until(load_balancer_id, is_usable, absent)
        except ApiError as error:
            if not (absent and error.gone):
                raise

    def _until(self, load_balancer_id: str, done: Callable[[dict], bool], absent: bool) -> None:
        def over(found: dict[str, Any]) -> bool:
            if done(found) or found["status"] in LEAVING:
                return True
            bad = found["status"] not in ("ready", *MOVING)
            if bad and not absent:
                raise Problem(
                    f"Load balancer {found['name']!r} ({load_balancer_id}) is in the state "
                    f"{found['status']!r}; its instances: {_states(found) or 'none'}. "
                    "Ask Scaleway's support, or remove it with state: absent."
                )
            return bad

        path = f"lbs/{load_balancer_id}"
        self.load_balancers[load_balancer_id] = self.poll(path, over)

    def poll(self, path: str, over: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read `path` with growing pauses until `over` is true; return what was read last."""

        def still(found: dict[str, Any]) -> str:
            return f"{path} is still {found.get('status')!r} ({_states(found)})"

        return self.until(lambda: self.api.get(path), over, still)

    def until(
        self, read: Callable[[], T], over: Callable[[T], bool], still: Callable[[T], str]
    ) -> T:
        """Call `read` with growing pauses until `over` is true; return what was read last.

        `still` gives the beginning of the message if that takes too long.
        """
        for attempt in itertools.count(1):
            found = read()
            if over(found):
                return found
            if time.monotonic() > self.deadline:
                raise Problem(
                    f"{still(found)} after {self.wait_timeout} seconds (wait_timeout). What was "
                    "sent has been accepted; run the task again to go on waiting."
                )
            time.sleep(backoff(attempt))

    def await_gone(self, path: str) -> None:
        """Wait until the API reports that nothing is at `path`."""
        if not self.wait:
            return
        try:
            self.poll(path, lambda found: False)
        except ApiError as error:
            if not error.gone:
                raise


def _states(found: dict[str, Any]) -> str:
    """The states of a load balancer's instances, for a message."""
    load_balancer = found if "instances" in found else found.get("lb") or {}
    return ", ".join(instance["status"] for instance in load_balancer.get("instances") or [])
