# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate, which cannot be changed, only replaced; one is served at all times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..api import AnswerLost
from ..certificates.answers import (
    NEXT,
    days_left,
    is_imported,
    listed_names,
    reserved_name,
)
from ..certificates.content import Content, unobtainable
from ..certificates.dns import wrong_dns
from ..certificates.replacement import Replacement, Situation, frontends_with
from ..fields.field import Field
from ..fields.references import Reference
from ..ids import bare_id
from ..own_names import own_name
from ..plan import Call, Plan
from ..problem import Problem, refuse
from ..resource import KINDS, Resource
from ..session import Session
from .load_balancer import LOAD_BALANCER


class Certificate(Resource):
    """A certificate, replaced in steps, from each of which a later run can continue."""

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        if options.get("letsencrypt") is not None and options.get("custom_certificate"):
            yield "letsencrypt and custom_certificate exclude each other: give one of them."
        asked = options.get("letsencrypt") or {}
        names = [asked.get("common_name"), *(asked.get("subject_alternative_name") or [])]
        yield from unobtainable(name for name in names if name)

    def is_in_transition(self, found: dict[str, Any]) -> bool:
        return found["status"] == "pending"

    def has_content(self, options: dict[str, Any]) -> bool:
        return options.get("letsencrypt") is not None or bool(options.get("custom_certificate"))

    def ensure(self, session: Session, options: dict[str, Any]) -> tuple[Plan, Any]:
        if options.get("state") == "absent" or not self.has_content(options):
            return super().ensure(session, options)
        refuse(self.problems(options))
        first: Plan | None = None
        while True:
            there = replace(self.survey(session, options), next_is_ours=first is not None)
            content = Content(session, options, there.load_balancer)
            replacement = Replacement(self, session, there, content)
            plan = self.plan_content(there, content, bool(options.get("force")) and first is None)
            self.compare(session, there, content)
            if plan.changed and there.load_balancer:
                self.refuse_taken(session, plan, there.current)
                self.refuse_elsewhere(session, options, plan, there.current)
            if session.check_mode:
                self.forewarn_order(session, options, there, content, plan)
                return plan, plan.outcome
            if not plan.changed and first is None:
                found = there.current
                return plan, replacement.await_ready(found) if session.wait else found
            first = first or plan
            try:
                return first, replacement.carry_out(options)
            except AnswerLost as lost:
                session.pause_after(lost)

    # Finding

    def find_by_name(self, session: Session, options: dict[str, Any]) -> dict[str, Any] | None:
        if options.get("name"):
            there = self.survey(session, options)
            session.looked_up[self.begun_for(options)] = there.next
            return there.current or there.next
        return super().find_by_name(session, options)

    def begun_for(self, options: dict[str, Any]) -> tuple:
        """The key in `session.looked_up` of a replacement begun for the certificate's name."""
        return (self.kind, options["name"] + NEXT, options.get("load_balancer"))

    def survey(self, session: Session, options: dict[str, Any]) -> Situation:
        """Read the certificate, and the replacement that an earlier run may have begun."""
        current = None
        if options.get("id"):
            current = self.read(session, bare_id(options["id"]))
            if current is None:
                raise Problem(f"There is no certificate {options['id']} in this zone.")
            load_balancer_id = current["lb"]["id"]
        elif not options.get("name"):
            raise Problem("Which certificate? Give its name or its id.")
        else:
            load_balancer_id = self.parent_ids(session, options)["load_balancer"]
        name = options.get("name") or current["name"]
        if load_balancer_id is None:
            return Situation(None, name, None, None)
        if current and self.is_served(session, options, current):
            # It does not matter, then, whether a replacement was begun.
            return Situation(current["lb"], name, current, None)
        items = self.list(session, {"load_balancer": load_balancer_id}, name=name)
        load_balancer = (
            session.load_balancers.get(load_balancer_id)
            or (current or {}).get("lb")
            or {"id": load_balancer_id, **session.load_balancer(load_balancer_id)}
        )
        there = self.situation(load_balancer, name, current, items)
        if there.next and self.has_content(options):
            in_use = bool(frontends_with(session, there.next))
            there = replace(there, next_in_use=in_use)
        return there

    def is_served(self, session: Session, options: dict[str, Any], current: dict[str, Any]) -> bool:
        """True if the certificate with the given ID already is as wanted."""
        if not self.has_content(options) or options.get("force"):
            return False
        is_called_so = options.get("name") in (None, current["name"])
        return is_called_so and Content(session, options, current["lb"]).is_in(current)

    def situation(
        self,
        load_balancer: dict[str, Any] | None,
        name: str,
        current: dict[str, Any] | None,
        items: list[dict[str, Any]],
    ) -> Situation:
        """The situation of the certificate that has or gets `name`; `items` are all that exist."""
        current = current or self.among(items, {"name": name})
        others = [one for one in items if not current or one["id"] != current["id"]]
        return Situation(load_balancer, name, current, self.among(others, {"name": name + NEXT}))

    # Planning

    def plan_for(
        self, session: Session, options: dict[str, Any], found: dict[str, Any] | None
    ) -> Plan:
        """Removing a certificate includes the replacement begun for it."""
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
        in_use: set[str],
    ) -> Plan:
        """The plan when all certificates of the load balancer have been read already.

        `in_use` holds the IDs of those that frontends list.
        """
        name = options.get("name") or current["name"]
        there = self.situation(load_balancer, name, current, items)
        there = replace(there, next_in_use=bool(there.next) and there.next["id"] in in_use)
        content = Content(session, options, there.load_balancer)
        self.compare(session, there, content)
        plan = self.plan_content(there, content, bool(options.get("force")))
        if session.check_mode:
            self.forewarn_order(session, options, there, content, plan)
        return plan

    def compare(self, session: Session, there: Situation, content: Content) -> None:
        """Warn of names that the current certificate covers and its successor does not."""
        served = there.current
        lost = content.lacking(served) if served and served["status"] != "error" else []
        lost = [name for name in lost if name != own_name(served["lb"])]
        if lost:
            session.warn(
                f"The new certificate {there.name!r} is for {', '.join(content.names)} and not for "
                f"{', '.join(lost)}, which the one in use is for: clients of these names will "
                "refuse it."
            )

    def forewarn_order(
        self,
        session: Session,
        options: dict[str, Any],
        there: Situation,
        content: Content,
        plan: Plan,
    ) -> None:
        """In check mode: warn of names for which the order would fail, as DNS is now."""
        if there.load_balancer and any(call.method == "POST" for call in plan.calls):
            names = content.to_look_up(options, there.load_balancer)
            wrong = wrong_dns(session, there.load_balancer, names)
            if wrong:
                session.warn(wrong)

    def plan_content(self, there: Situation, content: Content, force: bool) -> Plan:
        """The plan, without the IDs of what the steps create, which are not known in advance."""
        served, begun = there.current, there.next
        self.refuse_reserved(there.name, served)
        adopted = there.offers(content) and not (force and content.bundle)
        wanted = {"name": there.name, **content.outcome()}
        before = {key: served.get(key) for key in wanted} if served else {}
        calls = []
        if content.is_in(served) and not force:
            base = served
            if begun:
                calls.append(Call("DELETE", self.item.format(**begun)))
                before["replacement"] = begun["name"]
            elif served["name"] != there.name:
                calls.append(Call("PUT", self.item.format(**served)))
        elif adopted:
            base = begun
            calls.append(Call("PUT", self.item.format(**begun)))
        else:
            calls.append(Call("POST", "certificates"))
            unknown = ("id", "status", "status_details", "fingerprint")
            base = {"lb": there.load_balancer, **(served or {}), **dict.fromkeys(unknown)}
            return Plan(calls, before, wanted, outcome={**base, **wanted})
        after = {key: base.get(key) for key in wanted} | {"name": there.name}
        return Plan(calls, before, after, outcome={**base, **after})

    def plan_update(
        self, found: dict[str, Any], wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        self.refuse_reserved(wanted.get("name", ""), found)
        return super().plan_update(found, wanted, words)

    def refuse_reserved(self, name: str, found: dict[str, Any] | None) -> None:
        """Raise Problem if a certificate would get a name that is reserved for replacements."""
        if name.endswith(NEXT) and (found or {}).get("name") != name:
            raise Problem(f"name: {reserved_name(name)}")

    def plan_create(self, wanted: dict[str, Any], words: dict[str, Any]) -> Plan:
        raise Problem(
            f"There is no certificate {wanted['name']!r}; to create it, give letsencrypt or "
            "custom_certificate."
        )

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        shown = ("name", "type", "common_name", "subject_alternative_name", "not_valid_after")
        plan = super().plan_absent(found, options)
        return Plan(plan.calls, before={key: found.get(key) for key in shown})

    # Applying and waiting

    def used_by(self, session: Session, found: dict[str, Any]) -> list[str]:
        return [KINDS["frontend"].called(one) for one in frontends_with(session, found)]

    def await_usable(
        self, session: Session, object_id: str, load_balancer_id: str | None
    ) -> dict[str, Any] | None:
        if not session.wait:
            return None
        path = self.item.format(id=object_id)
        return session.poll(path, lambda found: found["status"] != "pending")

    # Further keys of the result

    def extras(self, session: Session, options: dict[str, Any], outcome: Any) -> dict[str, Any]:
        if isinstance(outcome, list):
            for item in outcome:
                item.update(self.lifetime(session, options, item))
            return {}
        return self.lifetime(session, options, outcome or {})

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """Of an imported certificate, only the name is exported: the API shows no content."""
        exported = super().exported(found, names)
        if is_imported(found):
            return exported
        first, others = found["common_name"], found["subject_alternative_name"]
        order: dict[str, Any] = {} if first == own_name(found["lb"]) else {"common_name": first}
        if others:
            order["subject_alternative_name"] = others
        return {**exported, "letsencrypt": order}

    def lifetime(
        self, session: Session, options: dict[str, Any], found: dict[str, Any]
    ) -> dict[str, Any]:
        """`days_left`, None if its end is unknown, and `expiring`, if expires_within_days is given.

        Warns if it is expiring.
        """
        days = days_left(found)
        result: dict[str, Any] = {"days_left": days}
        limit = options.get("expires_within_days")
        if limit is not None:
            result["expiring"] = days is not None and days <= limit
            if result["expiring"]:
                session.warn(
                    f"Certificate {found['name']!r} ({listed_names(found)}) ends on "
                    f"{found['not_valid_after']}, "
                    f"in {days} days."
                )
        return result


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
