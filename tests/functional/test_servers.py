"""Servers of one backend come and go, each on its own."""

import json

import pytest
from objects import WEB, WEB_BACKEND

THERE = {"load_balancer": "web", "backend": "web"}


@pytest.fixture
def pool(cloud, module):
    """A backend with the server 10.0.0.1; return what lists its servers."""
    for name, options in (WEB, WEB_BACKEND):
        module(name, **options)
    backend = cloud.api("GET", f"lbs/{cloud.api('GET', 'lbs')['lbs'][0]['id']}/backends")
    return lambda: cloud.api("GET", f"backends/{backend['backends'][0]['id']}")["pool"]


def test_each_state_has_the_call_of_its_own(cloud, module, pool):
    with cloud.watched() as writes:
        module("backend_servers", **THERE, servers=["10.0.0.1", "10.0.0.2"])
        module("backend_servers", **THERE, servers=["10.0.0.1", "10.0.0.9"], state="absent")
        module("backend_servers", **THERE, servers=["10.0.0.3"], state="exact")
    assert [(entry["operation"], entry["body"]["server_ip"]) for entry in writes] == [
        ("AddBackendServers", ["10.0.0.2"]),
        ("RemoveBackendServers", ["10.0.0.1"]),
        ("SetBackendServers", ["10.0.0.3"]),
    ]
    assert pool() == ["10.0.0.3"]


def test_the_order_of_servers_is_no_difference(module, pool):
    for servers, changed in (
        (["10.0.0.2", "2001:DB8::1"], True),
        (["2001:db8::1", "10.0.0.2"], False),
    ):
        result = module("backend_servers", **THERE, servers=servers, state="exact")
        assert result["changed"] is changed and pool() == ["10.0.0.2", "2001:db8::1"]


def test_hosts_of_one_play_do_not_undo_what_the_others_did(cloud, play, pool, tmp_path):
    servers = [f"10.0.1.{number}" for number in range(1, 9)]
    inventory = tmp_path / "hosts"
    inventory.write_text("\n".join(f"{server} ansible_connection=ssh" for server in servers))
    tasks = {
        "scaleway_community.lb.backend_servers": {**THERE, "servers": ["{{ inventory_hostname }}"]},
        "delegate_to": "localhost",
    }
    book = tmp_path / "all.json"
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [tasks]}]))
    done = play(book, "-i", str(inventory), "-f", "8")
    assert done.returncode == 0, done.stdout
    assert sorted(pool()) == sorted(["10.0.0.1", *servers])


def test_a_server_that_is_there_is_waited_for_all_the_same(cloud, module, pool):
    for state, servers, goal in (
        ("present", ["10.0.0.1"], "up"),
        ("exact", ["10.0.0.1"], "up"),
        ("exact", ["10.0.0.1"], "drained"),
        ("absent", ["10.0.0.9"], "drained"),
    ):
        with cloud.watched(reads=True) as asked:
            result = module("backend_servers", **THERE, servers=servers, state=state, wait_for=goal)
        assert result["changed"] is False
        operations = [entry["operation"] for entry in asked]
        assert operations[-1] == "ListBackendStats"
        assert {entry["method"] for entry in asked} == {"GET"}
        with cloud.watched(reads=True) as asked:
            module(
                "backend_servers", **THERE, servers=servers, state=state, wait_for=goal, check=True
            )
        assert "ListBackendStats" not in [entry["operation"] for entry in asked]


def test_waiting_for_the_wrong_thing_is_refused(cloud, module, pool):
    for state, goal in (("present", "drained"), ("absent", "up")):
        result = module(
            "backend_servers", **THERE, servers=["10.0.0.1"], state=state, wait_for=goal
        )
        assert f"servers that are {state} are not waited for to be {goal}" in result["msg"]


def test_a_backend_that_is_gone_has_no_servers(cloud, module, pool):
    missing = {"load_balancer": "web", "backend": "gone", "servers": ["10.0.0.1"]}
    absent = module("backend_servers", **missing, state="absent", wait_for="drained")
    assert absent["changed"] is False and absent["backend_servers"] == []
    assert "there is no backend 'gone'" in module("backend_servers", **missing)["msg"]
    checked = module("backend_servers", **missing, check=True)
    assert checked["changed"] and checked["backend_servers"] == ["10.0.0.1"]


@pytest.mark.parametrize("operation", ["AddBackendServers", "RemoveBackendServers"])
@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "html"])
def test_a_lost_answer_leaves_the_servers_as_they_shall_be(cloud, module, pool, operation, kind):
    cloud.fault(operation=operation, kind=kind, count=1)
    adding = operation == "AddBackendServers"
    servers, state = (["10.0.0.2"], "present") if adding else (["10.0.0.1"], "absent")
    result = module("backend_servers", **THERE, servers=servers, state=state)
    assert result["changed"]
    assert result["backend_servers"] == pool() == (["10.0.0.1", "10.0.0.2"] if adding else [])


def test_so_many_servers_that_are_up_are_left(cloud, module, pool):
    module("backend_servers", **THERE, servers=["10.0.0.2"])
    taken = {**THERE, "servers": ["10.0.0.1"], "state": "absent"}
    with cloud.watched() as writes:
        assert "min_up is 2" in module("backend_servers", **taken, min_up=2)["msg"]
    assert writes == []
    assert module("backend_servers", **taken, min_up=1)["changed"]
    assert module("backend_servers", **taken, min_up=1)["changed"] is False


def test_the_zone_comes_with_the_id_of_the_load_balancer(cloud, module):
    away = {"zone": "nl-ams-1"}
    web = module("load_balancer", name="web", **away)["load_balancer"]["id"]
    module("backend", **WEB_BACKEND[1], **away)
    there = {"load_balancer": f"nl-ams-1/{web}", "backend": "web"}
    result = module("backend_servers", **there, servers=["10.0.0.2"])
    assert result["changed"] and result["backend_servers"] == ["10.0.0.1", "10.0.0.2"]
    refused = module("backend_servers", **there, servers=["10.0.0.2"], zone="fr-par-1")
    assert "does not lie in fr-par-1, the zone of the task" in refused["msg"]
