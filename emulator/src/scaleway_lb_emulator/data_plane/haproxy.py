"""HAProxy in master-worker mode: checked, loaded and reloaded without dropping a connection."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
import time
from typing import Any

from .. import processes
from ..contracts import Snapshot
from ..processes import Unusable, write_private
from ..settings import Settings
from . import tables
from .rendering import Configuration
from .statistics import Statistics
from .workers import accepting, children, unbindable

log = logging.getLogger(__name__)
PATIENCE = 20
"""Seconds within which a new configuration must be live."""
STOPPED = re.compile(r"Proxy f_[A-Za-z0-9-]+ stopped \(cumulated conns: ")
ASKED = 100
"""How many backends one command asks HAProxy about; its length is limited."""


class HAProxy:
    """One HAProxy for all load balancers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.program = processes.program("haproxy", "haproxy", "--data-plane none")
        self.directory = processes.scratch("haproxy")
        self.process: asyncio.subprocess.Process | None = None
        self.watcher: asyncio.Task | None = None
        self.logs: asyncio.Task | None = None
        self.snapshot: list[dict[str, Any]] = []
        self.challenges: dict[str, dict[str, str]] = {}
        self.configuration: Configuration | None = None
        self.statistics = Statistics()
        self.complaint = ""
        self.wanted = self.live = 0
        self.stopped = self.routed = False
        self.lock = asyncio.Lock()

    async def start(self) -> None:
        """Start with nothing to serve, so that problems show at once."""
        place = (str(next(iter(self.settings.ip_range.hosts()))), 443 + self.settings.port_offset)
        if problem := unbindable(place):
            raise Unusable(
                f"cannot listen on {place[0]}:{place[1]}: {problem}. Ports below 1024 need root: "
                "run as root, or shift all ports with --port-offset 10000. If another program "
                "listens there, choose other addresses with --ip-range 127.60.0.0/16."
            )
        if self.settings.ip6_range:
            await self.route("replace")
        await self.apply([])
        if self.configuration is None:
            raise Unusable(f"HAProxy did not start: {self.complaint or self.output()}")

    async def stop(self) -> None:
        self.stopped = True
        async with self.lock:
            if self.watcher:
                self.watcher.cancel()
            await processes.stop(self.process)
            if self.routed:
                await self.route("del")
            processes.discard(self.directory)

    async def route(self, change: str) -> None:
        """Make this machine answer for every address of the IPv6 range, or stop doing so."""
        network = str(self.settings.ip6_range)
        program = processes.program("ip", "iproute2", "no --ip6-range")
        route = await asyncio.create_subprocess_exec(
            *(program, "-6", "route", change, "local", network, "dev", "lo"),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaint = await route.communicate()
        self.routed = change == "replace" and route.returncode == 0
        if change == "replace" and not self.routed:
            raise Unusable(
                f"cannot route {network} to this machine: {complaint.decode().strip()}. That needs "
                "root and a kernel with IPv6; without --ip6-range, all else works."
            )

    async def apply(self, snapshot: Snapshot) -> None:
        """Make this state live. Calls that wait at the same time share one reload."""
        self.snapshot = list(snapshot)
        self.wanted += 1
        mine = self.wanted
        async with self.lock:
            if self.live >= mine or self.stopped:
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
        """Render, check, reload, and wait until only the new worker accepts connections.

        What cannot be served is left out and logged, so that it does not affect the rest. If
        HAProxy accepts none of it, the previous configuration stays live.
        """
        configuration = await self.acceptable(generation)
        if configuration is None:
            return
        for what, reason in configuration.problems.items():
            if self.problems.get(what) != reason:
                log.warning("%s is not served: %s", what, reason)
        (self.directory / "candidate.cfg").replace(self.directory / "haproxy.cfg")
        kept = await self.stuck()
        if self.running():
            os.kill(self.process.pid, signal.SIGUSR2)
        else:
            self.process = await processes.start(
                *(self.program, "-W", "-db", "-f", str(self.directory / "haproxy.cfg")),
                log=str(self.directory / "haproxy.log"),
                stdout=asyncio.subprocess.PIPE,  # access logs; everything else goes to the log
                directory=self.directory,
            )
            self.logs = asyncio.create_task(pass_on(self.process.stdout))
            self.watcher = asyncio.create_task(self.watch(self.process))
        worker = await self.until_live(generation)
        if worker is None:
            log.error("HAProxy did not take its configuration: %s", self.output())
            return
        for section in configuration.backends:
            for command in tables.commands(section, kept.get(section["id"], {})):
                await self.ask(command)
        await self.until_alone(worker)
        for stale in {*self.directory.glob("*.pem"), *self.directory.glob("*.list")}:
            if stale not in configuration.files:
                stale.unlink()
        self.configuration = configuration
        self.statistics.forget(
            but={
                (section["id"], name)
                for section in configuration.backends
                for name in section["servers"]
            }
        )

    async def stuck(self) -> dict[str, tables.Kept]:
        """Which clients stick to which servers, by section."""
        sections = self.configuration.backends if self.configuration else []
        return {
            section["id"]: tables.read(section, await self.ask(f"show table {section['id']}"))
            for section in sections
            if tables.sticky(section)
        }

    async def acceptable(self, generation: int) -> Configuration | None:
        """A configuration whose ports can be bound and that HAProxy accepts, written to files."""
        bound = self.configuration.places if self.configuration else set()
        if not self.running():
            await until_free(bound)
            bound = set()
        left_out: dict[Any, str] = {}
        while True:
            configuration = Configuration(
                self.directory,
                self.settings.port_offset,
                self.challenges,
                left_out,
                self.settings.ip6_range,
            ).render(self.snapshot, generation)
            news: dict[Any, str] = {
                place: problem
                for place in configuration.places - bound
                if (problem := unbindable(place))
            }
            if not news:
                for path, content in configuration.files.items():
                    write_private(path, content.encode())
                write_private(self.directory / "candidate.cfg", configuration.text.encode())
                state = await self.ask("show servers state")
                write_private(self.directory / "servers.state", state.encode())
                self.complaint = await self.check()
                if not self.complaint:
                    return configuration
                news = configuration.culprits(self.complaint)
                if not news.keys() - left_out.keys():
                    log.error("HAProxy refuses the configuration: %s", self.complaint)
                    return None
            left_out = left_out | news

    async def watch(self, process: asyncio.subprocess.Process) -> None:
        """Restart HAProxy if it exited on its own, unless it did so within its first second."""
        begin = time.monotonic()
        await process.wait()
        log.error("HAProxy ended with status %s", process.returncode)
        if process is self.process and time.monotonic() - begin > 1:
            await self.apply(self.snapshot)

    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def check(self) -> str:
        """HAProxy's complaint about the candidate; '' if there is none."""
        check = await asyncio.create_subprocess_exec(
            *(self.program, "-c", "-f", str(self.directory / "candidate.cfg")),
            cwd=self.directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaint = await check.communicate()
        return complaint.decode(errors="replace") if check.returncode else ""

    async def until_live(self, generation: int) -> int | None:
        """Wait until a worker with this configuration answers; return its process ID, or None."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.running():
            info = await self.ask("show info")
            if re.search(rf"^description: generation-{generation}$", info, re.M | re.I):
                return int(re.search(r"^Pid: (\d+)", info, re.M)[1])
            await asyncio.sleep(0.02)
        return None

    async def until_alone(self, worker: int) -> None:
        """Wait until no former worker accepts connections: all share the sockets for a moment."""
        deadline = time.monotonic() + PATIENCE
        former = [pid for pid in children(self.process.pid) if pid != worker]
        while any(accepting(pid) for pid in former):
            if time.monotonic() > deadline:
                log.warning("former workers of HAProxy still accept connections: %s", former)
                return
            await asyncio.sleep(0.01)

    async def ask(self, command: str) -> str:
        """Send one command to the newest worker; the answer is '' while there is none."""
        directory = os.open(self.directory, os.O_PATH)
        try:
            # a socket's path must be short, and that of a temporary directory may not be
            socket = f"/proc/self/fd/{directory}/admin.sock"
            reader, writer = await asyncio.open_unix_connection(socket)
        except OSError:
            return ""
        finally:
            os.close(directory)
        try:
            writer.write(f"{command}\n".encode())
            await writer.drain()
            return (await reader.read()).decode(errors="replace")
        except OSError:
            return ""
        finally:
            writer.close()

    @property
    def problems(self) -> dict[str, str]:
        return self.configuration.problems if self.configuration else {}

    async def stats(self, lb_id: str, backends: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.configuration is None:
            return []
        sections = {one["id"]: one for one in self.configuration.backends}
        asked = {row["id"]: sections.get(f"b_{row['id']}") for row in backends}
        servers = {
            (section["id"], name): (backend_id, address)
            for backend_id, section in asked.items()
            if section
            for name, (address, _) in section["servers"].items()
        }
        names = [section["id"] for section in asked.values() if section]
        tables = [
            await self.ask("; ".join(f"show stat {name} 4 -1" for name in names[at : at + ASKED]))
            for at in range(0, len(names), ASKED)
        ]
        return self.statistics.read("\n".join(tables), servers)

    def output(self) -> str:
        """The end of its log."""
        log_file = self.directory / "haproxy.log"
        return log_file.read_text(errors="replace")[-2000:] if log_file.exists() else ""


async def pass_on(logs: asyncio.StreamReader) -> None:
    """Pass on access logs, without the lines that HAProxy logs for their frontends at a reload."""
    async for line in logs:
        text = line.decode(errors="replace")
        if not STOPPED.search(text):
            sys.stderr.write(text)


async def until_free(places: set[tuple[str, int]]) -> None:
    """Wait for the workers of a killed HAProxy to free these places: they end on their own."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(unbindable(place) for place in places):
        await asyncio.sleep(0.02)
