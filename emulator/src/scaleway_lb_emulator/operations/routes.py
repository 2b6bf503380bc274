"""Routes: by SNI on TCP, by Host and path on HTTP."""

from __future__ import annotations

from typing import Any

from .. import models
from ..errors import invalid
from ..store import Row
from ..surface import PAGES, Asked, operation, page

KINDS = {"sni": "tcp", "host_header": "http", "path_begin": "http"}
"""The protocol that each kind of match is for, as the SDK says (reference, 4.8)."""


def checked(asked: Asked, frontend: Row) -> Row:
    """What is stored: the one kind of match, and the backend, on the same load balancer."""
    backend = asked.world.need("backend", asked.body.backend_id, asked.zone)
    if backend["lb_id"] != frontend["lb_id"]:
        raise invalid("backend_id", "the backend is of another load balancer")
    match = (asked.body.match or models.RouteMatch()).model_dump()
    given = [kind for kind in KINDS if match[kind]]
    if len(given) != 1:
        raise invalid("match", f"give one of {', '.join(KINDS)}")
    if backend["forward_protocol"] != KINDS[given[0]]:
        raise invalid(f"match.{given[0]}", f"is for backends of protocol {KINDS[given[0]]}")
    shown = {"match_subdomains": bool(match["match_subdomains"]), given[0]: match[given[0]]}
    return {"backend_id": backend["id"], "match": shown}


@operation(
    *("GET", "/routes"),
    query=(*PAGES, "order_by_date", "frontend_id"),
    answer=("routes", "Route"),
)
def list_routes(asked: Asked) -> Any:
    return page(asked, asked.world.store.of("route", zone=asked.zone), asked.answers.route)


@operation("POST", "/routes", models.CreateRoute, answer="Route")
def create_route(asked: Asked) -> Any:
    world = asked.world
    frontend = world.need("frontend", asked.body.frontend_id, asked.zone)
    world.ready_for(frontend)
    row = world.add(
        *("route", asked.zone),
        lb_id=frontend["lb_id"],
        frontend_id=frontend["id"],
        **checked(asked, frontend),
    )
    world.push(row["lb_id"])
    return asked.answers.route(row)


@operation("GET", "/routes/{route_id}", answer="Route")
def get_route(asked: Asked) -> Any:
    return asked.answers.route(asked.need("route"))


@operation("PUT", "/routes/{route_id}", models.UpdateRoute, answer="Route")
def update_route(asked: Asked) -> Any:
    world, row = asked.world, asked.need("route")
    world.ready_for(row)
    frontend = world.store.get("frontend", row["frontend_id"])
    return asked.answers.route(world.pushed("route", row, **checked(asked, frontend)))


@operation("DELETE", "/routes/{route_id}")
def delete_route(asked: Asked) -> Any:
    row = asked.need("route")
    asked.world.ready_for(row)
    asked.world.store.delete("route", row["id"])
    asked.world.push(row["lb_id"])
