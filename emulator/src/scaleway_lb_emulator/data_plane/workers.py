"""HAProxy's workers as the system sees them: which still accept connections, what can be bound."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

IPV6_FREEBIND = 78
"""Linux: bind an address of a network that is routed to this machine, not configured on it."""


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
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                if row.split()[3] == "0A" and f"socket:[{row.split()[9]}]" in held:
                    return True
    return False


def unbindable(place: tuple[str, int]) -> str:
    """Why an address and port cannot be listened on; '' if they can."""
    if place[1] > 65535:
        return "the port is beyond 65535"
    v6 = ":" in place[0]
    with socket.socket(socket.AF_INET6 if v6 else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if v6:
            probe.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        try:
            probe.bind(place)
        except OSError as error:
            return str(error.strerror)
    return ""


def shown(place: tuple[str, int]) -> str:
    """An address and port as one word."""
    address, port = place
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
