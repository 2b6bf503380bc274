"""Every playbook as a job template of AWX runs it: by ansible-runner, its variables all text, nobody
there to answer."""

import contextlib
import os
import re
import socket
import sys
import tempfile

import ansible_runner
import jinja2
import pytest
import yaml
from cloud import ANSIBLE, PROJECT_ID, ROOT, SECRET_KEY, clean_environment
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
    """Run a playbook as a job, which must succeed; its output."""
    servers = {
        f"web-{address[-1]}": {"ansible_connection": "local", "ansible_host": address}
        for address in SERVERS.split(",")
    }
    inventory = {"all": {"children": {"servers": {"hosts": servers}}, "hosts": {"localhost": None}}}

    def run(playbook, variables, account=cloud.environment, project=ROOT, **more):
        done = ansible_runner.run(
            private_data_dir=tempfile.mkdtemp(dir=tmp_path),  # a new one for each job, as AWX does
            project_dir=str(project),
            playbook=playbook,
            extravars={
                key: value.format(folder=folder, port=port) for key, value in variables.items()
            },
            inventory=inventory,
            quiet=True,
            timeout=120,
            envvars={
                **clean_environment(tmp_path),
                **account,
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
                "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
                "PATH": f"{ANSIBLE}:{os.environ['PATH']}",
            },
            **more,
        )
        output = done.stdout.read()
        assert done.status == "successful", output
        return " ".join(output.split())

    return run


def test_every_playbook_is_run_as_a_job():
    assert sorted(JOBS) == PLAYBOOKS


@pytest.mark.parametrize("playbook", JOBS)
def test_a_playbook_runs_as_a_job_template(job, playbook):
    def run(name):
        before, variables, _says = JOBS[name]
        for other in before:
            run(other)
        return job(f"playbooks/{name}.yml", variables)

    assert JOBS[playbook][-1] in run(playbook)


README = (ROOT / "README.md").read_text()
SECTION = README.partition("\n## Job templates of AWX\n")[2].partition("\n## ")[0]
INPUTS, INJECTORS = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL))
ROLES = {"ssl_offload": 0, "ssl_passthrough": 1}


def credential(**fields):
    """The environment that the README's credential type makes of its fields."""
    return {key: jinja2.Template(value).render(fields) for key, value in INJECTORS["env"].items()}


def test_the_credential_type_of_the_readme_is_an_account(cloud, job):
    fields = {field["id"] for field in INPUTS["fields"]}
    assert set(INPUTS["required"]) <= fields
    assert {field["id"] for field in INPUTS["fields"] if field.get("secret")} == {"secret_key"}
    given = credential(secret_key=SECRET_KEY, project_id=PROJECT_ID, zone="nl-ams-2")
    assert set(given.values()) == {SECRET_KEY, PROJECT_ID, "nl-ams-2"}
    # the tests' cloud is not the one that is reached by default
    url = {"SCW_API_URL": cloud.url}
    variables = {"ssl_passthrough_servers": SERVERS}
    job("playbooks/ssl_passthrough.yml", variables, {**given, **url})
    [made] = cloud.api("GET", "lbs", zone="nl-ams-2")["lbs"]
    assert made["project_id"] == PROJECT_ID
    # a field that is left empty
    given = credential(secret_key=SECRET_KEY, project_id=PROJECT_ID)
    job("playbooks/ssl_passthrough.yml", variables, {**given, **url})
    assert len(cloud.api("GET", "lbs", zone="fr-par-1")["lbs"]) == 1


ANSWERS = {"list": "Textarea", "str": "Text", "int": "Integer", "bool": "Multiple choice"}


@pytest.mark.parametrize("role", ROLES)
def test_the_survey_of_the_readme_fits_the_role_and_needs_no_more_than_what_it_requires(
    cloud, job, role
):
    contract = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())
    options = contract["argument_specs"]["main"]["options"]
    answers = {}
    for row in re.findall(r"^\|(.*)\|$", SECTION, re.MULTILINE)[2:]:
        *variables, kind, answer = (cell.strip() for cell in row.split("|"))
        variable = variables[ROLES[role]].strip("`")
        if not variable:
            continue
        option = options[variable]
        choices = option.get("choices") or (["true", "false"] if option["type"] == "bool" else [])
        assert kind == ("Multiple choice" if choices else ANSWERS[option["type"]])
        offered = re.findall(r"`([^`]+)`", answer) if choices else []
        assert set(offered) <= set(choices)
        if answer.startswith("required"):
            answers[variable] = offered[-1] if choices else str(option.get("default", ""))
        else:
            answers[variable] = ""
    answers[f"{role}_servers"] = "127.0.0.31\n127.0.0.32\n"
    assert len(answers) >= 6
    with cloud.watched() as writes:
        job(f"playbooks/{role}.yml", answers, cmdline="--check")
    assert writes == []
    job(f"playbooks/{role}.yml", answers)
    assert "changed=0" in job(f"playbooks/{role}.yml", answers)
    [made] = cloud.api("GET", "lbs")["lbs"]
    [backend] = cloud.api("GET", f"lbs/{made['id']}/backends")["backends"]
    assert backend["pool"] == ["127.0.0.31", "127.0.0.32"]


def test_a_playbook_of_ones_own_is_one_line(job, tmp_path):
    [line] = re.findall(r"`(- ansible.builtin.import_playbook: .*)`", SECTION)
    (tmp_path / "site.yml").write_text(line)
    variables = {"ssl_offload_servers": SERVERS}
    assert "address:" in job("site.yml", variables, project=tmp_path)


def test_a_certificate_comes_by_a_credential(job):
    job("playbooks/ssl_offload.yml", {"ssl_offload_servers": SERVERS})
    [injected] = re.findall(r"`extra_vars: (\{.*\})`", SECTION)
    [(variable, template)] = yaml.safe_load(injected).items()
    pem = jinja2.Template(template).render(pem=bundle("shop.example.com"))
    named = {"load_balancer": "ssl-offload", "certificate": "ssl-offload"}
    assert "shop.example.com" in job("playbooks/import_certificate.yml", {**named, variable: pem})
