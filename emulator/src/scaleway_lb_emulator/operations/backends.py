"""Backends."""

from __future__ import annotations

from typing import Any

from .. import models
from ..surface import Asked, operation, page


@operation("GET", "/lbs/{lb_id}/backends")
def list_backends(asked: Asked) -> Any:
    rows = asked.world.of("backend", lb_id=asked.need("lb")["id"])
    return page(asked, "backends", rows, asked.answers.backend)


@operation("POST", "/lbs/{lb_id}/backends", models.CreateBackend)
def create_backend(asked: Asked) -> Any:
    row = asked.world.create_backend(asked.need("lb"), asked.body)
    return asked.answers.backend(row, fresh=True)


@operation("GET", "/backends/{backend_id}")
def get_backend(asked: Asked) -> Any:
    return asked.answers.backend(asked.need("backend"))


@operation("PUT", "/backends/{backend_id}", models.UpdateBackend)
def update_backend(asked: Asked) -> Any:
    row = asked.world.update_backend(asked.need("backend"), asked.body)
    return asked.answers.backend(row, fresh=True)


@operation("DELETE", "/backends/{backend_id}")
def delete_backend(asked: Asked) -> Any:
    asked.world.delete_backend(asked.need("backend"))


def change_servers(asked: Asked, pool: list[str]) -> Any:
    row = asked.world.set_servers(asked.need("backend"), list(dict.fromkeys(pool)))
    return asked.answers.backend(row, fresh=True)


@operation("POST", "/backends/{backend_id}/servers", models.Servers)
def add_backend_servers(asked: Asked) -> Any:
    return change_servers(asked, asked.need("backend")["pool"] + asked.body.server_ip)


@operation("PUT", "/backends/{backend_id}/servers", models.Servers)
def set_backend_servers(asked: Asked) -> Any:
    return change_servers(asked, asked.body.server_ip)


@operation("DELETE", "/backends/{backend_id}/servers", models.Servers)
def remove_backend_servers(asked: Asked) -> Any:
    pool = asked.need("backend")["pool"]
    return change_servers(asked, [ip for ip in pool if ip not in asked.body.server_ip])


@operation("PUT", "/backends/{backend_id}/healthcheck", models.HealthCheck)
def update_health_check(asked: Asked) -> Any:
    return asked.world.update_health_check(asked.need("backend"), asked.body)
