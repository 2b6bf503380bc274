"""The modules against the emulator's control plane: its journal judges what happened."""

import json
import subprocess
import sys

import pytest
from cloud import ROOT, Run, clean_environment, run_playbook, serving


@pytest.fixture(scope="session")
def running():
    with serving(
        "--data-plane=none", "--ca=builtin", "--time-scale=0", "--ip-range=127.52.0.0/16"
    ) as cloud:
        yield cloud


@pytest.fixture
def cloud(running):
    """The emulator, empty."""
    running.reset()
    return running


@pytest.fixture
def module(cloud, tmp_path):
    """Run a module of the collection as Ansible does on a host; return its result."""

    def run(name, /, check=False, environment=None, **options):
        arguments = {
            "ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check, "_ansible_diff": True}
        }
        outcome = subprocess.run(
            [sys.executable, ROOT / "tests" / "functional" / "run_module.py", name],
            input=json.dumps(arguments),
            capture_output=True,
            text=True,
            timeout=120,
            env={
                **clean_environment(tmp_path),
                **(cloud.environment if environment is None else environment),
            },
        )
        assert "Traceback" not in outcome.stderr, outcome.stderr
        result = json.loads(outcome.stdout)
        # ansible-core 2.19 hands warnings over as objects, earlier ones as text
        texts = [
            one if isinstance(one, str) else one["event"]["msg"]
            for one in result.get("warnings", [])
        ]
        return {**result, "warnings": texts}

    return run


@pytest.fixture
def play(cloud, tmp_path):
    """Run `ansible-playbook`; return the finished process with its output."""

    def run(playbook, *arguments, variables=None, environment=None):
        return run_playbook(
            playbook,
            *arguments,
            variables=variables,
            environment=cloud.environment if environment is None else environment,
            home=tmp_path,
        )

    return run


@pytest.fixture
def playbook(play):
    """Run one of the playbooks; whoever expects it to fail says so."""

    def run(name, /, *arguments, fails=False, **variables):
        outcome = Run(play(f"playbooks/{name}.yml", *arguments, variables=variables))
        assert outcome.ok != fails, outcome.output
        return outcome

    return run
