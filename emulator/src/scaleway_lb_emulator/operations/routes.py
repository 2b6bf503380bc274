"""Routes: by SNI on TCP, by Host and path on HTTP."""

from __future__ import annotations

from typing import Any

from .. import models
from ..errors import invalid
from ..store import Row
from ..surface import Asked, operation, page

KINDS = ("sni", "host_header", "path_begin")


def match_row(asked: Asked, frontend: Row) -> Row:
    """What is stored: the one way to match, and the backend on the same load balancer."""
    backend = asked.world.need("backend", asked.body.backend_id, asked.zone)
    if backend["lb_id"] != frontend["lb_id"]:
        raise invalid("backend_id", "the backend is of another load balancer")
    match = (asked.body.match or models.RouteMatch()).model_dump()
    given = [kind for kind in KINDS if match[kind]]
    if len(given) != 1:
        raise invalid("match", f"give one of {', '.join(KINDS)}")
    shown = {"match_subdomains": bool(match["match_subdomains"]), given[0]: match[given[0]]}
    return {"backend_id": backend["id"], "match": shown}


def show(asked: Asked, row: Row, fresh: bool = False) -> dict[str, Any]:
    keys = ("id", "frontend_id", "backend_id", "match")
    return {**{key: row[key] for key in keys}, **asked.answers.dates(row, fresh)}


@operation("GET", "/routes")
def list_routes(asked: Asked) -> Any:
    rows = asked.world.of("route", zone=asked.zone)
    if asked.query.get("frontend_id"):
        rows = [row for row in rows if row["frontend_id"] == asked.query["frontend_id"]]
    return page(asked, "routes", rows, lambda row: show(asked, row))


@operation("POST", "/routes", models.CreateRoute)
def create_route(asked: Asked) -> Any:
    frontend = asked.world.need("frontend", asked.body.frontend_id, asked.zone)
    asked.world.ready_for(frontend)
    row = asked.world.new(
        asked.zone,
        lb_id=frontend["lb_id"],
        frontend_id=frontend["id"],
        **match_row(asked, frontend),
    )
    return show(asked, asked.world.pushed("route", row), fresh=True)


@operation("GET", "/routes/{route_id}")
def get_route(asked: Asked) -> Any:
    return show(asked, asked.need("route"))


@operation("PUT", "/routes/{route_id}", models.UpdateRoute)
def update_route(asked: Asked) -> Any:
    row = asked.need("route")
    asked.world.ready_for(row)
    row |= match_row(asked, asked.world.need("frontend", row["frontend_id"], asked.zone))
    return show(asked, asked.world.pushed("route", row), fresh=True)


@operation("DELETE", "/routes/{route_id}")
def delete_route(asked: Asked) -> Any:
    row = asked.need("route")
    asked.world.ready_for(row)
    asked.world.store.delete("route", row["id"])
    asked.world.push(row["lb_id"])
