"""Finds the operation of a path part by part: trying a hundred routes in turn takes longer than
most answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import get_route_path

Answering = Callable[[Request], Awaitable[Response]]


@dataclass
class Place:
    """One part of a path: what may follow it, and its endpoints by method."""

    parts: dict[str, Place] = field(default_factory=dict)
    parameter: Place | None = None
    endpoints: dict[str, tuple[Answering, list[str]]] = field(default_factory=dict)


class Paths:
    """An ASGI application of endpoints by method and path, {name} standing for any one part."""

    def __init__(self) -> None:
        self.root = Place()

    def add(self, method: str, path: str, endpoint: Answering) -> None:
        place, names = self.root, []
        for part in path.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                place.parameter = place.parameter or Place()
                place = place.parameter
            else:
                place = place.parts.setdefault(part, Place())
        place.endpoints[method] = endpoint, names

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        place, values = self.root, []
        for part in get_route_path(scope).strip("/").split("/"):
            known = place.parts.get(part)
            if known is None and part:
                values.append(part)
                known = place.parameter
            if known is None:
                raise HTTPException(404)
            place = known
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if method not in place.endpoints:
            if not place.endpoints:
                raise HTTPException(404)
            raise HTTPException(405, headers={"Allow": ", ".join(place.endpoints)})
        endpoint, names = place.endpoints[method]
        scope["path_params"] = dict(zip(names, values, strict=True))
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)
