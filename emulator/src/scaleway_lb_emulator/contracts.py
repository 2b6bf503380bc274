"""What the control plane asks of the data plane and of the certificate authority."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

Snapshot = Iterable[dict[str, Any]]
"""One dict a load balancer, in the API's words: id, zone, type, ssl_compatibility_level, addresses,
backends, frontends (with backend_id, certificate_ids, acls in order, routes), and certificates:
{id: key and chain in one PEM}. Each is made when it is looked at, so do that before you wait."""


@dataclass(frozen=True)
class Issued:
    key_pem: bytes
    chain_pem: bytes


class OrderFailed(Exception):
    """The authority did not issue; the text is what it said."""


class DataPlane(Protocol):
    problems: dict[str, str]
    """What is not served as asked, in words that hold its ID or address, and why."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def apply(self, snapshot: Snapshot) -> None:
        """Make the whole state live; return when it is."""

    async def set_challenge(self, lb_id: str, token: str, authorization: str | None) -> None:
        """Answer an HTTP-01 challenge on the load balancer's port 80; None takes it away."""

    async def stats(self, lb_id: str, backends: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The servers' states: backend_id, ip, server_state, last_health_check_status,
        server_state_changed_at (seconds since 1970)."""


class CertificateAuthority(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def order(self, lb_id: str, names: list[str], until: datetime) -> Issued:
        """Obtain a certificate that is valid from now, by the machine's clock, until then; raises
        OrderFailed."""

    def set_address(self, name: str, address: str) -> None:
        """A DNS record as the authority sees it."""

    def remove_address(self, name: str) -> None: ...

    def address_of(self, name: str) -> str | None: ...

    def root_pem(self) -> bytes: ...


class NoDataPlane:
    """A control plane alone: nothing is served, and every server is taken to be up."""

    problems: ClassVar[dict[str, str]] = {}

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def apply(self, snapshot: Snapshot) -> None:
        return None

    async def set_challenge(self, lb_id: str, token: str, authorization: str | None) -> None:
        return None

    async def stats(self, lb_id: str, backends: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "backend_id": backend["id"],
                "ip": address,
                "server_state": "running",
                "last_health_check_status": "passed",
                "server_state_changed_at": backend["updated"] / 10**9,
            }
            for backend in backends
            for address in backend["pool"]
        ]
