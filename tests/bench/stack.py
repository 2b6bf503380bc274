"""What `stack` costs: in calls, compared with one task per object, and creating everything."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pki import custom
from rounds import LBS, Bench, Row, Tasks

NAME = "scaleway_community.lb"
PAGE = 100
AS_MODULES = {"SCALEWAY_LB_IN_PROCESS": "0"}
CERTIFICATES = [custom(f"c{number}.example.com") for number in range(3)]
SIZES = {10: (1, 4, 1), 100: (3, 35, 20), 400: (3, 155, 80)}
"""Certificates, backends and frontends per size; each frontend has an ACL and a route."""
DENY = {"name": "deny", "action": {"type": "deny"}, "match": {"ip_subnet": ["10.0.0.0/8"]}}


def declaration(objects: int) -> dict[str, Any]:
    """A load balancer of this many objects, including itself and its IP."""
    certificates, backends, frontends = SIZES[objects]
    return {
        "load_balancer": {"name": "big"},
        "ips": [{"tags": ["big"]}],
        "certificates": [
            {"name": f"c{number}", "custom_certificate": CERTIFICATES[number]}
            for number in range(certificates)
        ],
        "backends": [
            {
                "name": f"b{number}",
                "forward_protocol": "http",
                "forward_port": 80,
                "servers": ["10.0.0.1", "10.0.0.2"],
                "health_check": {"http_config": {"uri": "/health"}},
            }
            for number in range(backends)
        ],
        "frontends": [
            {
                "name": f"f{number}",
                "inbound_port": 1000 + number,
                "backend": f"b{number}",
                "certificates": [f"c{number % certificates}"],
                "acls": [DENY],
                "routes": [{"path_begin": "/api", "backend": f"b{number + 1}"}],
            }
            for number in range(frontends)
        ],
    }


def in_one_task(declared: dict[str, Any]) -> Tasks:
    return [{f"{NAME}.stack": declared}]


def in_many_tasks(declared: dict[str, Any]) -> Tasks:
    """The same objects with one task each."""
    there = {"load_balancer": "big"}
    tasks = [("ip", ip) for ip in declared["ips"]]
    tasks += [("load_balancer", declared["load_balancer"])]
    tasks += [("certificate", {**there, **one}) for one in declared["certificates"]]
    tasks += [("backend", {**there, **one}) for one in declared["backends"]]
    for frontend in declared["frontends"]:
        own = {key: value for key, value in frontend.items() if key not in ("acls", "routes")}
        on_it = {**there, "frontend": frontend["name"]}
        tasks += [("frontend", {**there, **own}), ("acls", {**on_it, "acls": frontend["acls"]})]
        tasks += [("route", {**on_it, **route}) for route in frontend["routes"]]
    return [{f"{NAME}.{module}": options} for module, options in tasks]


def allowed_calls(declared: dict[str, Any]) -> int:
    """One call per page of what is listed, one ACL list per frontend, and two more."""
    frontends = len(declared["frontends"])
    listed = (len(declared["certificates"]), len(declared["backends"]), frontends, frontends)
    return sum(math.ceil(count / PAGE) for count in listed) + frontends + 2


def rows(bench: Bench) -> Iterator[Row]:
    """Measure; yield each row as soon as it is known."""
    memory = 0.0
    for objects in (10, 100, 400):
        declared = declaration(objects)
        bench.cloud.reset()
        first, again = (bench.play(in_one_task(declared)) for _run in range(2))
        memory = max(memory, first.memory, again.memory)
        what = f"`stack` of {objects} objects, no-op: calls"
        yield Row(what, again.calls, allowed_calls(declared), "calls")
    one, four = in_one_task(declaration(100)), in_one_task(declaration(400))
    for delay in (0, 0.05):
        yield from beside_tasks(bench, delay)
    yield Row(
        "`stack` of 100 objects from nothing, 50 ms per call, over one call after another",
        from_nothing(bench, one),
        1 / 3,
    )
    yield Row("`stack` of 400 objects over 100, no-op: time", growth(bench, four, one), 4)
    yield Row("`stack` of 400 objects: peak memory", memory, 150, "MB")


def beside_tasks(bench: Bench, delay: float) -> Iterator[Row]:
    """A no-op of 100 objects in one task, compared with one task each."""
    one, many = in_one_task(declaration(100)), in_many_tasks(declaration(100))
    bench.cloud.reset()
    bench.play(one)
    bench.slow_down(delay)
    pace = f"{delay * 1000:.0f} ms per call"

    def beside(**environment: str) -> float:
        return bench.ratio(
            lambda: bench.beyond_empty(one), lambda: bench.beyond_empty(many, **environment)
        )

    what = "`stack` of 100 objects, no-op, over the same as 100 tasks in the controller"
    yield Row(f"{what}, {pace}", beside(), 1 / 5)
    yield Row(
        f"and over the same as 100 ordinary module runs, {pace}", beside(**AS_MODULES), 1 / 40
    )
    bench.cloud.reset()


def from_nothing(bench: Bench, tasks: Tasks) -> float:
    """The time to create everything, relative to the same number of calls in one loop."""
    calls = 0

    def make() -> float:
        nonlocal calls
        bench.cloud.reset()
        bench.slow_down(0.05)
        played = bench.play(tasks)
        calls = played.calls
        return played.seconds - bench.play([]).seconds

    ratio = bench.ratio(make, lambda: bench.in_one_loop([LBS] * calls))
    bench.cloud.reset()
    return ratio


def growth(bench: Bench, large: Tasks, small: Tasks) -> float:
    """How the time of a no-op grows from a small declaration to a large one."""

    def again(tasks: Tasks) -> float:
        bench.cloud.reset()
        bench.play(tasks)
        return bench.beyond_empty(tasks)

    return bench.ratio(lambda: again(large), lambda: again(small))
