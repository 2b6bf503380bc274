# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate: cannot be changed, only replaced, without a moment in which none is served."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .. import pem
from ..api import AnswerLost, ApiError
from ..dns import check_dns, wrong_dns
from ..fields.field import Field
from ..fields.references import Reference
from ..ids import bare_id
from ..plan import Call, Plan
from ..problem import Problem, refuse
from ..resource import KINDS, Resource
from ..session import Session
from .load_balancer import LOAD_BALANCER, own_name

NEXT = ".next"
UNDATED = "0001-01-01T00:00:00Z"
LETSENCRYPT = ("letsencrypt", "letsencryt")  # the API's enum holds a misspelling, too


@dataclass
class Situation:
    """What is there when a certificate is to be brought to what is wanted."""

    load_balancer: dict[str, Any] | None
    """None where check mode would make it."""
    name: str
    current: dict[str, Any] | None
    next: dict[str, Any] | None
    """A replacement that an earlier run began, known by its name."""


class Content:
    """What a certificate is wanted to be: ordered from Let's Encrypt, or imported."""

    def __init__(self, session: Session, options: dict[str, Any], there: Situation) -> None:
        self.bundle = None
        self.names: list[str] = []
        if options.get("custom_certificate"):
            self.bundle = pem.read(options["custom_certificate"])
            self.names = self.bundle.names
            if self.bundle.not_valid_before > datetime.datetime.now(datetime.UTC):
                raise Problem(
                    f"custom_certificate: the certificate of {self.names[0]} is not valid before "
                    f"{self.bundle.not_valid_before:%Y-%m-%d %H:%M} UTC: until then every client "
                    "would refuse it."
                )
            if not self.bundle.has_issuer:
                session.warn(
                    f"The certificate of {self.names[0]} comes without its intermediate "
                    "certificate: clients that do not know its issuer will refuse it. "
                    "Add the issuer's certificate to chain."
                )
            return
        asked = options["letsencrypt"]
        name = asked.get("common_name")
        if not name and there.load_balancer:
            name = own_name(there.load_balancer)
            if name is None:
                raise Problem(
                    "letsencrypt: the load balancer has no public IPv4 address, which Let's "
                    "Encrypt needs. Import a certificate: custom_certificate."
                )
        names = [name, *(asked.get("subject_alternative_name") or [])]
        self.names = [one for number, one in enumerate(names) if one and one not in names[:number]]

    def is_in(self, found: dict[str, Any] | None) -> bool:
        """True if the certificate found is, as far as the API shows it, the one wanted."""
        if found is None or found["status"] == "error":
            return False
        if self.bundle:
            return holds(found, self.bundle)
        return not is_imported(found) and known_by(names_of(found)) == known_by(self.names)

    def lacking(self, found: dict[str, Any]) -> list[str]:
        """The names of the certificate found that this one is not for."""
        mine = known_by(self.names)
        return [
            name
            for name in names_of(found)
            if not mine & known_by([name, f"*.{name.partition('.')[2]}"])
        ]

    def body(self) -> dict[str, Any]:
        if self.bundle:
            return {"custom_certificate": {"certificate_chain": self.bundle.pem}}
        first, *others = self.names
        return {"letsencrypt": {"common_name": first, "subject_alternative_name": others}}

    def outcome(self) -> dict[str, Any]:
        """As the API would show it."""
        bundle = self.bundle
        return {
            "type": "custom" if bundle else "letsencrypt",
            "common_name": self.names[0] if self.names else None,
            "subject_alternative_name": self.names[1:],
            "not_valid_before": stamp(bundle.not_valid_before) if bundle else None,
            "not_valid_after": stamp(bundle.not_valid_after) if bundle else None,
        }


