"""The sizes of load balancers on offer, and the state of the servers behind one."""

from __future__ import annotations

import uuid
from typing import Any

from ..clock import SECOND, stamp
from ..store import Row
from ..surface import PAGES, Asked, operation, page
from ..world import World
from ..zones import region_of
from .lbs import TYPES


@operation("GET", "/lb-types", query=PAGES, answer=("lb_types", "LBType"))
def list_lb_types(asked: Asked) -> Any:
    place = {"zone": asked.zone, "region": region_of(asked.zone)}
    rows = [
        {
            "name": name,
            "stock_status": "available",
            "bandwidth": megabits * 1_000_000,
            "multicloud": multicloud,
            "description": f"{name.upper()}: {megabits} Mbit/s",
            **place,
        }
        for name, (megabits, multicloud) in TYPES.items()
    ]
    return page(asked, rows, lambda row: row)


async def statistics(asked: Asked) -> list[dict[str, Any]]:
    """The servers behind a load balancer as the data plane sees them. One that it does not see is
    shown like one that has not been checked yet (reference, 4.11)."""
    world, lb, wanted = asked.world, asked.need("lb"), asked.query.get("backend_id", "").lower()
    # an ID of its own: it is not among the load balancer's instances (reference, 4.11)
    instance_id = str(uuid.uuid5(uuid.UUID(lb["instance_id"]), "statistics"))
    backends = world.store.of("backend", lb_id=lb["id"])
    watched = [row for row in backends if seen_yet(world, row)]
    states = await world.data_plane.stats(lb["id"], watched)
    seen = {(item["backend_id"], item["ip"]): item for item in states}
    items = []
    for backend in backends:
        if wanted and backend["id"] != wanted:
            continue
        for ip in backend["pool"]:
            item = seen.get((backend["id"], ip), {})
            changed = item.get("server_state_changed_at", backend["updated"] / SECOND)
            items.append(
                {
                    "instance_id": instance_id,
                    "backend_id": backend["id"],
                    "ip": ip,
                    "server_state": item.get("server_state", "stopped"),
                    "server_state_changed_at": stamp(round(changed) * SECOND),
                    "last_health_check_status": item.get("last_health_check_status", "unknown"),
                }
            )
    return items


def seen_yet(world: World, backend: Row) -> bool:
    """Where nothing is checked, servers count as up once two checks could have passed."""
    delay = backend["health_check"]["check_delay"] / 1000 * world.settings.time_scale
    up = backend["updated"] + int(2 * delay * SECOND)
    return world.settings.data_plane != "none" or world.clock.now() >= up


@operation("GET", "/lbs/{lb_id}/stats", name="GetLBStats", query=("backend_id",), answer="Stats")
async def get_lb_stats(asked: Asked) -> Any:
    """Without total_count (notes, 4)."""
    return {"backend_servers_stats": await statistics(asked)}


@operation(
    *("GET", "/lbs/{lb_id}/backend-stats"),
    query=(*PAGES, "backend_id"),
    answer=("backend_servers_stats", "ServerStats"),
)
async def list_backend_stats(asked: Asked) -> Any:
    return page(asked, await statistics(asked), lambda row: row)
