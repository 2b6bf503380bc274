# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The complete ordered set of a frontend's ACLs, set by one call."""

from __future__ import annotations

from typing import Any

from ..api import ApiError
from ..fields.references import Reference
from ..fields.structures import StructureList
from ..plan import Call, Plan
from ..problem import Problem, refuse
from ..resource import Resource
from ..session import Session
from .acl import ACL, RULE, unworkable
from .frontend import FRONTEND
from .load_balancer import LOAD_BALANCER


class Rules(StructureList):
    """Rules in the order of evaluation: a rule's index is its position in the list."""

    def encode(self, value: Any, found: Any = None) -> Any:
        return [{**item, "index": index} for index, item in enumerate(super().encode(value), 1)]


class ACLs(Resource):
    """The set exists whenever its frontend does; removing it means emptying it."""

    def called(self, found: dict[str, Any]) -> str:
        return f"ACLs of frontend {found['name']!r}"

    def find(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        if not options.get("frontend"):
            raise Problem("Whose ACLs? Give frontend.")
        frontend_id = self.parent_ids(session, options)["frontend"]
        if frontend_id is None:
            return None
        found = self.read(session, frontend_id)
        if found is None and options.get("state") != "absent":
            raise Problem(f"frontend: there is no frontend {frontend_id} in this zone.")
        return found

    def read(self, session: Session, object_id: str) -> dict[str, Any] | None:
        try:
            rules = ACL.list(session, {"frontend": object_id})
        except ApiError as error:
            if error.gone:
                return None
            raise
        owner = rules[0]["frontend"] if rules else session.known(object_id)
        owner = owner or FRONTEND.read(session, object_id)
        return owner and {"id": object_id, "name": owner["name"], "acls": rules, "lb": owner["lb"]}

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        # The frontend is missing only if it is yet to be created, in check mode.
        found = found or {"id": None, "acls": []}
        only = {"acls": wanted["acls"]} if "acls" in wanted else {}
        plan = self.plan_update(found, only, words)
        if plan.changed:
            rules = enumerate(plan.outcome["acls"])
            refuse(f"acls[{place}].{text}" for place, rule in rules for text in unworkable(rule))
        return plan

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        return self.plan_update(found, {"acls": []}, {"acls": []})

    def update_calls(self, found: dict[str, Any], changes: dict[str, Any]) -> list[Call]:
        if not changes:
            return []
        body = {"acls": self.fields["acls"].encode(changes["acls"])}
        return [Call("PUT", self.collection.format(frontend=found["id"]), body)]

    def returned(self, outcome: Any) -> Any:
        return (outcome or {"acls": []})["acls"]


ACLS = ACLs(
    "acls",
    plural="acls",
    collection="frontends/{frontend}/acls",
    fields={
        "load_balancer": Reference(LOAD_BALANCER, aliases=["lb_id"]),
        "frontend": Reference(FRONTEND, aliases=["frontend_id"]),
        "acls": Rules(RULE),
    },
)
