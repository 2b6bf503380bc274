"""State in a directory: whatever was answered is there again, however the emulator ended."""

import asyncio
import random
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
import requests
from asgi import Api, eventually, own_name
from cloud import BIN, PROJECT_ID, SECRET_KEY

from scaleway_lb_emulator.certificates.builtin import BuiltinAuthority
from scaleway_lb_emulator.processes import Unusable
from scaleway_lb_emulator.store import Store
from web_server import free_port

ALONE = ["--data-plane", "none", "--ca", "builtin"]
BACKEND = {
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "health_check": {"port": 80, "check_max_retries": 3},
    "server_ip": ["10.0.0.1"],
}
RULES = [
    {"name": name, "index": index, "action": {"type": "deny"}}
    for index, name in enumerate("abcdefgh")
]
KILLS = 8


@contextmanager
def emulator(state, scale="0"):
    port = free_port("127.0.0.1")
    command = [BIN / "scaleway-lb-emulator", "serve", *ALONE, "--time-scale", scale]
    process = subprocess.Popen(
        [*command, "--listen", f"127.0.0.1:{port}", "--state", state],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().startswith("ready: ")
        yield process, f"http://127.0.0.1:{port}/lb/v1/zones/fr-par-1"
    finally:
        process.kill()
        process.wait()


def session():
    made = requests.Session()
    made.headers["X-Auth-Token"] = SECRET_KEY
    return made


class Writer(threading.Thread):
    """Writes until the connection breaks. What was answered is in `known`, {path: what is there},
    or `gone`; what was under way at the end is in `open`, {path: what may be there instead}."""

    def __init__(self, url, number):
        super().__init__(daemon=True)
        self.url, self.session, self.chance = url, session(), random.Random(number)
        self.known, self.gone, self.open = {}, set(), {}

    def run(self):
        try:
            while True:
                self.write()
        except requests.RequestException:
            return

    def ask(self, method, path, body=None, **changes):
        """A write, and what it makes of other paths: their content, or None if they go."""
        self.open = changes.get("changes", {})
        answer = self.session.request(method, f"{self.url}/{path}", json=body, timeout=30)
        assert answer.status_code in (200, 204), answer.text
        for there, content in self.open.items():
            self.known.pop(there, None)
            self.gone |= {there} if content is None else set()
            self.known |= {there: content} if content is not None else {}
        self.open = {}
        return answer.json() if answer.content else None

    def make(self, path, kind, body, **content):
        made = self.ask("POST", path, body)
        self.known[f"{kind}/{made['id']}"] = content
        return f"{kind}/{made['id']}", made["id"]

    def write(self):
        """A load balancer, its rules set several times, half the time all of it deleted."""
        lb, _ = self.make("lbs", "lbs", {"name": "a", "project_id": PROJECT_ID}, name="a")
        backend, key = self.make(f"{lb}/backends", "backends", BACKEND, pool=["10.0.0.1"])
        body = {"name": "a", "inbound_port": 80, "backend_id": key}
        frontend, _ = self.make(f"{lb}/frontends", "frontends", body, inbound_port=80)
        rules = f"{frontend}/acls"
        for _ in range(self.chance.randrange(6)):
            some = self.chance.sample(RULES, self.chance.randrange(1, 8))
            there = {"names": sorted(one["name"] for one in some)}
            self.ask("PUT", rules, {"acls": some}, changes={rules: there})
        if self.chance.random() < 0.5:
            self.ask("DELETE", lb, changes=dict.fromkeys((lb, backend, frontend, rules)))


def test_a_kill_at_any_moment_loses_nothing_that_was_answered(tmp_path):
    chance = random.Random(7)
    known, gone, writers = {}, set(), []
    for _ in range(KILLS):
        with emulator(tmp_path / "state") as (process, url):
            check(url, writers, known, gone)
            writers = [Writer(url, chance.random()) for _ in range(3)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.05, 0.4))
            process.kill()
            for writer in writers:
                writer.join(30)
    with emulator(tmp_path / "state") as (_, url):
        check(url, writers, known, gone)
    assert len(known) > 40 and len(gone) > 10


def check(url, writers, known, gone):
    """All that was answered is there; what was under way, as a whole or not at all."""
    asking = session()

    def there(path):
        answer = asking.get(f"{url}/{path}", timeout=30)
        if answer.status_code == 404:
            return None
        found = answer.json()
        if "acls" in found:
            return {"names": sorted(one["name"] for one in found["acls"])}
        return {key: found[key] for key in known.get(path, ())}

    for writer in writers:
        known |= writer.known
        gone |= writer.gone
        before = {path: known.get(path, {"names": []}) for path in writer.open}
        found = {path: there(path) for path in writer.open}
        assert found in (before, writer.open), "half of a write was done"
        for path, content in found.items():
            known.pop(path, None)
            gone |= {path} if content is None else set()
            known |= {path: content} if content is not None else {}
    assert {path: there(path) for path in known} == known
    assert [path for path in gone if there(path) is not None] == []


