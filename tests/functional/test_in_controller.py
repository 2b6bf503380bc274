"""A module that runs inside the controller behaves as one that does not, whatever the task says."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import ansible_runner
import pytest
from cloud import ANSIBLE, BIN, ROOT, SECRET_KEY, clean_environment, run_playbook
from echo import BARE, UNREADABLE, echoing
from pki import AUTHORITY, Issued
from ways import NAME, WAYS, Likeness

HERE = Path(__file__).parent / "controller"
INVENTORY = ("-i", str(HERE / "hosts.yml"))
SWITCHES = {"in_controller": {}, "as_module": {"SCALEWAY_LB_IN_PROCESS": "0"}}


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory):
    """Another Python that can do the same: a program that starts ours."""
    path = tmp_path_factory.mktemp("interpreter") / "python"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture(scope="module")
def played(running, tmp_path_factory, interpreter):
    """What keywords.yml registered, in both ways."""
    registered = {}
    for way, switch in SWITCHES.items():
        running.reset()
        running.fault(operation="ListIPs", kind="delay", delay=5)
        home = tmp_path_factory.mktemp(way)
        process = run_playbook(
            HERE / "keywords.yml",
            *INVENTORY,
            f"--vault-password-file={HERE / 'vault_password'}",
            "--skip-tags=unwanted",
            variables={"save": str(home / "results.json"), "interpreter": interpreter},
            environment={**running.environment, **switch},
            home=home,
        )
        assert process.returncode == 0, process.stdout + process.stderr
        registered[way] = json.loads((home / "results.json").read_text())
        registered[way]["journal"] = [
            (entry["operation"], entry["path"], entry["body"]) for entry in running.journal()
        ]
    return registered


@pytest.fixture(params=WAYS)
def registered(played, request):
    return played[request.param]


def test_both_ways_register_the_same_key_by_key(played):
    first, second = (Likeness().of(without_invocation(played[way])) for way in WAYS)
    # Ansible says where a task was when its time was up: in our code, or waiting for a module.
    assert first["interrupted"].pop("timedout")["period"] == 1
    assert second["interrupted"].pop("timedout")["period"] == 1
    assert first.keys() == second.keys()
    for name in first:
        assert first[name] == second[name], name


def without_invocation(value):
    if isinstance(value, dict):
        return {key: without_invocation(one) for key, one in value.items() if key != "invocation"}
    return [without_invocation(one) for one in value] if isinstance(value, list) else value


def test_vaulted_values_are_decrypted_and_the_secret_one_is_masked(registered):
    vaulted = registered["vaulted"]
    assert vaulted["load_balancer"]["name"] == "vaulted-name"
    assert vaulted["load_balancer"]["tags"] == ["vaulted-tag", "vaulted-name"]
    assert "vaulted-secret-key" not in json.dumps(registered)


def test_the_environment_of_a_task_is_over_that_of_its_play_and_ends_with_it(registered):
    assert registered["elsewhere"]["load_balancer"]["zone"] == "nl-ams-1"
    assert registered["here"]["load_balancer"]["zone"] == "pl-waw-1"


def test_module_defaults_are_those_of_the_module_itself(registered):
    assert registered["here"]["load_balancer"]["description"] == "a load balancer by default"
    assert registered["by_default"]["backend"]["forward_port"] == 8080


def test_a_loop_runs_the_module_for_each_item(registered):
    results = registered["looped"]["results"]
    assert [one["changed"] for one in results] == [False, True]
    assert [one["backend"]["name"] for one in results] == ["web", "api"]


def test_until_repeats_the_task(registered):
    assert registered["repeated"]["attempts"] == 2


def test_changed_when_and_failed_when_have_the_last_word(registered):
    assert registered["judged"]["changed"] and registered["judged"]["failed"]


def test_what_is_not_valid_is_refused_in_the_words_of_ansible(registered):
    assert re.match(
        r"Unsupported parameters for \(scaleway_community\.lb\.backend\) module: nonsense\. "
        r"Supported parameters include: .*forward_port",
        registered["unsupported"]["msg"],
    )
    assert "'forward_port' is of type" in registered["invalid"]["msg"]
    assert "missing required arguments: action" in registered["incomplete"]["msg"]
    assert registered["doubled"]["warnings"] == [
        "Both option load_balancer and its alias lb_id are set."
    ]


def test_check_mode_and_diff_are_those_of_the_task(registered):
    assert registered["planned"]["changed"]
    assert registered["planned"]["diff"]["after"]["forward_port"] == 9090
    assert "diff" not in registered["planned_without_diff"]
    writes = [
        body for operation, _path, body in registered["journal"] if operation == "UpdateBackend"
    ]
    assert writes == []


def test_what_the_api_answers_is_no_template(registered):
    assert registered["shown"] == "{{ 1 + 1 }}"


def test_the_time_limit_of_a_task_interrupts_it(registered):
    assert registered["interrupted"]["failed"]
    assert "timedout" in registered["interrupted"]


def test_tags_and_conditions_keep_a_module_from_running(registered):
    assert registered["conditional"]["skipped"]
    assert "skipped-by" not in json.dumps(registered["journal"])


def test_hosts_that_are_away_have_their_tasks_done_by_the_controller(registered):
    names = [one["load_balancer"]["name"] for one in registered["delegated"]]
    assert names == ["web1", "web2"]


def test_run_once_runs_once_for_all_hosts(registered):
    made = [
        body["name"] for operation, _path, body in registered["journal"] if body and "name" in body
    ]
    assert made.count("once for web1") == 1 and made.count("once for web2") == 0
    one, other = registered["once"]
    assert one == other and one["changed"]


def test_where_it_would_differ_the_module_runs_as_usual(running, interpreter, tmp_path):
    running.reset()
    method = "su" if os.geteuid() == 0 else "sudo"
    process = run_playbook(
        HERE / "aside.yml",
        *INVENTORY,
        "-vvv",
        variables={"method": method, "interpreter": interpreter},
        environment={**running.environment, "ANSIBLE_ASYNC_DIR": str(tmp_path / "async")},
        home=tmp_path,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    tasks = dict(re.findall(r"^TASK \[(.+?)\] \*+\n(.*?)(?=^TASK|\Z)", process.stdout, re.M | re.S))
    as_usual = {
        name: "Using module file" in text or "UNREACHABLE" in text
        for name, text in tasks.items()
        if name.startswith(("Here", "As usual"))
    }
    assert as_usual == {name: name.startswith("As usual") for name in as_usual}
    assert list(as_usual.values()).count(True) == 7
    assert list(as_usual.values()).count(False) == 4
    assert SECRET_KEY not in process.stdout + process.stderr


@pytest.mark.parametrize("way", SWITCHES)
def test_no_secret_is_shown_at_any_verbosity_whatever_goes_wrong(way, tmp_path):
    own = Issued("www.example.com", AUTHORITY)
    keys = ["key-environment-01", "key-option-number2", "key-of-the-profile", "password-in-url"]
    profiles = tmp_path / "config.yaml"
    profiles.write_text(f"profiles: {{other: {{secret_key: {keys[2]}}}}}\n")
    unreadable = {"load_balancer": UNREADABLE}
    asked = [
        {f"{NAME}.load_balancer": {"name": "web"} | option}
        for option in (
            {},
            {"secret_key": keys[1]},
            {"profile": "other", "config_path": str(profiles)},
            {"secret_key": keys[1], "nonsense": keys[1]},
            {"api_url": "{{ address }}"},
        )
    ]
    asked += [
        {f"{NAME}.certificate_info": unreadable},
        {f"{NAME}.certificate_info": {"load_balancer": BARE, "expires_within_days": 1}},
        {
            f"{NAME}.certificate": {
                "load_balancer": BARE,
                "name": "www",
                "custom_certificate": {"certificate": own.pem, "private_key": own.key},
            }
        },
        {f"{NAME}.load_balancer": {"name": "{{ item }}"}, "loop": ["a", "b"]},
    ]
    tasks = [{**task, "ignore_errors": True, "diff": True} for task in asked]
    environment = {"SCW_SECRET_KEY": keys[0], **SWITCHES[way]}
    with echoing() as url:
        tasks[4]["vars"] = {"address": url.replace("//", f"//somebody:{keys[3]}@")}
        # a key in a profile counts where the environment holds none
        tasks[2]["environment"] = {"SCW_SECRET_KEY": ""}
        process = run_playbook(
            tasks,
            "-vvvvv",
            environment={**environment, "SCW_API_URL": url, "ANSIBLE_ASYNC_DIR": str(tmp_path)},
            home=tmp_path,
        )
    output = process.stdout + process.stderr
    assert process.returncode == 0, output
    assert output.count("you are ********") >= 5
    assert "please report it: ValueError" in output
    assert re.search(r"Certificate '\*+' \(\*+\.example\.com\) ends on", output)
    secrets = [*keys, *(line for line in own.key.splitlines() if "KEY" not in line)]
    assert [secret for secret in secrets if secret in output] == []
    assert "Traceback" not in output


@pytest.mark.parametrize("way", SWITCHES)
def test_no_private_key_is_shown_wherever_it_was_put(way, tmp_path):
    own = Issued("www.example.com", AUTHORITY)
    whole = own.pem + own.key
    misplaced = [
        {"certificate": whole},
        {"certificate": own.pem, "chain": own.key},
        {"certificate": own.pem, "privat_key": own.key},
        {"certificate": own.pem, "private_key": [own.key]},
        {"certificate": own.pem, "private_key": {"key": own.key}},
        {"certificate": own.key.removesuffix("-----END PRIVATE KEY-----\n")},
        {"certificate": json.dumps(whole)},
        whole,
        [whole],
        [[whole]],
        json.dumps({"chain": own.key}),
    ]
    tasks = []
    for custom_certificate in misplaced:
        www = {"name": "www", "custom_certificate": custom_certificate}
        on_lb = {"load_balancer": {"name": "web"}, "certificates": [www]}
        tasks.append({f"{NAME}.certificate": {"load_balancer": BARE, **www}})
        tasks.append({f"{NAME}.stack": on_lb})
        tasks.append({f"{NAME}.stack": {**on_lb, "certificates": www}})
    tasks += [
        {f"{NAME}.load_balancer": {"name": "web", "description": own.key}},
        {f"{NAME}.load_balancer": {"name": "web", "nonsense": own.key}},
    ]
    with echoing() as url:
        process = run_playbook(
            [{**task, "ignore_errors": True, "diff": True} for task in tasks],
            "-vvvvv",
            environment={
                "SCW_API_URL": url,
                "SCW_SECRET_KEY": SECRET_KEY,
                "ANSIBLE_INJECT_INVOCATION": "true",
                **SWITCHES[way],
            },
            home=tmp_path,
        )
    output = process.stdout + process.stderr
    assert process.returncode == 0, output
    assert f"ignored={len(tasks)}" in output and "Traceback" not in output
    assert own.pem.splitlines()[1] in output, "the certificate itself is shown"
    assert [line for line in own.key.splitlines() if "KEY" not in line and line in output] == []


@pytest.fixture
def collection(tmp_path):
    """A copy of the collection with one more module, which has options that will be removed."""
    copy = tmp_path / "collections" / "ansible_collections" / "scaleway_community" / "lb"
    for part in ("plugins", "meta"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "galaxy.yml", copy)
    (copy / "plugins/modules/old.py").write_text(OLD)
    action = (ROOT / "plugins/action/ip_info.py").read_text()
    (copy / "plugins/action/old.py").write_text(action.replace("ip_info", "old"))
    return tmp_path / "collections"


OLD = """#!/usr/bin/python
from __future__ import annotations

