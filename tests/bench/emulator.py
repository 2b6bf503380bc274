"""The emulator with a thousand load balancers of twenty backends each, and an empty one."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from cloud import SECRET_KEY, serving
from rounds import Row

LOAD_BALANCERS, BACKENDS = 1000, 20
ROUNDS = 200
ALONE = ("--data-plane", "none", "--ca", "builtin", "--time-scale", "0")
BACKEND = {
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "health_check": {"port": 80, "check_max_retries": 3},
    "server_ip": ["10.0.0.1", "10.0.0.2"],
}


class Store:
    """A running emulator that keeps its state in a directory, and one connection to it."""

    def __init__(self, url: str, seconds: float) -> None:
        self.url, self.seconds = url, seconds
        self.session = requests.Session()
        self.session.headers["X-Auth-Token"] = SECRET_KEY

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.url}/lb/v1/zones/fr-par-1/{path}"
        answer = self.session.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def milliseconds(self, method: str, path: str, body: Any = None) -> float:
        begin = time.perf_counter()
        self.ask(method, path, body)
        return (time.perf_counter() - begin) * 1000


@contextmanager
def running(state: str) -> Iterator[Store]:
    begin = time.perf_counter()
    with serving(*ALONE, "--state", state) as cloud:
        yield Store(cloud.url, time.perf_counter() - begin)


def fill(state: str) -> None:
    with running(state) as store:
        for number in range(LOAD_BALANCERS):
            lb = store.ask("POST", "lbs", {"name": f"lb-{number:04}"})
            for _backend in range(BACKENDS):
                store.ask("POST", f"lbs/{lb['id']}/backends", BACKEND)


def rows(_bench: Any) -> Iterator[Row]:
    scale = f"{LOAD_BALANCERS} load balancers with {BACKENDS} backends each"
    with tempfile.TemporaryDirectory() as directory:
        full, empty = (str(Path(directory) / name) for name in ("full", "empty"))
        fill(full)
        with running(full) as store, running(empty) as other:
            yield Row(f"emulator: start with {scale}", store.seconds, 10, "s")
            page = [store.milliseconds("GET", f"lbs?page={n % 50 + 1}") for n in range(ROUNDS)]
            yield Row("emulator: a page of 20 of them", statistics.median(page), 50, "ms")
            for kind, path, body in (
                ("load balancer", "lbs", {"name": "new"}),
                ("backend", "lbs/{}/backends", BACKEND),
            ):
                ids = [one.ask("POST", "lbs", {"name": "new"})["id"] for one in (store, other)]
                times: tuple[list[float], ...] = ([], [])
                for _ in range(ROUNDS):  # in turn, so that the machine's other load affects both
                    for one, key, taken in zip((store, other), ids, times, strict=True):
                        taken.append(one.milliseconds("POST", path.format(key), body))
                ratio = statistics.median(times[0]) / statistics.median(times[1])
                yield Row(f"emulator: create a {kind}, against an empty store", ratio, 1.5)
