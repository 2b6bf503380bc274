"""Whole runs of `ansible-playbook` against the emulator, timed in alternating rounds."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cloud import BIN, ROOT, SECRET_KEY, ZONE, Cloud, clean_environment, serving

ROUNDS = 5
LBS = f"/lb/v1/zones/{ZONE}/lbs"
TIMES = "\N{MULTIPLICATION SIGN}"
Tasks = list[dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the result, and the limit for it, if any."""

    what: str
    measured: float
    limit: float | None
    unit: str = TIMES

    @property
    def reached(self) -> bool:
        return self.limit is None or self.measured <= self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"≤ {self.shown(self.limit)}"
        missed = "" if self.reached else " (missed)"
        return f"| {self.what} | {self.shown(self.measured)} | {limit}{missed} |"

    def shown(self, value: float) -> str:
        exact = self.limit is not None and self.limit < 0.1
        digits = 3 if exact else 2 if self.unit == TIMES else 0
        return f"{value:.{digits}f} {self.unit}"


@dataclass(frozen=True)
class Played:
    """A finished run: seconds by the clock, peak memory in MB, and the paths that it called."""

    seconds: float
    memory: float
    paths: list[str]

    @property
    def calls(self) -> int:
        return len(self.paths)


class Bench:
    """Runs plays against one emulator, without a data plane and at time scale 0."""

    def __init__(self, cloud: Cloud, home: Path) -> None:
        self.cloud, self.home = cloud, home

    def play(self, tasks: Tasks, **environment: str) -> Played:
        """Run tasks in a play of their own."""
        playbook = self.home / "playbook.json"
        hosts = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        playbook.write_text(json.dumps([{**hosts, "tasks": tasks}]))
        before = len(self.cloud.journal(reads=True))
        began = time.monotonic()
        process = subprocess.Popen(
            [BIN / "ansible-playbook", playbook],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**clean_environment(self.home), **self.cloud.environment, **environment},
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"a play failed; its tasks begin with {json.dumps(tasks)[:300]}")
        called = [entry["path"] for entry in self.cloud.journal(reads=True)[before:]]
        return Played(seconds, usage.ru_maxrss / 1024, called)

    def ratio(self, one: Callable[[], float], other: Callable[[], float]) -> float:
        """How many times as long `one` takes as `other`: the median over rounds of both."""
        return statistics.median(one() / other() for _round in range(ROUNDS))

    def beyond_empty(self, tasks: Tasks, **environment: str) -> float:
        """The seconds that tasks take beyond an empty play."""
        return self.play(tasks, **environment).seconds - self.play([], **environment).seconds

    def in_one_loop(self, paths: list[str]) -> float:
        """The seconds it takes to read these, one after another, on one warm connection."""
        with requests.Session() as session:
            session.headers["X-Auth-Token"] = SECRET_KEY
            session.get(f"{self.cloud.url}{LBS}", timeout=30).raise_for_status()
            began = time.monotonic()
            for path in paths:
                session.get(f"{self.cloud.url}{path}", timeout=30).raise_for_status()
            return time.monotonic() - began

    def slow_down(self, delay: float) -> None:
        """Delay every call by this many seconds, until the emulator is reset."""
        if delay:
            self.cloud.fault(operation="*", kind="delay", delay=delay, count=100_000)


@contextmanager
def bench() -> Iterator[Bench]:
    """An emulator to measure against."""
    options = ("--data-plane=none", "--ca=builtin", "--time-scale=0", "--ip-range=127.54.0.0/16")
    with tempfile.TemporaryDirectory() as home, serving(*options) as cloud:
        yield Bench(cloud, Path(home))
