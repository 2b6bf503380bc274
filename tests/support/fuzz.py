"""Send the emulator what its own OpenAPI document allows and what it forbids.

No answer may be a 500, late, or of another shape than the document says; what the document forbids
must be refused. Objects are created first, and most IDs sent are theirs, so that requests get past
the first 404. `make fuzz N=20000` runs it, SEED=number repeats a run; a failure names the request.
"""

import random
import sys
import time
from collections import Counter

import requests
import schemathesis
from cloud import PROJECT_ID, ROOT, SECRET_KEY, serving
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

LATE = 5
"""Seconds after which an answer counts as a hang."""
NOTHING = "dddddddd-0000-4000-8000-000000000001"
BACKEND = {
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "health_check": {"port": 80, "check_max_retries": 3},
    "server_ip": ["10.0.0.1"],
}
set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
load_all_checks()
ANSWERED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]
REJECTED = [*ANSWERED, "negative_data_rejection"]


class Fuzzer:
    """A running emulator, the objects in it, and what it has answered."""

    def __init__(self, cloud, number):
        self.cloud, self.number, self.statuses = cloud, number, Counter()
        # those of the emulator's own calls come last: they break the others, as faults should
        paths = ("/openapi.json", "/_emulator/openapi.json")
        self.schemas = [schemathesis.openapi.from_url(f"{cloud.url}{path}") for path in paths]
        self.session = requests.Session()
        self.session.headers["X-Auth-Token"] = SECRET_KEY
        self.known = {}

    def make(self, path, **body):
        url = f"{self.cloud.url}/lb/v1/zones/fr-par-1/{path}"
        answer = self.session.post(url, json=body, timeout=LATE)
        answer.raise_for_status()
        return answer.json()["id"]

    def furnish(self):
        """Start over with one object of each kind; self.known is {field: ID}."""
        self.cloud.reset()
        lb = self.make("lbs", name="web", project_id=PROJECT_ID)
        backend = self.make(f"lbs/{lb}/backends", **BACKEND)
        frontend = self.make(f"lbs/{lb}/frontends", name="a", inbound_port=443, backend_id=backend)
        own_name = self.cloud.api("GET", f"lbs/{lb}")["ip"][0]["reverse"]
        match = {"path_begin": "/"}
        self.cloud.api("POST", f"lbs/{lb}/attach-private-network", {"private_network_id": NOTHING})
        self.known = {
            "lb_id": lb,
            "backend_id": backend,
            "frontend_id": frontend,
            "acl_id": self.make(
                f"frontends/{frontend}/acls", name="a", index=0, action={"type": "deny"}
            ),
            "route_id": self.make("routes", frontend_id=frontend, backend_id=backend, match=match),
            "certificate_id": self.make(
                f"lbs/{lb}/certificates", name="a", letsencrypt={"common_name": own_name}
            ),
            "subscriber_id": self.make(
                "subscribers", name="a", email_config={"email": "a@example.com"}
            ),
            "ip_id": self.make("ips", is_ipv6=True),
            "private_network_id": NOTHING,
            "zone": "fr-par-1",
            "region": "fr-par",
        }

    def pointed(self, value):
        """The body with its IDs replaced by those of existing objects."""
        if isinstance(value, list):
            return [self.pointed(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            key: [self.known[key[:-1]]] if key[:-1] in self.known and one
            else self.known[key] if key in self.known and one
            else self.pointed(one)
            for key, one in value.items()
        }  # fmt: skip

    def try_out(self, operation):
        """Send allowed and forbidden requests to one operation."""
        self.furnish()
        names = [one.name for one in operation.path_parameters]
        kinds = ["allowed", "allowed", "forbidden", *(["forbidden body"] if operation.body else [])]

        @seed(self.number)
        @settings(
            max_examples=self.each,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def send(data):
            kind = data.draw(st.sampled_from(kinds))
            fixed = {"path_parameters": {name: self.known.get(name, NOTHING) for name in names}}
            if kind == "allowed" and data.draw(st.integers(0, 9)) == 0:
                fixed = {}  # IDs of any form
            if kind == "forbidden body":  # and nothing else, since unknown queries are ignored
                fixed |= {"query": {}, "headers": {}}
            elif data.draw(st.integers(0, 9)):  # otherwise most would end with a 401
                fixed |= {"headers": {"X-Auth-Token": SECRET_KEY}}
            mode = GenerationMode.POSITIVE if kind == "allowed" else GenerationMode.NEGATIVE
            case = data.draw(operation.as_strategy(mode, **fixed))
            if kind == "allowed" and data.draw(st.booleans()):
                case.body = self.pointed(case.body)
            checks = REJECTED if kind == "forbidden body" else ANSWERED
            answer = case.call_and_validate(
                session=self.session, timeout=LATE, checks=CHECKS.get_by_names(checks)
            )
            self.statuses[answer.status_code] += 1

        send()

    def run(self, total):
        found = [one.ok() for schema in self.schemas for one in schema.get_all_operations()]
        for _ in range(9):  # an operation that takes nothing is soon exhausted
            missing = total - self.statuses.total()
            if missing <= 0:
                break
            self.each = -(-missing // len(found))
            for operation in found:
                self.try_out(operation)
            self.number += 1


def fuzz(total, number):
    """Send this many requests, with this seed; return how often each status was answered."""
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0") as cloud:
        fuzzer = Fuzzer(cloud, number)
        fuzzer.run(total)
    return fuzzer.statuses


if __name__ == "__main__":
    chosen = int(sys.argv[2]) if sys.argv[2:] else random.randrange(10**6)
    begin = time.monotonic()
    statuses = fuzz(int(sys.argv[1]), chosen)
    seconds = time.monotonic() - begin
    print(f"fuzz: {statuses.total()} requests in {seconds:.0f} s, seed {chosen}: nothing found")
    print(", ".join(f"{count} x {status}" for status, count in statuses.most_common()))
