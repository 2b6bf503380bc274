"""Programs that the emulator runs: found, started so that they end with it, stopped."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
PREFIX = "scaleway-lb-"


class Unusable(Exception):
    """The emulator cannot start; the text says why and what to do."""


def program(name: str, package: str, instead: str) -> str:
    """The path of a program; raises Unusable, which says what to do, if it is missing."""
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    # Debian keeps haproxy in an sbin directory, and leaves those out of a user's PATH
    places += [re.sub(r"/bin/?$", "/sbin", place) for place in places]
    path = shutil.which(name, path=os.pathsep.join(places))
    if path is None:
        raise Unusable(f"{name} is missing. apt-get install {package}, or start with {instead}.")
    return path


def scratch(purpose: str) -> Path:
    """A directory for this run, which only its owner can read.

    Its name holds our process ID, so that what a killed run left behind is found and removed.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}{purpose}-*-*"):
        number = left.name.removeprefix(f"{PREFIX}{purpose}-").partition("-")[0]
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            discard(left)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-{os.getpid()}-"))


def discard(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def die_with_parent() -> None:
    """Run in the child: the kernel ends it when the emulator is gone, however that happened."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)


async def start(
    *command: str,
    log: str,
    stdout: int | None = None,
    directory: Path | None = None,
    environment: dict[str, str] | None = None,
) -> asyncio.subprocess.Process:
    """Start a program with its output in a file; a terminal's signals do not reach it."""
    with open(log, "ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output if stdout is None else stdout,
            stderr=output,
            env={**os.environ, **(environment or {})},
            preexec_fn=die_with_parent,
        )


async def stop(process: asyncio.subprocess.Process | None) -> None:
    """End a program that was started here."""
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        process.kill()
        await process.wait()
