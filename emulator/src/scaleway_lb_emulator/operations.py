"""The surface of the API: every operation, stated once for the zoned and the regional path."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from . import models
from .answers import Answers
from .errors import invalid
from .faults import Fault
from .store import Row
from .world import World


@dataclass
class Asked:
    """One request, checked: the zone, what its path and query say, and its body."""

    world: World
    answers: Answers
    zone: str
    ids: dict[str, str]
    query: Any
    body: Any
    fault: Fault | None = None

    def need(self, kind: str) -> Row:
        """The object in the path, or a 404."""
        return self.world.need(kind, self.ids[f"{kind}_id"], self.zone)


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    handle: Callable[[Asked], Any]
    model: type[BaseModel] | None = None
    zoned_only: bool = False


OPERATIONS: list[Operation] = []


def operation(
    method: str, path: str, model: type[BaseModel] | None = None, zoned_only: bool = False
) -> Callable:
    """State an operation; its name is the function's, in the API's spelling."""

    def add(handle: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
        spelling = {
            "Lb": "LB",
            "Lbs": "LBs",
            "Ip": "IP",
            "Ips": "IPs",
            "Acl": "ACL",
            "Acls": "ACLs",
        }
        words = [word.capitalize() for word in handle.__name__.split("_")]
        name = "".join(spelling.get(word, word) for word in words)
        OPERATIONS.append(Operation(name, method, path, handle, model, zoned_only))
        return handle

    return add


def page(asked: Asked, key: str, rows: list[Row], show: Callable[[Row], Any]) -> dict[str, Any]:
    """One page of a list: filters, order, then 20 items unless asked otherwise."""
    query = asked.query
    for name in ("name", "project_id", "organization_id", "ip_address"):
        if query.get(name):
            # A name filter matches more than the exact name (notes, 34).
            exact = name != "name"
            rows = [
                row
                for row in rows
                if (row[name] == query[name] if exact else query[name] in row[name])
            ]
    if query.getlist("tags"):
        rows = [row for row in rows if set(query.getlist("tags")) <= set(row["tags"])]
    order = query.get("order_by") or "created_at_asc"
    field, _, direction = order.rpartition("_")
    if field not in ("created_at", "name") or direction not in ("asc", "desc"):
        raise invalid("order_by", f"{order} is not an order")
    if field == "name":
        rows = sorted(rows, key=lambda row: row["name"])
    if direction == "desc":
        rows = rows[::-1]
    number, size = (
        count(query, name, default) for name, default in (("page", 1), ("page_size", 20))
    )
    size = min(size, 100)
    shown = rows[(number - 1) * size : number * size]
    return {key: [show(row) for row in shown], "total_count": len(rows)}


def count(query: Any, name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 2**31:
        raise invalid(name, f"{text} is not a positive number", "format")
    return int(text)


# Load balancers


@operation("GET", "/lbs")
def list_lbs(asked: Asked) -> Any:
    rows = [row for row in asked.world.of("lb", zone=asked.zone) if asked.world.settle(row)]
    if asked.query.getlist("lb_ids"):
        rows = [row for row in rows if row["id"] in asked.query.getlist("lb_ids")]
    return page(asked, "lbs", rows, asked.answers.lb)


@operation("POST", "/lbs", models.CreateLB)
def create_lb(asked: Asked) -> Any:
    lb = asked.world.create_lb(asked.zone, asked.body)
    if asked.fault:
        asked.world.doom(lb, asked.fault.kind)
    return asked.answers.lb(lb, fresh=True)


@operation("GET", "/lbs/{lb_id}")
def get_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.need("lb"))


@operation("PUT", "/lbs/{lb_id}", models.UpdateLB)
def update_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.world.update_lb(asked.need("lb"), asked.body), fresh=True)


@operation("DELETE", "/lbs/{lb_id}")
def delete_lb(asked: Asked) -> Any:
    release = asked.query.get("release_ip")
    if release is None and isinstance(asked.body, dict):
        release = asked.body.get("release_ip")  # the vendor's quick start sends it so
    asked.world.delete_lb(asked.need("lb"), str(release).lower() == "true")


@operation("POST", "/lbs/{lb_id}/migrate", models.MigrateLB)
def migrate_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.world.migrate_lb(asked.need("lb"), asked.body), fresh=True)


# Addresses


@operation("GET", "/ips")
def list_ips(asked: Asked) -> Any:
    kind = asked.query.get("ip_type") or "all"
    rows = [
        row
        for row in asked.world.of("ip", zone=asked.zone)
        if kind == "all" or (":" in row["ip_address"]) == (kind == "ipv6")
    ]
    rows.sort(
        key=lambda row: (":" in row["ip_address"], int(ipaddress.ip_address(row["ip_address"])))
    )
    return page(asked, "ips", rows, asked.answers.ip)


@operation("POST", "/ips", models.CreateIP)
def create_ip(asked: Asked) -> Any:
    return asked.answers.ip(asked.world.create_ip(asked.zone, asked.body))


@operation("GET", "/ips/{ip_id}")
def get_ip(asked: Asked) -> Any:
    return asked.answers.ip(asked.need("ip"))


@operation("PATCH", "/ips/{ip_id}", models.UpdateIP)
def update_ip(asked: Asked) -> Any:
    return asked.answers.ip(asked.world.update_ip(asked.need("ip"), asked.body))


@operation("DELETE", "/ips/{ip_id}")
def release_ip(asked: Asked) -> Any:
    asked.world.delete_ip(asked.need("ip"))


# Backends


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


# Frontends


@operation("GET", "/lbs/{lb_id}/frontends")
def list_frontends(asked: Asked) -> Any:
    rows = asked.world.of("frontend", lb_id=asked.need("lb")["id"])
    return page(asked, "frontends", rows, lambda row: asked.answers.frontend(row, True, True))


@operation("POST", "/lbs/{lb_id}/frontends", models.UpdateFrontend)
def create_frontend(asked: Asked) -> Any:
    row = asked.world.create_frontend(asked.need("lb"), asked.body)
    return asked.answers.frontend(row, True, certificate=True)


@operation("GET", "/frontends/{frontend_id}")
def get_frontend(asked: Asked) -> Any:
    return asked.answers.frontend(asked.need("frontend"))


@operation("PUT", "/frontends/{frontend_id}", models.UpdateFrontend)
def update_frontend(asked: Asked) -> Any:
    row = asked.world.update_frontend(asked.need("frontend"), asked.body)
    return asked.answers.frontend(row, True, certificate=True, fresh=True)


@operation("DELETE", "/frontends/{frontend_id}")
def delete_frontend(asked: Asked) -> Any:
    asked.world.delete_frontend(asked.need("frontend"))


# ACLs


@operation("GET", "/frontends/{frontend_id}/acls")
def list_acls(asked: Asked) -> Any:
    rows = asked.world.of("acl", frontend_id=asked.need("frontend")["id"])
    return page(asked, "acls", rows, asked.answers.acl)


@operation("POST", "/frontends/{frontend_id}/acls", models.ACL)
def create_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.world.create_acl(asked.need("frontend"), asked.body), fresh=True)


@operation("PUT", "/frontends/{frontend_id}/acls", models.SetACLs, zoned_only=True)
def set_acls(asked: Asked) -> Any:
    asked.world.set_acls(asked.need("frontend"), asked.body)
    return list_acls(asked)


@operation("GET", "/acls/{acl_id}")
def get_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.need("acl"))


@operation("PUT", "/acls/{acl_id}", models.ACL)
def update_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.world.update_acl(asked.need("acl"), asked.body), True, True)


@operation("DELETE", "/acls/{acl_id}")
def delete_acl(asked: Asked) -> Any:
    asked.world.delete_acl(asked.need("acl"))


# Certificates


@operation("GET", "/lbs/{lb_id}/certificates")
def list_certificates(asked: Asked) -> Any:
    rows = asked.world.of("certificate", lb_id=asked.need("lb")["id"])
    return page(asked, "certificates", rows, asked.answers.certificate)


@operation("POST", "/lbs/{lb_id}/certificates", models.CreateCertificate)
def create_certificate(asked: Asked) -> Any:
    fail = asked.fault is not None and asked.fault.kind in ("acme", "error")
    row = asked.world.create_certificate(asked.need("lb"), asked.body, fail)
    return asked.answers.certificate(row, True, True)


@operation("GET", "/certificates/{certificate_id}")
def get_certificate(asked: Asked) -> Any:
    return asked.answers.certificate(asked.need("certificate"))


@operation("PUT", "/certificates/{certificate_id}", models.UpdateCertificate)
def update_certificate(asked: Asked) -> Any:
    row = asked.world.update_certificate(asked.need("certificate"), asked.body)
    return asked.answers.certificate(row, fresh=True)


@operation("DELETE", "/certificates/{certificate_id}")
def delete_certificate(asked: Asked) -> Any:
    asked.world.delete_certificate(asked.need("certificate"))
