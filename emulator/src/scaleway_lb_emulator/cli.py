"""The command line: start what is asked for, say when it is ready, stop what was started."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import logging
import re
import signal
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import __version__
from .addresses import loopback
from .app import CONNECTIONS, create_app
from .certificates.builtin import BuiltinAuthority
from .certificates.pebble import Pebble
from .contracts import NoDataPlane
from .data_plane.haproxy import HAProxy
from .processes import Unusable
from .settings import Settings

USE = """\
point any tool at it by its environment:
  export SCW_API_URL=http://127.0.0.1:8480 SCW_ACCESS_KEY=SCWXXXXXXXXXXXXXXXXX
  export SCW_SECRET_KEY=11111111-1111-4111-8111-111111111111
  export SCW_DEFAULT_PROJECT_ID=22222222-2222-4222-8222-222222222222

and look at it in a browser: the load balancers at http://127.0.0.1:8480/, all calls at /docs

for example:
  sudo scaleway-lb-emulator serve                    load balancers on ports 80 and 443
  scaleway-lb-emulator serve --port-offset 10000     the same without root, HTTPS on 10443
  scaleway-lb-emulator serve --data-plane none --ca builtin --time-scale 0
                                                     the API alone, at once, for tests
"""

PRIVATE6 = ipaddress.IPv6Network("fc00::/7")


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


def read_arguments() -> Settings:
    parser = argparse.ArgumentParser(
        prog="scaleway-lb-emulator",
        description="The Scaleway Managed Load Balancer on this machine: its API, load balancers "
        "that carry traffic, certificates that are issued.",
        epilog="scaleway-lb-emulator serve --help shows all options, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve")
    serve_parser = commands.add_parser(
        "serve",
        help="run the emulator until Ctrl-C",
        description="Run the emulator in the foreground. When it can be used, it prints one line,\n"
        "'ready: http://127.0.0.1:8480'; all else goes to the standard error.",
        epilog=USE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    api = serve_parser.add_argument_group("the API").add_argument
    api(
        "--listen",
        default="127.0.0.1:8480",
        metavar="ADDRESS:PORT",
        help="where it listens; a loopback address, since any token will do (default: %(default)s)",
    )
    api("--token", help="the only secret key that is accepted (default: any)")
    api(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="how long things take: 1 is the cloud's own pace, 0 is at once (default: 1)",
    )
    api(
        "--state",
        type=Path,
        metavar="DIR",
        help="directory that keeps the state over restarts (default: it is kept in memory)",
    )
    traffic = serve_parser.add_argument_group("the load balancers").add_argument
    traffic(
        "--data-plane",
        choices=["haproxy", "none"],
        default="haproxy",
        help="what carries traffic; none is the API alone, without any program to install "
        "(default: %(default)s)",
    )
    traffic(
        "--ip-range",
        default="127.51.0.0/16",
        metavar="CIDR",
        help="loopback network that load balancers get their addresses from (default: %(default)s)",
    )
    traffic(
        "--ip6-range",
        metavar="CIDR",
        help="private network of IPv6, such as fd51::/48, that this machine is made to answer for, "
        "as root (default: load balancers take IPv6 addresses and do not serve them)",
    )
    traffic(
        "--port-offset",
        type=int,
        default=0,
        metavar="N",
        help="added to every port of a load balancer: with 10000, HTTPS is on 10443 and root is "
        "not needed (default: 0)",
    )
    certificates = serve_parser.add_argument_group("the certificates").add_argument
    certificates(
        "--ca",
        choices=["pebble", "builtin"],
        default="pebble",
        help="what issues them: an ACME server that validates over HTTP, or the emulator itself, "
        "at once and unvalidated (default: %(default)s)",
    )
    given = parser.parse_args()
    host, _, port = given.listen.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    if not loopback(host) or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        parser.error(f"--listen {given.listen}: give a loopback address and a port")
    try:
        network = ipaddress.IPv4Network(given.ip_range)
    except ValueError as error:
        parser.error(f"--ip-range: {error}")
    if not network.is_loopback:
        parser.error(f"--ip-range {given.ip_range}: load balancers listen on loopback only")
    ip6_range = None
    if given.ip6_range:
        try:
            ip6_range = ipaddress.IPv6Network(given.ip6_range)
        except ValueError as error:
            parser.error(f"--ip6-range: {error}")
        if not ip6_range.subnet_of(PRIVATE6) or not 16 <= ip6_range.prefixlen <= 60:
            parser.error(
                f"--ip6-range {given.ip6_range}: give a network of /16 to /60 in {PRIVATE6}, which "
                "is private; each load balancer gets a /64 of it"
            )
    if not 0 <= given.time_scale < 1000:
        parser.error("--time-scale: give a number from 0 to 1000")
    if not 0 <= given.port_offset <= 65535 - 443:
        parser.error("--port-offset: give a number from 0 to 65092")
    return Settings(
        listen_host=host,
        listen_port=int(port),
        data_plane=given.data_plane,
        ca=given.ca,
        state_dir=given.state,
        time_scale=given.time_scale,
        ip_range=network,
        ip6_range=ip6_range,
        port_offset=given.port_offset,
        token=given.token,
    )


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
