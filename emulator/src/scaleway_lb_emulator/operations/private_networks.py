"""Private networks: attached to and detached from a load balancer, which takes time."""

from __future__ import annotations

import uuid
from typing import Any

from .. import models
from ..errors import invalid, not_found, quota, transient
from ..store import Row
from ..surface import PAGES, Asked, operation, page
from ..world import World

ATTACHED, DETACHED = 3.0, 3.0
"""Seconds at the cloud's own pace (reference, 5)."""
MOST = 8
"""According to Terraform's provider (reference, 4.9)."""


@operation(
    *("GET", "/lbs/{lb_id}/private-networks"),
    query=(*PAGES, "order_by_date"),
    answer=("private_network", "PrivateNetwork"),  # the key is singular (notes, 4)
)
def list_lb_private_networks(asked: Asked) -> Any:
    return page(asked, attached(asked, asked.need("lb")), asked.answers.private_network)


def attached(asked: Asked, lb: Row, **wanted: str) -> list[Row]:
    return asked.world.store.of("private_network", lb_id=lb["id"], **wanted)


def attach(asked: Asked, network: str) -> Any:
    world, lb, ids = asked.world, asked.world.ready(asked.need("lb")), asked.body.ipam_ids
    if attached(asked, lb, private_network_id=network):
        raise invalid("private_network_id", "the private network is attached already")
    if len(attached(asked, lb)) >= MOST:
        raise quota("lb_private_networks", MOST)
    if len(ids) > 1:  # as the SDK says (reference, 4.9)
        raise invalid("ipam_ids", "one address at most")
    moves = world.steps((ATTACHED, {"end": "join"}), fate=asked.fate(), status="error")
    row = world.add(
        *("private_network", asked.zone),
        lb_id=lb["id"],
        private_network_id=network,
        ipam_ids=ids,
        address=world.addresses.reserve(4),
        status="pending",
        moves=moves,
    )
    world.await_move("private_network", row)
    return asked.answers.private_network(row, instances=True)


def join(world: World, row: Row) -> None:
    """If no address was given, one has been booked, and shows from now on."""
    (at, _), *moves = row["moves"]
    ids = row["ipam_ids"] or [str(uuid.uuid4())]
    world.change("private_network", row, status="ready", ipam_ids=ids, updated=at, moves=moves)
    world.push(row["lb_id"], quiet=True)


def detach(asked: Asked, network: str) -> None:
    """It stays listed and counted until it is detached (notes, 23)."""
    world, lb = asked.world, asked.world.ready(asked.need("lb"))
    rows = attached(asked, lb, private_network_id=network)
    if not rows:
        raise not_found("privateNetwork")
    if rows[0]["status"] == "pending":
        raise transient("private_network", network, "pending")
    moves = world.steps((DETACHED, {"end": "leave"}), fate=asked.fate(), status="error")
    world.move("private_network", rows[0], moves, status="pending")
    world.push(lb["id"], quiet=True)


def leave(world: World, row: Row) -> None:
    world.addresses.release(row["address"])
    world.store.delete("private_network", row["id"])


@operation(
    *("POST", "/lbs/{lb_id}/attach-private-network", models.Attach),
    answer="PrivateNetwork",
    moves=True,
    regional=False,
)
def attach_private_network(asked: Asked) -> Any:
    return attach(asked, asked.body.private_network_id)


@operation(
    *("POST", "/lbs/{lb_id}/detach-private-network", models.Detach),
    moves=True,
    regional=False,
)
def detach_private_network(asked: Asked) -> Any:
    detach(asked, asked.body.private_network_id)


IN_PATH = "/lbs/{lb_id}/private-networks/{private_network_id}"


@operation(
    *("POST", f"{IN_PATH}/attach", models.AttachInPath),
    name="AttachPrivateNetwork",
    answer="PrivateNetwork",
    moves=True,
    zoned=False,
)
def attach_in_path(asked: Asked) -> Any:
    return attach(asked, asked.ids["private_network_id"])


@operation("POST", f"{IN_PATH}/detach", name="DetachPrivateNetwork", moves=True, zoned=False)
def detach_in_path(asked: Asked) -> Any:
    detach(asked, asked.ids["private_network_id"])
