"""The HTTP side: authentication, zones, bodies, faults and the journal around every operation."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import uuid
from typing import Any, NoReturn

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi_offline import FastAPIOffline
from pydantic import ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.routing import Mount

from . import openapi
from .answers import Answers
from .clock import stamp
from .console.pages import console
from .contracts import CertificateAuthority, DataPlane
from .control import control
from .errors import Refusal, denied, explained, invalid, plain, refused
from .faults import ANSWERS, Fault, Faults
from .journal import Journal
from .operations import OPERATIONS, govern
from .orders import Orders
from .paths import Paths
from .replies import FAILED, HEADERS, as_json, explain_in_json
from .settings import Settings
from .surface import Asked, Operation, check_query
from .world import World
from .zones import REGIONS, ZONES, first_zone

log = logging.getLogger(__name__)
LONGEST = 4 * 2**20
"""Longest body in bytes (our choice): 300 ACLs in one call fit easily."""

CONNECTIONS: dict[tuple[str, int], asyncio.Transport] = {}
"""Open connections by client address, for the faults that cut them."""


class Cut(Response):
    """No answer: the connection is cut."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        connection = CONNECTIONS.get(tuple(scope["client"] or ()))
        if connection:
            connection.abort()
            # once the server has noticed, it does not complain about the missing answer
            while (await receive())["type"] != "http.disconnect":
                pass


def create_app(
    settings: Settings, data_plane: DataPlane, authority: CertificateAuthority
) -> FastAPI:
    """The emulator's application. Start its `state.world` once an event loop is running."""
    world, journal, faults = World(settings, data_plane, authority), Journal(), Faults()
    govern(world)
    orders = Orders(world, faults)
    app = FastAPIOffline(
        title="Scaleway Load Balancer emulator",
        redoc_url=None,
        static_url="/docs/files",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "none"},
        description="The zoned API and the deprecated regional one. What the emulator can be asked "
        "about itself is at [/_emulator/docs](/_emulator/docs).",
    )
    app.state.world = world
    app.include_router(console(world))
    app.mount("/_emulator", control(world, journal, faults))
    explain_in_json(app)

    def endpoint(operation: Operation, regional: bool):
        async def answer(request: Request) -> Response:
            if late := faults.delay(operation.name):
                await asyncio.sleep(late)
            fault = faults.take(operation.name, ANSWERS)
            if fault and fault.kind == "cut_before":
                return Cut()
            raw, body = b"", None
            try:
                zone = place(request, settings, regional)
                if fault and fault.kind == "status":
                    raise plain(fault.status, "a fault of the emulator")
                raw = await read(request)
                body = parse(raw, operation)
                query = QueryParams([one for one in request.query_params.multi_items() if one[1]])
                check_query(operation, query)
                checked = operation.model.model_validate(body) if operation.model else body
                parts = request.path_params.items()
                ids = {key: value.lower() for key, value in parts if "_id" in key}
                content = carried_out(zone, ids, query, checked)
                if asyncio.iscoroutine(content):
                    content = await content
                status = 204 if content is None else 200
            except ClientDisconnect:
                return Cut()
            except Refusal as refusal:
                content, status = refusal.body, refusal.status
            except ValidationError as error:
                content, status = explained(error).body, 400
            except Exception:
                log.exception("%s failed", operation.name)
                content, status = FAILED, 500
            now = stamp(world.clock.now())
            path = request.url.path
            journal.add(now, operation.name, operation.method, path, body, status, len(raw))
            return finished(content, status, fault)

        def carried_out(zone: str, ids: dict[str, str], query: QueryParams, body: Any) -> Any:
            """Handle the request in one transaction, without yielding to the event loop."""
            world.settle()
            world.begun = world.clock.now()
            asked = Asked(operation, world, orders, faults, Answers(world), zone, ids, query, body)
            with world.store.transaction():
                return operation.handle(asked)

        return answer

    paths = Paths()
    for operation in OPERATIONS:
        method, path = operation.method, operation.path
        if operation.zoned:
            paths.add(method, f"zones/{{zone}}{path}", endpoint(operation, False))
        if operation.regional:
            paths.add(method, f"regions/{{region}}{path}", endpoint(operation, True))
    app.router.routes.insert(0, Mount("/lb/v1", paths))
    app.openapi = lambda: openapi.document(app)
    return app


def place(request: Request, settings: Settings, regional: bool) -> str:
    """Check the token, and return the zone that the request works in."""
    token = request.headers.get("X-Auth-Token")
    if not token or (settings.token and token != settings.token):
        raise denied()
    word, known = ("region", REGIONS) if regional else ("zone", ZONES)
    given = request.path_params[word]
    if given not in known:
        raise invalid(word, f"unknown {word}; known are {', '.join(known)}")
    return first_zone(given) if regional else given


async def read(request: Request) -> bytes:
    """The body; refused if it is longer than LONGEST."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise plain(413, f"the body is longer than {LONGEST} bytes")
    return body


def parse(raw: bytes, operation: Operation) -> Any:
    """The body as JSON. An operation that takes no body accepts anything: the Python SDK sends {}
    with every request (reference, 1)."""
    try:
        body = json.loads(raw, parse_constant=no_number, parse_float=finite) if raw else {}
    except (ValueError, RecursionError):
        if operation.model is None:
            return None
        raise refused(400, "invalid_request", "the body is not valid JSON") from None
    if operation.model and not isinstance(body, dict):
        raise refused(400, "invalid_request", "the body is not a JSON object")
    return body


def no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def finite(text: str) -> float:
    """1e999 is valid JSON, but the infinity that Python makes of it is not."""
    number = float(text)
    return number if math.isfinite(number) else no_number(text)


def finished(content: Any, status: int, fault: Fault | None) -> Response:
    """The response, broken by the fault if there is one."""
    headers = {**HEADERS, "X-Request-Id": str(uuid.uuid4())}
    kind = fault.kind if fault else None
    if kind == "cut_after":
        return Cut()
    if kind == "html":
        page = "<html><head><title>Maintenance</title></head><body>Back soon.</body></html>"
        return Response(page, fault.status, headers, "text/html")
    if kind == "status" and fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if status == 204:
        return Response(None, 204, {**headers, "Content-Type": "application/json"})
    return as_json(content, status, headers, cut_short=kind == "truncate")
