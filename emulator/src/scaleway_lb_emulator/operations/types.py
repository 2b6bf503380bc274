"""The sizes of load balancers on offer, and the state of the servers behind one."""

from __future__ import annotations

from typing import Any

from ..clock import stamp
from ..surface import Asked, operation, page
from ..world import TYPES, region_of


@operation("GET", "/lb-types")
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
    return page(asked, "lb_types", rows, lambda row: row)


async def statistics(asked: Asked) -> list[dict[str, Any]]:
    """The servers behind a load balancer as the data plane sees them."""
    lb = asked.need("lb")
    wanted = asked.query.get("backend_id")
    return [
        {
            **row,
            "instance_id": lb["instance"]["id"],
            "server_state_changed_at": stamp(round(row["server_state_changed_at"])),
        }
        for row in await asked.world.data_plane.stats(
            lb["id"], asked.world.of("backend", lb_id=lb["id"])
        )
        if not wanted or row["backend_id"] == wanted
    ]


@operation("GET", "/lbs/{lb_id}/stats", name="GetLBStats")
async def get_lb_stats(asked: Asked) -> Any:
    return {"backend_servers_stats": await statistics(asked)}


@operation("GET", "/lbs/{lb_id}/backend-stats")
async def list_backend_stats(asked: Asked) -> Any:
    rows = await statistics(asked)
    return page(asked, "backend_servers_stats", rows, lambda row: row)
