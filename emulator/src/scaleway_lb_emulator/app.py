"""The HTTP side: authentication, zones, bodies, faults and the journal around every operation."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .answers import Answers
from .clock import stamp
from .console.pages import console
from .contracts import CertificateAuthority, DataPlane
from .errors import Refusal, denied, invalid
from .faults import TRANSITIONS, Fault, Faults
from .journal import Journal
from .operations import OPERATIONS
from .settings import Settings
from .surface import Asked, Operation
from .world import ZONES, World, region_of

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

CONNECTIONS: dict[tuple[str, int], asyncio.Transport] = {}
"""The open connections by the client's address, for the faults that cut them."""


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")
    address: str


class Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    advance: str = Field(pattern=r"^\d+(\.\d+)?[smhd]$")


class Cut(Response):
    """No answer: the connection is cut."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        connection = CONNECTIONS.get(tuple(scope["client"] or ()))
        if connection:
            connection.abort()


def create_app(
    settings: Settings, data_plane: DataPlane, authority: CertificateAuthority
) -> FastAPI:
    """The emulator's application."""
    app = FastAPI(title="Scaleway Load Balancer emulator", redoc_url=None)
    world = World(settings, data_plane, authority)
    answers, journal, faults = Answers(world), Journal(), Faults()
    app.state.world = world
    app.include_router(console(world))

    def endpoint(operation: Operation, regional: bool):
        async def answer(request: Request) -> Response:
            raw = await request.body()
            fault = faults.take(operation.name)
            if fault and fault.kind == "delay":
                await asyncio.sleep(fault.delay)
            if fault and fault.kind == "cut_before":
                return Cut()
            body: Any = None
            try:
                zone = place(request, settings, regional)
                if fault and fault.kind == "status":
                    raise Refusal(fault.status, {"message": "a fault of the emulator"})
                body = parse(raw, operation)
                ids = {key: value for key, value in request.path_params.items() if "_id" in key}
                checked = operation.model.model_validate(body or {}) if operation.model else body
                broken = fault if fault and fault.kind in TRANSITIONS else None
                asked = Asked(world, answers, zone, ids, request.query_params, checked, broken)
                content = operation.handle(asked)
                if asyncio.iscoroutine(content):
                    content = await content
                status = 204 if content is None else 200
            except Refusal as refusal:
                content, status = refusal.body, refusal.status
            except ValidationError as error:
                refusal = explained(error)
                content, status = refusal.body, refusal.status
            journal.add(
                stamp(world.clock.now()),
                operation.name,
                operation.method,
                request.url.path,
                body,
                status,
            )
            return finished(content, status, fault, request)

        answer.__doc__ = operation.handle.__doc__
        return answer

    for operation in OPERATIONS:
        for prefix, regional in (("zones/{zone}", False), ("regions/{region}", True)):
            if operation.zoned_only if regional else operation.regional_only:
                continue
            app.add_api_route(
                f"/lb/v1/{prefix}{operation.path}",
                endpoint(operation, regional),
                methods=[operation.method],
                name=f"{'Regional' if regional else ''}{operation.name}",
            )

    @app.get("/_emulator/journal")
    async def read_journal(reads: bool = False) -> dict[str, Any]:
        return {"entries": journal.shown(reads)}

    @app.post("/_emulator/reset", status_code=204)
    async def reset() -> None:
        faults.waiting.clear()
        journal.entries.clear()
        world.reset()

    @app.post("/_emulator/faults")
    async def add_fault(fault: Fault) -> dict[str, str]:
        return {"id": faults.add(fault)}

    @app.get("/_emulator/faults")
    async def read_faults() -> dict[str, Any]:
        return {
            "faults": [{"id": key, **fault.model_dump()} for key, fault in faults.waiting.items()]
        }

    @app.delete("/_emulator/faults", status_code=204)
    async def clear_faults() -> None:
        faults.waiting.clear()

    @app.delete("/_emulator/faults/{fault_id}", status_code=204)
    async def remove_fault(fault_id: str) -> None:
        faults.waiting.pop(fault_id, None)

    @app.put("/_emulator/dns/{name}", status_code=204)
    async def set_address(name: str, record: Address) -> None:
        authority.set_address(name, record.address)

    @app.put("/_emulator/clock")
    async def advance(step: Advance) -> dict[str, str]:
        world.clock.advance(step.advance)
        return {"now": stamp(world.clock.now())}

    @app.get("/_emulator/ca.pem")
    async def root() -> Response:
        pem = await asyncio.to_thread(authority.root_pem)
        return PlainTextResponse(pem.decode(), media_type="application/x-pem-file")

    @app.exception_handler(404)
    async def unknown(request: Request, error: Exception) -> Response:
        return JSONResponse({"message": "not found"}, 404, HEADERS)

    return app


def place(request: Request, settings: Settings, regional: bool) -> str:
    """The zone that a request works in, once its token is accepted."""
    token = request.headers.get("X-Auth-Token")
    if not token or (settings.token and token != settings.token):
        raise denied()
    # A regional load balancer lives in the first zone of its region (reference, 1).
    zone = f"{request.path_params['region']}-1" if regional else request.path_params["zone"]
    if zone not in ZONES:
        word = "region" if regional else "zone"
        known = sorted({region_of(one) for one in ZONES}) if regional else ZONES
        raise invalid(word, f"unknown {word}; known are {', '.join(known)}")
    return zone


def parse(raw: bytes, operation: Operation) -> Any:
    """The body's JSON. Where an operation takes none, whatever is there is ignored."""
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        if operation.model is None:
            return None
        raise Refusal(
            400, {"message": "the body is not valid JSON", "type": "invalid_request"}
        ) from None
    if operation.model and not isinstance(body, dict):
        raise Refusal(400, {"message": "the body is not a JSON object", "type": "invalid_request"})
    return body


def explained(error: ValidationError) -> Refusal:
    """What is wrong with the body, each field in the API's shape."""
    reasons = {"missing": "required"}
    details = [
        {
            "argument_name": ".".join(str(part) for part in one["loc"]),
            "help_message": one["msg"],
            "reason": reasons.get(one["type"], "constraint"),
        }
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    body = {"details": details, "message": "invalid argument(s)", "type": "invalid_arguments"}
    return Refusal(400, body)


def finished(content: Any, status: int, fault: Fault | None, request: Request) -> Response:
    """The answer, broken as a fault may ask."""
    headers = {**HEADERS, "X-Request-Id": str(uuid.uuid4())}
    kind = fault.kind if fault else None
    if kind == "cut_after":
        return Cut()
    if kind == "html":
        page = "<html><head><title>Maintenance</title></head><body>Back soon.</body></html>"
        return Response(page, 200, headers, "text/html")
    if kind == "status" and fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if status == 204:
        return Response(None, 204, {**headers, "Content-Type": "application/json"})
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    if kind == "truncate":
        text = text[: len(text) // 2]
    return Response(text, status, headers, "application/json")
