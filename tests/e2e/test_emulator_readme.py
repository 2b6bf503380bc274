"""The emulator's README: its examples run as they stand, and it leaves nothing out."""

import os
import re
import subprocess

import pytest
import requests
from balancer import Balancer
from cloud import ANSIBLE, BIN, ROOT, clean_environment, serving

from scaleway_lb_emulator.faults import Fault
from web_server import free_port

README = (ROOT / "emulator" / "README.md").read_text()
SECTIONS = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in re.split(r"^##+ ", README, flags=re.M)
}


def block(section, language="sh"):
    """The one example of a section in a language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", SECTIONS[section], re.M | re.S)
    return found


@pytest.fixture(scope="module")
def cloud():
    with serving("--time-scale", "0", "--ip-range", "127.66.0.0/24") as cloud:
        cloud.port_offset = 0
        yield cloud


@pytest.fixture
def shell(cloud, tmp_path):
    """Run a script after the README's environment, on ports that are free; what it prints."""
    port = free_port("127.0.0.1")

    def run(script, directory=tmp_path):
        script = f"trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{block('Use it')}\n{script}"
        script = script.replace("http://127.0.0.1:8480", cloud.url).replace("8000", str(port))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=directory,
            env={
                **clean_environment(tmp_path),
                "PATH": f"{ANSIBLE}:{BIN}:{os.environ['PATH']}",
                "ANSIBLE_LOCALHOST_WARNING": "false",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    cloud.reset()
    return run


def names(cloud):
    return [one["name"] for one in cloud.api("GET", "lbs")["lbs"]]


def test_the_example_for_curl_ends_with_https_that_verifies(cloud, shell):
    said = shell(block("curl"))
    assert said.startswith("HTTP/2 200")
    assert "server: SimpleHTTP" in said
    assert names(cloud) == ["first"]


def test_the_example_for_python_creates_a_load_balancer(cloud, shell):
    said = shell(f"python - <<'END'\n{block('Python SDK', 'python')}END\n")
    assert said.split() == ["from-python", "ready", "127.66.0.1"]
    assert names(cloud) == ["from-python"]


def test_the_example_for_ansible_creates_both(cloud, shell):
    said = shell(block("Ansible"), ROOT)
    assert names(cloud) == ["from-ansible", "shop"]
    assert '"days_left": 8' in said
    assert "failed=0" in said


def test_the_examples_of_faults_are_accepted_and_taken_back(cloud, shell):
    asked = shell(block("Control API"))
    assert asked.count('"id"') == 4
    answer = requests.get(f"{cloud.url}/_emulator/faults", timeout=30)
    assert answer.json() == {"faults": []}
    Balancer(cloud)


def test_every_option_call_and_fault_is_explained(cloud):
    usage = [BIN / "scaleway-lb-emulator", "serve", "--help"]
    said = subprocess.run(usage, capture_output=True, text=True, check=True).stdout
    for option in set(re.findall(r"--[a-z0-9-]+", said)) - {"--help"}:
        assert f"`{option}" in SECTIONS["Run it"], option
    own = requests.get(f"{cloud.url}/_emulator/openapi.json", timeout=30).json()["paths"]
    assert len(own) > 5
    for path in own.keys() - {"/faults/{fault_id}"}:
        shown = re.sub(r"\{\w*_id\}", "{id}", path)
        assert f" /_emulator{shown}`" in SECTIONS["Control API"], path
    for kind in Fault.model_json_schema()["properties"]["kind"]["enum"]:
        assert f"`{kind}`" in SECTIONS["Control API"], kind


def test_what_is_not_run_is_said_to_be_so():
    played = {"curl", "Python SDK", "Ansible"}
    examples = [title for title in SECTIONS if title in played or "not run in CI" in title]
    _, _, rest = README.partition("## Use it")
    headings = re.findall(r"^### (.+)$", rest.partition("\n## ")[0], re.M)
    assert headings == examples
