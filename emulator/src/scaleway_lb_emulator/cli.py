"""The command line: start what is asked for, say when it is ready, stop what was started."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .app import create_app
from .arguments import read_arguments
from .certificates.builtin import BuiltinAuthority
from .certificates.pebble import Pebble
from .contracts import NoDataPlane
from .data_plane.haproxy import HAProxy
from .processes import Unusable
from .responses import CONNECTIONS
from .settings import Settings


class Protocol(HttpToolsProtocol):
    """Remembers each connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        CONNECTIONS[transport.get_extra_info("peername")[:2]] = transport
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        CONNECTIONS.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(error)


class Server(uvicorn.Server):
    """Leaves signals to us, since child processes must be stopped too."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> None:
    """The entry point of the command."""
    settings = read_arguments()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(settings))
    except Unusable as problem:
        sys.exit(f"scaleway-lb-emulator: {problem}")


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as started:
        listener = started.enter_context(listen(settings))
        if settings.state_dir:
            keep(settings.state_dir)
        haproxy = settings.data_plane == "haproxy"
        data_plane = HAProxy(settings) if haproxy else NoDataPlane()
        started.push_async_callback(data_plane.stop)
        pebble = settings.ca == "pebble"
        authority = Pebble(settings, data_plane) if pebble else BuiltinAuthority(settings.state_dir)
        started.push_async_callback(authority.stop)
        await data_plane.start()
        await authority.start()
        try:
            app = create_app(settings, data_plane, authority)
        except (sqlite3.Error, OSError) as error:
            hint = "; another emulator uses it" if "locked" in str(error) else ""
            raise Unusable(
                f"cannot read the state in {settings.state_dir}: {error}{hint}. Choose another "
                "directory with --state."
            ) from None
        config = uvicorn.Config(
            app,
            http=Protocol,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=75,
        )
        server = Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        app.state.world.start()
        await app.state.world.deliver()
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"ready: http://{shown}:{port}", flush=True)
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = server.force_exit = True
        await serving


def keep(directory: Path) -> None:
    """Create the state directory, which holds private keys, and check that it is writable."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise Unusable(
            f"cannot keep the state in {directory}: {error.strerror}. Choose another directory "
            "with --state."
        ) from None


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.listen_host else socket.AF_INET
    # Without IPPROTO_TCP, asyncio leaves Nagle's algorithm on, which delays every answer by 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.listen_host, settings.listen_port))
    except OSError as error:
        raise Unusable(
            f"cannot listen on {settings.listen_host}:{settings.listen_port}: {error.strerror}. "
            "Choose another address with --listen, or stop what uses it."
        ) from None
    return listener
