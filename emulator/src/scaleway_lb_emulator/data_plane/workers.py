"""HAProxy's workers as the system sees them: who still accepts connections, what can be bound."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path


def children(pid: int) -> list[int]:
    """The workers of a master process."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]
    except OSError:
        return []


def accepting(pid: int) -> bool:
    """Whether a process holds a TCP socket that accepts connections."""
    held = set()
    with contextlib.suppress(OSError):
        for descriptor in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                held.add(os.readlink(descriptor.path))
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[3] == "0A" and f"socket:[{row.split()[9]}]" in held for row in rows)


def unbindable(place: tuple[str, int]) -> str:
    """Why an address and port cannot be listened on; '' if they can."""
    if place[1] > 65535:
        return "the port is beyond 65535"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            return str(error.strerror)
    return ""