class Certificate(Resource):
    """Replaced in steps, each of which a later run recognises and takes up."""

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        if options.get("letsencrypt") is not None and options.get("custom_certificate"):
            yield "letsencrypt and custom_certificate exclude each other: give one of them."
        asked = options.get("letsencrypt") or {}
        for name in [asked.get("common_name"), *(asked.get("subject_alternative_name") or [])]:
            if name and name.startswith("*."):
                yield (
                    f"letsencrypt: {name} is a wildcard, which the platform cannot order. "
                    "List each name, or import a wildcard certificate: custom_certificate."
                )

    def is_on_its_way(self, found: dict[str, Any]) -> bool:
        return found["status"] == "pending"

    def has_content(self, options: dict[str, Any]) -> bool:
        return options.get("letsencrypt") is not None or bool(options.get("custom_certificate"))

    def ensure(self, session: Session, options: dict[str, Any]) -> tuple[Plan, Any]:
        if options.get("state") == "absent" or not self.has_content(options):
            return super().ensure(session, options)
        refuse(self.problems(options))
        first: Plan | None = None
        while True:
            there = self.survey(session, options)
            content = Content(session, options, there)
            plan = self.plan_content(there, content, bool(options.get("force")) and first is None)
            self.compare(session, there, content)
            if session.check_mode:
                if plan.changed and there.load_balancer:
                    session.admit(there.load_balancer["id"])
                return plan, plan.outcome
            if not plan.changed and first is None:
                found = there.current
                return plan, self.await_ready(session, there, found) if session.wait else found
            first = first or plan
            session.admit(there.load_balancer["id"])
            try:
                return first, self.bring_about(session, options, there, content)
            except AnswerLost:
                if time.monotonic() > session.deadline:
                    raise
                time.sleep(0.5)

    # Finding

    def find_by_name(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        if options.get("name"):
            there = self.survey(session, options)
            session.looked_up[self.begun_for(options)] = there.next
            return there.current or there.next
        return super().find_by_name(session, options)

    def begun_for(self, options: dict[str, Any]) -> tuple:
        """Under what a replacement that was begun for a name is kept in the session."""
        return (self.kind, options["name"] + NEXT, options.get("load_balancer"))

    def survey(self, session: Session, options: dict[str, Any]) -> Situation:
        """Read the certificate and the replacement that an earlier run may have begun."""
        current = None
        if options.get("id"):
            current = self.read(session, bare_id(options["id"]))
            if current is None:
                raise Problem(f"There is no certificate {options['id']} in this zone.")
            load_balancer_id = current["lb"]["id"]
        elif not options.get("name"):
            raise Problem("Which certificate? Give its name or its id.")
        else:
            load_balancer_id = self.place(session, options)["load_balancer"]
        name = options.get("name") or current["name"]
        if load_balancer_id is None:
            return Situation(None, name, None, None)
        if current and self.is_served(session, options, current):
            # Then it does not matter whether a replacement was begun.
            return Situation(current["lb"], name, current, None)
        items = self.list(session, {"load_balancer": load_balancer_id}, name=name)
        load_balancer = (
            session.load_balancers.get(load_balancer_id)
            or (current or {}).get("lb")
            or {"id": load_balancer_id, **session.load_balancer(load_balancer_id)}
        )
        return self.situation(load_balancer, name, current, items)

    def is_served(self, session: Session, options: dict[str, Any], current: dict[str, Any]) -> bool:
        """True if the certificate of the given ID is as wanted already."""
        if not self.has_content(options) or options.get("force"):
            return False
        there = Situation(current["lb"], current["name"], current, None)
        is_called_so = options.get("name") in (None, current["name"])
        return is_called_so and Content(session, options, there).is_in(current)

    def situation(
        self,
        load_balancer: dict[str, Any] | None,
        name: str,
        current: dict[str, Any] | None,
        items: list[dict[str, Any]],
    ) -> Situation:
        """What the certificates of a load balancer mean to the one that has, or gets, a name."""
        current = current or self.among(items, {"name": name})
        return Situation(load_balancer, name, current, self.among(items, {"name": name + NEXT}))

    # Planning

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        """With a certificate goes the replacement that was begun for it."""
        plan = super().plan_for(session, options, found)
        if not plan.changed or not options.get("name") or options.get("state") != "absent":
            return plan
        key = self.begun_for(options)
        if key not in session.looked_up:
            session.looked_up[key] = self.survey(session, options).next
        begun = session.looked_up[key]
        if begun is None or begun["id"] == found["id"]:
            return plan
        return replace(plan, calls=[*plan.calls, Call("DELETE", self.item.format(**begun))])

    def plan_within(
        self,
        session: Session,
        options: dict[str, Any],
        current: dict[str, Any] | None,
        items: list[dict[str, Any]],
        load_balancer: dict[str, Any] | None,
    ) -> Plan:
        """The plan where all certificates of the load balancer have been read."""
        name = options.get("name") or current["name"]
        there = self.situation(load_balancer, name, current, items)
        content = Content(session, options, there)
        self.compare(session, there, content)
        return self.plan_content(there, content, bool(options.get("force")))

    def compare(self, session: Session, there: Situation, content: Content) -> None:
        """Warn of names that the certificate in use is for and its successor is not."""
        served = there.current
        lost = content.lacking(served) if served and served["status"] != "error" else []
        lost = [name for name in lost if name != own_name(served["lb"])]
        if lost:
            session.warn(
                f"The new certificate {there.name!r} is for {', '.join(content.names)} and not for "
                f"{', '.join(lost)}, which the one in use is for: clients of these names will "
                "refuse it."
            )

    def plan_content(self, there: Situation, content: Content, force: bool) -> Plan:
        """What will happen, without the steps' IDs, which are not known before they happen."""
        served = there.current
        if there.name.endswith(NEXT) and (served or {}).get("name") != there.name:
            raise Problem(f"name: {reserved(there.name)}")
        fits = content.is_in(served) and not force
        calls = []
        if not fits and not content.is_in(there.next):
            calls.append(Call("POST", "certificates"))
        elif there.next:
            calls.append(Call("PUT", f"certificates/{there.next['id']}"))
        elif served["name"] != there.name:
            calls.append(Call("PUT", f"certificates/{served['id']}"))
        wanted = {"name": there.name, **content.outcome()}
        shown = {key: served.get(key) for key in wanted} if served else {}
        if fits or content.is_in(there.next):
            base = served if fits else there.next
            wanted = {key: base.get(key) for key in wanted} | {"name": there.name}
        else:
            unknown = ("id", "status", "status_details", "fingerprint")
            base = {**(served or {}), **dict.fromkeys(unknown)}
        return Plan(calls, before=shown, after=wanted, outcome={**base, **wanted})

    def plan_create(self, wanted: dict[str, Any], words: dict[str, Any]) -> Plan:
        raise Problem(
            f"There is no certificate {wanted['name']!r}; to create it, give letsencrypt or "
            "custom_certificate."
        )

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        shown = ("name", "type", "common_name", "subject_alternative_name", "not_valid_after")
        plan = super().plan_absent(found, options)
        return Plan(plan.calls, before={key: found.get(key) for key in shown})

    # Applying

    def bring_about(
        self, session: Session, options: dict[str, Any], there: Situation, content: Content
    ) -> dict[str, Any]:
        """Make, await, swap, remove, rename: whichever of these steps are still to be done."""
        force = bool(options.get("force"))
        if there.next and (content.is_in(there.next) or self.users(session, there, there.next)):
            current = self.take_over(session, there, there.next)
            there = Situation(there.load_balancer, there.name, current, None)
            if content.is_in(current):
                return current
        if there.next:
            self.remove(session, there, there.next)
        if content.is_in(there.current) and not force:
            return self.take_over(session, there, there.current)
        return self.take_over(session, there, self.make(session, options, there, content))

    def make(
        self, session: Session, options: dict[str, Any], there: Situation, content: Content
    ) -> dict[str, Any]:
        load_balancer = session.load_balancer(there.load_balancer["id"])
        if content.bundle is None and options.get("check_dns", True):
            check_dns(session, load_balancer, content.names, options.get("dns_timeout") or 0)
        name = there.name + NEXT if there.current else there.name
        path = self.collection.format(load_balancer=load_balancer["id"])
        try:
            call = Call("POST", path, {"name": name, **content.body()})
            return session.send(call, load_balancer["id"])
        except ApiError as error:
            raise _explained(error, load_balancer, content.names) from error

    def await_ready(
        self, session: Session, there: Situation, new: dict[str, Any]
    ) -> dict[str, Any]:
        if new["status"] == "pending":
            path = self.item.format(**new)
            new = session.poll(path, lambda found: found["status"] != "pending")
        if new["status"] == "ready":
            return new
        self.remove(session, there, new)
        serving = " The one in use keeps serving." if there.current else ""
        raise Problem(
            f"The certificate for {_listed(new)} could not be had (status {new['status']}): "
            f"{new.get('status_details') or 'the API gives no details'}. "
            f"It has been removed.{serving}"
        )

    def take_over(self, session: Session, there: Situation, new: dict[str, Any]) -> dict[str, Any]:
        """Put `new` wherever the current certificate is, remove that, and give `new` its name."""
        load_balancer_id = there.load_balancer["id"]
        replaces = bool(there.current) and there.current["id"] != new["id"]
        is_called_otherwise = new["name"] != there.name
        if replaces or session.wait:
            new = self.await_ready(session, there, new)
        if replaces:
            with session.alone():
                self.swap(session, there, new)
            # Only when every instance serves the new one may the old one go.
            session.await_usable(load_balancer_id, always=True)
            self.remove(session, there, there.current)
        if is_called_otherwise:
            call = Call("PUT", self.item.format(**new), {"name": there.name})
            session.send(call, load_balancer_id)
        session.await_usable(load_balancer_id)
        return self.read(session, new["id"]) if replaces or is_called_otherwise else new

    def swap(self, session: Session, there: Situation, new: dict[str, Any]) -> None:
        """Put `new` into every frontend that lists the current certificate, in its place."""
        old_id = there.current["id"]
        for user in self.users(session, there, there.current):
            ids = [new["id"] if one == old_id else one for one in user["certificate_ids"]]
            plan = KINDS["frontend"].plan_update(user, {"certificates": ids}, {})
            for call in plan.calls:
                # A stack may be removing the frontend at this moment.
                session.send(call, there.load_balancer["id"], absent=True)

    def remove(self, session: Session, there: Situation, old: dict[str, Any]) -> None:
        session.send(Call("DELETE", self.item.format(**old)), there.load_balancer["id"])

    def users(
        self, session: Session, there: Situation, one: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The frontends that list a certificate."""
        from . import frontend  # which itself refers to certificates, so not above

        place = {"load_balancer": there.load_balancer["id"]}
        frontends = frontend.FRONTEND.list(session, place)
        return [user for user in frontends if one["id"] in user["certificate_ids"]]

    def used_by(self, session: Session, found: dict[str, Any]) -> list[str]:
        there = Situation(found["lb"], found["name"], found, None)
        return [KINDS["frontend"].called(user) for user in self.users(session, there, found)]

    def await_usable(
        self, session: Session, object_id: str, load_balancer_id: str | None
    ) -> dict[str, Any] | None:
        if not session.wait:
            return None
        path = self.item.format(id=object_id)
        return session.poll(path, lambda found: found["status"] != "pending")

    # What the result says beside the certificate

    def extras(self, session: Session, options: dict[str, Any], outcome: Any) -> dict[str, Any]:
        if isinstance(outcome, list):
            for item in outcome:
                item.update(self.lifetime(session, options, item))
            return {}
        return self.lifetime(session, options, outcome or {})

    def told(self, found: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """An imported certificate is told by its name alone: the API shows no content."""
        told = super().told(found, names)
        if is_imported(found):
            return told
        first, others = found["common_name"], found["subject_alternative_name"]
        order: dict[str, Any] = {} if first == own_name(found["lb"]) else {"common_name": first}
        if others:
            order["subject_alternative_name"] = others
        return {**told, "letsencrypt": order}

    def lifetime(
        self, session: Session, options: dict[str, Any], found: dict[str, Any]
    ) -> dict[str, Any]:
        """`days_left`, None where no end is known, and `expiring` where that was asked for."""
        end = found.get("not_valid_after")
        days = None
        if end and end != UNDATED:
            days = (moment(end) - datetime.datetime.now(datetime.UTC)).days
        result: dict[str, Any] = {"days_left": days}
        limit = options.get("expires_within_days")
        if limit is not None:
            result["expiring"] = days is not None and days <= limit
            if result["expiring"]:
                session.warn(
                    f"Certificate {found['name']!r} ({_listed(found)}) ends on {end}, "
                    f"in {days} days."
                )
        return result


def reserved(name: str) -> str:
    """The problem of a certificate that would be taken for a replacement."""
    return (
        f"{name!r} is what a replacement of {name.removesuffix(NEXT)!r} is called before it "
        f"takes over that name. Choose a name that does not end in {NEXT}."
    )


def is_imported(found: dict[str, Any]) -> bool:
    """True if the certificate is not ordered from Let's Encrypt."""
    return found["type"] not in LETSENCRYPT


def names_of(found: dict[str, Any]) -> list[str]:
    """The names that a certificate is for, the first one first."""
    return [found["common_name"], *(found.get("subject_alternative_name") or [])]


def known_by(names: list[str]) -> frozenset[str]:
    """Names in the one form in which equal ones are equal: in any case and order."""
    return frozenset(name.lower() for name in names)


def holds(found: dict[str, Any], bundle: pem.Bundle) -> bool:
    """True if the certificate found is, as far as the API shows it, the one in the bundle."""
    return (
        is_imported(found)
        and found["status"] != "error"
        and names_of(found) == bundle.names
        and moment(found["not_valid_before"]) == bundle.not_valid_before
        and moment(found["not_valid_after"]) == bundle.not_valid_after
    )


def _explained(error: ApiError, load_balancer: dict[str, Any], names: list[str]) -> Problem:
    """The API's refusal of an order, in words that say what to do."""
    if "not resolve" in error.said:
        wrong = {name: [] for name in names if name in error.said} or {n: [] for n in names}
        return Problem(f"{wrong_dns(load_balancer, wrong)} The API said: {error.said}")
    if "port 80" in error.said.lower():
        return Problem(
            f"Let's Encrypt answers its challenge on port 80, and a frontend of load balancer "
            f"{load_balancer['name']!r} on port 80 has a TCP backend. Give that frontend a backend "
            f"with forward_protocol: http, or remove it. The API said: {error.said}"
        )
    return error


def _listed(found: dict[str, Any]) -> str:
    return ", ".join(names_of(found))


def moment(text: str) -> datetime.datetime:
    """A time as the API writes it, to the second; certificates have no finer dates."""
    return datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.UTC)


def stamp(when: datetime.datetime) -> str:
    """A time as the API writes it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


CERTIFICATE = Certificate(
    "certificate",
    collection="lbs/{load_balancer}/certificates",
    item="certificates/{id}",
    fields={
        "load_balancer": Reference(
            LOAD_BALANCER, seen_at="lb.id", embedded="lb", fixed=True, aliases=["lb_id"]
        ),
        "name": Field(required=True),
    },
    switches={
        "letsencrypt": {
            "type": "dict",
            "options": {
                "common_name": {"type": "str"},
                "subject_alternative_name": {"type": "list", "elements": "str"},
            },
        },
        "custom_certificate": {
            "type": "dict",
            "options": {
                "certificate": {"type": "str"},
                "private_key": {"type": "str", "no_log": True},
                "chain": {"type": "str"},
                "bundle": {"type": "str", "no_log": True, "aliases": ["certificate_chain"]},
            },
        },
        "force": {"type": "bool", "default": False},
        "check_dns": {"type": "bool", "default": True},
        "dns_timeout": {"type": "int", "default": 0},
        "expires_within_days": {"type": "int"},
    },
    info_switches={"expires_within_days": {"type": "int"}},
)
