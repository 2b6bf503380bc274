"""Answers as they are sent: the API's headers, and its wording for what the framework refuses."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from .errors import refusals

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
FAILED = {"message": "internal error", "type": "internal_error"}


def as_json(
    content: Any, status: int, headers: dict[str, str], cut_short: bool = False
) -> Response:
    """The keys are in alphabetical order (notes, 16)."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return Response(
        text[: len(text) // 2] if cut_short else text, status, headers, "application/json"
    )


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
