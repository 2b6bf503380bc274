# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace a certificate in use without interruption: one is served at all times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..api import ApiError
from ..plan import Call
from ..problem import Problem
from ..resource import KINDS, Resource
from ..session import Session
from .answers import NEXT, listed_names
from .content import Content
from .dns import records, wrong_dns


@dataclass
class Situation:
    """The existing certificates when one is to be created or replaced."""

    load_balancer: dict[str, Any] | None
    """None if it is yet to be created, in check mode."""
    name: str
    current: dict[str, Any] | None
    next: dict[str, Any] | None
    """A replacement begun earlier, identified by its name."""
    next_in_use: bool = False
    """A frontend already lists it."""
    next_is_ours: bool = False
    """This run created it."""

    def offers(self, content: Content) -> bool:
        """True if the replacement begun earlier is the wanted certificate.

        The API shows neither key nor chain of an imported certificate. So one left by an earlier
        run and not in use never matches, whatever the API shows.
        """
        known = content.bundle is None or self.next_in_use or self.next_is_ours
        return known and content.is_in(self.next)


class Replacement:
    """The steps from the existing certificates to the wanted one.

    After each step, a later run can recognise the situation and continue. If anything fails before
    the swap, the old certificate stays in use.
    """

    def __init__(
        self, kind: Resource, session: Session, there: Situation, content: Content
    ) -> None:
        self.kind, self.session, self.there, self.content = kind, session, there, content

    @property
    def load_balancer_id(self) -> str:
        return self.there.load_balancer["id"]

    def carry_out(self, options: dict[str, Any]) -> dict[str, Any]:
        """Do those of the steps that remain: create, await, swap, remove, rename."""
        there, force = self.there, bool(options.get("force"))
        if there.next and (there.next_in_use or there.offers(self.content)):
            current = self.take_over(there.next)
            is_new = there.next_is_ours or self.content.bundle is None
            if self.content.is_in(current) and (is_new or not force):
                return current
            self.there = replace(there, current=current, next=None)
        elif there.next:
            self.remove(there.next)
        if self.content.is_in(self.there.current) and not force:
            return self.take_over(self.there.current)
        return self.take_over(self.create(options))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        load_balancer = self.session.load_balancer(self.load_balancer_id)
        names = self.content.to_look_up(options, load_balancer)
        wrong = wrong_dns(self.session, load_balancer, names, options.get("dns_timeout") or 0)
        if wrong:
            raise Problem(wrong)
        name = self.there.name + NEXT if self.there.current else self.there.name
        path = self.kind.collection.format(load_balancer=load_balancer["id"])
        try:
            call = Call("POST", path, {"name": name, **self.content.body()})
            return self.session.send(call, load_balancer["id"])
        except ApiError as error:
            raise _explained(error, load_balancer, self.content.names) from error

    def await_ready(self, new: dict[str, Any]) -> dict[str, Any]:
        """The certificate once issued; one that fails is removed, and a Problem raised."""
        if new["status"] == "pending":
            path = self.kind.item.format(**new)
            new = self.session.poll(path, lambda found: found["status"] != "pending")
        if new["status"] == "ready":
            return new
        self.remove(new)
        serving = " The one in use stays in use." if self.there.current else ""
        raise Problem(
            f"The certificate for {listed_names(new)} could not be obtained (status "
            f"{new['status']}): {new.get('status_details') or 'the API gives no details'}. "
            f"It has been removed.{serving}"
        )

    def take_over(self, new: dict[str, Any]) -> dict[str, Any]:
        """Use `new` in place of the current certificate, remove that, and give `new` its name."""
        current, session = self.there.current, self.session
        replaces = bool(current) and current["id"] != new["id"]
        is_called_otherwise = new["name"] != self.there.name
        if replaces or session.wait:
            new = self.await_ready(new)
        if replaces:
            with session.alone():
                self.swap(new)
            # Remove the old one only when every instance serves the new one.
            session.await_usable(self.load_balancer_id, always=True)
            self.remove(current)
        if is_called_otherwise:
            call = Call("PUT", self.kind.item.format(**new), {"name": self.there.name})
            session.send(call, self.load_balancer_id)
        session.await_usable(self.load_balancer_id)
        return self.kind.read(session, new["id"]) if replaces or is_called_otherwise else new

    def swap(self, new: dict[str, Any]) -> None:
        """Replace the current certificate by `new` in every frontend that lists it."""
        old_id = self.there.current["id"]
        for frontend in frontends_with(self.session, self.there.current):
            ids = [new["id"] if one == old_id else one for one in frontend["certificate_ids"]]
            plan = KINDS["frontend"].plan_update(frontend, {"certificates": ids}, {})
            for call in plan.calls:
                # The `stack` module may be removing the frontend at the same time.
                self.session.send(call, self.load_balancer_id, absent=True)

    def remove(self, old: dict[str, Any]) -> None:
        self.session.send(Call("DELETE", self.kind.item.format(**old)), self.load_balancer_id)


def frontends_with(session: Session, certificate: dict[str, Any]) -> list[dict[str, Any]]:
    """The frontends that list a certificate."""
    from ..kinds import frontend  # here, because it imports certificates itself

    frontends = frontend.FRONTEND.list(session, {"load_balancer": certificate["lb"]["id"]})
    return [one for one in frontends if certificate["id"] in one["certificate_ids"]]


def _explained(error: ApiError, load_balancer: dict[str, Any], names: list[str]) -> Problem:
    """The API's refusal to order a certificate, reworded to say what to do if that is known."""
    if "not resolve" in error.said:
        wrong = {name: [] for name in names if name in error.said} or {n: [] for n in names}
        return Problem(f"{records(load_balancer, wrong)} The API said: {error.said}")
    if "port 80" in error.said.lower():
        return Problem(
            f"Let's Encrypt answers its challenge on port 80, and a frontend of load balancer "
            f"{load_balancer['name']!r} on port 80 has a TCP backend. Give that frontend a backend "
            f"with forward_protocol: http, or remove it. The API said: {error.said}"
        )
    return error
