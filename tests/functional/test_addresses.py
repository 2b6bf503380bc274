"""Addresses and sizes of a load balancer: what is dear is kept, and what takes time is awaited."""

import time

import pytest
from cloud import PROJECT_ID, serving
from declared import wait_for
from objects import WEB

V4, V6 = "127.52.0.1", "2001:db8:1::"


def addresses(result):
    return [ip["ip_address"] for ip in result["load_balancer"]["ip"]]


@pytest.fixture
def web(cloud, module):
    """A load balancer on V4."""
    return module(WEB[0], **WEB[1])["load_balancer"]


def test_a_released_address_is_gone_and_another_one_kept(cloud, module, web):
    module("load_balancer", name="kept")
    module("load_balancer", name="kept", state="absent")
    module("load_balancer", name="web", state="absent", release_ip=True)
    ips = cloud.api("GET", "ips")["ips"]
    assert [(ip["ip_address"], ip["lb_id"]) for ip in ips] == [("127.52.0.2", None)]


def test_a_live_load_balancer_gets_an_ipv6_address_from_either_side(cloud, module, web):
    module("ip", tags=["six"], is_ipv6=True)
    with cloud.watched() as writes:
        assert addresses(module("load_balancer", name="web", ips=[V4, V6])) == [V4, V6]
    assert [entry["operation"] for entry in writes] == ["UpdateIP"]
    module("load_balancer", name="other")
    result = module("ip", tags=["another"], is_ipv6=True, load_balancer="other")
    assert result["changed"] and result["ip"]["lb_id"]
    assert module("ip", tags=["another"], is_ipv6=True, load_balancer="other")["changed"] is False


def test_an_address_is_the_same_however_it_is_written(cloud, module, stack, web):
    module("ip", tags=["six"], is_ipv6=True)
    written = V6.upper().replace("::", ":0::")
    with cloud.watched() as writes:
        assert module("ip", ip_address=written, tags=["six"])["changed"] is False
        assert len(module("ip_info", ip_address=written)["ips"]) == 1
    assert writes == []
    assert addresses(module("load_balancer", name="web", ips=[V4, written])) == [V4, V6]
    with cloud.watched(reads=True) as calls:
        assert module("load_balancer", name="web", ips=[V4, written])["changed"] is False
    assert [entry["operation"] for entry in calls] == ["ListLBs"]
    for sections in ({"ips": [{"ip_address": written}]}, {}):
        declared = {"load_balancer": {"name": "web", "ips": [V4, written]}, **sections}
        assert stack(declared)["changed"] is False


def test_a_reserved_address_is_attached_as_it_is_found(cloud, module):
    made = module("load_balancer", name="private", ips=[])["load_balancer"]
    assert made["ip"] == []
    module("ip", tags=["web"])
    checked = module("ip", tags=["web"], load_balancer="private", check=True)
    assert checked["changed"] and checked["ip"]["lb_id"] == made["id"]
    done = module("ip", tags=["web"], load_balancer="private")
    assert done["ip"]["lb_id"] == made["id"] and done["diff"]["after"]["load_balancer"] == "private"


def test_an_address_is_not_attached_to_a_load_balancer_of_kubernetes(cloud, module):
    module("load_balancer", name="theirs", tags=["kapsule"], ips=[])
    module("ip", tags=["web"])
    with cloud.watched() as writes:
        result = module("ip", tags=["web"], load_balancer="theirs")
    assert "managed by Kubernetes" in result["msg"] and writes == []


def test_an_attached_address_is_neither_moved_nor_released_and_its_user_is_named(
    cloud, module, web
):
    module("load_balancer", name="other", ips=[])
    moved = module("ip", ip_address=V4, load_balancer="other")
    assert f"{V4} is attached to load balancer {web['id']}" in moved["msg"]
    released = module("ip", ip_address=V4, state="absent")
    assert f"IP {V4} is in use by load balancer 'web'" in released["msg"]


def test_no_address_is_lost_by_leaving_it_out(cloud, module, web):
    module("ip", tags=["four"])
    with cloud.watched() as writes:
        result = module("load_balancer", name="web", ips=["127.52.0.2"])
        assert f"would lose {V4}" in result["msg"]
        assert f"would lose {V4}" in module("load_balancer", name="web", ips=[])["msg"]
    assert writes == []


