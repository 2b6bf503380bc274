"""What a no-op task inside the controller costs, compared with other tasks."""

from __future__ import annotations

import itertools
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from front import behind_tls
from rounds import LBS, ROUNDS, Bench, Row, Tasks

NAME = "scaleway_community.lb"
TASKS, ITEMS = 40, 20
ON_WEB = {"load_balancer": "web"}
THERE: Tasks = [
    {f"{NAME}.load_balancer": {"name": "web"}},
    {
        f"{NAME}.backend": {
            **ON_WEB,
            "name": "web",
            "forward_protocol": "http",
            "forward_port": 80,
            "servers": ["10.0.0.1"],
        }
    },
    {f"{NAME}.certificate": {**ON_WEB, "name": "web", "letsencrypt": {}}},
    {
        f"{NAME}.frontend": {
            **ON_WEB,
            "name": "web",
            "inbound_port": 443,
            "backend": "web",
            "certificates": ["web"],
        }
    },
]
DEBUG = {"ansible.builtin.debug": {"msg": "web"}}
PING = {"ansible.builtin.ping": {}}
URI = {
    "ansible.builtin.uri": {
        "url": "{{ lookup('env', 'SCW_API_URL') }}" + LBS,
        "headers": {"X-Auth-Token": "{{ lookup('env', 'SCW_SECRET_KEY') }}"},
    }
}
WAITING = "for comparison, over the same `debug`: "
IDLE = Path(__file__).with_name("action_plugins")
LOOP = {"loop": list(range(ITEMS))}


def rows(bench: Bench) -> Iterator[Row]:
    """Measure; yield each row as soon as it is known."""
    ours = list(itertools.islice(itertools.cycle(THERE), TASKS))
    bench.cloud.reset()
    bench.play(THERE)
    for delay in (0, 0.05):
        bench.slow_down(delay)
        pace = f"{delay * 1000:.0f} ms per call"
        over_debug, over_ping = beside(bench, ours, [DEBUG] * TASKS, [PING] * TASKS)
        what = f"{TASKS} no-op tasks in the controller over {TASKS} `debug` tasks"
        yield Row(f"{what}, API time off, {pace}", over_debug, 1.3)
        yield Row(f"the same over {TASKS} `ansible.builtin.ping` tasks, {pace}", over_ping, 0.2)
        if delay:
            # as long as the calls of THERE, seven in four tasks
            ratio = only_waiting(bench, delay * 7 / 4, [DEBUG] * TASKS)
            yield Row(f"{WAITING}{TASKS} tasks that only wait as long, waiting off", ratio, None)
        (over_debug,) = beside(bench, [THERE[0] | LOOP], [DEBUG | LOOP])
        what = f"{ITEMS} no-op loop items over {ITEMS} `debug` items"
        yield Row(f"{what}, API time off, {pace}", over_debug, 1.3)
        if delay:
            ratio = only_waiting(bench, delay, [DEBUG | LOOP])
            yield Row(f"{WAITING}{ITEMS} items that only wait as long, waiting off", ratio, None)
    bench.cloud.reset()
    bench.play(THERE)
    (over_uri,) = beside(bench, ours, [URI] * TASKS)
    what = f"{TASKS} no-op tasks in the controller over {TASKS} `ansible.builtin.uri` tasks"
    yield Row(f"{what} that read, 0 ms per call", over_uri, 0.2)
    yield over_tls(bench, ours)
    bench.cloud.reset()


def only_waiting(bench: Bench, seconds: float, debug: Tasks) -> float:
    """How many times as long as `debug` tasks those take that only wait, without what they wait.

    What goes on after a pause is slower at first, above all on a virtual machine.
    """
    idle = {"idle": {"seconds": seconds}}
    waiting = [idle | {key: task[key] for key in task.keys() - DEBUG.keys()} for task in debug]
    waited = seconds * sum(len(task.get("loop", [None])) for task in debug)
    return bench.ratio(
        lambda: bench.beyond_empty(waiting, ANSIBLE_ACTION_PLUGINS=str(IDLE)) - waited,
        lambda: bench.beyond_empty(debug),
    )


def over_tls(bench: Bench, ours: Tasks) -> Row:
    """What TLS adds, with as many authorities to read as for the real API."""
    with tempfile.TemporaryDirectory() as folder, behind_tls(bench.cloud, Path(folder)) as front:
        ratio = bench.ratio(
            lambda: bench.beyond_empty(ours, **front.environment), lambda: bench.beyond_empty(ours)
        )
    return Row(f"{TASKS} no-op tasks over TLS over the same without", ratio, 1.5)


def beside(bench: Bench, ours: Tasks, *others: Tasks) -> list[float]:
    """How many times as long as the others our tasks take, without the time of their calls.

    The median over rounds; each plays everything once.
    """
    ratios: list[list[float]] = [[] for _other in others]
    for _round in range(ROUNDS):
        empty = bench.play([]).seconds
        played = bench.play(ours)
        own = played.seconds - empty - bench.in_one_loop(played.paths)
        for number, other in enumerate(others):
            ratios[number].append(own / (bench.play(other).seconds - empty))
    return [statistics.median(one) for one in ratios]
