# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The load balancer itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..fields.field import Field
from ..fields.references import Reference, References
from ..fields.values import EXAMPLE, Enum, address
from ..ids import bare_id
from ..kind import upper
from ..plan import Call, Plan
from ..problem import Problem
from ..resource import Resource
from ..session import MOVING, Session, is_usable
from . import ip as _ip  # noqa: F401  the kinds refer to each other
from . import subscriber as _subscriber  # noqa: F401  the same


class Type(Field):
    """A type, which the API accepts in any case and shows in lower case (notes, 9)."""

    def normalized(self, value: Any) -> Any:
        return value and value.lower()

    def predict(self, outcome: dict[str, Any], value: Any) -> None:
        super().predict(outcome, value.lower())


class Assigned(Field):
    """Whether an address was allocated with the load balancer: if it has one of that version."""

    def __init__(self, version: int, **rest: Any) -> None:
        super().__init__("bool", fixed=True, **rest)
        self.mark = ":" if version == 6 else "."

    def seen(self, found: dict[str, Any]) -> bool:
        return any(self.mark in ip["ip_address"] for ip in found.get("ip") or [])


class IPs(References):
    """The addresses; answers show them as objects. Their order does not matter."""

    def problems(self, value: Any, where: str) -> Iterator[str]:
        yield from super().problems(value, where)
        for item in filter(None, value):
            if not bare_id(item) and not address(item):
                yield f"{where}: {item!r} is neither an ID nor an IP address, such as {EXAMPLE}."

    def resolve(self, value: Any, found: dict[str, Any], look_up: Callable[[str], Any]) -> Any:
        return super().resolve([address(item) or item for item in value], found, look_up)

    def seen(self, found: dict[str, Any]) -> list[str]:
        return [ip["id"] for ip in found.get("ip") or []]


