"""The emulator's control plane inside the test's own process: fast, with a movable clock."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from scaleway_lb_emulator.app import create_app
from scaleway_lb_emulator.certificates.builtin import BuiltinAuthority
from scaleway_lb_emulator.contracts import NoDataPlane
from scaleway_lb_emulator.settings import Settings

TOKEN = "11111111-2222-4333-8444-555555555555"


@dataclass
class Answer:
    status: int
    headers: dict
    raw: bytes

    @property
    def body(self):
        return json.loads(self.raw) if self.raw else None


class Api:
    """One emulator, and one path of its API: zones/fr-par-1 unless another is given."""

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def __init__(self, place="zones/fr-par-1", authority=None, **settings):
        self.place = place
        self.authority = authority or BuiltinAuthority()
        self.app = self.run(
            self.made(Settings(**{"data_plane": "none", "time_scale": 0.0, **settings}))
        )
        self.world = self.app.state.world

    async def made(self, settings):
        app = create_app(settings, NoDataPlane(), self.authority)
        app.state.world.start()
        return app

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self):
        async def stop():
            for task in list(self.world.tasks):
                task.cancel()
            self.world.store.database.close()

        self.run(stop())

    # Requests

    def send(self, method, path, raw=b"", query=None, headers=None):
        """Send a request as it is, to a path from the root; return its Answer."""
        given = {"x-auth-token": TOKEN, "content-type": "application/json"} | (headers or {})
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": urlencode(query or {}, doseq=True).encode(),
            "headers": [(k.encode(), v.encode()) for k, v in given.items() if v is not None],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        return self.run(self.answered(scope, raw))

    async def answered(self, scope, raw):
        sent, bodies = [], [raw]

        async def receive():
            if not bodies:  # the client waits for the answer
                await asyncio.Event().wait()
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {key.decode().lower(): value.decode() for key, value in sent[0]["headers"]}
        raw = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], headers, raw)

    def ask(self, method, path, body=None, **query):
        """Call the API; return its Answer."""
        raw = b"" if body is None else json.dumps(body).encode()
        return self.send(method, f"/lb/v1/{self.place}/{path}", raw, query)

    def do(self, method, path, body=None, **query):
        """Make a call that must succeed; return its body."""
        answer = self.ask(method, path, body, **query)
        assert answer.status in (200, 204), f"{method} {path}: {answer.status} {answer.raw}"
        return answer.body

    def get(self, path, **query):
        return self.do("GET", path, **query)

    def control(self, method, path, body=None, **query):
        """Make one of the emulator's own calls; return its body."""
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.send(method, f"/_emulator/{path}", raw, query)
        assert answer.status in (200, 204), f"{method} {path}: {answer.status} {answer.raw}"
        return answer.body

    def pass_time(self, step):
        """Move the clock, for example by 3s."""
        return self.control("PUT", "clock", {"advance": step})

    def fault(self, operation, kind, **more):
        return self.control("POST", "faults", {"operation": operation, "kind": kind, **more})["id"]

    # What tests begin with

    def lb(self, name="web", **fields):
        """A load balancer that is ready."""
        made = self.do("POST", "lbs", {"name": name, **fields})
        return self.get(f"lbs/{made['id']}")

    def backend(self, lb, name="web", **fields):
        body = {
            "name": name,
            "forward_protocol": "http",
            "forward_port": 80,
            "forward_port_algorithm": "roundrobin",
            "sticky_sessions": "none",
            "health_check": {"port": 80, "check_max_retries": 3},
            "server_ip": ["10.0.0.1"],
        }
        return self.do("POST", f"lbs/{lb['id']}/backends", body | fields)

    def frontend(self, lb, backend, port=80, **fields):
        body = {"name": f"port-{port}", "inbound_port": port, "backend_id": backend["id"]}
        return self.do("POST", f"lbs/{lb['id']}/frontends", body | fields)

    def acl(self, frontend, name="rule", index=0, **fields):
        body = {"name": name, "index": index, "action": {"type": "deny"}, "match": {}}
        return self.do("POST", f"frontends/{frontend['id']}/acls", body | fields)

    def certificate(self, lb, name="web", **fields):
        """A certificate that is ordered, but not ready yet."""
        body = {"name": name, "letsencrypt": {"common_name": own_name(lb)}}
        return self.do("POST", f"lbs/{lb['id']}/certificates", body | fields)

    def imported(self, lb, leaf):
        chain = {"certificate_chain": leaf.key + leaf.pem}
        return self.certificate(lb, letsencrypt=None, custom_certificate=chain)

    def issued(self, lb, **fields):
        """A certificate that is ready."""
        return self.settled(f"certificates/{self.certificate(lb, **fields)['id']}")

    def settled(self, path):
        """The object once it is no longer pending."""
        return eventually(
            lambda: (found := self.get(path))["status"] != "pending" and found, f"{path} is pending"
        )

    def idle(self, lb):
        """The load balancer once its instance is ready."""

        def ready():
            found = self.get(f"lbs/{lb['id']}")
            return found["instances"][0]["status"] == "ready" and found

        return eventually(ready, f"{lb['id']} is pending")


def eventually(probe, complaint, timeout=10):
    """The first true result of the probe."""
    deadline = time.monotonic() + timeout
    while not (found := probe()):
        assert time.monotonic() < deadline, complaint
        time.sleep(0.005)
    return found


def own_name(lb):
    """The name that the platform gives to a load balancer's address."""
    return lb["ip"][0]["reverse"]
