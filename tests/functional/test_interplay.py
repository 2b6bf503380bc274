"""Modules together: changed at once in one play, removed in any order, and told who uses what."""

import json
import random
import re

import pytest
from objects import DENY, HTTP, NETWORK, WEB_BACKEND
from pki import custom

NAME = "scaleway_community.lb"
ON_WEB = {"load_balancer": "web"}
BACKEND = {**ON_WEB, "forward_protocol": "http", "forward_port": 80}

MADE = [
    ("ip", {"tags": ["web"]}),
    ("subscriber", {"name": "on-call", "email_config": {"email": "on-call@example.com"}}),
    ("load_balancer", {"name": "web", "ips": ["127.52.0.1"], "subscriber": "on-call"}),
    ("private_network", {**ON_WEB, "private_network_id": NETWORK}),
    ("backend", {**BACKEND, "name": "web", "servers": ["10.0.0.1"]}),
    ("backend", {**BACKEND, "name": "api", "servers": ["10.0.0.2"]}),
    ("certificate", {**ON_WEB, "name": "own", "letsencrypt": {}}),
    (
        "frontend",
        {
            **ON_WEB,
            "name": "https",
            "inbound_port": 443,
            "backend": "web",
            "certificates": ["own"],
        },
    ),
    ("frontend", {**ON_WEB, "name": "http", "inbound_port": 80, "backend": "web"}),
    ("route", {**ON_WEB, "frontend": "https", "backend": "api", "path_begin": "/api"}),
    (
        "acl",
        {
            **ON_WEB,
            "frontend": "http",
            "name": "deny",
            "index": 1,
            "action": {"type": "deny"},
            "match": {"ip_subnet": ["192.0.2.0/24"]},
        },
    ),
]
# Everything changes while everything is in use: names, targets, sizes, certificates.
CHANGED = [
    ("load_balancer", {"name": "web", "type": "LB-GP-M", "description": "shop", "tags": ["new"]}),
    ("subscriber", {"name": "on-call", "webhook_config": {"uri": "https://hooks.example.com"}}),
    ("certificate", {**ON_WEB, "name": "own", "custom_certificate": custom("a.example.com")}),
    ("backend", {**BACKEND, "name": "new", "servers": ["10.0.0.3"], "sticky_sessions": "cookie"}),
    ("frontend", {**ON_WEB, "name": "https", "backend": "new", "timeout_client": "30s"}),
    ("frontend", {**ON_WEB, "name": "http", "inbound_port": 8080, "backend": "api"}),
    ("route", {**ON_WEB, "frontend": "https", "backend": "web", "path_begin": "/api"}),
    ("backend_servers", {**ON_WEB, "backend": "api", "servers": ["10.0.0.4"], "wait_for": "up"}),
    ("acl", {**ON_WEB, "frontend": "http", "name": "deny", "index": 9}),
]
REMOVED = [
    ("backend", {**ON_WEB, "name": "web"}),
    ("backend", {**ON_WEB, "name": "api"}),
    ("backend", {**ON_WEB, "name": "new"}),
    ("certificate", {**ON_WEB, "name": "own"}),
    ("frontend", {**ON_WEB, "name": "https"}),
    ("frontend", {**ON_WEB, "name": "http"}),
    ("route", {**ON_WEB, "frontend": "https", "path_begin": "/api"}),
    ("acl", {**ON_WEB, "frontend": "http", "name": "deny"}),
    ("private_network", {**ON_WEB, "private_network_id": NETWORK}),
    ("subscriber", {"name": "on-call"}),
    ("ip", {"tags": ["web"]}),
    ("load_balancer", {"name": "web"}),
]
USERS = {
    "backend": r"Backend '\w+' is in use by (frontend|route) ",
    "certificate": r"Certificate 'own' is in use by frontend 'https'",
    "subscriber": r"Subscriber 'on-call' is in use by load balancer 'web'",
    "ip": r"IP 127\.52\.0\.1 is in use by load balancer 'web'",
}


def tasks(steps, **more):
    return [{f"{NAME}.{module}": {**options, **more}} for module, options in steps]