def test_an_address_is_not_reserved_for_a_load_balancer_that_has_one(cloud, module, web):
    task = {"tags": ["new"], "load_balancer": "web"}
    with cloud.watched() as writes:
        for check in (True, False):
            result = module("ip", check=check, **task)
            assert f"load balancer 'web' has an IPv4 address already, {V4}" in result["msg"]
    assert writes == []
    assert module("ip", **task, is_ipv6=True)["changed"]


def test_an_address_that_another_load_balancer_has_is_not_taken(cloud, module, web):
    module("load_balancer", name="other", ips=[])
    with cloud.watched() as writes:
        for name in ("other", "new"):
            for check in (True, False):
                result = module("load_balancer", check=check, name=name, ips=[V4])
                assert f"ips: {V4} is attached to load balancer {web['id']}" in result["msg"]
    assert writes == []


@pytest.mark.parametrize("how", [{"assign_flexible_ip": False}, {"ips": []}])
def test_a_load_balancer_can_be_reached_from_private_networks_alone(cloud, module, how):
    made = module("load_balancer", name="private", **how)
    assert made["changed"] and made["load_balancer"]["ip"] == []
    assert cloud.api("GET", "ips")["ips"] == []
    assert module("load_balancer", name="private", **how)["changed"] is False
    result = module("certificate", load_balancer="private", name="own", letsencrypt={})
    assert "no public IPv4 address" in result["msg"]


@pytest.mark.parametrize("name", ["assign_flexible_ip", "assign_flexible_ipv6"])
def test_a_list_of_addresses_is_all_of_them(module, cloud, name):
    result = module("load_balancer", name="web", ips=[], **{name: True})
    assert f"{name}: ips lists all the addresses" in result["msg"]


@pytest.fixture
def migrating():
    """A cloud with a load balancer that another task is resizing, for more than a second."""
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.5") as slow:
        made = slow.api("POST", "lbs", {"name": "web", "project_id": PROJECT_ID})
        path = f"lbs/{made['id']}"
        wait_for(lambda: slow.api("GET", path)["status"] == "ready")
        slow.api("POST", f"{path}/migrate", {"type": "lb-gp-m"})
        yield slow


RESIZED = {
    "load_balancer": {"name": "web", "type": "LB-GP-M"},
    "stack": {"load_balancer": {"name": "web", "type": "LB-GP-M"}},
}


@pytest.mark.parametrize("name", RESIZED)
def test_a_resize_that_is_under_way_is_waited_for_and_not_sent_again(name, inside, migrating):
    with migrating.watched() as writes:
        checked = inside(name, check=True, environment=migrating.environment, **RESIZED[name])
        assert "is being migrated" in checked["warnings"][0]
        result = inside(name, environment=migrating.environment, **RESIZED[name], wait=False)
    assert result["changed"] is False and writes == []
    found = result[name] if name == "load_balancer" else result[name]["load_balancer"]
    assert found["type"] == "lb-gp-m"


@pytest.mark.parametrize("name", RESIZED)
def test_a_resize_whose_answer_is_lost_is_not_sent_again(name, inside):
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.5") as slow:
        inside("load_balancer", name="web", environment=slow.environment)
        slow.fault(operation="MigrateLB", kind="cut_after", count=1)
        with slow.watched() as writes:
            result = inside(name, environment=slow.environment, **RESIZED[name])
    assert result["changed"] and [entry["operation"] for entry in writes] == ["MigrateLB"]


def test_a_resized_load_balancer_is_waited_for_until_it_has_its_type(module, cloud):
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.4") as slow:
        module("load_balancer", name="web", environment=slow.environment)
        began = time.monotonic()
        result = module("load_balancer", name="web", type="LB-GP-L", environment=slow.environment)
        assert time.monotonic() - began > 0.9
        assert result["load_balancer"]["type"] == "lb-gp-l"
        assert result["load_balancer"]["status"] == "ready"
        result = module(
            "load_balancer", name="web", type="lb-s", wait=False, environment=slow.environment
        )
        assert result["load_balancer"]["status"] == "migrating"
        # What comes next waits for its end, not to be refused.
        module("load_balancer", name="web", description="new", environment=slow.environment)
        assert slow.api("GET", "lbs")["lbs"][0]["description"] == "new"
