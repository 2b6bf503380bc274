"""Load balancers."""

from __future__ import annotations

import uuid
from typing import Any

from .. import models
from ..answers import Answers
from ..clock import stamp
from ..errors import invalid, transient
from ..store import Row
from ..surface import OWNER, PAGES, Asked, operation, page
from ..world import World
from .ips import owner, release, reserve
from .private_networks import leave

# Bandwidth in Mbit/s, and whether servers may be outside Scaleway (reference, 4.11).
TYPES = {
    "lb-s": (200, False),
    "lb-gp-m": (500, False),
    "lb-gp-l": (1000, True),
    "lb-gp-xl": (4000, True),
}
INTERMEDIATE = "ssl_compatibility_level_intermediate"
# Seconds at the cloud's own pace (reference, 5).
CREATING, READY, GONE, MIGRATED = 0.8, 3.3, 1.5, 2.5
BAD = {"status": "error", "instance_status": "error"}
"""What a fault turns a transition into."""


def type_of(given: str | None) -> str:
    wanted = (given or "lb-s").lower()  # accepted in upper or lower case (notes, 9)
    if wanted not in TYPES:
        raise invalid("type", f"{given} is not one of {', '.join(TYPES)}")
    return wanted


def level_of(given: str | None) -> str:
    """No level, or unknown, which is how Go sends none, means intermediate (reference, 4.1)."""
    return INTERMEDIATE if given in (None, "ssl_compatibility_level_unknown") else given


def new_instance(world: World) -> Row:
    """Instances exist before they are needed (reference, 5)."""
    before = world.clock.now() - 120 * 10**9
    return {
        "instance_id": str(uuid.uuid4()),
        "instance_created": before,
        "instance_updated": before,
    }


@operation(
    *("GET", "/lbs"),
    query=(*PAGES, "order_by", *OWNER, "name", "tags", "lb_ids"),
    answer=("lbs", "LB"),
)
def list_lbs(asked: Asked) -> Any:
    rows = asked.world.store.of("lb", zone=asked.zone)
    if ids := asked.query.getlist("lb_ids"):
        wanted = {one.lower() for one in ids}
        rows = [row for row in rows if row["id"] in wanted]
    return page(asked, rows, asked.answers.lb)


@operation("POST", "/lbs", models.CreateLB, answer="LB", moves=True)
def create_lb(asked: Asked) -> Any:
    world, body = asked.world, asked.body
    lb = world.new(
        asked.zone,
        **owner(body),
        name=body.name,
        description=body.description or "",
        type=type_of(body.type),
        tags=body.tags,
        ssl_compatibility_level=level_of(body.ssl_compatibility_level),
        status="to_create",
        **new_instance(world),
        instance_status=None,
        subscriber_id=None,
    )
    for ip in addresses(asked, lb):
        world.change("ip", ip, lb_id=lb["id"])
    lb["moves"] = world.steps(
        (CREATING, {"status": "creating", "instance_status": "unknown"}),
        (READY, {"status": "ready", "instance_status": "ready"}),
        fate=asked.fate(),
        **BAD,
    )
    world.store.put("lb", lb)
    world.await_move("lb", lb)
    world.push(lb["id"], quiet=True)
    return asked.answers.lb(lb)


def addresses(asked: Asked, lb: Row) -> list[Row]:
    """The given addresses, or else a new IPv4, unless a private load balancer is wanted."""
    world, body = asked.world, asked.body
    given = dict.fromkeys([*body.ip_ids, *([body.ip_id] if body.ip_id else [])])
    ips = [world.need("ip", ip_id, asked.zone) for ip_id in given]
    versions = [":" in ip["ip_address"] for ip in ips]
    for ip in ips:
        if ip["lb_id"]:
            raise invalid("ip_ids", f"{ip['ip_address']} is attached to {ip['lb_id']}")
    if len(set(versions)) < len(versions):
        raise invalid("ip_ids", "a load balancer has one IPv4 and one IPv6 at most")
    has_v4, has_v6 = False in versions, True in versions
    wants_v4 = body.assign_flexible_ip or (body.assign_flexible_ip is None and not ips)
    if not (has_v4 or wants_v4) and (has_v6 or body.assign_flexible_ipv6):
        # documented: a public load balancer needs an IPv4 (reference, 4.1)
        raise invalid("ip_ids", "a load balancer with an IPv6 needs an IPv4 too")
    if wants_v4 and not has_v4:
        ips.append(reserve(world, asked.zone, lb, False))
    if body.assign_flexible_ipv6 and not has_v6:
        ips.append(reserve(world, asked.zone, lb, True))
    return ips