def counted(process):
    """What the recap says of localhost."""
    recap = re.search(r"localhost +: (.*)", process.stdout)
    assert recap, process.stdout + process.stderr
    return {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", recap[1])}


def test_all_changes_at_once_while_everything_is_in_use(cloud, play):
    with cloud.watched() as writes:
        planned = counted(play(tasks(MADE), "--check"))
    assert (planned["failed"], planned["changed"], writes) == (0, len(MADE), [])
    made = counted(play(tasks(MADE)))
    assert (made["failed"], made["changed"]) == (0, len(MADE))
    with cloud.watched() as writes:
        planned = counted(play(tasks(CHANGED), "--check"))
    assert (planned["failed"], planned["changed"], writes) == (0, len(CHANGED), [])
    changed = counted(play(tasks(CHANGED)))
    assert (changed["failed"], changed["changed"]) == (0, len(CHANGED))
    with cloud.watched() as writes:
        again = counted(play(tasks(CHANGED)))
    assert (again["failed"], again["changed"], writes) == (0, 0, [])


@pytest.mark.parametrize("seed", range(6))
def test_all_is_removed_in_any_order_and_what_is_in_use_is_told_by_whom(cloud, inside, seed):
    for module, options in [*MADE, *CHANGED]:
        assert inside(module, **options).get("changed"), (module, options)
    left = list(REMOVED)
    random.Random(seed).shuffle(left)
    for _round in range(len(REMOVED)):
        refused = []
        for module, options in left:
            foretold = inside(module, check=True, **options, state="absent").get("warnings", [])
            result = inside(module, **options, state="absent")
            assert bool(result.get("failed")) == bool(foretold)
            if result.get("failed"):
                assert re.search(USERS[module], foretold[0]), foretold
                assert re.search(USERS[module], result["msg"]), result["msg"]
                refused.append((module, options))
            else:
                assert inside(module, **options, state="absent")["changed"] is False
        left = refused
        if not left:
            break
    assert left == []
    for path, key in (("lbs", "lbs"), ("ips", "ips"), ("subscribers", "subscribers")):
        assert cloud.api("GET", path)[key] == []


def test_check_mode_warns_of_a_port_that_is_taken(inside):
    for module, options in MADE:
        inside(module, **options)
    new = {**ON_WEB, "name": "new", "backend": "web"}
    for options, taken_by in (
        ({**new, "inbound_port": 443}, "https"),
        ({**ON_WEB, "name": "http", "inbound_port": 443}, "https"),
        ({**new, "inbound_port": 8443}, None),
        ({**ON_WEB, "name": "http", "timeout_client": "9s"}, None),
        ({**ON_WEB, "name": "http", "inbound_port": 80, "timeout_client": "8s"}, None),
    ):
        warnings = inside("frontend", check=True, **options).get("warnings", [])
        told = [
            f"Port 443 is that of frontend {taken_by!r}: as long as it is, the API will refuse it here."
        ]
        assert warnings == (told if taken_by else [])
        assert bool(inside("frontend", **options).get("failed")) == bool(taken_by)


ON_GONE = [
    ("backend", {"name": "web"}),
    ("frontend", {"name": "http"}),
    ("certificate", {"name": "own"}),
    ("private_network", {"private_network_id": NETWORK}),
    ("acl", {"frontend": "http", "name": "deny"}),
    ("acls", {"frontend": "http"}),
    ("route", {"frontend": "http", "path_begin": "/"}),
    ("backend_servers", {"backend": "web", "servers": ["10.0.0.1"], "wait_for": "drained"}),
]


@pytest.mark.parametrize("by", ["name", "id"])
def test_what_lies_on_a_load_balancer_that_is_gone_is_gone_with_it(cloud, inside, by):
    web = inside("load_balancer", name="web")["load_balancer"]
    inside("load_balancer", name="web", state="absent")
    for module, options in ON_GONE:
        result = inside(module, load_balancer=web[by], **options, state="absent")
        assert result.get("changed") is False, (module, result)


def test_a_diff_has_names_for_what_the_task_does_not_name(cloud, inside):
    for name, options in MADE:
        assert inside(name, **options)["changed"]
    https = {**ON_WEB, "name": "https"}
    assert inside("certificate", **ON_WEB, name="more", letsencrypt={})["changed"]
    assert inside("frontend", **https, certificates=["own", "more"])["changed"]
    diff = inside("frontend", check=True, **https, certificates=["own"])["diff"]
    assert diff["before"]["certificates"] == ["own", "more"]
    route = {**ON_WEB, "frontend": "https", "path_begin": "/api"}
    diff = inside("route", check=True, **route, backend="web")["diff"]
    assert (diff["before"]["backend"], diff["after"]["backend"]) == ("api", "web")
    diff = inside("route", check=True, **route, state="absent")["diff"]
    assert (diff["before"]["backend"], diff["before"]["frontend"]) == ("api", "https")


def test_names_for_a_diff_are_read_only_if_it_is_shown(cloud, inside, play):
    for name, options in MADE:
        assert inside(name, **options)["changed"]
    route = {**ON_WEB, "frontend": "https", "path_begin": "/api", "backend": "web"}
    reads = []
    for arguments in ((), ("--diff",)):
        with cloud.watched(reads=True) as asked:
            process = play([{"scaleway_community.lb.route": route}], "--check", *arguments)
        assert process.returncode == 0, process.stdout
        reads.append([entry["operation"] for entry in asked])
    assert reads[1] == [*reads[0], "GetBackend"]


AS_TEXT = {
    "with commas": ("load_balancer", "tags", ["a", "b c"], "a, b c"),
    "on lines": ("load_balancer", "tags", ["a", "b"], "a\nb\n"),
    "of one": ("load_balancer", "tags", ["a"], "a"),
    "in JSON": ("load_balancer", "tags", ["a", "b, c"], '["a", "b, c"]'),
    "in JSON, empty": ("load_balancer", "tags", [], "[]"),
    "of options, in JSON": ("acls", "acls", [DENY], json.dumps([DENY])),
    "by another name, within one of options": (
        "stack",
        "backends",
        [{"name": "web", "servers": ["10.0.0.1", "10.0.0.2"]}],
        [{"name": "web", "server_ip": "10.0.0.1, 10.0.0.2"}],
    ),
}


@pytest.mark.parametrize("written", AS_TEXT)
def test_a_list_may_be_given_as_text(written, module):
    for name, options in (("load_balancer", {"name": "web", "tags": ["old"]}), WEB_BACKEND, HTTP):
        assert module(name, **options)["changed"]
    name, option, real, text = AS_TEXT[written]
    scope = {
        "load_balancer": {"name": "web"},
        "acls": {**ON_WEB, "frontend": "http"},
        "stack": {"load_balancer": {"name": "web"}},
    }[name]
    assert module(name, **scope, **{option: text})["changed"]
    assert module(name, **scope, **{option: real})["changed"] is False


def test_options_of_all_modules_and_of_those_that_write_are_set_once(cloud, play, tmp_path):
    """Credentials and zone for every module; waiting for what writes, which would break the rest."""
    defaults = {
        f"group/{NAME}.all": {
            "api_url": cloud.url,
            "secret_key": cloud.environment["SCW_SECRET_KEY"],
            "project_id": cloud.environment["SCW_DEFAULT_PROJECT_ID"],
            "zone": "nl-ams-1",
        },
        f"group/{NAME}.resources": {"wait": False, "wait_timeout": 7},
    }
    read = [
        ("load_balancer_info", {}),
        ("ip_info", {}),
        ("subscriber_info", {}),
        ("type_info", {}),
        *((f"{kind}_info", ON_WEB) for kind in ("backend", "frontend", "certificate", "route")),
        *((f"{kind}_info", ON_WEB) for kind in ("private_network", "backend_stats")),
        ("acl_info", {**ON_WEB, "frontend": "http"}),
    ]
    book = tmp_path / "defaults.json"
    play_of = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    steps = [*tasks(MADE), *tasks(CHANGED), *tasks(read)]
    book.write_text(json.dumps([{**play_of, "module_defaults": defaults, "tasks": steps}]))
    done = play(book, environment={})
    assert counted(done)["failed"] == 0 and counted(done)["ok"] == len(steps), done.stdout
    assert cloud.api("GET", "lbs")["lbs"] == []
    assert [one["name"] for one in cloud.api("GET", "lbs", zone="nl-ams-1")["lbs"]] == ["web"]
    # The limit of waiting came from the group, too.
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    stuck = tasks([("load_balancer", {"name": "late", "wait": True})])
    book.write_text(json.dumps([{**play_of, "module_defaults": defaults, "tasks": stuck}]))
    late = play(book, environment={})
    assert "after 7 seconds (wait_timeout)" in late.stdout + late.stderr
