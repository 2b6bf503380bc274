"""The command: it says when it can be used, what is wrong, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from balancer import Balancer
from cloud import BIN, SECRET_KEY, Cloud, serving
from cryptography import x509
from traffic import eventually, get, trusting

from web_server import free_port

COMMAND = [str(BIN / "scaleway-lb-emulator"), "serve"]
ALONE = ["--data-plane", "none", "--ca", "builtin", "--time-scale", "0"]


def refused(*options, path=None):
    """What the command says when it cannot start."""
    environment = {**os.environ, **({"PATH": path} if path else {})}
    done = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.returncode
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def children(pid):
    """The processes below one, at any depth: {process ID: command}."""
    below = {}
    with suppress(FileNotFoundError, ProcessLookupError):  # one has ended while we looked
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                below[int(child)] = Path(f"/proc/{child}/comm").read_text().strip()
                below |= children(child)
    return below


def gone(pids):
    def ended(pid):
        try:
            return ") Z " in Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return True

    return all(ended(pid) for pid in pids)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--listen", "0.0.0.0:8480"], "loopback"),
        (["--listen", "192.0.2.1:8480"], "loopback"),
        (["--listen", "127.0.0.1"], "loopback address and a port"),
        (["--listen", "127.0.0.1:99999"], "loopback address and a port"),
        (["--listen", "127.0.0.1:²"], "loopback address and a port"),
        (["--listen", "127.0.0.1:٣"], "loopback address and a port"),
        (["--ip-range", "10.0.0.0/8"], "loopback only"),
        (["--ip-range", "everywhere"], "everywhere"),
        (["--ip6-range", "2001:db8::/48"], "private"),
        (["--ip6-range", "fd51::/64"], "/16 to /60"),
        (["--ip6-range", "fd51::1/48"], "host bits"),
        (["--time-scale", "-1"], "--time-scale"),
        (["--time-scale", "nan"], "--time-scale"),
        (["--port-offset", "70000"], "--port-offset"),
        (["--ca", "letsencrypt"], "builtin"),
    ],
)
def test_options_that_cannot_work_are_refused(options, words):
    assert words in refused(*options)


def test_a_port_that_is_taken_is_said_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(*ALONE, "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert "Address already in use" in said
    assert "--listen" in said


def test_ports_of_the_load_balancers_that_are_taken_are_said_with_what_to_do():
    with socket.create_server(("127.66.0.1", 443)):
        said = refused("--listen", "127.0.0.1:0", "--ip-range", "127.66.0.0/24")
    assert "127.66.0.1:443" in said
    assert "--port-offset" in said
    assert "--ip-range" in said


def test_a_state_directory_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    said = refused(*ALONE, "--listen", "127.0.0.1:0", "--state", str(tmp_path / "file"))
    assert str(tmp_path / "file") in said


@pytest.mark.parametrize("program", ["haproxy", "pebble", "pebble-challtestsrv"])
def test_a_missing_program_is_said_with_what_to_install(tmp_path, program):
    # as on a machine that has the other programs
    for name in {"haproxy", "pebble", "pebble-challtestsrv"} - {program}:
        (tmp_path / name).symlink_to("/bin/true")
    options = ["--data-plane", "none"] if program.startswith("pebble") else []
    said = refused("--listen", "127.0.0.1:0", *options, path=str(tmp_path))
    assert f"{program} is missing" in said
    assert "apt-get install" in said
    assert ("--data-plane none" if program == "haproxy" else "--ca builtin") in said


def test_a_haproxy_that_refuses_to_start_is_quoted(tmp_path):
    broken = tmp_path / "haproxy"
    broken.write_text("#!/bin/sh\necho '[ALERT] it is too old' >&2; exit 1\n")
    broken.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    options = ["--ip-range", "127.66.0.0/24", "--ca", "builtin"]
    said = refused("--listen", "127.0.0.1:0", *options, path=path)
    assert "HAProxy did not start" in said
    assert "it is too old" in said


def test_help_names_every_option():
    said = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    for option in (
        *("--listen", "--data-plane", "--ca", "--state", "--time-scale"),
        *("--ip-range", "--ip6-range", "--port-offset", "--token", "SCW_API_URL"),
    ):
        assert option in said
    assert "None" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running_however_it_ends(tmp_path, number):
    process = subprocess.Popen(
        [*COMMAND, "--listen", "127.0.0.1:0", "--ip-range", "127.66.0.0/24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    line = process.stdout.readline()
    assert re.fullmatch(r"ready: http://127\.0\.0\.1:\d+\n", line)
    started = children(process.pid)
    assert {"haproxy", "pebble"} <= set(started.values())
    process.send_signal(number)
    assert process.wait(timeout=20) == (-9 if number == signal.SIGKILL else 0)
    assert process.stdout.read() == ""
    eventually(lambda: gone(started), timeout=10)
    if number != signal.SIGKILL:
        assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    left = tmp_path / "scaleway-lb-haproxy-4194305-x"
    left.mkdir()
    (left / "key.pem").write_text("secret")
    with serving("--ip-range", "127.66.0.0/24", environment={"TMPDIR": str(tmp_path)}):
        assert not left.exists()


def test_the_token_is_wanted_and_never_shown(tmp_path):
    port = free_port("127.0.0.1")
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, *ALONE, "--listen", f"127.0.0.1:{port}", "--token", SECRET_KEY],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        process.stdout.readline()
        url = f"http://127.0.0.1:{port}/lb/v1/zones/fr-par-1/lbs"
        try:
            tokens = {None: 401, "another": 401, SECRET_KEY: 200}
            for token, status in tokens.items():
                headers = {"X-Auth-Token": token} if token else {}
                assert requests.get(url, headers=headers, timeout=30).status_code == status
            body = {"name": "web"}
            requests.post(url, json=body, headers={"X-Auth-Token": SECRET_KEY}, timeout=30)
            seen = requests.get(f"http://127.0.0.1:{port}/_emulator/journal?reads=true", timeout=30)
        finally:
            process.terminate()
            process.wait(20)
    assert SECRET_KEY not in seen.text
    assert SECRET_KEY not in (tmp_path / "log").read_text()


def test_the_log_says_what_is_not_served_and_who_visited(tmp_path, web_servers):
    port = free_port("127.0.0.1")
    cloud = Cloud(f"http://127.0.0.1:{port}")
    cloud.port_offset = 0
    options = ["--ca", "builtin", "--ip-range", "127.66.0.0/24", "--time-scale", "0"]
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*COMMAND, *options, "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
        assert process.stdout.readline().startswith("ready: ")
        try:
            lb = Balancer(cloud, assign_flexible_ipv6=True)
            backend = lb.backend(web_servers.addresses, web_servers.port)
            quiet = lb.frontend(backend, 8080)
            lb.frontend(backend, 80, enable_access_logs=True, enable_http3=True)
            assert lb.get("/quiet", port=8080).status == 200
            assert lb.get("/logged", source="127.0.0.77").status == 200
            said = eventually(lambda: "/logged" in log.read_text() and log.read_text())
        finally:
            process.terminate()
            process.wait(20)
    [line] = [line for line in said.splitlines() if "/logged" in line]
    assert line.startswith("127.0.0.77:")
    assert '"GET /logged HTTP/1.1"' in line
    assert "/quiet" not in said and quiet["id"] not in said
    assert said.count("HTTP/3 of frontend") == said.count("is not served: IPv6") == 1


def run(tmp_path, port, log=None):
    options = ["--ip-range", "127.66.0.0/24", "--time-scale", "0"]
    command = [*COMMAND, *options, "--listen", f"127.0.0.1:{port}", "--state", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout.readline().startswith("ready: ")
    return process


def test_a_killed_emulator_serves_the_same_sites_after_a_restart(tmp_path, web_servers):
    port = free_port("127.0.0.1")
    cloud = Cloud(f"http://127.0.0.1:{port}")
    cloud.port_offset = 0
    first = run(tmp_path / "state", port)
    try:
        lb = Balancer(cloud)
        backend = lb.backend(web_servers.addresses, web_servers.port)
        lb.frontend(backend, 443, certificate_ids=[lb.certificate(lb.name)])
    finally:
        first.kill()
        first.wait()
    time.sleep(0.5)
    second = run(tmp_path / "state", port)
    try:
        roots = tmp_path / "roots.pem"
        roots.write_text(requests.get(f"{cloud.url}/_emulator/ca.pem", timeout=30).text)
        answer = get(lb.address, 443, tls=trusting(roots), name=lb.name)
        assert answer.status == 200
        renewed = lb.certificate(lb.name)
        assert renewed
    finally:
        second.terminate()
        second.wait(20)


def test_authorities_of_earlier_runs_are_trusted_whichever_issued_then(tmp_path):
    def roots(ca):
        options = ["--data-plane", "none", "--state", str(tmp_path / "state")]
        with serving("--ca", ca, *options) as cloud:
            pem = requests.get(f"{cloud.url}/_emulator/ca.pem", timeout=30).content
            return x509.load_pem_x509_certificates(pem)

    own = roots("builtin")
    pebbles = roots("pebble")
    assert len(own) == 1 and len(pebbles) == 2 and pebbles[1] == own[0]
    assert roots("builtin") == [own[0], pebbles[0]]


def test_certificates_are_issued_again_after_pebble_or_its_dns_has_ended(tmp_path):
    port = free_port("127.0.0.1")
    cloud = Cloud(f"http://127.0.0.1:{port}")
    process = run(tmp_path / "state", port)

    def end(name, but=0):
        """Kill a child of the emulator, once there is another one than before."""
        others = ((pid, comm) for pid, comm in children(process.pid).items() if pid != but)
        found = next((pid for pid, comm in others if comm == name[:15]), None)  # all that is kept
        if found:
            with suppress(ProcessLookupError):  # it has ended on its own
                os.kill(found, signal.SIGKILL)
        return found

    def issued(lb):
        found = lb.order(lb.name)
        assert found["status"] == "ready" or found["status_details"]
        return found["status"] == "ready"

    try:
        lb = Balancer(cloud)
        assert issued(lb)
        trusted = requests.get(f"{cloud.url}/_emulator/ca.pem", timeout=30).text
        time.sleep(1)
        for name in ("pebble-challtestsrv", "pebble"):
            ended = end(name)
            other = Balancer(cloud, name="other")  # whatever runs, the API works
            eventually(lambda other=other: issued(other))
            assert issued(lb)
        now = requests.get(f"{cloud.url}/_emulator/ca.pem", timeout=30).text
        assert now.endswith(trusted) and now != trusted
        # one that ends at once is not started for ever; orders fail, and say why
        time.sleep(1)
        ended = end("pebble-challtestsrv")
        eventually(lambda: end("pebble-challtestsrv", but=ended), pause=0.01)
        assert not issued(Balancer(cloud, name="another"))
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_a_name_below_the_own_one_is_certified_in_any_case(lb):
    found = lb.order(f"WWW.{lb.name.upper()}", f"Api.{lb.name}", f"api.{lb.name}")
    assert found["status"] == "ready", found["status_details"]


def test_the_log_holds_visits_and_nothing_that_haproxy_says_at_each_reload(tmp_path, web_servers):
    port = free_port("127.0.0.1")
    with (tmp_path / "log").open("w") as log:
        process = run(tmp_path / "state", port, log)
        cloud = Cloud(f"http://127.0.0.1:{port}")
        cloud.port_offset = 0
        try:
            lb = Balancer(cloud)
            backend = lb.backend(web_servers.addresses, web_servers.port)
            lb.frontend(backend, 80, enable_access_logs=True)
            for number in range(3):
                lb.backend([], 80, name=f"{number}")
                assert lb.get(f"/{number}").status == 200
            eventually(lambda: "/2" in (tmp_path / "log").read_text())
        finally:
            process.terminate()
            process.wait(20)
    lines = (tmp_path / "log").read_text().splitlines()
    assert [re.search(r'"GET (\S+) ', line)[1] for line in lines] == ["/0", "/1", "/2"]
