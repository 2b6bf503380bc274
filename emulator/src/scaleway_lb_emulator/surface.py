"""The surface of the API: every operation, declared once for the zoned and the regional path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import QueryParams

from .answers import Answers
from .errors import invalid
from .faults import Faults
from .orders import Orders
from .store import Row
from .world import World

DATES, NAMES = ("created_at_asc", "created_at_desc"), ("name_asc", "name_desc")
QUERY: dict[str, dict[str, Any]] = {
    "page": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "default": 1},
    "page_size": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "default": 20},
    "order_by": {"enum": [*DATES, *NAMES], "default": "created_at_asc"},
    "order_by_date": {"enum": [*DATES], "default": "created_at_asc"},
    "ip_type": {"enum": ["all", "ipv4", "ipv6"], "default": "all"},
    "release_ip": {"type": "boolean", "default": False},
    "tags": {"type": "array", "items": {"type": "string"}},
    "lb_ids": {"type": "array", "items": {"type": "string"}},
    **{
        name: {"type": "string"}
        for name in (
            "name",
            "project_id",
            "organization_id",
            "ip_address",
            "backend_id",
            "frontend_id",
        )
    },
}
"""The query parameters and their schemas. Values that do not fit their schema are refused."""
PAGES, OWNER = ("page", "page_size"), ("project_id", "organization_id")
MOST_ON_A_PAGE = 100


@dataclass(frozen=True)
class Operation:
    """`answer` is the kind of object it returns, or, for a list, (its key, the kind). `moves` says
    that it sets something in motion, which a fault can break."""

    name: str
    method: str
    path: str
    handle: Callable[[Asked], Any]
    model: type[BaseModel] | None = None
    query: tuple[str, ...] = ()
    answer: str | tuple[str, str] | None = None
    moves: bool = False
    zoned: bool = True
    regional: bool = True


@dataclass
class Asked:
    """One request, checked: the zone, what its path and query say, and its body."""

    operation: Operation
    world: World
    orders: Orders
    faults: Faults
    answers: Answers
    zone: str
    ids: dict[str, str]
    query: QueryParams
    body: Any

    def need(self, kind: str) -> Row:
        """The object in the path, or a 404."""
        return self.world.need(kind, self.ids[f"{kind}_id"], self.zone)

    def fate(self, *kinds: str) -> str | None:
        """The kind of the fault that breaks what is set in motion now; None, as a rule."""
        fault = self.faults.take(self.operation.name, kinds or ("stuck", "error"))
        return fault.kind if fault else None


OPERATIONS: list[Operation] = []
SPELLING = {"lb": "LB", "lbs": "LBs", "ip": "IP", "ips": "IPs", "acl": "ACL", "acls": "ACLs"}


def operation(
    method: str,
    path: str,
    model: type[BaseModel] | None = None,
    *,
    name: str | None = None,
    query: tuple[str, ...] = (),
    **stated: Any,
) -> Callable:
    """Register an operation; its name is the function's in the API's spelling, unless given."""

    def add(handle: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
        words = [SPELLING.get(word, word.capitalize()) for word in handle.__name__.split("_")]
        OPERATIONS.append(
            Operation(name or "".join(words), method, path, handle, model, query, **stated)
        )
        return handle

    return add


def page(asked: Asked, rows: list[Row], show: Callable[[Row], Any]) -> dict[str, Any]:
    """One page of a list: filters, order, then 20 items unless asked otherwise."""
    query, allowed = asked.query, asked.operation.query
    for field in ("project_id", "organization_id", "ip_address", "frontend_id"):
        if field in allowed and (wanted := query.get(field)):
            rows = [row for row in rows if row[field] == wanted.lower()]
    if "name" in allowed and (wanted := query.get("name")):
        # It matches more than the exact name (notes, 34).
        rows = [row for row in rows if wanted in row["name"]]
    if "tags" in allowed and (tags := set(query.getlist("tags"))):
        rows = [row for row in rows if tags <= set(row["tags"])]
    order = asked.query.get("order_by", "created_at_asc")
    if order in NAMES:
        rows = sorted(rows, key=lambda row: row["name"])
    if order.endswith("desc"):
        rows = rows[::-1]
    size = min(int(query.get("page_size", 20)), MOST_ON_A_PAGE)
    first = (int(query.get("page", 1)) - 1) * size
    key, _ = asked.operation.answer
    return {key: [show(row) for row in rows[first : first + size]], "total_count": len(rows)}


def check_query(operation: Operation, query: QueryParams) -> None:
    """Refuse values of the wrong form. Parameters that the operation does not know are ignored."""
    for name in operation.query:
        schema = QUERY[name]
        name = name.removesuffix("_date")
        for value in query.getlist(name):
            if "enum" in schema and value not in schema["enum"]:
                known = ", ".join(schema["enum"])
                raise invalid(name, f"{value!r} is not one of {known}")
            if schema.get("type") == "boolean" and value.lower() not in ("true", "false"):
                raise invalid(name, f"{value!r} is not true or false", "format")
            if schema.get("type") == "integer":
                if not re.fullmatch(r"[0-9]{1,10}", value):
                    raise invalid(name, f"{value!r} is not a number", "format")
                if not schema["minimum"] <= int(value) <= schema["maximum"]:
                    raise invalid(name, f"{value} is out of range")
