# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the plan as a whole: what cannot work, and which steps must wait for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..certificates.answers import NEXT, reserved_name
from ..kinds.acls import ACLS
from ..kinds.backend import BACKEND
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.ip import IP
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.route import ROUTE
from ..kinds.subscriber import SUBSCRIBER
from ..resource import Resource
from .planning import Planning
from .steps import Step, key_of, referred

HTTP_PORT = 80


def judge(planning: Planning) -> list[Step]:
    """Check the plan as a whole, adding to its problems; return the steps in order."""
    embed(planning)
    take_over(planning)
    for rule in (removed, addresses, ports, replacements, unused, orders, filters, matches):
        for place, problem in rule(planning):
            planning.refuse(place, problem)
    return ordered(planning)


def final(planning: Planning, kind: Resource) -> dict[str, dict[str, Any]]:
    """The objects of a kind as they will be, by place or key."""
    return {place: one for place, (its, one) in planning.outcomes.items() if its is kind}


def embed(planning: Planning) -> None:
    """Update the embedded objects to what they will be."""
    there = {
        one["id"]: one
        for kind in (BACKEND, SUBSCRIBER, IP)
        for one in final(planning, kind).values()
    }

    def shown(value: Any) -> Any:
        if isinstance(value, list):
            return [shown(one) for one in value]
        return value and there.get(value["id"], value)

    for kind, names in ((FRONTEND, ["backend"]), (LOAD_BALANCER, ["subscriber", "ip"])):
        for thing in final(planning, kind).values():
            thing.update({name: shown(thing[name]) for name in names})


def take_over(planning: Planning) -> None:
    """Make objects that take over a name wait until it is free: until then, another has it."""
    for thing in planning.declaration.things:
        step = planning.steps.get(thing.place)
        if step and step.change == "created":
            step.after |= {
                planning.renamed[key_of(one)]
                for one in planning.there.of(thing.kind)
                if planning.renamed.get(key_of(one)) in planning.steps and thing.matches(one)
            }


def step_of(planning: Planning, object_id: str) -> str | None:
    """The key of the step that changes or removes the object with this ID."""
    return next(
        (
            step.key
            for step in planning.steps.values()
            if step.found and key_of(step.found) == object_id
        ),
        None,
    )


def removed(planning: Planning) -> Iterator[tuple[str, str]]:
    """No object that stays may use one that is pruned."""
    gone = {
        key_of(step.found): step for step in planning.steps.values() if step.change == "removed"
    }
    for place, (kind, thing) in planning.outcomes.items():
        for step in (gone[key] for key in sorted(referred(kind, thing) & gone.keys())):
            user = place if place in planning.ids else kind.called(thing)
            yield (
                step.key.split(" ")[0],
                f"{step.title} is not declared, so prune would remove it, and {user} uses it. "
                "Declare it, or let nothing refer to it.",
            )


def addresses(planning: Planning) -> Iterator[tuple[str, str]]:
    """A load balancer has at most one address of each version, and no IPv6 without IPv4."""
    if any(thing.place not in planning.outcomes for thing in planning.declaration.of(IP)):
        return  # if one of them is refused, they cannot be counted
    declared = {planning.ids[thing.place]: thing for thing in planning.declaration.of(IP)}
    known = {ip["id"]: ip["ip_address"] for ip in planning.there.of(IP)}
    holders = {ip["id"]: ip.get("lb_id") for ip in planning.there.of(IP)}
    taken: dict[str, str] = {}
    for balancer in final(planning, LOAD_BALANCER).values():
        for ip in balancer.get("ip") or []:
            holder = holders.get(ip["id"])
            if holder not in (None, balancer["id"]):
                yield (
                    "load_balancer.ips",
                    f"{known[ip['id']]} is attached to load balancer {holder}, and an address "
                    "cannot be moved while it is.",
                )
            thing = declared.get(ip["id"])
            is_six = ":" in known.get(ip["id"], "")
            if thing and ip["id"] not in known:
                is_six = bool(thing.options.get("is_ipv6"))
            version = "IPv6" if is_six else "IPv4"
            name = known.get(ip["id"]) or (thing.place if thing else ip["id"])
            other = taken.setdefault(version, name)
            if other != name:
                yield (
                    thing.place if thing else "load_balancer.ips",
                    f"a load balancer has one {version} address at most, and that is {other}.",
                )
        allocated = planning.declaration.load_balancer.options.get("assign_flexible_ip")
        if "IPv6" in taken and "IPv4" not in taken and not allocated:
            yield "ips", "an IPv6 address needs an IPv4 address beside it. Declare one, too."


