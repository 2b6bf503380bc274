"""Frontends."""

from __future__ import annotations

from typing import Any

from .. import models
from ..clock import stamp
from ..errors import invalid, quota
from ..store import Row
from ..surface import PAGES, Asked, operation, page

MOST = 300


@operation(
    *("GET", "/lbs/{lb_id}/frontends"),
    query=(*PAGES, "order_by", "name"),
    answer=("frontends", "Frontend"),
)
def list_frontends(asked: Asked) -> Any:
    rows = asked.world.store.of("frontend", lb_id=asked.need("lb")["id"])
    return page(asked, rows, lambda row: asked.answers.frontend(row, True, True))


@operation("POST", "/lbs/{lb_id}/frontends", models.UpdateFrontend, answer="Frontend")
def create_frontend(asked: Asked) -> Any:
    world = asked.world
    lb = world.ready(asked.need("lb"))
    if world.store.count("frontend", lb_id=lb["id"]) >= MOST:
        raise quota("lb_frontends", MOST)
    row = world.add("frontend", asked.zone, lb_id=lb["id"], **checked(asked, lb, {}))
    world.push(lb["id"])
    answer = written(asked, row)
    # Its own dates have microseconds from the start (notes, 11).
    dates = {"created_at": "created", "updated_at": "updated"}
    return answer | {key: stamp(row[field]) for key, field in dates.items()}


def checked(asked: Asked, lb: Row, before: Row) -> Row:
    """What is stored of a body; refused if it does not fit the load balancer."""
    world, body = asked.world, asked.body
    backend = world.need("backend", body.backend_id, lb["zone"])
    if backend["lb_id"] != lb["id"]:
        raise invalid("backend_id", "the backend is of another load balancer")
    for other in world.store.of("frontend", lb_id=lb["id"], inbound_port=body.inbound_port):
        if other["id"] != before.get("id"):
            raise invalid("inbound_port", f"port {body.inbound_port} is in use")
    ids = body.certificate_ids or ([body.certificate_id] if body.certificate_id else [])
    for certificate_id in ids:
        certificate = world.need("certificate", certificate_id, lb["zone"])
        if certificate["lb_id"] != lb["id"]:
            raise invalid("certificate_ids", "the certificate is of another load balancer")
        if certificate["status"] == "error":
            raise invalid("certificate_ids", "the certificate is not usable")
    if ids and body.inbound_port == 80:  # as Terraform's provider documents it
        raise invalid("certificate_ids", "certificates are not allowed on port 80")
    logs = body.enable_access_logs
    return {
        "name": body.name,
        "inbound_port": body.inbound_port,
        "backend_id": body.backend_id,
        "timeout_client": body.timeout_client,
        "certificate_ids": list(dict.fromkeys(ids)),
        "enable_http3": bool(body.enable_http3),
        # 0 comes back as null here, unlike in backends (notes, 8)
        "connection_rate_limit": body.connection_rate_limit or None,
        "enable_access_logs": before.get("enable_access_logs", False) if logs is None else logs,
    }


def written(asked: Asked, row: Row) -> Any:
    """The answer to a write, which updates the date of the certificates it binds (notes, 13)."""
    for key in row["certificate_ids"]:
        asked.world.touch("certificate", asked.world.store.get("certificate", key))
    return asked.answers.frontend(row, True, certificate=True)


@operation("GET", "/frontends/{frontend_id}", answer="Frontend")
def get_frontend(asked: Asked) -> Any:
    return asked.answers.frontend(asked.need("frontend"))


@operation("PUT", "/frontends/{frontend_id}", models.UpdateFrontend, answer="Frontend")
def update_frontend(asked: Asked) -> Any:
    row = asked.need("frontend")
    lb = asked.world.ready_for(row)
    return written(asked, asked.world.pushed("frontend", row, **checked(asked, lb, row)))


@operation("DELETE", "/frontends/{frontend_id}")
def delete_frontend(asked: Asked) -> Any:
    """Its ACLs and routes are deleted with it (reference, 6)."""
    store, row = asked.world.store, asked.need("frontend")
    asked.world.ready_for(row)
    for kind in ("acl", "route"):
        for below in store.of(kind, frontend_id=row["id"]):
            store.delete(kind, below["id"])
    store.delete("frontend", row["id"])
    asked.world.push(row["lb_id"])
