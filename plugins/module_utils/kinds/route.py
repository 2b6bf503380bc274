# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A route: the backend for those requests to a frontend that match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..fields.field import Field
from ..fields.references import Reference
from ..ids import bare_id
from ..plan import Plan
from ..problem import Problem, refuse
from ..session import Session
from .backend import BACKEND
from .frontend import FRONTEND, OnFrontend
from .load_balancer import SCOPE


class HostName(Field):
    """A host name, compared regardless of case."""

    def normalized(self, value: Any) -> Any:
        return value and value.lower()


def unmatchable(match: dict[str, Any]) -> Iterator[str]:
    """Why no request has what a route matches."""
    for option in ("sni", "host_header"):
        name = match.get(option) or ""
        if name.startswith("*."):
            yield f"{option}: {name!r} is no pattern: write {name[2:]} and match_subdomains: true."
        elif re.search(r"[/*\s]", name):
            yield f"{option}: {name!r} is not a host name, such as www.example.com."
    path = match.get("path_begin") or "/"
    if not path.startswith("/"):
        yield f"path_begin: {path!r} does not begin with a slash, as every path does."


class Route(OnFrontend):
    """A route, identified by its frontend and its match. Answers embed no objects, only IDs."""

    def called(self, found: dict[str, Any]) -> str:
        chosen = [name for name in self.one_of if self.fields[name].seen(found)]
        return f"route {' '.join(f'{name} {self.fields[name].seen(found)!r}' for name in chosen)}"

    def find(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        if options.get("id"):
            return super().find(session, options)
        if not options.get("frontend"):
            raise Problem(WHICH)
        self.identity_in_words(options)
        frontend_id = self.id_of(session, options, "frontend")
        if frontend_id is None:
            return None
        return self.among(self.list(session, {}, frontend_id=frontend_id), options)

    def identity_in_words(self, options: dict[str, Any]) -> str:
        match = self.identity(options)
        if not match:
            raise Problem(WHICH)
        return " ".join(f"for {name} {value!r}" for name, value in match.items())

    def resolve(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> dict[str, Any]:
        frontend_id = (found or {}).get("frontend_id") or bare_id(options.get("frontend") or "")
        named = options.get("backend") and not bare_id(options["backend"])
        if named and frontend_id and not options.get("load_balancer"):
            # The backend's name is looked up on the frontend's load balancer.
            owner = self.load_balancer_of(session, {"frontend_id": frontend_id})
            options = {**options, "load_balancer": owner}
        frontend = frontend_id and session.known(frontend_id)
        if named and frontend and frontend["backend"]["name"] == options["backend"]:
            # It is the frontend's own backend, which is embedded in the frontend.
            options = {**options, "backend": frontend["backend"]["id"]}
        return super().resolve(session, options, found)

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        plan = super().plan(found, wanted, words)
        if plan.changed:
            refuse(unmatchable(plan.outcome["match"]))
        return plan

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        plan = super().plan_for(session, options, found)
        frontend = plan.outcome and session.known(plan.outcome["frontend_id"])
        if plan.changed and frontend:
            target = frontend["backend"]
            if plan.outcome["backend_id"] != target["id"]:
                backend_id = plan.outcome["backend_id"]
                target = session.known(backend_id) or BACKEND.read(session, backend_id)
            self.warn_of_mixture(session, frontend, target)
        return plan

    def warn_of_mixture(
        self, session: Session, frontend: dict[str, Any], target: dict[str, Any] | None
    ) -> None:
        """Warn of a route from a frontend that decrypts to a backend that passes through."""
        own = frontend["backend"]
        protocols = [(one or {}).get("forward_protocol") for one in (own, target)]
        if all(protocols) and protocols[0] != protocols[1]:
            session.warn(
                f"Frontend {frontend['name']} has a backend that speaks {protocols[0]}, and "
                f"backend {target['name']} speaks {protocols[1]}: a frontend either reads "
                "requests or passes them through, so it cannot follow this route. Give the other "
                "site a frontend of its own, on another port or on another load balancer."
            )

    def select(self, session: Session, options: dict[str, Any]) -> list[dict[str, Any]]:
        """The selected routes. The API lists a whole zone; a load balancer's are its frontends'."""
        items = super().select(session, options)
        frontend = options.get("frontend")
        # A frontend given by name has already been looked up on the load balancer.
        if not options.get("load_balancer") or (frontend and not bare_id(frontend)):
            return items
        under = FRONTEND.parent_ids(session, options)
        ids = [frontend["id"] for frontend in FRONTEND.list(session, under)]
        return [item for item in items if item["frontend_id"] in ids]


KINDS_OF_MATCH = ("sni", "host_header", "path_begin")
WHICH = f"Which route? Give its frontend and one of {', '.join(KINDS_OF_MATCH)}, or its id."

ROUTE = Route(
    "route",
    collection="routes",
    item="routes/{id}",
    filters=("frontend", "backend", "sni", "host_header", "path_begin"),
    queries=("frontend",),
    identified_by=KINDS_OF_MATCH,
    one_of=KINDS_OF_MATCH,
    switches=SCOPE,
    info_switches=SCOPE,
    fields={
        "frontend": Reference(
            FRONTEND,
            required=True,
            fixed=True,
            sent_as="frontend_id",
            aliases=["frontend_id"],
        ),
        "backend": Reference(BACKEND, required=True, sent_as="backend_id", aliases=["backend_id"]),
        "sni": HostName(sent_as="match.sni"),
        "host_header": HostName(sent_as="match.host_header"),
        "path_begin": Field(sent_as="match.path_begin"),
        "match_subdomains": Field("bool", default=False, sent_as="match.match_subdomains"),
    },
)