def ports(planning: Planning) -> Iterator[tuple[str, str]]:
    """A port has one frontend; one that takes over a port waits until it is free."""
    frontends = final(planning, FRONTEND)
    declared = {thing.place: thing.options for thing in planning.declaration.of(FRONTEND)}
    taken: dict[int, str] = {}
    # Undeclared ones come first, so that problems are reported for the declared ones.
    for place in (*(frontends.keys() - declared.keys()), *declared):
        port = {**frontends.get(place, {}), **declared.get(place, {})}.get("inbound_port")
        other = taken.setdefault(port, place)
        if other != place and port:
            user = other if other in declared else FRONTEND.called(frontends[other])
            yield f"{place}.inbound_port", f"{port} is the port of {user}, too."
    holders = {one["inbound_port"]: one["id"] for one in planning.there.of(FRONTEND)}
    for place in declared.keys() & planning.steps.keys():
        frontend = frontends[place]
        holder = holders.get(frontend["inbound_port"], frontend["id"])
        before = step_of(planning, holder) if holder != frontend["id"] else None
        planning.steps[place].after |= {before} - {None}


def replacements(planning: Planning) -> Iterator[tuple[str, str]]:
    """A replacement is found by its name, which no other certificate may have."""
    places = {
        one["name"]: place
        for place, one in final(planning, CERTIFICATE).items()
        if place in planning.ids
    }
    for name in places:
        if name.removesuffix(NEXT) in places.keys() - {name}:
            yield f"{places[name]}.name", reserved_name(name)


def unused(planning: Planning) -> Iterator[tuple[str, str]]:
    """If frontends are declared, one of them must list a certificate that is to be created."""
    if "frontends" not in planning.declaration.sections:
        return
    listed = {
        one
        for kind, thing in planning.outcomes.values()
        if kind is FRONTEND
        for one in referred(kind, thing)
    }
    places = [planning.uses.get(thing.place, set()) for thing in planning.declaration.of(FRONTEND)]
    there = planning.there.of(CERTIFICATE)
    for place, certificate in final(planning, CERTIFICATE).items():
        # A replacement begun for it may already be listed instead.
        begun = [one["id"] for one in there if one["name"] == certificate["name"] + NEXT]
        used = {planning.ids.get(place), *begun} & listed or any(place in one for one in places)
        if place in planning.steps and not used:
            yield (
                place,
                f"nothing can use the certificate {certificate['name']!r}: no frontend lists it. "
                "Add it to the certificates of one, or leave it out.",
            )


