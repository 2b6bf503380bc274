# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attachment of a load balancer to a private network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..fields.references import Reference
from ..fields.values import Identifier
from ..ids import bare_id
from ..plan import Call, Plan
from ..problem import Problem
from ..resource import Resource
from ..session import Session
from .load_balancer import LOAD_BALANCER


class IpamAddresses(Identifier):
    """The reserved addresses to use; with [] the API reserves one itself (reference, 4.9)."""

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        return not value or super().same(value, found)


class PrivateNetwork(Resource):
    """An attachment, identified by its load balancer and network, as it has no ID of its own."""

    def called(self, found: dict[str, Any]) -> str:
        return f"private network {found['private_network_id']}"

    def identity_in_words(self, options: dict[str, Any]) -> str:
        if not options.get("private_network_id"):
            raise Problem("Which private network? Give private_network_id.")
        return f"for {bare_id(options['private_network_id'])}"

    def find(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        self.identity_in_words(options)
        load_balancer_id = self.parent_ids(session, options)["load_balancer"]
        network_id = bare_id(options["private_network_id"])
        found = self.attachment(session, load_balancer_id, network_id)
        if found and found["status"] == "pending" and not session.check_mode:
            # Attaching and detaching look alike (notes, 23): wait to see which it is.
            return self.await_settled(session, load_balancer_id, network_id)
        return found

    def attachment(
        self, session: Session, load_balancer_id: str | None, network_id: str
    ) -> dict[str, Any] | None:
        attached = self.list(session, {"load_balancer": load_balancer_id})
        return next((one for one in attached if one["private_network_id"] == network_id), None)

    def await_settled(
        self, session: Session, load_balancer_id: str, network_id: str
    ) -> dict[str, Any] | None:
        """The attachment once it is no longer pending; None if it was being detached."""
        return session.until(
            lambda: self.attachment(session, load_balancer_id, network_id),
            lambda found: found is None or found["status"] != "pending",
            lambda found: f"Private network {network_id} is still {found['status']!r}",
        )

    def settled(self, session: Session, load_balancer_id: str) -> list[dict[str, Any]]:
        """All attachments of a load balancer, once none is pending; check mode does not wait."""
        return session.until(
            lambda: self.list(session, {"load_balancer": load_balancer_id}),
            lambda found: session.check_mode or all(one["status"] != "pending" for one in found),
            lambda found: "A private network is still 'pending'",
        )

    def plan_create(self, wanted: dict[str, Any], words: dict[str, Any]) -> Plan:
        plan = super().plan_create(wanted, words)
        path = f"lbs/{wanted['load_balancer']}/attach-private-network"
        return replace(plan, calls=[Call("POST", path, plan.calls[0].body)])

    def plan_update(
        self, found: dict[str, Any], wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        self.make_sure(found)
        return super().plan_update(found, wanted, words)

    def make_sure(self, found: dict[str, Any]) -> None:
        """Raise Problem if the attachment has failed."""
        if found["status"] == "error":
            raise Problem(
                f"The attachment to {self.called(found)} has failed (status 'error'). Detach the "
                "network (state: absent) and attach it again."
            )

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        before = {name: option.shown(found) for name, option in self.fields.items()}
        body = {"private_network_id": found["private_network_id"]}
        call = Call("POST", f"lbs/{found['lb']['id']}/detach-private-network", body)
        return Plan(calls=[call], before=before)

    def apply(
        self, session: Session, plan: Plan, options: dict[str, Any], found: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        absent = options.get("state") == "absent"
        if absent and found is None:
            return None
        load_balancer_id = self.load_balancer_of(session, found or plan.outcome)
        answer = found
        for call in plan.calls:
            answer = session.send(call, load_balancer_id, absent)
        if session.wait:
            network_id = bare_id(options["private_network_id"])
            answer = self.await_settled(session, load_balancer_id, network_id)
        if not absent and answer and answer["status"] == "error":
            return self.plan_update(answer, {}, {}).outcome
        return None if absent else answer


PRIVATE_NETWORK = PrivateNetwork(
    "private_network",
    collection="lbs/{load_balancer}/private-networks",
    list_key="private_network",  # in the singular (notes, 4)
    filters=("private_network_id",),
    identified_by=("private_network_id",),
    fields={
        "load_balancer": Reference(
            LOAD_BALANCER, seen_at="lb.id", embedded="lb", fixed=True, aliases=["lb_id"]
        ),
        "private_network_id": Identifier(required=True, fixed=True),
        "ipam_ids": IpamAddresses("list", fixed=True, unordered=True),
    },
)
