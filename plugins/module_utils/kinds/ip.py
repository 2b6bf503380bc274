# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A flexible IP address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fields.field import Field
from ..fields.references import Reference
from ..fields.values import Address
from ..own_names import name_of_address
from ..plan import Call, Plan
from ..problem import Problem
from ..resource import KINDS, Resource
from ..session import Session
from . import load_balancer as _load_balancer  # noqa: F401  the kinds refer to each other


class Version(Field):
    """IPv4 or IPv6; answers show it only by the form of the address."""

    def seen(self, found: dict[str, Any]) -> bool:
        return ":" in (found.get("ip_address") or "")


def own_name(found: dict[str, Any]) -> str | None:
    """The name that the platform gives an IP; None if its address is yet to be reserved."""
    address = found.get("ip_address")
    return name_of_address(address, found["region"]) if address else None


class Reverse(Field):
    """The reverse name; '' means the address's own name, which the API sets when it reserves it."""

    def encode(self, value: Any, found: Any = None) -> Any:
        return value or None

    def predict(self, outcome: dict[str, Any], value: Any) -> None:
        outcome["reverse"] = value or own_name(outcome)

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        seen = (self.seen(found) or "").rstrip(".")
        return seen == value.rstrip(".") if value else seen in ("", own_name(found))

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        return None if self.same("", found) else self.seen(found)


class Ip(Resource):
    """An IP, identified by its ID, its address or its exact set of tags, as it has no name."""

    def called(self, found: dict[str, Any]) -> str:
        tags = ", ".join(found.get("tags") or [])
        return f"IP {found.get('ip_address') or f'tagged {tags}'}"

    def used_by(self, session: Session, found: dict[str, Any]) -> list[str]:
        if not found["lb_id"]:
            return []
        return [KINDS["load_balancer"].called(session.load_balancer(found["lb_id"]))]

    def find_by_name(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        self.identity_in_words(options)
        address = self.fields["ip_address"].encode(options.get("ip_address"))
        asked = {"ip_address": address} if address else {}
        return self.among(self.list(session, {}, **asked), options)

    def identity_in_words(self, options: dict[str, Any]) -> str:
        if options.get("ip_address"):
            return f"the address {options['ip_address']}"
        if options.get("tags"):
            version = "IPv6" if options.get("is_ipv6") else "IPv4"
            return f"{version} and tagged {', '.join(sorted(options['tags']))}"
        raise Problem(
            "Which IP? Give its id, its ip_address, or tags that are its own: without one of "
            "them neither a second run nor a repeated request could recognise it."
        )

    def identity(self, options: dict[str, Any]) -> dict[str, Any]:
        if options.get("ip_address"):
            return {"ip_address": options["ip_address"]}
        tags = options.get("tags")
        return {"tags": tags, "is_ipv6": bool(options.get("is_ipv6"))} if tags else {}

    def load_balancer_of(self, session: Session, thing: dict[str, Any]) -> str | None:
        return thing.get("lb_id") or thing.get("load_balancer")

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        """Refuse a second address of a version before the first call: a new one would stay."""
        plan = super().plan_for(session, options, found)
        load_balancer_id = plan.outcome and plan.outcome.get("lb_id")
        if not plan.changed or not load_balancer_id or (found or {}).get("lb_id"):
            return plan
        is_six = self.fields["is_ipv6"].seen(found) if found else bool(options.get("is_ipv6"))
        load_balancer = session.load_balancer(load_balancer_id)
        for ip in load_balancer["ip"]:
            if self.fields["is_ipv6"].seen(ip) is is_six:
                raise Problem(
                    f"load_balancer: {KINDS['load_balancer'].called(load_balancer)} has an "
                    f"{'IPv6' if is_six else 'IPv4'} address already, {ip['ip_address']}, and "
                    "cannot have two."
                )
        return plan

    def plan_create(self, wanted: dict[str, Any], words: dict[str, Any]) -> Plan:
        if "ip_address" in wanted:
            raise Problem(
                f"ip_address: {wanted['ip_address']} is not reserved here, and an address cannot "
                "be chosen. Leave ip_address out and give tags to reserve one."
            )
        return super().plan_create(wanted, words)

    def update_calls(self, found: dict[str, Any], changes: dict[str, Any]) -> list[Call]:
        if "load_balancer" in changes and found["lb_id"]:
            raise Problem(
                f"load_balancer: {found['ip_address']} is attached to load balancer "
                f"{found['lb_id']}, and an address cannot be moved while it is."
            )
        # A PATCH does not change what it leaves out.
        body = {
            self.fields[name].sent_as: self.fields[name].encode(value)
            for name, value in changes.items()
        }
        if changes.get("reverse") == "":
            body["reverse"] = own_name(found)  # null may count as left out, as with all nullables
        return [Call("PATCH", self.item.format(**found), body)] if body else []

    def expected(self, found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        outcome = super().expected(found, wanted)
        outcome.pop("is_ipv6", None)
        return outcome


IP = Ip(
    "ip",
    collection="ips",
    item="ips/{id}",
    owned=True,
    filters=("ip_address", "is_ipv6", "tags", "load_balancer"),
    queries=("ip_address",),
    fields={
        "ip_address": Address(fixed=True),
        "is_ipv6": Version("bool", fixed=True),
        "reverse": Reverse(),
        "tags": Field("list", unordered=True),
        "load_balancer": Reference("load_balancer", sent_as="lb_id", later=True, aliases=["lb_id"]),
    },
)
