"""Answers as they are sent: the API's headers, its wording for what the framework refuses, and
what faults make of them."""

from __future__ import annotations

import asyncio
import json
import uuid
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from .errors import refusals
from .faults import Fault

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
FAILED = {"message": "internal error", "type": "internal_error"}

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


def as_json(
    content: Any, status: int, headers: dict[str, str], cut_short: bool = False
) -> Response:
    """The keys are in alphabetical order (notes, 16)."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return Response(
        text[: len(text) // 2] if cut_short else text, status, headers, "application/json"
    )


def response(content: Any, status: int, fault: Fault | None) -> Response:
    """An operation's answer, broken by the fault if there is one."""
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


def explain_in_json(app: FastAPI) -> None:
    """Errors outside an operation are reported in the API's shape too."""

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        headers = {**HEADERS, **(error.headers or {})}
        phrase = HTTPStatus(error.status_code).phrase
        message = phrase.lower() if error.detail == phrase else error.detail
        return as_json({"message": message}, error.status_code, headers)

    @app.exception_handler(RequestValidationError)
    async def wrong(request: Request, error: RequestValidationError) -> Response:
        details = [
            (".".join(str(part) for part in one["loc"][1:]) or "body", one["msg"], "constraint")
            for one in error.errors()
        ]
        return as_json(refusals(details).body, 422, HEADERS)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return as_json(FAILED, 500, HEADERS)
