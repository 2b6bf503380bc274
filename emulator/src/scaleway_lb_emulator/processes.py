"""Programs that the emulator runs: found, started so that they end with it, stopped."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Unusable(Exception):
    """The emulator cannot start; the text says why and what to do."""


def program(name: str, package: str, instead: str) -> str:
    """The path of a program; Unusable, with what to do, where it is missing."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        raise Unusable(f"{name} is missing. apt-get install {package}, or start with {instead}.")
    return path


def die_with_parent() -> None:
    """Run in the child: the kernel ends it when the emulator is gone, however that ended."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)


async def start(*command: str, log: str, environment: dict[str, str] | None = None):
    """Start a program whose output goes to a file; it gets no terminal's signals."""
    with open(log, "ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
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
