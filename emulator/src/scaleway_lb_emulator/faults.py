"""Faults on request: which operation breaks, how, and how many times."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ANSWERS = ("status", "cut_before", "cut_after", "html", "truncate")
TRANSITIONS = ("stuck", "error", "acme")
STATUSES = {"status": 503, "html": 200}


class Fault(BaseModel):
    """`delay` slows an answer down; `status`, `cut_before`, `cut_after`, `html` and `truncate`
    break it, `status` and `cut_before` before the request takes effect, the others after. `stuck`,
    `error` and `acme` break what a write sets in motion. `operation` is an operation's name in the
    API, or `*` for any; `RenewCertificate` is what the platform does on its own."""

    model_config = ConfigDict(extra="forbid")

    operation: str = "*"
    kind: Literal["delay", "status", "cut_before", "cut_after", "html", "truncate",
                  "stuck", "error", "acme"]  # fmt: skip
    status: int | None = Field(None, ge=200, le=599)
    retry_after: int | None = Field(None, ge=0)
    delay: float = Field(0.0, ge=0, le=600)
    count: int = Field(1, ge=1)

    @model_validator(mode="after")
    def fits(self) -> Fault:
        if self.kind == "delay" and not self.delay:
            raise ValueError("a delay needs its length in seconds: delay")
        if self.kind != "delay" and self.delay:
            raise ValueError("only a fault of the kind delay has a delay; add one beside this")
        if self.kind != "status" and self.retry_after is not None:
            raise ValueError("only a fault of the kind status has retry_after")
        if self.status is not None and self.kind not in STATUSES:
            raise ValueError("only faults of the kinds status and html have a status")
        if self.kind == "status" and self.status is not None and self.status < 400:
            raise ValueError("the status of a fault is 400 or more")
        self.status = self.status or STATUSES.get(self.kind)
        return self


class Faults:
    """The faults still waiting, oldest first. A request uses at most one that breaks its answer and
    one that breaks a transition; delays add up."""

    def __init__(self) -> None:
        self.waiting: dict[str, Fault] = {}

    def add(self, fault: Fault) -> str:
        fault_id = str(uuid.uuid4())
        self.waiting[fault_id] = fault
        return fault_id

    def take(self, operation: str, kinds: tuple[str, ...]) -> Fault | None:
        """The next fault of these kinds for this operation; its count goes down by one."""
        return next(iter(self._matching(operation, kinds)), None)

    def delay(self, operation: str) -> float:
        """By how many seconds an answer is delayed."""
        return sum(fault.delay for fault in list(self._matching(operation, ("delay",))))

    def _matching(self, operation: str, kinds: tuple[str, ...]):
        for fault_id, fault in list(self.waiting.items()):
            if fault.kind in kinds and fault.operation in ("*", operation):
                fault.count -= 1
                if not fault.count:
                    del self.waiting[fault_id]
                yield fault
