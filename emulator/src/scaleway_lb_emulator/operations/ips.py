"""Addresses."""

from __future__ import annotations

import ipaddress
from typing import Any

from .. import models
from ..surface import Asked, operation, page


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
