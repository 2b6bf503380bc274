"""ACLs."""

from __future__ import annotations

from typing import Any

from .. import models
from ..errors import invalid, quota
from ..store import Row
from ..surface import PAGES, Asked, operation, page

MOST = 300
NO_FILTER = "acl_http_filter_none"
STATED = {"query": (*PAGES, "order_by", "name"), "answer": ("acls", "ACL")}


@operation("GET", "/frontends/{frontend_id}/acls", **STATED)
def list_acls(asked: Asked) -> Any:
    rows = asked.world.store.of("acl", frontend_id=asked.need("frontend")["id"])
    return page(asked, rows, asked.answers.acl)


@operation("POST", "/frontends/{frontend_id}/acls", models.ACL, answer="ACL")
def create_acl(asked: Asked) -> Any:
    frontend = asked.need("frontend")
    room_for(asked, frontend, 1)
    row = added(asked, frontend, asked.body)
    asked.world.push(frontend["lb_id"])
    return asked.answers.acl(row)


@operation(
    *("PUT", "/frontends/{frontend_id}/acls", models.SetACLs),
    regional=False,
    answer=("acls", "ACL"),
)
def set_acls(asked: Asked) -> Any:
    store, frontend = asked.world.store, asked.need("frontend")
    before = store.of("acl", frontend_id=frontend["id"])
    room_for(asked, frontend, len(asked.body.acls) - len(before))
    for rule in before:
        store.delete("acl", rule["id"])
    rows = [added(asked, frontend, rule) for rule in asked.body.acls]
    asked.world.push(frontend["lb_id"])
    # All of them: the SDK has no pages here.
    return {"acls": [asked.answers.acl(row) for row in rows], "total_count": len(rows)}


def room_for(asked: Asked, frontend: Row, more: int) -> None:
    """The documented limit is for the whole load balancer."""
    lb = asked.world.ready_for(frontend)
    if asked.world.store.count("acl", lb_id=lb["id"]) + more > MOST:
        raise quota("lb_acls", MOST)


def added(asked: Asked, frontend: Row, rule: models.ACL) -> Row:
    return asked.world.add(
        *("acl", asked.zone),
        lb_id=frontend["lb_id"],
        frontend_id=frontend["id"],
        description=rule.description or "",
        **checked(asked, frontend, rule),
    )


def checked(asked: Asked, frontend: Row, rule: models.ACL) -> Row:
    """What is stored of a rule; refused if it cannot work on its frontend."""
    redirect = rule.action.redirect and rule.action.redirect.model_dump()
    if rule.action.type == "redirect" and redirect is None:
        raise invalid("action.redirect", "a redirect says where to", "required")
    if redirect:
        redirect["code"] = redirect["code"] or 302  # the SDK's default (reference, 4.7)
    match = (rule.match or models.Match()).model_dump()
    match["http_filter"] = match["http_filter"] or NO_FILTER
    match |= {key: bool(match[key]) for key in ("ips_edge_services", "invert")}
    if match["ips_edge_services"] and not match["ip_subnet"]:
        match["ip_subnet"] = ["0.0.0.0/0"]  # recorded (notes, 14)
    if match["http_filter"] != NO_FILTER:
        backend = asked.world.store.get("backend", frontend["backend_id"])
        if backend["forward_protocol"] == "tcp":  # documented (reference, 4.7)
            raise invalid("match.http_filter", "HTTP filters need an http backend")
        if not match["http_filter_value"]:  # the SDK's description of the field
            raise invalid("match.http_filter_value", "the filter has no value", "required")
        if match["http_filter"] == "http_header_match" and not match["http_filter_option"]:
            raise invalid("match.http_filter_option", "the header has no name", "required")
    return {
        "name": rule.name,
        "action": {"type": rule.action.type, "redirect": redirect},
        "match": match,
        "index": rule.index,
    }


@operation("GET", "/acls/{acl_id}", answer="ACL")
def get_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.need("acl"))


@operation("PUT", "/acls/{acl_id}", models.ACL, answer="ACL")
def update_acl(asked: Asked) -> Any:
    """A description that is left out stays: our choice (notes, 29)."""
    world, row = asked.world, asked.need("acl")
    world.ready_for(row)
    frontend = world.store.get("frontend", row["frontend_id"])
    given = asked.body.description
    description = row["description"] if given is None else given
    fields = {"description": description, **checked(asked, frontend, asked.body)}
    return asked.answers.acl(world.pushed("acl", row, **fields), instances=True)


@operation("DELETE", "/acls/{acl_id}")
def delete_acl(asked: Asked) -> Any:
    row = asked.need("acl")
    asked.world.ready_for(row)
    asked.world.store.delete("acl", row["id"])
    asked.world.push(row["lb_id"])
