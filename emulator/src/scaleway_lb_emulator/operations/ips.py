"""Addresses."""

from __future__ import annotations

import ipaddress
from typing import Any

from .. import models
from ..errors import in_use, invalid
from ..store import Row
from ..surface import OWNER, PAGES, Asked, operation, page
from ..world import World
from ..zones import own_name

NOBODY = "00000000-0000-4000-8000-000000000000"
"""The project of what is made without one; SDKs fill in their default."""


def owner(body: models.Owned) -> dict[str, str]:
    """The SDK takes exactly one of the two; an organization's default project has its ID."""
    if body.project_id and body.organization_id:
        raise invalid("project_id", "give project_id or organization_id, not both")
    project = body.project_id or body.organization_id or NOBODY
    return {"project_id": project, "organization_id": body.organization_id or project}


def is_v6(ip: Row) -> bool:
    return ":" in ip["ip_address"]


def reserve(
    world: World,
    zone: str,
    owned: Row,
    ipv6: bool,
    reverse: str | None = None,
    tags: list[str] | None = None,
) -> Row:
    address = world.addresses.reserve(6 if ipv6 else 4)
    ip = world.new(
        zone,
        ip_address=address,
        lb_id=None,
        project_id=owned["project_id"],
        organization_id=owned["organization_id"],
        reverse=reverse or own_name(address, zone),
        tags=tags or [],
    )
    world.announce(ip)
    return world.store.put("ip", ip)


def release(world: World, ip: Row) -> None:
    world.authority.remove_address(own_name(ip["ip_address"], ip["zone"]))
    world.addresses.release(ip["ip_address"])
    world.store.delete("ip", ip["id"])


@operation(
    "GET", "/ips", query=(*PAGES, *OWNER, "ip_address", "ip_type", "tags"), answer=("ips", "IP")
)
def list_ips(asked: Asked) -> Any:
    """By address, IPv4 first, not by date (notes, 35)."""
    rows = asked.world.store.of("ip", zone=asked.zone)
    kind = asked.query.get("ip_type", "all")
    if kind != "all":
        rows = [row for row in rows if is_v6(row) == (kind == "ipv6")]
    rows.sort(key=lambda row: (is_v6(row), int(ipaddress.ip_address(row["ip_address"]))))
    return page(asked, rows, asked.answers.ip)


@operation("POST", "/ips", models.CreateIP, answer="IP")
def create_ip(asked: Asked) -> Any:
    body = asked.body
    return asked.answers.ip(
        reserve(asked.world, asked.zone, owner(body), bool(body.is_ipv6), body.reverse, body.tags)
    )


@operation("GET", "/ips/{ip_id}", answer="IP")
def get_ip(asked: Asked) -> Any:
    return asked.answers.ip(asked.need("ip"))


@operation("PATCH", "/ips/{ip_id}", models.UpdateIP, answer="IP")
def update_ip(asked: Asked) -> Any:
    """What is left out stays as it is (reference, 4.2), and so does what is null (our choice)."""
    world, body, ip = asked.world, asked.body, asked.need("ip")
    changes = {}
    if body.lb_id and body.lb_id != ip["lb_id"]:
        lb = world.ready(world.need("lb", body.lb_id, asked.zone))
        if ip["lb_id"]:
            raise invalid("lb_id", "the IP is attached to another load balancer")
        if any(is_v6(ip) == is_v6(other) for other in world.store.of("ip", lb_id=lb["id"])):
            raise invalid("lb_id", "the load balancer has an address of this version")
        changes["lb_id"] = lb["id"]
    if body.reverse is not None:
        changes["reverse"] = body.reverse or own_name(ip["ip_address"], ip["zone"])
    if body.tags is not None:
        changes["tags"] = body.tags
    ip = world.change("ip", ip, **changes)
    if "lb_id" in changes:
        world.push(ip["lb_id"], quiet=True)
    return asked.answers.ip(ip)


@operation("DELETE", "/ips/{ip_id}")
def release_ip(asked: Asked) -> Any:
    """Documented: not while it is attached (reference, 6)."""
    ip = asked.need("ip")
    if ip["lb_id"]:
        raise in_use("the IP is attached to a load balancer")
    release(asked.world, ip)
