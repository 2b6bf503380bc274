"""HAProxy in master-worker mode: checked, loaded and reloaded without dropping a connection."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import logging
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from .. import processes
from ..contracts import Snapshot
from ..processes import Unusable
from ..settings import Settings
from .rendering import Configuration

log = logging.getLogger(__name__)
PATIENCE = 20
"""Seconds in which a new configuration must be live."""
STATES = {"UP": "running", "DOWN": "stopped", "MAINT": "stopped", "DRAIN": "stopping"}


class HAProxy:
    """One HAProxy for all load balancers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.directory = Path(tempfile.mkdtemp(prefix="scaleway-lb-haproxy-"))
        self.program = processes.program("haproxy", "haproxy", "--data-plane none")
        self.process: asyncio.subprocess.Process | None = None
        self.snapshot: Snapshot = []
        self.challenges: dict[str, dict[str, str]] = {}
        self.bound: set[tuple[str, int]] = set()
        self.wanted = self.live = 0
        self.lock = asyncio.Lock()

    async def start(self) -> None:
        """Start with nothing to serve, so that what is wrong shows at once."""
        place = (str(next(self.settings.ip_range.hosts())), 443 + self.settings.port_offset)
        if (problem := unbindable(place)) and "denied" in problem:
            raise Unusable(
                f"cannot listen on {place[0]}:{place[1]}: {problem}. Run as root, or shift the "
                "ports with --port-offset 10000."
            )
        await self.apply([])

    async def stop(self) -> None:
        await processes.stop(self.process)
        shutil.rmtree(self.directory, ignore_errors=True)

    async def apply(self, snapshot: Snapshot) -> None:
        """Make this state live. Calls that wait for each other are served by one reload."""
        self.snapshot = snapshot
        self.wanted += 1
        mine = self.wanted
        async with self.lock:
            if self.live >= mine:
                return
            serving = self.wanted
            await self.load(serving)
            self.live = serving

    async def set_challenge(self, lb_id: str, token: str, authorization: str | None) -> None:
        tokens = self.challenges.setdefault(lb_id, {})
        if authorization is None:
            tokens.pop(token, None)
        else:
            tokens[token] = authorization
        await self.apply(self.snapshot)

    async def load(self, generation: int) -> None:
        """Render, check, reload, and wait until the new worker answers."""
        refused: set[tuple[str, int]] = set()
        while True:
            configuration = Configuration(
                self.directory, self.settings.port_offset, self.challenges
            )
            text = configuration.render(self.snapshot, generation, refused)
            blocked = {
                place: problem
                for place in configuration.ports - self.bound
                if (problem := unbindable(place))
            }
            if not blocked:
                break
            for place, problem in blocked.items():
                log.warning("%s:%s is not served: %s", *place, problem)
            refused |= set(blocked)
        for path, content in configuration.files.items():
            write(path, content)
        path = self.directory / "haproxy.cfg"
        candidate = self.directory / "candidate.cfg"
        write(candidate, text)
        check = await asyncio.create_subprocess_exec(
            self.program,
            "-c",
            "-q",
            "-f",
            str(candidate),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaint = await check.communicate()
        if check.returncode:
            log.error("HAProxy refuses the configuration: %s", complaint.decode(errors="replace"))
            return
        candidate.replace(path)
        if self.process is None or self.process.returncode is not None:
            output = str(self.directory / "haproxy.log")
            self.process = await processes.start(
                self.program, "-W", "-db", "-f", str(path), log=output
            )
        else:
            os.kill(self.process.pid, signal.SIGUSR2)
        await self.until_live(generation)
        await self.until_alone()
        self.bound = configuration.ports

    async def until_live(self, generation: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if f"generation-{generation}" in await self.ask("show info"):
                return
            if self.process.returncode is not None:
                break
            await asyncio.sleep(0.02)
        output = (self.directory / "haproxy.log").read_text(errors="replace")
        raise Unusable(f"HAProxy did not take its configuration: {output[-2000:]}")

    async def until_alone(self) -> None:
        """Wait until no former worker accepts connections: it shares the sockets for a moment."""
        found = re.search(r"^Pid: (\d+)", await self.ask("show info"), re.M)
        worker = int(found[1]) if found else None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            listening = listening_inodes()
            former = [pid for pid in children(self.process.pid) if pid != worker]
            if not any(listening & inodes(pid) for pid in former):
                return
            await asyncio.sleep(0.01)

    async def ask(self, command: str) -> str:
        """One command to the newest worker; '' while there is none."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.directory / "admin.sock"))
        except OSError:
            return ""
        try:
            writer.write(f"{command}\n".encode())
            await writer.drain()
            return (await reader.read()).decode(errors="replace")
        except OSError:
            return ""
        finally:
            writer.close()

    async def stats(self, lb_id: str) -> list[dict[str, Any]]:
        lines = (await self.ask("show stat")).lstrip("# ").splitlines()
        rows = {(row["pxname"], row["svname"]): row for row in csv.DictReader(lines)}
        result = []
        for lb in self.snapshot:
            for backend in lb["backends"] if lb["id"] == lb_id else []:
                for number, ip in enumerate(backend["pool"]):
                    row = rows.get((f"b_{backend['id']}", f"s{number}"))
                    if row is None:
                        continue
                    passed = row["check_status"].endswith("OK")
                    result.append(
                        {
                            "backend_id": backend["id"],
                            "ip": ip,
                            "server_state": STATES.get(row["status"].split()[0], "starting"),
                            "last_health_check_status": "passed" if passed else "failed",
                            "server_state_changed_at": time.time() - int(row["lastchg"] or 0),
                        }
                    )
        return result


def write(path: Path, content: str) -> None:
    """Certificates hold keys: nobody else reads them."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)


def children(pid: int) -> list[int]:
    """The workers of a master process."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]
    except OSError:
        return []


def inodes(pid: int) -> set[str]:
    """The sockets that a process holds."""
    links = set()
    with contextlib.suppress(OSError):
        for descriptor in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                links.add(os.readlink(descriptor.path))
    return links


def listening_inodes() -> set[str]:
    """The TCP sockets of this machine that accept connections."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {f"socket:[{row.split()[9]}]" for row in rows if row.split()[3] == "0A"}


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
