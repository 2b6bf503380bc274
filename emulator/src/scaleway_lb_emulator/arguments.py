"""The arguments of the command line, and what each may be."""

from __future__ import annotations

import argparse
import re
from argparse import ArgumentTypeError
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from . import __version__
from .addresses import loopback
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

PRIVATE6 = IPv6Network("fc00::/7")


def read_arguments() -> Settings:
    """The settings that the command line asks for; the command ends here if they cannot be."""
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
        type=listen_address,
        default="127.0.0.1:8480",
        metavar="ADDRESS:PORT",
        help="where it listens; a loopback address, since any token will do (default: %(default)s)",
    )
    api("--token", help="the only secret key that is accepted (default: any)")
    api(
        "--time-scale",
        type=time_scale,
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
        type=ip_range,
        default="127.51.0.0/16",
        metavar="CIDR",
        help="loopback network that load balancers get their addresses from (default: %(default)s)",
    )
    traffic(
        "--ip6-range",
        type=ip6_range,
        metavar="CIDR",
        help="private network of IPv6, such as fd51::/48, that this machine is made to answer for, "
        "as root (default: load balancers take IPv6 addresses and do not serve them)",
    )
    traffic(
        "--port-offset",
        type=port_offset,
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
    host, port = given.listen
    return Settings(
        listen_host=host,
        listen_port=port,
        data_plane=given.data_plane,
        ca=given.ca,
        state_dir=given.state,
        time_scale=given.time_scale,
        ip_range=given.ip_range,
        ip6_range=given.ip6_range,
        port_offset=given.port_offset,
        token=given.token,
    )


def listen_address(text: str) -> tuple[str, int]:
    """A loopback address and a port."""
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.strip("[]")
    if not loopback(host) or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ArgumentTypeError(f"{text}: give a loopback address and a port")
    return host, int(port)


def ip_range(text: str) -> IPv4Network:
    """A network of loopback addresses."""
    network = network_of(IPv4Network, text)
    if not network.is_loopback:
        raise ArgumentTypeError(f"{text}: load balancers listen on loopback only")
    return network


def ip6_range(text: str) -> IPv6Network:
    """A private network with room for a /64 per load balancer."""
    network = network_of(IPv6Network, text)
    if not network.subnet_of(PRIVATE6) or not 16 <= network.prefixlen <= 60:
        raise ArgumentTypeError(
            f"{text}: give a network of /16 to /60 in {PRIVATE6}, which is private; each load "
            "balancer gets a /64 of it"
        )
    return network


def network_of(version: type[IPv4Network | IPv6Network], text: str) -> IPv4Network | IPv6Network:
    try:
        return version(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def time_scale(text: str) -> float:
    """A factor for all durations."""
    with suppress(ValueError):
        if 0 <= float(text) < 1000:
            return float(text)
    raise ArgumentTypeError(f"{text}: give a number from 0 to 1000")


def port_offset(text: str) -> int:
    """What may be added to port 443."""
    with suppress(ValueError):
        if 0 <= int(text) <= 65535 - 443:
            return int(text)
    raise ArgumentTypeError(f"{text}: give a number from 0 to 65092")
