"""What surrounds each operation: its token, zone, query and body, its faults and the journal."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from dataclasses import dataclass, field
from typing import Any, NoReturn

from fastapi import Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect

from .answers import Answers
from .clock import stamp
from .errors import Refusal, denied, explained, invalid, plain, refused
from .faults import ANSWERS, Fault, Faults
from .journal import Journal
from .orders import Orders
from .responses import FAILED, Cut, response
from .surface import Asked, Operation, check_query
from .world import World
from .zones import REGIONS, ZONES, first_zone

log = logging.getLogger(__name__)
LONGEST = 4 * 2**20
"""Longest body in bytes (our choice): 300 ACLs in one call fit easily."""


@dataclass
class Received:
    """What is known of a request's body, for the journal, however far its answer came."""

    raw: bytes = b""
    body: Any = None


@dataclass
class Surroundings:
    """What all operations share."""

    world: World
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.orders = Orders(self.world, self.faults)


@dataclass
class Endpoint:
    """Answers the requests for one operation."""

    operation: Operation
    around: Surroundings

    async def __call__(self, request: Request) -> Response:
        operation, around, received = self.operation, self.around, Received()
        if late := around.faults.delay(operation.name):
            await asyncio.sleep(late)
        fault = around.faults.take(operation.name, ANSWERS)
        if fault and fault.kind == "cut_before":
            return Cut()
        try:
            content = await self.content(request, received, fault)
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
        around.journal.add(
            stamp(around.world.clock.now()),
            operation.name,
            operation.method,
            request.url.path,
            received.body,
            status,
            len(received.raw),
        )
        return response(content, status, fault)

    async def content(self, request: Request, received: Received, fault: Fault | None) -> Any:
        """Check the request and carry it out; return the answer's content."""
        operation = self.operation
        admit(request, self.around.world.settings.token)
        zone = zone_of(request)
        if fault and fault.kind == "status":
            raise plain(fault.status, "a fault of the emulator")
        received.raw = await read(request)
        received.body = body = parse(received.raw, operation)
        query = QueryParams([one for one in request.query_params.multi_items() if one[1]])
        check_query(operation, query)
        if operation.model:
            body = operation.model.model_validate(body)
        ids = {key: value.lower() for key, value in request.path_params.items() if "_id" in key}
        content = self.carried_out(zone, ids, query, body)
        return await content if asyncio.iscoroutine(content) else content

    def carried_out(self, zone: str, ids: dict[str, str], query: QueryParams, body: Any) -> Any:
        """Carry out the operation in one transaction, without yielding to the event loop."""
        world, orders, faults = self.around.world, self.around.orders, self.around.faults
        world.settle()
        world.begun = world.clock.now()
        asked = Asked(self.operation, world, orders, faults, Answers(world), zone, ids, query, body)
        with world.store.transaction():
            return self.operation.handle(asked)


def admit(request: Request, secret: str | None) -> None:
    """Check the token: any will do, unless there is one secret key."""
    token = request.headers.get("X-Auth-Token")
    if not token or (secret and token != secret):
        raise denied()


def zone_of(request: Request) -> str:
    """The zone that the request works in; that of a regional one is the region's first."""
    regional = "region" in request.path_params
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
