"""A rolling update of real servers under load: they are stopped and started, and nobody notices."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest
import yaml
from balancer import Balancer
from cloud import PROJECT_ID, ROOT, run_playbook
from traffic import Load, eventually

from web_server import free_port

ADDRESSES = {"red": "127.63.0.11", "blue": "127.63.0.12", "green": "127.63.0.13"}
FIRST, *OTHERS = ADDRESSES.values()
RATE, VISITORS = 320, 16
INVENTORY = {
    "plugin": "scaleway_community.lb.servers",
    "compose": {
        "ansible_connection": "'local'",
        "ansible_python_interpreter": repr(sys.executable),
    },
}
SITE = f"{sys.executable} {ROOT}/tests/support/sites.py"
STOP = {
    "name": "Kill the server",
    "ansible.builtin.command": "kill -KILL {{ lookup('ansible.builtin.file', place ~ '/' ~ inventory_hostname) }}",
}
START = {
    "name": "Start its next release",
    "ansible.builtin.shell": f"setsid {SITE} new-{{{{ inventory_hostname }}}} {{{{ inventory_hostname }}}} "
    "{{ server_port }} {{ health | default(200) }} </dev/null >/dev/null 2>&1 & "
    "echo $! >{{ place }}/{{ inventory_hostname }}",
}
LOSE = {
    "name": "Lose the host",
    "ansible.builtin.ping": {},
    "vars": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1},
}
FAIL = {"name": "Find it broken", "ansible.builtin.fail": {"msg": "the new release is broken"}}


class Servers:
    """Servers in processes of their own, each known by the file that holds its process ID."""

    def __init__(self, place):
        self.place, self.port = place, free_port(*ADDRESSES.values())
        for name, address in ADDRESSES.items():
            process = subprocess.Popen([*SITE.split(), name, address, str(self.port), "200"])
            (place / address).write_text(str(process.pid))

    def stop(self):
        for file in self.place.iterdir():
            with contextlib.suppress(ProcessLookupError):  # a test may have left it stopped
                os.kill(int(file.read_text()), signal.SIGKILL)


@pytest.fixture
def servers(tmp_path):
    place = tmp_path / "processes"
    place.mkdir()
    servers = Servers(place)
    yield servers
    servers.stop()


@pytest.fixture
def shop(emulator, servers):
    """A load balancer whose two backends share the servers; nothing is tried twice."""
    lb = Balancer(emulator, project_id=PROJECT_ID)
    for port in (80, 8081):
        fields = {"name": f"web-{port}", "max_retries": 0}
        check = {"http_config": {"uri": "/health", "method": "GET", "code": 200}}
        lb.frontend(lb.backend(list(ADDRESSES.values()), servers.port, check, **fields), port)
    eventually(lambda: [row["server_state"] for row in statistics(emulator, lb)] == 6 * ["running"])
    return lb


@pytest.fixture
def update(emulator, servers, tmp_path):
    """Run the playbook with these tasks as its hook, under load."""

    def run(place, *tasks, fails=False, check=False, **variables):
        hook, inventory = tmp_path / "hook.yml", tmp_path / "web.scaleway_lb.yml"
        hook.write_text(yaml.safe_dump(list(tasks)))
        inventory.write_text(yaml.safe_dump(INVENTORY))
        with Load(VISITORS, RATE, place, "/?wait=0.01") as load:
            done = run_playbook(
                "playbooks/rolling_update.yml",
                *("-i", str(inventory), *(["--check"] if check else [])),
                variables={
                    "hook": str(hook),
                    "group": "lb_web",
                    "drain_seconds": "1",
                    "place": str(servers.place),
                    "server_port": servers.port,
                    **variables,
                },
                environment=emulator.environment,
                home=tmp_path,
            )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, output
        assert load.problems == [], output
        return " ".join(output.split()), load

    return run


def statistics(emulator, lb):
    found = emulator.api("GET", f"lbs/{lb.lb['id']}/backend-stats")
    return found["backend_servers_stats"]


def pools(emulator, lb):
    """The servers of each backend."""
    found = emulator.api("GET", f"lbs/{lb.lb['id']}/backends")["backends"]
    return {backend["name"]: set(backend["pool"]) for backend in found}


def is_left_out(emulator, lb):
    """The first server is in no backend, and the others are in both and serve as before."""
    backends = {"web-80": set(OTHERS), "web-8081": set(OTHERS)}
    return pools(emulator, lb) == backends and set(lb.names(6)) == {"blue", "green"}


def test_servers_are_replaced_one_by_one_and_no_request_fails(emulator, shop, update):
    with emulator.watched() as writes:
        _, load = update((shop.address, 80), STOP, START, check=True)
    assert writes == [] and load.servers == set(ADDRESSES)
    before = pools(emulator, shop)
    _, load = update((shop.address, 80), STOP, START)
    assert load.rate >= 200, f"{load.served} requests in {load.seconds:.1f} s"
    assert load.fresh > 50
    released = {f"new-{address}" for address in ADDRESSES.values()}
    assert load.servers >= released
    assert set(shop.names(6)) == released
    assert pools(emulator, shop) == before


def test_a_server_whose_work_fails_is_left_out_and_the_next_is_not_touched(emulator, shop, update):
    output, load = update((shop.address, 80), STOP, FAIL, fails=True)
    assert f"{FIRST} is left out of web-80, web-8081, and no other server is touched" in output
    assert '"Find it broken" failed' in output
    assert is_left_out(emulator, shop)
    assert not any(server.startswith("new") for server in load.servers)


@pytest.mark.parametrize(
    ("tasks", "variables", "says"),
    [
        ([STOP], {}, f"Timeout when waiting for {FIRST}"),
        ([STOP, START], {"health": 500}, f"Backend 'web-80': not up are still {FIRST}"),
    ],
    ids=["stopped", "unhealthy"],
)
def test_a_server_that_does_not_come_up_is_left_out(emulator, shop, update, tasks, variables, says):
    output, _ = update((shop.address, 80), *tasks, fails=True, wait_timeout="3", **variables)
    assert says in output
    assert f"{FIRST} is left out of web-80, web-8081" in output
    assert is_left_out(emulator, shop)


def test_a_host_that_is_lost_in_its_update_is_out_and_the_next_is_not_touched(
    emulator, shop, update
):
    output, load = update((shop.address, 80), LOSE, fails=True)
    assert f"{FIRST}]: UNREACHABLE!" in output
    assert is_left_out(emulator, shop)
    assert load.servers == set(ADDRESSES)


def test_the_last_server_of_a_backend_is_not_taken_out_of_any(emulator, shop, update):
    lb_id = shop.lb["id"]
    [backend] = emulator.api("GET", f"lbs/{lb_id}/backends?name=web-8081")["backends"]
    emulator.api("PUT", f"backends/{backend['id']}/servers", {"server_ip": [FIRST]})
    shop.wait()
    with emulator.watched() as writes:
        output, _ = update((shop.address, 80), STOP, START, fails=True)
    assert "Backend 'web-8081' would be left with 0 servers that are up" in output
    assert writes == []
