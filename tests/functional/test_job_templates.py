"""Every playbook as a job template of AWX runs it: by ansible-runner, its variables all text, nobody
there to answer."""

import contextlib
import os
import socket
import sys

import ansible_runner
import pytest
from cloud import ANSIBLE, ROOT, clean_environment
from pki import bundle

from web_server import free_port

PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
SERVERS = "127.0.0.31,127.0.0.32"
# playbook: what was run before it, its variables, and what the job says at last
JOBS = {
    "ssl_offload": ([], {"ssl_offload_servers": SERVERS, "ssl_offload_redirect_http": "false"}, "address:"),
    "ssl_passthrough": ([], {"ssl_passthrough_servers": SERVERS, "ssl_passthrough_server_port": "{port}"}, "address:"),
    "teardown": (["ssl_passthrough"], {"ssl_passthrough_name": "ssl-passthrough", "ssl_offload_name": "", "confirm": "yes"}, "changed=1"),
    "import_certificate": (
        ["ssl_offload"],
        {"load_balancer": "ssl-offload", "certificate": "ssl-offload", "bundle_file": "{folder}/shop.pem"},
        "shop.example.com",
    ),
    "rotate_certificates": (
        ["import_certificate"],
        {"folder": "{folder}", "zones": "fr-par,nl-ams-1"},
        "is there",
    ),
    "audit_certificates": (
        ["import_certificate"],
        {"zones": "all", "within_days": "7", "json_file": "{folder}/audit.json"},
        "None of 1 certificates ends within 7 days",
    ),
    "export_stack": (["ssl_passthrough"], {"load_balancer": "ssl-passthrough", "file": "{folder}/lb.yml"}, "changed=1"),
    "migrate_region_to_zone": (["ssl_passthrough"], {"region": "fr-par", "vars_file": ""}, "4 found."),
    "rolling_update": (
        ["ssl_passthrough"],
        {
            "load_balancers": "ssl-passthrough",
            "group": "servers",
            "hook": "{folder}/update.yml",
            "drain_seconds": "1",
            "wait_timeout": "5",
        },
        "changed=2",
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """What the variables name."""
    place = tmp_path / "files"
    place.mkdir()
    (place / "shop.pem").write_text(bundle("shop.example.com"))
    (place / "update.yml").write_text("- ansible.builtin.ping:\n")
    return place


@pytest.fixture
def port():
    """A port on which the servers listen."""
    with contextlib.ExitStack() as listening:
        free = free_port(*SERVERS.split(","))
        for address in SERVERS.split(","):
            listening.enter_context(socket.create_server((address, free)))
        yield free


@pytest.fixture
def job(cloud, folder, port, tmp_path):
    """Run a playbook as a job; whether it succeeded, and its output."""
    (tmp_path / "runner").mkdir()
    servers = {
        f"web-{address[-1]}": {"ansible_connection": "local", "ansible_host": address}
        for address in SERVERS.split(",")
    }
    inventory = {"all": {"children": {"servers": {"hosts": servers}}, "hosts": {"localhost": None}}}

    def run(playbook):
        before, variables, _says = JOBS[playbook]
        for other in before:
            assert run(other)[0]
        done = ansible_runner.run(
            private_data_dir=str(tmp_path / "runner"),
            project_dir=str(ROOT),
            playbook=f"playbooks/{playbook}.yml",
            extravars={
                key: value.format(folder=folder, port=port) for key, value in variables.items()
            },
            inventory=inventory,
            quiet=True,
            timeout=120,
            envvars={
                **clean_environment(tmp_path),
                **cloud.environment,
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
                "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
                "PATH": f"{ANSIBLE}:{os.environ['PATH']}",
            },
        )
        return done.status == "successful", done.stdout.read()

    return run


def test_every_playbook_is_run_as_a_job():
    assert sorted(JOBS) == PLAYBOOKS


@pytest.mark.parametrize("playbook", JOBS)
def test_a_playbook_runs_as_a_job_template(job, playbook):
    successful, output = job(playbook)
    assert JOBS[playbook][-1] in " ".join(output.split()), output
    assert successful, output
