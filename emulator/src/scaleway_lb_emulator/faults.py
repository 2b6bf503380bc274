"""Faults that are asked for: which operation breaks how, and how many times."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TRANSITIONS = ("stuck", "error", "acme")


class Fault(BaseModel):
    """`stuck`, `error` and `acme` break what a write sets in motion, the others its answer."""

    model_config = ConfigDict(extra="forbid")

    operation: str = "*"
    kind: Literal[
        "status", "delay", "cut_before", "cut_after", "html", "truncate", "stuck", "error", "acme"
    ]
    status: int = Field(503, ge=400, le=599)
    retry_after: int | None = Field(None, ge=0)
    delay: float = Field(0.0, ge=0, le=60)
    count: int = Field(1, ge=1)


class Faults:
    def __init__(self) -> None:
        self.waiting: dict[str, Fault] = {}

    def add(self, fault: Fault) -> str:
        fault_id = str(uuid.uuid4())
        self.waiting[fault_id] = fault
        return fault_id

    def take(self, operation: str) -> Fault | None:
        """The next fault for this operation, used up by one."""
        for fault_id, fault in self.waiting.items():
            if fault.operation in ("*", operation):
                fault.count -= 1
                if not fault.count:
                    del self.waiting[fault_id]
                return fault
        return None
