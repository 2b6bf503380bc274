"""The command line: start what is asked for, say when it can be used, stop what was started."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import logging
import signal
import socket
import sys
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import CONNECTIONS, create_app
from .certificates.builtin import BuiltinAuthority
from .certificates.pebble import Pebble
from .contracts import NoDataPlane
from .data_plane.haproxy import HAProxy
from .processes import Unusable
from .settings import Settings


class Protocol(H11Protocol):
    """Remembers each connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        CONNECTIONS[transport.get_extra_info("peername")[:2]] = transport
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        CONNECTIONS.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(error)


def main() -> None:
    """The entry point of the command."""
    settings = read_arguments()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(settings))
    except Unusable as problem:
        sys.exit(f"scaleway-lb-emulator: {problem}")
    except KeyboardInterrupt:
        pass


def read_arguments() -> Settings:
    parser = argparse.ArgumentParser(
        prog="scaleway-lb-emulator",
        description="The Scaleway Managed Load Balancer on this machine: its API, load balancers "
        "that carry traffic, certificates that are issued.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    formatter = argparse.ArgumentDefaultsHelpFormatter
    serve_parser = commands.add_parser("serve", help="run the emulator", formatter_class=formatter)
    add = serve_parser.add_argument
    add("--listen", default="127.0.0.1:8480", help="loopback address and port of the API")
    add("--data-plane", choices=["haproxy", "none"], default="haproxy", help="what carries traffic")
    add("--ca", choices=["pebble", "builtin"], default="pebble", help="what issues certificates")
    add("--state", type=Path, help="directory that keeps the state; without it, in memory")
    add("--time-scale", type=float, default=1.0, help="1 is the cloud's own pace, 0 is instant")
    add("--ip-range", default="127.51.0.0/16", help="loopback network of the load balancers")
    add("--port-offset", type=int, default=0, help="added to every port that is listened on")
    add("--token", help="the only secret key that is accepted; without it, any is")
    given = parser.parse_args()
    host, _, port = given.listen.rpartition(":")
    host = host.strip("[]")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
        network = ipaddress.IPv4Network(given.ip_range)
    except ValueError as error:
        parser.error(str(error))
    if not loopback or not port.isdigit():
        parser.error(f"--listen {given.listen}: give a loopback address and a port")
    if not network.is_loopback:
        parser.error(f"--ip-range {given.ip_range}: load balancers listen on loopback only")
    if given.time_scale < 0:
        parser.error("--time-scale: give 0 or more")
    return Settings(
        listen_host=host,
        listen_port=int(port),
        data_plane=given.data_plane,
        ca=given.ca,
        state_dir=given.state,
        time_scale=given.time_scale,
        ip_range=network,
        port_offset=given.port_offset,
        token=given.token,
    )


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    listener = listen(settings)
    data_plane = HAProxy(settings) if settings.data_plane == "haproxy" else NoDataPlane()
    authority = Pebble(settings, data_plane) if settings.ca == "pebble" else BuiltinAuthority()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await data_plane.start()
        await authority.start()
        app = create_app(settings, data_plane, authority)
        config = uvicorn.Config(
            app,
            http=Protocol,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=75,
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        serving = asyncio.create_task(server._serve([listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        await data_plane.apply(app.state.world.snapshot())
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"ready: http://{shown}:{port}", flush=True)
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        server.force_exit = True
        await serving
    finally:
        await authority.stop()
        await data_plane.stop()


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.listen_host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.listen_host, settings.listen_port))
    except OSError as error:
        raise Unusable(
            f"cannot listen on {settings.listen_host}:{settings.listen_port}: {error.strerror}. "
            "Choose another address with --listen, or stop what uses it."
        ) from None
    return listener
