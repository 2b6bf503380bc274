"""What the control plane expects of the data plane and of the certificate authority."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

Snapshot = Iterable[dict[str, Any]]
"""One dict per load balancer, in the API's terms: id, zone, type, ssl_compatibility_level,
addresses, backends, frontends (with backend_id, certificate_ids, acls in order, routes), and
certificates: {id: key and chain in one PEM}. Each is made when iterated over: do so before you
await."""


@dataclass(frozen=True)
class Issued:
    key_pem: bytes
    chain_pem: bytes


class OrderFailed(Exception):
    """The authority did not issue the certificate; the text is what it said."""


class DataPlane(Protocol):
    problems: dict[str, str]
    """What is not served as asked, and why: {a text with its ID or address: the reason}."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def apply(self, snapshot: Snapshot) -> None:
        """Make the whole state live; return once it is."""

    async def set_challenge(self, lb_id: str, token: str, authorization: str | None) -> None:
        """Answer an HTTP-01 challenge on the load balancer's port 80; None removes it."""

    async def stats(self, lb_id: str, backends: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The servers' states: backend_id, ip, server_state, last_health_check_status,
        server_state_changed_at (seconds since 1970)."""


class CertificateAuthority(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def order(self, lb_id: str, names: list[str], until: datetime) -> Issued:
        """Obtain a certificate valid from now, by the machine's clock, until `until`; raises
        OrderFailed."""

    def set_address(self, name: str, address: str) -> None:
        """Set a DNS record, as the authority sees it."""

    def remove_address(self, name: str) -> None: ...

    def address_of(self, name: str) -> str | None: ...

    def root_pem(self) -> bytes: ...


class NoDataPlane:
    """For a control plane alone: nothing is served, and every server counts as up."""

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
