"""Private networks: attached to and detached from a load balancer, which takes its time."""

from __future__ import annotations

import uuid
from typing import Any

from .. import models
from ..errors import invalid, not_found
from ..store import Row
from ..surface import Asked, operation, page

ATTACHED, DETACHED = 3.0, 3.0
"""Seconds at the cloud's own pace (reference, section 5)."""
MOST = 8
ZONED, REGIONAL = {"zoned_only": True}, {"regional_only": True}


def show(asked: Asked, row: Row, instances: bool = False, fresh: bool = False) -> dict[str, Any]:
    ids = row["ipam_ids"]
    return {
        "lb": asked.answers.parent(row, instances),
        "private_network_id": row["private_network_id"],
        "status": row["status"],
        "ipam_ids": ids,
        "dhcp_config": {"ip_id": ids[0] if ids else None},
        **asked.answers.dates(row, fresh),
    }


def attached(asked: Asked, lb: Row) -> list[Row]:
    """The attachments of a load balancer, those that have left by now taken away."""
    rows = asked.world.of("private_network", lb_id=lb["id"])
    return [row for row in rows if asked.world.settle_network(row)]


@operation("GET", "/lbs/{lb_id}/private-networks")
def list_lb_private_networks(asked: Asked) -> Any:
    rows = attached(asked, asked.need("lb"))
    # The key is singular (notes, 4).
    return page(asked, "private_network", rows, lambda row: show(asked, row))


def attach(asked: Asked, private_network_id: str) -> Any:
    world, lb = asked.world, asked.world.ready(asked.need("lb"))
    rows = attached(asked, lb)
    if any(row["private_network_id"] == private_network_id for row in rows):
        raise invalid("private_network_id", "the private network is attached already")
    if len(rows) >= MOST:
        raise invalid("private_network_id", f"{MOST} private networks are attached already")
    ids = asked.body.ipam_ids
    row = world.new(
        asked.zone,
        lb_id=lb["id"],
        private_network_id=private_network_id,
        ipam_ids=ids,
        status="pending",
        moves=world.moves((ATTACHED, {"status": "ready", "ipam_ids": ids or [str(uuid.uuid4())]})),
    )
    world.store.put("private_network", row)
    return show(asked, row, instances=True, fresh=True)


def detach(asked: Asked, private_network_id: str) -> None:
    rows = attached(asked, asked.world.ready(asked.need("lb")))
    row = next((one for one in rows if one["private_network_id"] == private_network_id), None)
    if row is None:
        raise not_found("privateNetwork")
    row |= {"status": "pending", "moves": asked.world.moves((DETACHED, {"status": "gone"}))}
    asked.world.touch("private_network", row)


@operation("POST", "/lbs/{lb_id}/attach-private-network", models.Attach, **ZONED)
def attach_private_network(asked: Asked) -> Any:
    return attach(asked, asked.body.private_network_id)


@operation("POST", "/lbs/{lb_id}/detach-private-network", models.Detach, **ZONED)
def detach_private_network(asked: Asked) -> Any:
    detach(asked, asked.body.private_network_id)


IN_PATH = "/lbs/{lb_id}/private-networks/{private_network_id}"


@operation(
    "POST", f"{IN_PATH}/attach", models.AttachInPath, name="AttachPrivateNetwork", **REGIONAL
)
def attach_in_path(asked: Asked) -> Any:
    return attach(asked, asked.ids["private_network_id"])


@operation("POST", f"{IN_PATH}/detach", name="DetachPrivateNetwork", **REGIONAL)
def detach_in_path(asked: Asked) -> Any:
    detach(asked, asked.ids["private_network_id"])
