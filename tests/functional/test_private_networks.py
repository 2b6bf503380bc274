"""A private network is attached when it is ready, and detached when it is gone."""

import time

import pytest
from cloud import serving
from objects import ADDRESS, NETWORK, WEB

OTHER = NETWORK.replace("2222", "3333")
HERE = {"load_balancer": "web", "private_network_id": NETWORK}


@pytest.fixture
def web(cloud, module):
    return module(WEB[0], **WEB[1])["load_balancer"]["id"]


def attached(cloud, load_balancer):
    found = cloud.api("GET", f"lbs/{load_balancer}/private-networks")["private_network"]
    return {one["private_network_id"]: one["status"] for one in found}


def test_an_address_is_booked_where_none_is_given(cloud, module, web):
    made = module("private_network", **HERE)
    assert made["changed"] and made["private_network"]["status"] == "ready"
    assert len(made["private_network"]["ipam_ids"]) == 1
    assert module("private_network", **HERE, ipam_ids=[])["changed"] is False
    refused = module("private_network", **HERE, ipam_ids=[ADDRESS])
    assert f"ipam_ids of private network {NETWORK} cannot change" in refused["msg"]


def test_one_network_comes_and_goes_and_the_other_stays_as_it_is(cloud, module, web):
    other = {**HERE, "private_network_id": OTHER}
    module("private_network", **other, ipam_ids=[ADDRESS])
    kept = module("private_network_info", **other)
    with cloud.watched() as writes:
        module("private_network", **HERE)
        module("private_network", **HERE, state="absent")
    assert [(entry["operation"], entry["body"]["private_network_id"]) for entry in writes] == [
        ("AttachPrivateNetwork", NETWORK),
        ("DetachPrivateNetwork", NETWORK),
    ]
    assert module("private_network_info", **other) == kept
    assert attached(cloud, web) == {OTHER: "ready"}


def test_ids_may_carry_their_region_and_must_be_ids(cloud, module, web):
    assert module("private_network", **HERE)["changed"]
    same = {**HERE, "private_network_id": f"fr-par/{NETWORK.upper()}"}
    assert module("private_network", **same)["changed"] is False
    elsewhere = {**HERE, "private_network_id": f"nl-ams/{NETWORK}"}
    for zone in ("fr-par-1", None):
        assert "lie in fr-par-1" in module("private_network", **elsewhere, zone=zone)["msg"]
    named = {**HERE, "private_network_id": "backbone"}
    assert "'backbone' is not an ID" in module("private_network", **named)["msg"]


def test_a_detached_network_is_waited_for_until_it_is_gone(module, cloud):
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.3") as slow:
        there = {"environment": slow.environment, **HERE}
        web = module("load_balancer", name="web", environment=slow.environment)
        web = web["load_balancer"]["id"]
        began = time.monotonic()
        assert module("private_network", **there)["private_network"]["status"] == "ready"
        assert time.monotonic() - began > 0.8
        began = time.monotonic()
        assert module("private_network", **there, state="absent")["changed"]
        assert time.monotonic() - began > 0.8
        assert attached(slow, web) == {}


def test_what_is_on_its_way_is_seen_to_its_end_before_anything_is_planned(module, cloud):
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.3") as slow:
        there = {"environment": slow.environment, **HERE}
        web = module("load_balancer", name="web", environment=slow.environment)
        web = web["load_balancer"]["id"]
        coming = module("private_network", **there, wait=False)
        assert coming["private_network"]["status"] == "pending"
        checked = module("private_network", check=True, **there)  # which waits for nothing
        assert (checked["changed"], checked["private_network"]["status"]) == (False, "pending")
        assert module("private_network", **there)["changed"] is False
        assert attached(slow, web) == {NETWORK: "ready"}
        module("private_network", **there, wait=False, state="absent")
        assert attached(slow, web) == {NETWORK: "pending"}
        again = module("private_network", **there)
        assert again["changed"] and again["private_network"]["status"] == "ready"
        module("private_network", **there, wait=False, state="absent")
        gone = module("private_network", **there, state="absent")
        assert gone["changed"] is False and attached(slow, web) == {}


def test_an_attachment_that_fails_says_so_at_once_and_can_be_removed(cloud, module, web):
    cloud.fault(operation="AttachPrivateNetwork", kind="error", count=1)
    for _again in range(2):
        failed = module("private_network", **HERE)
        assert f"private network {NETWORK} has failed" in failed["msg"]
        assert "state: absent" in failed["msg"]
    assert module("private_network", **HERE, state="absent")["changed"]
    assert module("private_network", **HERE)["private_network"]["status"] == "ready"


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "html"])
@pytest.mark.parametrize("operation", ["AttachPrivateNetwork", "DetachPrivateNetwork"])
def test_a_lost_answer_attaches_and_detaches_once(cloud, module, web, operation, kind):
    if operation == "DetachPrivateNetwork":
        module("private_network", **HERE)
    cloud.fault(operation=operation, kind=kind, count=1)
    state = "present" if operation == "AttachPrivateNetwork" else "absent"
    assert module("private_network", **HERE, state=state)["changed"]
    done = [e for e in cloud.journal() if e["operation"] == operation and e["status"] < 300]
    assert len(done) == 1
    assert attached(cloud, web) == ({NETWORK: "ready"} if state == "present" else {})
