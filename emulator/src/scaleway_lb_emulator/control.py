"""The emulator's own calls, apart from the API: journal, faults, DNS, clock."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from starlette.datastructures import MutableHeaders

from .addresses import loopback
from .clock import stamp
from .faults import TRANSITIONS, Fault, Faults
from .journal import Journal
from .models import DnsName
from .operations import OPERATIONS
from .responses import HEADERS, as_json, explain_in_json
from .shapes import Refused
from .world import World

RENEWAL = "RenewCertificate"
"""Not an operation of the API: the platform does it on its own. Faults can break it too."""

REFUSED = {
    400: {"model": Refused, "description": "the body cannot be read"},
    422: {"model": Refused, "description": "it cannot be what it is"},
}
ABSENT = {404: {"model": Refused, "description": "there is no such thing"}}


class Pem(Response):
    media_type = "application/x-pem-file"


def _text(value: Any) -> str:
    """An address must be text: pydantic would accept a number, and true as 0.0.0.1."""
    if not isinstance(value, str):
        raise PydanticCustomError("address_format", "is not text, such as 127.0.0.1")
    return value


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")
    address: Annotated[ipaddress.IPv4Address, BeforeValidator(_text)]


class Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    advance: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?[smhd]$")]


def local(place: str) -> bool:
    """Whether a URL, which may be just //host, points to this machine."""
    try:
        name = urlsplit(place).hostname or ""
    except ValueError:
        return False
    return name == "localhost" or loopback(name)


def control(world: World, journal: Journal, faults: Faults) -> FastAPI:
    """A separate application, so that tests driven by the API's document leave it alone."""
    app = FastAPIOffline(
        title="Scaleway Load Balancer emulator: its own calls",
        redoc_url=None,
        static_url="/docs/files",
        responses=REFUSED,
    )
    explain_in_json(app)

    @app.middleware("http")
    async def admit(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        """These calls need no token, and a browser on this machine sends whatever a page of another
        host makes it send. Such requests are refused: they have that page's Origin, or that host's
        name as Host."""
        headers = MutableHeaders(scope=request.scope)
        host, origin = headers.get("Host", "localhost"), headers.get("Origin", "//localhost")
        if not local(f"//{host}") or not local(origin):
            return as_json({"message": "these calls are for this machine alone"}, 403, HEADERS)
        headers["Content-Type"] = "application/json"  # whatever was sent: curl -d says a form
        return await call(request)

    @app.get("/journal")
    async def read_journal(reads: bool = False) -> Response:
        """The API calls since the last reset: the writes, or everything."""
        text = json.dumps({"entries": journal.shown(reads)})
        return Response(text, media_type="application/json")

    @app.post("/reset", status_code=204)
    async def reset() -> None:
        """Forget everything."""
        faults.waiting.clear()
        journal.clear()
        world.reset()

    @app.post("/faults")
    async def add_fault(fault: Fault) -> dict[str, str]:
        """Break an operation the next `count` times."""
        moving = {one.name for one in OPERATIONS if one.moves} | {RENEWAL}
        known = moving if fault.kind in TRANSITIONS else {one.name for one in OPERATIONS}
        if fault.kind == "acme":
            known = {"CreateCertificate", RENEWAL}
        if fault.operation not in known | {"*"}:
            names = ", ".join(sorted(known))
            detail = f"operation: {fault.operation} cannot have a fault of the kind {fault.kind}"
            raise HTTPException(422, f"{detail}; these can: *, {names}")
        return {"id": faults.add(fault)}

    @app.get("/faults")
    async def read_faults() -> dict[str, Any]:
        """The faults still waiting, with the number of times left."""
        waiting = faults.waiting.items()
        return {"faults": [{"id": key, **fault.model_dump()} for key, fault in waiting]}

    @app.delete("/faults", status_code=204)
    async def clear_faults() -> None:
        faults.waiting.clear()

    @app.delete("/faults/{fault_id}", status_code=204, responses=ABSENT)
    async def remove_fault(fault_id: str) -> None:
        if faults.waiting.pop(fault_id, None) is None:
            raise HTTPException(404, "no such fault waits")

    @app.put("/dns/{name}", status_code=204)
    async def set_address(name: DnsName, record: Address) -> None:
        """Make a name resolve to an address, in the DNS that the certificate authority queries."""
        world.resolve(name, str(record.address))

    @app.get("/ipam/{ipam_id}", responses=ABSENT)
    async def read_address(ipam_id: str) -> dict[str, str]:
        """The address behind one of a private network's `ipam_ids`."""
        world.settle()
        for row in world.store.all("private_network"):
            if ipam_id in row["ipam_ids"]:
                return {"address": row["address"]}
        raise HTTPException(404, "no private network has this ID")

    @app.get("/clock")
    async def read_clock() -> dict[str, str]:
        return {"now": stamp(world.clock.now())}

    @app.put("/clock")
    async def advance(step: Advance) -> dict[str, str]:
        """Move the clock forward, say by 90s, 5m, 2h or 60d; what is due by then happens."""
        try:
            world.advance(step.advance)
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        return {"now": stamp(world.clock.now())}

    @app.get("/ca.pem", response_class=Pem)
    async def root() -> Response:
        """The root of the certificates issued here."""
        pem = await asyncio.to_thread(world.authority.root_pem)
        return Pem(pem)

    return app