from ..module_utils.execution import execute, inform
from ..module_utils.kinds.ip import IP

PLANNED = {"removed_in_version": "99.0.0", "removed_from_collection": "scaleway_community.lb"}
RENAMED = {"name": "former", "version": "99.0.0", "collection_name": "scaleway_community.lb"}


def main():
    arguments = {
        **IP.info_arguments(),
        "leaving": {"type": "str", **PLANNED},
        "latter": {"type": "str", "aliases": ["former"], "deprecated_aliases": [RENAMED]},
    }
    execute(IP, arguments, inform)


if __name__ == "__main__":
    main()
"""


def test_deprecations_are_shown_alike(collection, cloud, tmp_path):
    outputs = set()
    for switch in SWITCHES.values():
        process = run_playbook(
            [{f"{NAME}.old": {"leaving": "a", "former": "b"}}],
            "-v",
            environment={
                **cloud.environment,
                **switch,
                "ANSIBLE_COLLECTIONS_PATH": str(collection),
                "ANSIBLE_DEPRECATION_WARNINGS": "true",
            },
            home=tmp_path,
        )
        output = process.stdout + process.stderr
        assert process.returncode == 0, output
        outputs.add(re.sub(r"\s+", " ", output))
    assert len(outputs) == 1
    assert "Param 'leaving' is deprecated" in output
    assert "Alias 'former' is deprecated" in re.sub(r"\s+", " ", output)


def test_ansible_runner_and_so_awx_sees_the_same_events(cloud, tmp_path):
    tasks = [
        {f"{NAME}.load_balancer": {"name": "web"}, "diff": True},
        {f"{NAME}.load_balancer": {"name": "web", "type": "LB-GP-M"}, "check_mode": True},
        {f"{NAME}.load_balancer": {"name": "{{ item }}"}, "loop": ["web", "api"]},
        {f"{NAME}.backend": {"name": "web"}, "ignore_errors": True},
        {f"{NAME}.load_balancer": {"name": "web", "secret_key": "key-of-the-option"}},
        {f"{NAME}.load_balancer": {"name": "web"}, "no_log": True},
        {f"{NAME}.load_balancer": {"name": "web"}, "when": False},
    ]
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    seen = {}
    for way, switch in SWITCHES.items():
        cloud.reset()
        events = []
        folder = tmp_path / way
        (folder / "project").mkdir(parents=True)
        run = ansible_runner.run(
            private_data_dir=str(folder),
            playbook=[play],
            inventory={
                "all": {"hosts": {"localhost": {"ansible_python_interpreter": sys.executable}}}
            },
            quiet=True,
            event_handler=events.append,
            timeout=120,
            envvars={
                **clean_environment(tmp_path),
                **cloud.environment,
                **switch,
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
                "PATH": f"{ANSIBLE}:{os.environ['PATH']}",
            },
        )
        assert run.status == "successful", run.stdout.read()
        seen[way] = [
            (event["event"], without_invocation(event["event_data"].get("res")))
            for event in events
            if event["event"].startswith(("runner_on", "runner_item"))
        ]
        assert "key-of-the-option" not in json.dumps(events)
    names = [name for name, _result in seen["in_controller"]]
    assert names.count("runner_on_ok") == 5 and names.count("runner_item_on_ok") == 2
    assert names.count("runner_on_failed") == names.count("runner_on_skipped") == 1
    first, second = (Likeness().of(seen[way]) for way in SWITCHES)
    assert first == second


def test_ansible_lint_finds_options_that_there_are_not(tmp_path):
    (tmp_path / "lint.yml").write_text("---\noffline: true\n")
    play = {"name": "Lint", "hosts": "localhost", "tasks": [{"name": "Wrong"}]}
    play["tasks"][0][f"{NAME}.backend"] = {"load_balancer": "web", "nonsense": True}
    (tmp_path / "playbook.yml").write_text(json.dumps([play]))
    process = subprocess.run(
        [BIN / "ansible-lint", "-c", tmp_path / "lint.yml", "-p", tmp_path / "playbook.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={**clean_environment(tmp_path), "PATH": f"{BIN}:{os.environ['PATH']}"},
    )
    assert re.search(r"args\[module\].*Unsupported parameters .*nonsense", process.stdout), process
