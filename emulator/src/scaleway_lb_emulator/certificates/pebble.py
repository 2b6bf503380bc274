"""Let's Encrypt's own test server, and an ACME client that orders from it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

import josepy
import requests
from acme import challenges, client, errors, fields, messages
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .. import processes
from ..contracts import DataPlane, Issued, OrderFailed
from ..processes import Unusable, write_private
from ..settings import Settings
from .records import Records
from .requests import key_pem, new_key, self_signed, signing_request
from .roots import Roots

log = logging.getLogger(__name__)
FAILURES = (errors.Error, messages.Error, requests.exceptions.RequestException)
"""What the library raises if Pebble refuses or cannot be reached."""
NONCES = 8
"""How many times a request is retried: Pebble rejects one nonce in twenty, even good ones."""


UNTIL: ContextVar[datetime] = ContextVar("UNTIL")
"""The end of validity of the certificate being ordered."""


class DatedOrder(messages.NewOrder):
    """An order with the end of the certificate's validity, which the library leaves out."""

    not_after = fields.rfc3339("notAfter")


class Network(client.ClientNetwork):
    """Retries rejected nonces: the library does so only once, which is not always enough."""

    def post(self, url: str, content: Any, **options: Any) -> requests.Response:
        if isinstance(content, messages.NewOrder):
            content = DatedOrder(identifiers=content.identifiers, not_after=UNTIL.get())
        for _ in range(NONCES):
            try:
                return super().post(url, content, **options)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(url, content, **options)