LISTS = ("lbs", "ips", "routes", "subscribers")


def everything(api):
    """Every answer about everything there is."""
    found = {path: api.get(path, page_size=100) for path in LISTS}
    for lb in found["lbs"]["lbs"]:
        for kind in ("backends", "frontends", "certificates", "private-networks"):
            path = f"lbs/{lb['id']}/{kind}"
            found[path] = api.get(path)
        for frontend in found[f"lbs/{lb['id']}/frontends"]["frontends"]:
            path = f"frontends/{frontend['id']}/acls"
            found[path] = api.get(path)
    return found


class Restarted:
    """The same emulator, killed and started again: nothing is closed, the files are just opened."""

    def __init__(self, tmp_path, **settings):
        self.settings = {"state_dir": tmp_path, **settings}
        self.runs = []

    def start(self):
        api = Api(authority=BuiltinAuthority(self.settings["state_dir"]), **self.settings)
        self.runs.append(api)
        return api

    def kill(self):
        self.runs.pop().close()


@pytest.fixture
def restarted(tmp_path):
    made = []

    def make(**settings):
        made.append(Restarted(tmp_path, **settings))
        return made[-1]

    yield make
    for one in made:
        for api in one.runs:
            api.close()


def test_every_answer_is_the_same_after_a_restart(restarted):
    emulator = restarted()
    api = emulator.start()
    lb = api.lb(tags=["a"])
    backend, certificate = api.backend(lb), api.issued(lb)
    frontend = api.frontend(lb, backend, 443, certificate_ids=[certificate["id"]])
    api.acl(frontend)
    api.do(
        "POST",
        "routes",
        {"frontend_id": frontend["id"], "backend_id": backend["id"], "match": {"path_begin": "/"}},
    )
    api.do("POST", f"lbs/{lb['id']}/attach-private-network", {"private_network_id": lb["id"]})
    person = api.do(
        "POST", "subscribers", {"name": "a", "email_config": {"email": "a@example.com"}}
    )
    api.do("POST", f"lb/{lb['id']}/subscribe", {"subscriber_id": person["id"]})
    api.do("POST", "ips", {"is_ipv6": True})
    for _ in range(8):  # in the order of their creation
        api.lb("another")
    api.idle(lb)
    before = everything(api)
    emulator.kill()
    assert everything(emulator.start()) == before


def test_what_was_on_its_way_arrives_after_a_restart(restarted):
    emulator = restarted(time_scale=100.0)  # a restart takes as long as it takes
    api = emulator.start()
    going = api.do("POST", "lbs", {"name": "going"})
    api.pass_time("500s")
    moving = api.do("POST", "lbs", {"name": "moving"})
    api.do(
        "POST", f"lbs/{going['id']}/attach-private-network", {"private_network_id": moving["id"]}
    )
    emulator.kill()
    api = emulator.start()
    assert api.get(f"lbs/{moving['id']}")["status"] == "to_create"
    api.pass_time("500s")
    assert api.get(f"lbs/{moving['id']}")["status"] == "ready"
    assert api.get(f"lbs/{going['id']}/private-networks")["private_network"][0]["status"] == "ready"
    api.do("POST", f"lbs/{moving['id']}/migrate", {"type": "lb-gp-m"})
    api.do("DELETE", f"lbs/{going['id']}", release_ip="true")
    emulator.kill()
    api = emulator.start()
    assert api.get(f"lbs/{moving['id']}")["status"] == "migrating"
    assert api.ask("PUT", f"lbs/{moving['id']}", {"name": "a", "description": ""}).status == 409
    api.pass_time("1000s")
    assert api.get(f"lbs/{moving['id']}")["type"] == "lb-gp-m"
    assert api.ask("GET", f"lbs/{going['id']}").status == 404
    assert api.ask("GET", f"ips/{going['ip'][0]['id']}").status == 404


class Slow(BuiltinAuthority):
    """An authority that does not answer before the emulator is killed."""

    async def order(self, *arguments):
        await asyncio.sleep(3600)


def test_an_order_is_taken_up_again_and_a_name_still_leads_there(restarted, tmp_path):
    first = Api(authority=Slow(tmp_path), state_dir=tmp_path)
    lb = first.lb()
    first.control("PUT", "dns/www.example.com", {"address": lb["ip"][0]["ip_address"]})
    wanted = {"common_name": "www.example.com", "subject_alternative_name": [own_name(lb)]}
    ordered = first.certificate(lb, letsencrypt=wanted)
    first.close()
    api = restarted().start()
    assert api.settled(f"certificates/{ordered['id']}")["status"] == "ready"


def test_an_order_that_a_fault_holds_up_stays_so(restarted):
    emulator = restarted()
    api = emulator.start()
    lb = api.lb()
    api.fault("CreateCertificate", "stuck")
    stuck = api.certificate(lb)
    emulator.kill()
    api = emulator.start()
    assert api.issued(lb, name="other")["status"] == "ready"
    assert api.get(f"certificates/{stuck['id']}")["status"] == "pending"