class LoadBalancer(Resource):
    """A load balancer; its type is changed by migration, its addresses by attaching more."""

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        for name in ("assign_flexible_ip", "assign_flexible_ipv6"):
            if options.get("ips") is not None and options.get(name):
                yield f"{name}: ips lists all the addresses. Reserve one and list it there."

    def find(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        """Find it, and if `type` is given, wait for the end of a migration.

        Until then the API shows the old type (notes, 22). Check mode does not wait, but warns.
        """
        found = super().find(session, options)
        is_moving = found and found["status"] == "migrating"
        if not is_moving or not options.get("type") or options.get("state") == "absent":
            return found
        if session.check_mode:
            session.warn(
                f"{upper(self.called(found))} is being migrated: until that is over, its type "
                f"is shown as {found['type']}, whatever it will be."
            )
            return found
        path = self.item.format(**found)
        return self.as_read(session, session.poll(path, lambda now: now["status"] != "migrating"))

    def as_read(self, session: Session, found: dict[str, Any]) -> dict[str, Any] | None:
        session.load_balancers[found["id"]] = found
        return super().as_read(session, found)

    def is_in_transition(self, found: dict[str, Any]) -> bool:
        return found["status"] in ("ready", *MOVING) and not is_usable(found)

    def load_balancer_of(self, session: Session, thing: dict[str, Any]) -> str | None:
        return thing.get("id")

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        plan = super().plan_for(session, options, found)
        for ip in (plan.outcome or {}).get("ip") or []:
            known = session.known(ip["id"]) or {}
            if known.get("lb_id") not in (None, plan.outcome["id"]):
                raise Problem(
                    f"ips: {known['ip_address']} is attached to load balancer {known['lb_id']}, "
                    "and an address cannot be moved while it is."
                )
        return plan

    def plan_create(self, wanted: dict[str, Any], words: dict[str, Any]) -> Plan:
        if "ips" in wanted:
            # Otherwise an address is allocated in addition to the given ones.
            wanted = {"assign_flexible_ip": False, **wanted}
        return super().plan_create(wanted, words)

    def differing(self, found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
        differing = super().differing(found, wanted)
        if "ips" in wanted:
            # These only matter on creation, and ips lists all the addresses.
            new = ("assign_flexible_ip", "assign_flexible_ipv6")
            differing = [name for name in differing if name not in new]
        return differing

    def update_calls(self, found: dict[str, Any], changes: dict[str, Any]) -> list[Call]:
        plain = ("name", "description", "tags", "ssl_compatibility_level")
        path = self.item.format(**found)
        calls = []
        if set(plain) & set(changes):
            calls.append(Call("PUT", path, self.update_body(found, changes, list(plain))))
        if "ips" in changes:
            attached = self.fields["ips"].seen(found)
            lost = [ip["ip_address"] for ip in found["ip"] if ip["id"] not in changes["ips"]]
            if lost:
                raise Problem(
                    f"ips: load balancer {found['name']} would lose {', '.join(lost)}, and an "
                    "address cannot be taken off a load balancer. List it too, or leave ips out."
                )
            calls += [
                Call("PATCH", f"ips/{ip_id}", {"lb_id": found["id"]})
                for ip_id in self.fields["ips"].encode(changes["ips"])
                if ip_id not in attached
            ]
        if "subscriber" in changes:
            # These paths begin with lb/ instead of lbs/ (reference, 3).
            path_of_its_own = f"lb/{found['id']}"
            if changes["subscriber"] == "":
                calls.append(Call("DELETE", f"{path_of_its_own}/unsubscribe"))
            else:
                body = {"subscriber_id": changes["subscriber"]}
                calls.append(Call("POST", f"{path_of_its_own}/subscribe", body))
        if "type" in changes:
            calls.append(Call("POST", f"{path}/migrate", {"type": changes["type"]}))
        return calls

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        plan = super().plan_absent(found, options)
        release = "true" if options.get("release_ip") else "false"
        call = Call("DELETE", plan.calls[0].path, params={"release_ip": release})
        return Plan(calls=[call], before=plan.before)

    def expected(self, found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        known = {ip["id"]: ip for ip in found.get("ip") or []}
        given = self.fields["ips"].encode(wanted.get("ips", [*known]))
        ips = [known.get(ip_id, {"id": ip_id}) for ip_id in given]
        ips.sort(key=lambda ip: "." not in ip.get("ip_address", ""))  # IPv4 first (notes, 31)
        outcome = super().expected(found, {k: v for k, v in wanted.items() if k != "ips"})
        for name in ("assign_flexible_ip", "assign_flexible_ipv6", "ip_ids"):
            outcome.pop(name, None)
        if not wanted.get("subscriber") and not (outcome.get("subscriber") or {}).get("id"):
            outcome["subscriber"] = None
        return {**outcome, "ip": ips}

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        exported = super().exported(found, names)
        for name in ("assign_flexible_ip", "assign_flexible_ipv6"):
            exported.pop(name, None)
        # By default the API would allocate an address.
        return exported if found["ip"] else {**exported, "assign_flexible_ip": False}

    def await_usable(
        self, session: Session, object_id: str, load_balancer_id: str | None
    ) -> dict[str, Any] | None:
        session.await_usable(object_id)
        seen = session.load_balancers.get(object_id)
        return seen and self.as_read(session, seen)

    def await_removed(self, session: Session, object_id: str, load_balancer_id: str | None) -> None:
        session.await_gone(self.item.format(id=object_id))


LOAD_BALANCER = LoadBalancer(
    "load_balancer",
    collection="lbs",
    item="lbs/{id}",
    owned=True,
    filters=("name", "tags"),
    fields={
        "name": Field(required=True),
        "description": Field(default="", on_create=""),
        "type": Type(blank=False),
        "ips": IPs(
            "ip",
            by="ip_address",
            embedded="ip",
            sent_as="ip_ids",
            aliases=["ip_ids"],
            unordered=True,
        ),
        "assign_flexible_ip": Assigned(4),
        "assign_flexible_ipv6": Assigned(6),
        "tags": Field("list", unordered=True),
        "ssl_compatibility_level": Enum(
            "intermediate",
            "modern",
            "old",
            prefix="ssl_compatibility_level_",
            default="intermediate",
        ),
        "subscriber": Reference(
            "subscriber",
            later=True,
            seen_at="subscriber.id",
            embedded="subscriber",
            aliases=["subscriber_id"],
        ),
    },
    switches={"release_ip": {"type": "bool", "default": False}},
)

SCOPE = {"load_balancer": {"type": "str", "aliases": ["lb_id"]}}
"""The option of kinds that show no load balancer: it is where to look up names of references."""
