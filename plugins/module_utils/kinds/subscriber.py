# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A subscriber, who is notified of events on load balancers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..fields.field import Field
from ..fields.structures import Structure
from ..plan import Call, Plan
from ..resource import KINDS, Resource
from ..session import Session


class Subscriber(Resource):
    """A subscriber belongs to a project; load balancers refer to it."""

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        # Deleting has a path of its own (reference, 3).
        call = Call("DELETE", f"lb/subscription/{found['id']}")
        return replace(super().plan_absent(found, options), calls=[call])

    def used_by(self, session: Session, found: dict[str, Any]) -> list[str]:
        load_balancer = KINDS["load_balancer"]
        return [
            load_balancer.called(one)
            for one in load_balancer.list(session, {})
            if (one["subscriber"] or {}).get("id") == found["id"]
        ]


SUBSCRIBER = Subscriber(
    "subscriber",
    collection="subscribers",
    item="subscribers/{id}",
    owned=True,
    one_of=("email_config", "webhook_config"),
    fields={
        "name": Field(required=True),
        "email_config": Structure({"email": Field(required=True)}),
        "webhook_config": Structure({"uri": Field(required=True)}),
    },
)