def test_the_clock_goes_on_where_it_was_and_renews_what_is_due(restarted):
    emulator = restarted()
    api = emulator.start()
    before = api.issued(api.lb())
    emulator.kill()
    api = emulator.start()
    now = api.pass_time("60d")["now"]
    path = f"certificates/{before['id']}"
    renewed = eventually(
        lambda: (found := api.get(path))["fingerprint"] != before["fingerprint"] and found,
        "not renewed",
    )
    emulator.kill()
    api = emulator.start()
    assert api.control("GET", "clock")["now"] > now
    assert api.get(path) == renewed


def test_a_renewal_that_a_kill_interrupts_is_made_up_for(restarted, tmp_path):
    emulator = restarted()
    before = emulator.start().issued(emulator.runs[0].lb())
    emulator.kill()
    first = Api(authority=Slow(tmp_path), state_dir=tmp_path)
    first.pass_time("60d")
    first.close()
    api = emulator.start()
    path = f"certificates/{before['id']}"
    assert api.get(path)["fingerprint"] == before["fingerprint"]
    api.pass_time("12h")
    eventually(lambda: api.get(path)["fingerprint"] != before["fingerprint"], "not renewed")


def test_addresses_that_are_taken_stay_taken(restarted):
    emulator = restarted()
    api = emulator.start()
    first, second = (api.do("POST", "ips", {}) for _ in range(2))
    api.do("DELETE", f"ips/{first['id']}")
    emulator.kill()
    api = emulator.start()
    given = [api.do("POST", "ips", {})["ip_address"] for _ in range(2)]
    assert given[0] == first["ip_address"] and second["ip_address"] not in given


def test_a_transaction_that_fails_leaves_no_trace_here_or_on_disk(tmp_path):
    store = Store(tmp_path)
    store.put("lb", {"id": "a", "zone": "z", "name": "before"})
    store.put("backend", {"id": "b", "lb_id": "a"})

    class Broken(Exception):
        pass

    with pytest.raises(Broken), store.transaction():
        store.put("lb", {"id": "a", "zone": "y", "name": "after"})
        store.put("lb", {"id": "c", "zone": "z"})
        store.delete("backend", "b")
        raise Broken
    for _ in range(2):
        assert store.all("lb") == [{"id": "a", "zone": "z", "name": "before"}]
        assert store.of("lb", zone="z") == store.all("lb") and store.of("lb", zone="y") == []
        assert store.count("backend", lb_id="a") == 1
        store.database.close()
        store = Store(tmp_path)


def test_a_disk_that_takes_no_more_is_a_500_and_nothing_is_half_done(tmp_path):
    api = Api(state_dir=tmp_path)
    try:
        lb, database = api.lb(), api.world.store.database
        [[pages]] = database.execute("PRAGMA page_count")
        database.execute(f"PRAGMA max_page_count={pages}")
        body = {**BACKEND, "server_ip": [f"10.0.{n // 250}.{n % 250}" for n in range(5000)]}
        answer = api.ask("POST", f"lbs/{lb['id']}/backends", body)
        assert answer.status == 500 and answer.body["type"] == "internal_error"
        assert api.get(f"lbs/{lb['id']}/backends")["total_count"] == 0
        database.execute("PRAGMA max_page_count=100000")
        assert api.do("POST", f"lbs/{lb['id']}/backends", body)["name"] == "web"
    finally:
        api.close()


def test_nobody_else_reads_the_state_whatever_the_directory_allows(tmp_path):
    tmp_path.chmod(0o755)
    left = tmp_path / "state.sqlite"
    left.touch(0o644)
    store = Store(tmp_path)
    store.put("lb", {"id": "a"})
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    store.database.close()
    assert modes == dict.fromkeys(("state.sqlite", "state.sqlite-wal"), "0o600")


@pytest.mark.parametrize("content", ["", "text", "key", "certificate"])
def test_an_authority_that_is_damaged_is_refused_with_what_to_do(tmp_path, content):
    kept = tmp_path / "authority.pem"
    BuiltinAuthority(tmp_path)
    key, certificate = kept.read_text().split("-----BEGIN CERTIFICATE-----")
    kept.write_text(
        {"key": key, "certificate": f"-----BEGIN CERTIFICATE-----{certificate}"}.get(
            content, content
        )
    )
    with pytest.raises(Unusable, match="--state") as refused:
        BuiltinAuthority(tmp_path)
    assert str(kept) in str(refused.value)


def test_a_state_that_another_emulator_uses_is_refused(tmp_path):
    with emulator(tmp_path / "state"):
        command = [BIN / "scaleway-lb-emulator", "serve", *ALONE, "--listen", "127.0.0.1:0"]
        done = subprocess.run(
            [*command, "--state", tmp_path / "state"], capture_output=True, text=True, timeout=60
        )
    assert done.returncode and done.stdout == "" and "Traceback" not in done.stderr
    assert "another emulator uses it" in done.stderr and str(tmp_path / "state") in done.stderr
