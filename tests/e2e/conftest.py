"""The emulator with its data plane and its certificate authority, and servers behind it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from balancer import Balancer
from cloud import serving
from pki import AUTHORITY, Issued
from plane import Plane
from sites import Site

from web_server import free_port

PORT_OFFSET = 0
IP_RANGE = "127.61.0.0/24"
NAMES = {"red": "127.63.0.1", "blue": "127.63.0.2"}


@dataclass
class WebServers:
    """Two servers, red and blue, on plain HTTP and, with certificates of their own, on HTTPS."""

    plain: dict
    secure: dict
    ca_file: Path

    @property
    def addresses(self):
        return list(NAMES.values())

    @property
    def port(self):
        return self.plain["red"].server_port

    @property
    def secure_port(self):
        return self.secure["red"].server_port


@pytest.fixture(scope="session")
def server_authority(tmp_path_factory):
    """The authority of the servers' own certificates, which the emulator's HAProxy trusts."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    path.write_text(AUTHORITY.pem)
    return path


@pytest.fixture(scope="session")
def running_emulator(tmp_path_factory, server_authority):
    with serving(
        *("--time-scale", "0", "--ip-range", IP_RANGE, "--port-offset", str(PORT_OFFSET)),
        environment={"SSL_CERT_FILE": str(server_authority)},
    ) as cloud:
        cloud.root = requests.get(f"{cloud.url}/_emulator/ca.pem", timeout=30).text
        cloud.ca_file = tmp_path_factory.mktemp("emulator") / "ca.pem"
        cloud.ca_file.write_text(cloud.root)
        cloud.server_ca_file = server_authority
        cloud.api_url, cloud.port_offset = cloud.url, PORT_OFFSET
        yield cloud


@pytest.fixture
def emulator(running_emulator):
    """The emulator, empty: .api_url, .ca_file (the authority it orders from), .root (its PEM),
    .server_ca_file (the authority of the web servers' own certificates)."""
    running_emulator.reset()
    return running_emulator


@pytest.fixture
def lb(emulator):
    """A load balancer with nothing on it yet."""
    return Balancer(emulator)


@pytest.fixture(scope="session")
def web_servers(tmp_path_factory, server_authority):
    directory = tmp_path_factory.mktemp("servers")
    leaf = Issued("www.example.com", AUTHORITY)
    certificate = directory / "server.pem"
    certificate.write_text(leaf.key + leaf.pem)
    port, secure_port = free_port(*NAMES.values()), free_port(*NAMES.values())
    servers = WebServers(
        {name: Site(name, address, port) for name, address in NAMES.items()},
        {name: Site(name, address, secure_port, certificate) for name, address in NAMES.items()},
        server_authority,
    )
    yield servers
    for site in [*servers.plain.values(), *servers.secure.values()]:
        site.stop()


@pytest.fixture
def site(tmp_path):
    """Start one more server for a test; it ends with the test."""
    started = []

    def start(name="green", address="127.63.0.9", port=0, certificate_for=None, **options):
        if certificate_for:
            leaf = Issued(certificate_for, AUTHORITY)
            options["certificate"] = tmp_path / f"{name}.pem"
            options["certificate"].write_text(leaf.key + leaf.pem)
        started.append(Site(name, address, port, **options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def plane(server_authority):
    """The data plane alone; a test replaces its whole state."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(server_authority))
        plane = Plane("127.64.0.0/24")
        yield plane
        plane.stop()
