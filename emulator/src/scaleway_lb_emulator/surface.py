"""The surface of the API: every operation, stated once for the zoned and the regional path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

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
    regional_only: bool = False


OPERATIONS: list[Operation] = []
SPELLING = {"lb": "LB", "lbs": "LBs", "ip": "IP", "ips": "IPs", "acl": "ACL", "acls": "ACLs"}


def operation(
    method: str,
    path: str,
    model: type[BaseModel] | None = None,
    name: str | None = None,
    zoned_only: bool = False,
    regional_only: bool = False,
) -> Callable:
    """State an operation; its name is the function's in the API's spelling, unless given."""

    def add(handle: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
        words = [SPELLING.get(word, word.capitalize()) for word in handle.__name__.split("_")]
        stated = name or "".join(words)
        OPERATIONS.append(Operation(stated, method, path, handle, model, zoned_only, regional_only))
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
