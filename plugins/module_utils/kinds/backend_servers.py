# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some of a backend's servers, added and removed without affecting the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..api import ApiError
from ..fields.references import Reference
from ..fields.values import address
from ..kind import upper
from ..plan import Call, Plan
from ..problem import Problem
from ..resource import Resource
from ..session import Session
from .backend import BACKEND, Servers
from .backend_stats import BACKEND_STATS
from .load_balancer import SCOPE

METHODS = {"present": "POST", "absent": "DELETE", "exact": "PUT"}
"""The API's own add, remove and set, so that concurrent hosts do not overwrite each other."""


class BackendServers(Resource):
    """The set of servers exists whenever its backend does."""

    def arguments(self) -> dict[str, dict[str, Any]]:
        arguments = super().arguments()
        arguments["state"] = {**arguments["state"], "choices": list(METHODS)}
        needed = {name: {**arguments[name], "required": True} for name in self.fields}
        return {**arguments, **needed}

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        if (options.get("wait_for"), options["state"]) in (
            ("up", "absent"),
            ("drained", "present"),
        ):
            yield (
                f"wait_for: servers that are {options['state']} are not waited for to be "
                f"{options['wait_for']}. up goes with state present or exact, drained with absent "
                "or exact."
            )
        if options.get("min_up") is not None and options["state"] == "present":
            yield "min_up: it is about taking servers out; it goes with state absent or exact."

    def find(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        """The backend."""
        backend_id = self.id_of(session, options, "backend")
        if backend_id is None:
            return None
        found = session.known(backend_id) or BACKEND.read(session, backend_id)
        if found is None and options["state"] != "absent":
            raise Problem(f"backend: there is no backend {backend_id} in this zone.")
        return found

    def resolve(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> dict[str, Any]:
        return {"servers": options["servers"], "state": options["state"]}

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        # The backend is missing only if it is yet to be created, in check mode.
        found = found or {"id": None, "pool": []}
        there, state = found["pool"], wanted["state"]
        asked = list(dict.fromkeys(map(address, wanted["servers"])))
        if state == "present":
            seen = [address(one) for one in there]
            sent = [one for one in asked if one not in seen]
            after = [*there, *sent]
        elif state == "absent":
            sent = [one for one in there if address(one) in asked]
            after = [one for one in there if one not in sent]
        else:
            sent = asked
            after = there if self.fields["servers"].same(asked, found) else asked
        call = Call(METHODS[state], f"backends/{found['id']}/servers", {"server_ip": sent})
        return Plan(
            calls=[call] if after != there else [],
            before={"servers": there},
            after={"servers": after},
            outcome={**found, "pool": after},
        )

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        return self.plan(found, {"servers": options["servers"], "state": "absent"}, {})

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        """Refuse a plan that leaves fewer than `min_up` servers up, also in check mode."""
        plan = super().plan_for(session, options, found)
        if plan.changed and found and options.get("min_up"):
            left = plan.outcome["pool"]
            rows = BACKEND_STATS.list(
                session, {"load_balancer": found["lb"]["id"]}, backend_id=found["id"]
            )
            down = late(rows, {"servers": left, "wait_for": "up"})
            if len(left) - len(down) < options["min_up"]:
                raise Problem(
                    f"{upper(BACKEND.called(found))} would be left with {len(left) - len(down)} "
                    f"servers that are up, and min_up is {options['min_up']}."
                    + (f" Not up are {', '.join(down)}." if down else "")
                )
        return plan

    def ensure(self, session: Session, options: dict[str, Any]) -> tuple[Plan, Any]:
        plan, outcome = super().ensure(session, options)
        if options.get("wait_for") and outcome and not session.check_mode:
            try:
                self.await_servers(session, options, outcome)
            except ApiError as error:
                if not (error.gone and options["state"] == "absent"):
                    raise
        return plan, outcome

    def apply(
        self, session: Session, plan: Plan, options: dict[str, Any], found: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        load_balancer_id = self.load_balancer_of(session, found)
        absent = options["state"] == "absent"
        for call in plan.calls:
            session.send(call, load_balancer_id, absent)
        session.await_usable(load_balancer_id, absent)
        return BACKEND.read(session, found["id"])

    def await_servers(
        self, session: Session, options: dict[str, Any], backend: dict[str, Any]
    ) -> None:
        """Wait until the statistics show the servers as `wait_for` wants them."""
        place = {"load_balancer": backend["lb"]["id"]}
        session.until(
            lambda: late(BACKEND_STATS.list(session, place, backend_id=backend["id"]), options),
            lambda servers: not servers,
            lambda servers: (
                f"{upper(BACKEND.called(backend))}: not {options['wait_for']} are still "
                f"{', '.join(servers)}"
            ),
        )

    def returned(self, outcome: Any) -> Any:
        return (outcome or {"pool": []})["pool"]


def late(rows: list[dict[str, Any]], options: dict[str, Any]) -> list[str]:
    """The servers not yet in the state `wait_for`, each with what the statistics show of it.

    A server is up if every instance shows it as running. It is drained if it is gone or stopped, so
    that nothing is sent to it; in the state `stopping` it is still finishing requests.
    """
    servers = [address(server) for server in options["servers"]]
    shown: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        shown.setdefault(address(row["ip"]), []).append(row)

    def states(server: str) -> set[str]:
        return {row["server_state"] for row in shown.get(server, [])}

    if options["wait_for"] == "up":
        found = [one for one in servers if states(one) != {"running"}]
    else:
        out = servers if options["state"] == "absent" else [*shown.keys() - servers]
        found = [one for one in sorted(out) if states(one) - {"stopped"}]
    return [
        f"{one} ({'; '.join(map(state_in_words, shown.get(one, []))) or 'not in the statistics'})"
        for one in found
    ]


def state_in_words(row: dict[str, Any]) -> str:
    """One instance's statistics of a server, in words."""
    return f"{row['server_state']}, health check {row['last_health_check_status']}"


BACKEND_SERVERS = BackendServers(
    "backend_servers",
    plural="backend_servers",
    collection="backends",
    switches={
        **SCOPE,
        "wait_for": {"type": "str", "choices": ["up", "drained"]},
        "min_up": {"type": "int"},
    },
    fields={
        "backend": Reference(BACKEND, required=True, aliases=["backend_id"]),
        "servers": Servers(sent_as="server_ip", seen_at="pool", aliases=["server_ip"]),
    },
)
