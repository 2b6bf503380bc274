# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A frontend: the port on which a load balancer listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..fields.field import Field
from ..fields.references import Reference, References
from ..fields.values import Milliseconds
from ..plan import Plan
from ..problem import Problem
from ..resource import Resource
from ..session import Session
from .backend import BACKEND
from .certificate import CERTIFICATE
from .load_balancer import LOAD_BALANCER

ON_PORT_80 = (
    "certificates: port 80 is for plain HTTP and takes no certificate. Put it on a frontend on "
    "443, and let the one on 80 redirect to it."
)


class Frontend(Resource):
    """A frontend; answers embed its backend and its first certificate."""

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        plan = super().plan(found, wanted, words)
        if plan.changed and plan.outcome["inbound_port"] == 80 and plan.outcome["certificate_ids"]:
            raise Problem(ON_PORT_80)
        return plan

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        if options.get("inbound_port") == 80 and options.get("certificates"):
            yield ON_PORT_80

    def forewarn(self, session: Session, plan: Plan, found: dict[str, Any] | None) -> None:
        super().forewarn(session, plan, found)
        if "inbound_port" not in plan.after or plan.before == plan.after:
            return
        load_balancer_id = self.load_balancer_of(session, plan.outcome)
        port = plan.outcome["inbound_port"]
        for other in self.list(session, {"load_balancer": load_balancer_id}):
            if other["inbound_port"] == port and other["id"] != plan.outcome["id"]:
                session.warn(
                    f"Port {port} is that of {self.called(other)}: as long as it is, the API will "
                    "refuse it here."
                )

    def advise(self, session: Session, outcome: dict[str, Any]) -> None:
        """Warn of a certificate in front of a TCP backend: allowed, but hardly ever intended."""
        if not outcome or not outcome.get("certificate_ids"):
            return
        target = outcome["backend"]
        if target.get("id") and "forward_protocol" not in target:
            target = session.known(target["id"]) or BACKEND.read(session, target["id"])
        if target and target.get("forward_protocol") == "tcp":
            session.warn(
                f"Frontend {outcome['name']} has a certificate and backend {target['name']} speaks "
                "tcp: TLS ends at the load balancer and no X-Forwarded-Proto is added. For SSL "
                "offloading use a backend with forward_protocol: http."
            )

    def expected(self, found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        outcome = super().expected(found, wanted)
        if "certificates" in wanted:
            # Answers embed the first one.
            outcome["certificate"] = next(({"id": one} for one in wanted["certificates"]), None)
        return outcome


class OnFrontend(Resource):
    """A kind whose objects are on a frontend, and so on its load balancer."""

    def load_balancer_of(self, session: Session, thing: dict[str, Any]) -> str | None:
        frontend_id = self.fields["frontend"].seen(thing) or thing.get("frontend")
        if not isinstance(frontend_id, str):
            return None
        frontend = session.known(frontend_id) or FRONTEND.read(session, frontend_id)
        session.looked_up["frontend", frontend_id] = frontend
        return frontend and frontend["lb"]["id"]


FRONTEND = Frontend(
    "frontend",
    collection="lbs/{load_balancer}/frontends",
    item="frontends/{id}",
    fields={
        "load_balancer": Reference(
            LOAD_BALANCER, seen_at="lb.id", embedded="lb", fixed=True, aliases=["lb_id"]
        ),
        "name": Field(required=True),
        "inbound_port": Field("int", required=True, between=(1, 65535)),
        "backend": Reference(
            BACKEND,
            required=True,
            sent_as="backend_id",
            seen_at="backend.id",
            embedded="backend",
            aliases=["backend_id"],
        ),
        # The first is the default certificate, so their order matters.
        "certificates": References(
            CERTIFICATE,
            sent_as="certificate_ids",
            embedded="certificate",
            aliases=["certificate_ids"],
        ),
        "timeout_client": Milliseconds(),
        "enable_http3": Field("bool", default=False),
        "connection_rate_limit": Field("int", default=0, between=(0, 4_294_967_295)),
        "enable_access_logs": Field("bool", default=False),
    },
)