@operation("GET", "/lbs/{lb_id}", answer="LB")
def get_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.need("lb"))


@operation("PUT", "/lbs/{lb_id}", models.UpdateLB, answer="LB")
def update_lb(asked: Asked) -> Any:
    world, body = asked.world, asked.body
    before = world.ready(asked.need("lb"))
    lb = world.touch(
        *("lb", before),
        name=body.name,
        description=body.description,
        tags=body.tags,
        ssl_compatibility_level=level_of(body.ssl_compatibility_level),
    )
    if lb["ssl_compatibility_level"] == before["ssl_compatibility_level"]:
        return asked.answers.lb(lb)
    world.push(lb["id"])
    # In this case its date has microseconds from the start, as recorded.
    return asked.answers.lb(world.store.get("lb", lb["id"])) | {"updated_at": stamp(lb["updated"])}


@operation("DELETE", "/lbs/{lb_id}", query=("release_ip",), moves=True)
def delete_lb(asked: Asked) -> Any:
    world, lb = asked.world, asked.need("lb")
    release_ip = asked.query.get("release_ip", "")
    if not release_ip and isinstance(asked.body, dict):
        # the vendor's quick start sends it this way (reference, 3)
        release_ip = str(asked.body.get("release_ip"))
    if lb["status"] not in ("ready", "error", "stopped", "locked"):
        raise transient("lb", lb["id"], lb["status"])
    moves = world.steps((GONE, {"end": "forget"}), fate=asked.fate(), **BAD)
    world.move("lb", lb, moves, status="to_delete", release_ip=release_ip.lower() == "true")
    world.push(lb["id"], quiet=True)


def forget(world: World, lb: Row) -> None:
    """Delete a load balancer and all it has; its addresses stay unless they are to be released."""
    store = world.store
    for frontend in store.of("frontend", lb_id=lb["id"]):
        for acl in store.of("acl", frontend_id=frontend["id"]):
            store.delete("acl", acl["id"])
    for kind in ("route", "frontend", "backend", "certificate"):
        for row in store.of(kind, lb_id=lb["id"]):
            store.delete(kind, row["id"])
    for network in store.of("private_network", lb_id=lb["id"]):
        leave(world, network)
    for ip in store.of("ip", lb_id=lb["id"]):
        if lb["release_ip"]:
            release(world, ip)
        else:
            world.change("ip", ip, lb_id=None)
    store.delete("lb", lb["id"])


@operation("POST", "/lbs/{lb_id}/migrate", models.MigrateLB, answer="LB", moves=True)
def migrate_lb(asked: Asked) -> Any:
    """The answer still shows the previous type (notes, 22)."""
    world, lb = asked.world, asked.world.ready(asked.need("lb"))
    wanted = type_of(asked.body.type)
    done = {"status": "ready", "instance_status": "ready", "type": wanted, **new_instance(world)}
    moves = world.steps((MIGRATED, done), fate=asked.fate(), **BAD)
    return asked.answers.lb(world.move("lb", lb, moves, status="migrating"))


@operation("POST", "/lb/{lb_id}/subscribe", models.Subscribe, name="SubscribeToLB", answer="LB")
def subscribe(asked: Asked) -> Any:
    lb = asked.need("lb")
    subscriber = asked.world.need("subscriber", asked.body.subscriber_id, asked.zone)
    return subscribed(asked.world, asked.answers, lb, subscriber["id"])


@operation("DELETE", "/lb/{lb_id}/unsubscribe", name="UnsubscribeFromLB", answer="LB")
def unsubscribe(asked: Asked) -> Any:
    return subscribed(asked.world, asked.answers, asked.need("lb"), None)


def subscribed(world: World, answers: Answers, lb: Row, key: str | None) -> Any:
    return answers.lb(world.touch("lb", world.ready(lb), subscriber_id=key))
