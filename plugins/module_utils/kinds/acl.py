# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ACL of a frontend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..fields.field import Field
from ..fields.references import Reference
from ..fields.structures import Structure
from ..fields.values import Addresses, Enum, Nullable
from ..plan import Plan
from ..problem import refuse
from ..session import Session
from .frontend import FRONTEND, OnFrontend
from .load_balancer import LOAD_BALANCER


class Subnets(Addresses):
    """No subnets means every subnet: the API fills in 0.0.0.0/0 (notes, 14)."""

    def normalized(self, value: Any) -> Any:
        return [] if value == ["0.0.0.0/0"] else super().normalized(value)


class Action(Structure):
    """The action; a redirect beside another type means nothing, and is dropped."""

    def seen(self, found: dict[str, Any]) -> Any:
        seen = super().seen(found)
        if seen and seen.get("type") != "redirect":
            return {name: value for name, value in seen.items() if name != "redirect"}
        return seen

    def encode(self, value: Any, found: Any = None) -> Any:
        body = super().encode(value, found)
        if body["type"] != "redirect":
            body.pop("redirect", None)
        return body

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        shown = super().shown(found, like)
        if shown.get("type") != "redirect":
            shown.pop("redirect", None)
        return shown


RULE = {
    "name": Field(required=True),
    "description": Field(default=""),
    "action": Action(
        {
            "type": Enum("allow", "deny", "redirect", required=True),
            "redirect": Structure(
                {
                    "type": Enum("location", "scheme", required=True),
                    "target": Field(required=True),
                    "code": Field("int", choices=[301, 302, 303, 307, 308], default=302),
                }
            ),
        },
        required=True,
    ),
    "match": Structure(
        {
            "ip_subnet": Subnets(networks=True, unordered=True),
            "ips_edge_services": Field("bool", default=False),
            "http_filter": Enum(
                "none",
                "path_begin",
                "path_end",
                "regex",
                "http_header_match",
                prefix="acl_http_filter_",
                prefixed=("none",),
                default="none",
            ),
            "http_filter_value": Field("list", unordered=True),
            "http_filter_option": Nullable(default=""),
            "invert": Field("bool", default=False),
        }
    ),
}


SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
SPACED = re.compile(r"\{\{\s+\w+\s*\}\}|\{\{\w+\s+\}\}")
"""A part of the request in the target of a redirect, written as in a template."""


def unworkable(rule: dict[str, Any]) -> Iterator[str]:
    """Why a rule, as the API would show it, cannot work (SDK, of these fields)."""
    action, match = rule["action"], rule.get("match") or {}
    if action["type"] == "redirect" and not action.get("redirect"):
        yield "action.redirect: required for a redirect."
    redirect = action.get("redirect") or {}
    target = redirect.get("target") or ""
    if redirect.get("type") == "scheme" and not SCHEME.fullmatch(target):
        yield f"action.redirect.target: {target!r} is not a scheme, such as https."
    if redirect.get("type") == "location" and "://" not in target and target[:1] != "/":
        yield f"action.redirect.target: {target!r} is not a URL, such as https://www.example.com."
    for spaced in SPACED.findall(target):
        # A space within the braces is not allowed (reference, 4.7).
        yield f"action.redirect.target: write {''.join(spaced.split())}, without spaces."
    if match.get("http_filter") in (None, "acl_http_filter_none"):
        return
    if not match.get("http_filter_value"):
        yield f"match.http_filter_value: required with http_filter {match['http_filter']}."
    if match["http_filter"] == "http_header_match" and not match.get("http_filter_option"):
        yield "match.http_filter_option: required, the name of the header to look in."


class Acl(OnFrontend):
    """An ACL embeds its frontend, which embeds its load balancer."""

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        plan = super().plan(found, wanted, words)
        if plan.changed:
            refuse(unworkable(plan.outcome))
        return plan

    def load_balancer_of(self, session: Session, thing: dict[str, Any]) -> str | None:
        seen = self.fields["load_balancer"].seen(thing)
        # For one to be created, `seen` is what the task says, which may not be the frontend's.
        return (thing.get("id") and seen) or super().load_balancer_of(session, thing) or seen

    def list(self, session: Session, under: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
        # The API lists by age; the index determines the order of evaluation (notes, 35).
        return sorted(super().list(session, under, **params), key=lambda rule: rule["index"])


ACL = Acl(
    "acl",
    collection="frontends/{frontend}/acls",
    item="acls/{id}",
    filters=("load_balancer", "name"),
    fields={
        "load_balancer": Reference(
            LOAD_BALANCER,
            seen_at="frontend.lb.id",
            embedded="frontend.lb",
            in_path=True,
            fixed=True,
            aliases=["lb_id"],
        ),
        "frontend": Reference(
            FRONTEND,
            seen_at="frontend.id",
            embedded="frontend",
            fixed=True,
            aliases=["frontend_id"],
        ),
        **RULE,
        "index": Field("int", required=True, between=(0, 2_147_483_647)),
    },
)
