"""Child processes that are stopped together, whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any


class Interrupted(Exception):
    """SIGINT, SIGTERM or SIGHUP was received; the argument is its number."""


class Children:
    """The processes started within a `with` block, each in its own process group.

    They are stopped, in reverse order, when the block ends. The first signal to this process ends
    the block with `Interrupted`; later ones do not interrupt the stopping.
    """

    def __init__(self) -> None:
        self.running: list[tuple[subprocess.Popen[str], bool]] = []
        self.starting = False
        self.signal: int | None = None

    def __enter__(self) -> Children:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.interrupt)
        return self

    def interrupt(self, number: int, _frame: object) -> None:
        if self.signal is None:
            self.signal = number
            if not self.starting:
                raise Interrupted(number)

    def start(self, command: list[str], *, sudo: bool = False, **popen: Any) -> subprocess.Popen:
        """Start a program; a signal received meanwhile is handled once the process is recorded."""
        self.starting = True
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, text=True, process_group=0, **popen
            )
            self.running.append((process, sudo))
        finally:
            self.starting = False
        if self.signal is not None:
            raise Interrupted(self.signal)
        return process

    def __exit__(self, *_: object) -> None:
        self.signal = self.signal or 0  # so that no further signal interrupts
        for process, sudo in reversed(self.running):
            for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
                if process.poll() is None:
                    send(number, process.pid, sudo)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(patience)
            if process.poll() is None:
                print(f"Process {process.pid} could not be stopped.", file=sys.stderr)


def send(number: signal.Signals, pid: int, sudo: bool) -> None:
    """Send a signal to a process and its group, through sudo if the process runs under sudo."""
    if not sudo:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
    else:  # sudo passes SIGTERM on to its program, but cannot pass on SIGKILL
        target = pid if number == signal.SIGTERM else -pid
        # minimal systems lack the program kill
        kill = f"import os; os.kill({target}, {number.value})"
        subprocess.run(["sudo", "-n", sys.executable, "-c", kill], check=False)