class Pebble(Records):
    """Pebble and its DNS server as child processes; orders are validated over HTTP-01."""

    def __init__(self, settings: Settings, data_plane: DataPlane) -> None:
        super().__init__()
        self.settings, self.data_plane = settings, data_plane
        hint = "--ca builtin"
        self.pebble = processes.program("pebble", "pebble", hint)
        self.resolver = processes.program("pebble-challtestsrv", "pebble", hint)
        self.directory = processes.scratch("pebble")
        self.acme_port, self.roots_port, self.dns_port, self.records_port = free_ports(4)
        self.children: list[asyncio.subprocess.Process] = []
        self.watchers: list[asyncio.Task] = []
        self.stopped = False
        self.acme: client.ClientV2 | None = None
        self.roots = Roots(settings.state_dir)
        self.key: josepy.JWKRSA | None = None

    async def start(self) -> None:
        self.write_files()
        await self.start_dns()
        await self.start_pebble()

    async def start_dns(self) -> None:
        """Start the DNS server that Pebble queries, and give it all names."""
        await self.run(
            self.start_dns,
            self.resolver,
            *("-http01", "", "-https01", "", "-tlsalpn01", ""),
            *("-dns01", f"127.0.0.1:{self.dns_port}"),
            *("-management", f"127.0.0.1:{self.records_port}"),
            *("-defaultIPv4", "", "-defaultIPv6", ""),
        )
        url = f"http://127.0.0.1:{self.records_port}/"
        await asyncio.to_thread(self.answer, lambda: requests.get(url, timeout=5))
        for name, address in self.addresses.items():
            self.tell("add-a", name, address)

    async def start_pebble(self) -> None:
        await self.run(
            self.start_pebble,
            self.pebble,
            *("-config", str(self.directory / "pebble.json")),
            *("-dnsserver", f"127.0.0.1:{self.dns_port}"),
            # without its pauses, and with a challenge for every name of every order
            environment={"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0"},
        )
        await asyncio.to_thread(self.connect)
        await asyncio.to_thread(self.read_root)

    async def run(
        self,
        again: Callable[[], Awaitable[None]],
        *command: str,
        environment: dict[str, str] | None = None,
    ) -> None:
        log = str(self.directory / "pebble.log")
        process = await processes.start(*command, log=log, environment=environment)
        self.children.append(process)
        watcher = self.watch(process, Path(command[0]).name, again)
        self.watchers.append(asyncio.create_task(watcher))

    async def watch(
        self, process: asyncio.subprocess.Process, name: str, again: Callable[[], Awaitable[None]]
    ) -> None:
        """Restart a program that exited on its own, unless it did so within its first second."""
        begin = time.monotonic()
        await process.wait()
        log.error("%s ended with status %s", name, process.returncode)
        if time.monotonic() - begin > 1:
            try:
                await again()
            except (Unusable, *FAILURES) as problem:
                log.error("%s is not back: %s", name, problem)

    async def stop(self) -> None:
        self.stopped = True
        for watcher in self.watchers:
            watcher.cancel()
        for child in self.children:
            await processes.stop(child)
        processes.discard(self.directory)

    def write_files(self) -> None:
        """Pebble's configuration, and the certificate of its own HTTPS port."""
        key = new_key()
        certificate = self_signed(key, "localhost", ["localhost"])
        files = {
            "tls.pem": certificate.public_bytes(serialization.Encoding.PEM),
            "tls.key": key_pem(key),
            "pebble.json": json.dumps(
                {
                    "pebble": {
                        "listenAddress": f"127.0.0.1:{self.acme_port}",
                        "managementListenAddress": f"127.0.0.1:{self.roots_port}",
                        "certificate": str(self.directory / "tls.pem"),
                        "privateKey": str(self.directory / "tls.key"),
                        "httpPort": 80 + self.settings.port_offset,
                        "tlsPort": 443,
                    }
                }
            ).encode(),
        }
        for file, content in files.items():
            write_private(self.directory / file, content)

    def connect(self) -> None:
        """Wait for Pebble, and register an account."""
        self.key = josepy.JWKRSA(key=rsa.generate_private_key(65537, 2048))
        network = Network(
            self.key, user_agent="scaleway-lb-emulator", verify_ssl=str(self.directory / "tls.pem")
        )
        url = f"https://localhost:{self.acme_port}/dir"
        answer = self.answer(lambda: network.get(url))
        directory = messages.Directory.from_json(answer.json())
        self.acme = client.ClientV2(directory, net=network)
        registration = messages.NewRegistration.from_data(terms_of_service_agreed=True)
        self.acme.new_account(registration)

    def answer(self, ask: Callable[[], requests.Response]) -> requests.Response:
        """The first answer of a program that was just started; raises Unusable if there is none."""
        deadline = time.monotonic() + 20
        while True:
            try:
                return ask()
            except OSError:
                if self.stopped or time.monotonic() > deadline:
                    output = (self.directory / "pebble.log").read_text(errors="replace")
                    raise Unusable(f"Pebble did not start: {output[-1000:]}") from None
                time.sleep(0.05)

    def set_address(self, name: str, address: str) -> None:
        self.remove_address(name)
        super().set_address(name, address)
        self.tell("add-a", name, address)

    def remove_address(self, name: str) -> None:
        if self.address_of(name):
            self.tell("clear-a", name, None)
        super().remove_address(name)

    def tell(self, what: str, name: str, address: str | None) -> None:
        """Change a record of the DNS server that Pebble queries. While that server is down, orders
        fail, but everything else works, and on restart it gets all records."""
        record = {"host": f"{name}.", "addresses": [address] if address else []}
        url = f"http://127.0.0.1:{self.records_port}/{what}"
        try:
            requests.post(url, json=record, timeout=10).raise_for_status()
        except requests.exceptions.RequestException as failure:
            log.error("the DNS of the certificate authority does not know %s: %s", name, failure)

    async def order(self, lb_id: str, names: list[str], until: datetime) -> Issued:
        """Order a certificate; the challenges are answered on the load balancer's own address."""
        UNTIL.set(until)
        key = new_key()
        request = signing_request(key, names)
        try:
            order = await asyncio.to_thread(self.acme.new_order, request)
            tokens = []
            try:
                answers = []
                for authorization in order.authorizations:
                    if authorization.body.status == messages.STATUS_VALID:
                        continue  # the server remembers an earlier proof, as Let's Encrypt does
                    challenge = next(
                        one
                        for one in authorization.body.challenges
                        if isinstance(one.chall, challenges.HTTP01)
                    )
                    answer, text = challenge.response_and_validation(self.key)
                    tokens.append(challenge.chall.encode("token"))
                    await self.data_plane.set_challenge(lb_id, tokens[-1], text)
                    answers.append((challenge, answer))
                for challenge, answer in answers:
                    await asyncio.to_thread(self.acme.answer_challenge, challenge, answer)
                order = await asyncio.to_thread(self.acme.poll_and_finalize, order)
            finally:
                for token in tokens:
                    await self.data_plane.set_challenge(lb_id, token, None)
        except errors.ValidationError as failure:
            reasons = [
                f"{authorization.body.identifier.value}: {challenge.error.detail}"
                for authorization in failure.failed_authzrs
                for challenge in authorization.body.challenges
                if challenge.error
            ]
            raise OrderFailed("; ".join(reasons) or str(failure)) from failure
        except FAILURES as failure:
            raise OrderFailed(str(failure)) from failure
        return Issued(key_pem(key), order.fullchain_pem.encode())

    def root_pem(self) -> bytes:
        return self.roots.pem

    def read_root(self) -> None:
        """Pebble makes a new root each time it starts."""
        url = f"https://localhost:{self.roots_port}/roots/0"
        answer = requests.get(url, verify=str(self.directory / "tls.pem"), timeout=10)
        answer.raise_for_status()
        self.roots.add(answer.content)


def free_ports(count: int) -> list[int]:
    """TCP ports that nothing listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
