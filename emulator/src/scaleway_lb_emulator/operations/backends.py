"""Backends, their servers and their health checks."""

from __future__ import annotations

from typing import Any

from .. import models
from ..errors import in_use, quota
from ..store import Row
from ..surface import PAGES, Asked, operation, page

MOST = 300
"""Documented, as are the other limits (reference, 4.11)."""


@operation(
    *("GET", "/lbs/{lb_id}/backends"),
    query=(*PAGES, "order_by", "name"),
    answer=("backends", "Backend"),
)
def list_backends(asked: Asked) -> Any:
    rows = asked.world.store.of("backend", lb_id=asked.need("lb")["id"])
    return page(asked, rows, asked.answers.backend)


@operation("POST", "/lbs/{lb_id}/backends", models.CreateBackend, answer="Backend")
def create_backend(asked: Asked) -> Any:
    world, body = asked.world, asked.body
    lb = world.ready(asked.need("lb"))
    if world.store.count("backend", lb_id=lb["id"]) >= MOST:
        raise quota("lb_backends", MOST)
    row = world.add(
        *("backend", asked.zone),
        lb_id=lb["id"],
        **body.row(),
        health_check=body.health_check.row(),
        pool=unique(body.server_ip),
    )
    world.push(lb["id"])
    return asked.answers.backend(row)


@operation("GET", "/backends/{backend_id}", answer="Backend")
def get_backend(asked: Asked) -> Any:
    return asked.answers.backend(asked.need("backend"))


@operation("PUT", "/backends/{backend_id}", models.UpdateBackend, answer="Backend")
def update_backend(asked: Asked) -> Any:
    """Health check and servers have calls of their own (notes, 26)."""
    row = asked.need("backend")
    asked.world.ready_for(row)
    row = asked.world.pushed("backend", row, quiet=True, **asked.body.row())
    return asked.answers.backend(row)


@operation("DELETE", "/backends/{backend_id}")
def delete_backend(asked: Asked) -> Any:
    world, row = asked.world, asked.need("backend")
    world.ready_for(row)
    if world.store.count("route", backend_id=row["id"]):
        raise in_use("the backend is used by a route")
    if users := [one["name"] for one in world.store.of("frontend", backend_id=row["id"])]:
        raise in_use(f"the backend is used by frontend {', '.join(users)}")
    world.store.delete("backend", row["id"])
    world.push(row["lb_id"])


def unique(servers: list[str]) -> list[str]:
    return list(dict.fromkeys(servers))


def with_servers(asked: Asked, row: Row, servers: list[str]) -> Any:
    """An unchanged list leaves the date as it is (notes, 27)."""
    asked.world.ready_for(row)
    if servers != row["pool"]:
        row = asked.world.pushed("backend", row, pool=servers)
    return asked.answers.backend(row)


@operation("POST", "/backends/{backend_id}/servers", models.Servers, answer="Backend")
def add_backend_servers(asked: Asked) -> Any:
    row = asked.need("backend")
    return with_servers(asked, row, unique(row["pool"] + asked.body.server_ip))


@operation("PUT", "/backends/{backend_id}/servers", models.Servers, answer="Backend")
def set_backend_servers(asked: Asked) -> Any:
    return with_servers(asked, asked.need("backend"), unique(asked.body.server_ip))


@operation("DELETE", "/backends/{backend_id}/servers", models.Servers, answer="Backend")
def remove_backend_servers(asked: Asked) -> Any:
    row = asked.need("backend")
    return with_servers(asked, row, [ip for ip in row["pool"] if ip not in asked.body.server_ip])


@operation(
    "PUT", "/backends/{backend_id}/healthcheck", models.UpdateHealthCheck, answer="HealthCheck"
)
def update_health_check(asked: Asked) -> Any:
    """Leaves the date as it is, and returns only the check (notes, 26 and 27)."""
    world, row = asked.world, asked.need("backend")
    world.ready_for(row)
    row = world.change("backend", row, health_check=asked.body.row())
    world.push(row["lb_id"], quiet=True)
    return row["health_check"]
