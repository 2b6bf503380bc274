"""The emulator as the tests see it: its API, its journal, its faults."""

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
ANSIBLE = Path(sys.executable).parent
"""The folder of the ansible-core to test with."""
SECRET_KEY = "11111111-2222-4333-8444-555555555555"
PROJECT_ID = "66666666-7777-4888-8999-000000000000"
ZONE = "fr-par-1"


class Cloud:
    """The running emulator, as the tests see it: its API, its journal, its faults."""

    def __init__(self, url):
        self.url = url

    def api(self, method, path, body=None, zone=ZONE, session=requests):
        """One call of the zoned API, bypassing the modules; many are faster in one session."""
        answer = session.request(
            method,
            f"{self.url}/lb/v1/zones/{zone}/{path}",
            json=body,
            headers={"X-Auth-Token": SECRET_KEY},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def journal(self, reads=False):
        """The API calls in order: the writes, or everything."""
        params = {"reads": "true"} if reads else None
        answer = requests.get(f"{self.url}/_emulator/journal", params=params, timeout=30)
        return answer.json()["entries"]

    @contextmanager
    def watched(self, reads=False):
        """A list that holds, after the block, the API calls made in it."""
        before = len(self.journal(reads))
        entries = []
        yield entries
        entries += self.journal(reads)[before:]

    def fault(self, **fault):
        requests.post(f"{self.url}/_emulator/faults", json=fault, timeout=30).raise_for_status()

    def reset(self):
        requests.post(f"{self.url}/_emulator/reset", timeout=30).raise_for_status()

    def resolve(self, name, address):
        """Set what a name resolves to, in the DNS that the certificate authority queries."""
        url = f"{self.url}/_emulator/dns/{name}"
        requests.put(url, json={"address": address}, timeout=30).raise_for_status()

    @property
    def environment(self):
        """What a user sets to reach this cloud."""
        return {
            "SCW_API_URL": self.url,
            "SCW_SECRET_KEY": SECRET_KEY,
            "SCW_DEFAULT_PROJECT_ID": PROJECT_ID,
        }


@contextmanager
def serving(*options, environment=None):
    """Run the emulator on a free port; yield its Cloud."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [BIN / "scaleway-lb-emulator", "serve", "--listen", f"127.0.0.1:{port}", *options]
    environment = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        line = process.stdout.readline()
        assert line.startswith("ready: "), f"the emulator did not start: {line!r}"
        yield Cloud(line.removeprefix("ready: ").strip())
    finally:
        process.terminate()
        process.wait(timeout=30)


def clean_environment(home):
    """The environment without any account or configuration of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCW_")}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}


def run_playbook(playbook, *arguments, variables=None, environment, home):
    """Run `ansible-playbook` on a file, or on a list of tasks; return the finished process."""
    if isinstance(playbook, list):
        path = home / "playbook.json"
        hosts = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        path.write_text(json.dumps([{**hosts, "tasks": playbook}]))
        playbook = path
    command = [ANSIBLE / "ansible-playbook", str(playbook), *arguments]
    if variables:
        command += ["-e", json.dumps(variables)]
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
        env={
            **clean_environment(home),
            **environment,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_FORCE_COLOR": "false",
        },
    )


class Run:
    """A run of ansible-playbook that has ended: how many tasks changed, what the role returned."""

    def __init__(self, process, result=None):
        self.output = process.stdout + process.stderr
        self.ok = process.returncode == 0
        recap = re.search(r"changed=(\d+)", process.stdout)
        self.changed = int(recap[1]) if recap else None
        self.result = result