def orders(planning: Planning) -> Iterator[tuple[str, str]]:
    """Let's Encrypt answers its challenge on port 80, at a public address."""
    places = [
        thing.place
        for thing in planning.declaration.of(CERTIFICATE)
        if thing.options.get("letsencrypt") is not None and thing.place in planning.steps
    ]
    balancers = final(planning, LOAD_BALANCER).values()
    options = planning.declaration.load_balancer.options
    private = any(not one.get("ip") for one in balancers) and (
        planning.there.load_balancer is not None or options.get("assign_flexible_ip") is False
    )
    for place in places:
        if private:
            yield (
                f"{place}.letsencrypt",
                "the load balancer has no public IPv4 address, which Let's Encrypt needs. "
                "Import a certificate: custom_certificate.",
            )
        for user, frontend in final(planning, FRONTEND).items():
            if is_tcp(frontend) and frontend.get("inbound_port") == HTTP_PORT:
                yield (
                    f"{place}.letsencrypt",
                    f"Let's Encrypt answers its challenge on port 80, where {user} has a TCP "
                    "backend. Give it one with forward_protocol: http, or another port.",
                )
        for frontend in planning.there.of(FRONTEND):
            if frontend["inbound_port"] != HTTP_PORT:
                continue
            backend = step_of(planning, frontend["backend"]["id"])
            if is_tcp(frontend):
                # That frontend or its backend must be changed first.
                changing = {step_of(planning, frontend["id"]), backend}
                planning.steps[place].after |= changing - {None}
            elif planning.outcomes.get(backend, (None, {}))[1].get("forward_protocol") == "tcp":
                # The backend would become TCP before the frontend leaves it, or the port.
                planning.steps[backend].after.add(place)


def filters(planning: Planning) -> Iterator[tuple[str, str]]:
    """HTTP filters need a backend that speaks HTTP. What already is otherwise may stay so."""
    tcp = {one["id"] for one in planning.there.of(FRONTEND) if is_tcp(one)}
    frontends = final(planning, FRONTEND)
    for thing in planning.declaration.of(ACLS):
        frontend = frontends.get(thing.frontend.place)
        if frontend is None or not is_tcp(frontend):
            continue
        if frontend["id"] in tcp and thing.place not in planning.steps:
            continue
        _kind, rules = planning.outcomes.get(thing.place, (ACLS, {"acls": []}))
        declared = len(thing.options["acls"])
        for number, rule in enumerate(rules["acls"]):
            if (rule.get("match") or {}).get("http_filter") in (None, "acl_http_filter_none"):
                continue
            place = f"{thing.frontend.place}.acls"
            kept = "" if number < declared else f"the ACL {rule['name']!r} would be kept, and "
            yield (
                place if kept else f"{place}[{number}].match.http_filter",
                f"{kept}the backend of the frontend speaks tcp, and only http can be looked into.",
            )


def matches(planning: Planning) -> Iterator[tuple[str, str]]:
    """Matching the SNI needs a TCP backend, the Host or the path HTTP. See `filters`, too."""
    before = {one["id"]: one.get("forward_protocol") for one in planning.there.of(BACKEND)}
    after = {one["id"]: one for one in final(planning, BACKEND).values()}
    frontends = final(planning, FRONTEND)
    for thing in planning.declaration.of(ROUTE):
        _kind, route = planning.outcomes.get(thing.place, (ROUTE, {}))
        target = after.get(route.get("backend_id"), {})
        protocol = target.get("forward_protocol")
        if protocol == before.get(route.get("backend_id")) and thing.place not in planning.steps:
            continue
        frontend = frontends.get(thing.frontend.place)
        if frontend:
            ROUTE.warn_of_mixture(planning.session, frontend, target)
        for option in (name for name in ROUTE.one_of if ROUTE.fields[name].seen(route)):
            needed = "tcp" if option == "sni" else "http"
            if protocol and protocol != needed:
                yield (
                    f"{thing.place}.{option}",
                    f"it is for backends that speak {needed}, and this one speaks {protocol}.",
                )


def is_tcp(frontend: dict[str, Any]) -> bool:
    return frontend["backend"].get("forward_protocol") == "tcp"


def ordered(planning: Planning) -> list[Step]:
    """The steps in the order of the declaration, but each after those it waits for."""
    done: dict[str, Step] = {}
    begun: set[str] = set()

    def do(key: str) -> None:
        if key in begun and key not in done:
            planning.refuse(
                key,
                "it needs a port that is only given up by what waits for it in turn. Give one of "
                "them a free port in a run of its own.",
            )
        if key in begun:
            return
        begun.add(key)
        for other in sorted(planning.steps[key].after):
            do(other)
        done[key] = planning.steps[key]

    for key in planning.steps:
        do(key)
    return list(done.values())
