"""A task ends when what it made can be used: at a pace at which that takes a moment."""

import itertools
from datetime import datetime

import pytest
from cloud import serving
from objects import BACKEND, WEB
from pki import custom

HTTP = {"load_balancer": "web", "name": "http", "inbound_port": 80, "backend": "web"}


@pytest.fixture(scope="module")
def slow():
    """An emulator at half the cloud's pace, with a load balancer."""
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.5") as cloud:
        yield cloud


@pytest.fixture
def states(slow):
    """What the instances of a load balancer are doing, by the API: it alone is ready all along."""

    def read(load_balancer_id):
        found = slow.api("GET", f"lbs/{load_balancer_id}")
        assert found["status"] == "ready"
        return [instance["status"] for instance in found["instances"]]

    return read


def test_it_waits_for_the_instances_and_not_for_the_load_balancer_alone(slow, inside, states):
    def run(kind, **options):
        result = inside(kind, environment=slow.environment, **options)
        assert result.get("changed"), result
        return result[kind]

    lb = run(WEB[0], **WEB[1])
    assert states(lb["id"]) == ["ready"]
    run("backend", **BACKEND)
    assert states(lb["id"]) == ["ready"]
    run("frontend", **HTTP)
    assert states(lb["id"]) == ["ready"]
    # While a change is on its way to them, the API says so.
    run("frontend", **HTTP, timeout_client="7s", wait=False)
    assert states(lb["id"]) == ["pending"]
    run("frontend", **HTTP, state="absent")
    assert states(lb["id"]) == ["ready"]


def test_nothing_is_written_to_a_load_balancer_that_is_still_being_made(slow, inside):
    assert inside("load_balancer", environment=slow.environment, name="soon", wait=False)["changed"]
    with slow.watched() as writes:
        options = {**BACKEND, "load_balancer": "soon"}
        assert inside("backend", environment=slow.environment, **options)["changed"]
    assert [entry["status"] for entry in writes] == [200]


def test_a_certificate_is_removed_only_when_every_instance_serves_its_successor(slow, inside):
    def run(kind, **options):
        result = inside(kind, environment=slow.environment, **options)
        assert result.get("changed"), result

    shop = {"load_balancer": "shop", "name": "shop"}
    run("load_balancer", name="shop")
    run("backend", **{**BACKEND, **shop})
    run("certificate", **shop, custom_certificate=custom("shop.example.com"))
    run("frontend", **shop, inbound_port=443, backend="shop", certificates=["shop"])
    with slow.watched() as writes:
        successor = custom("shop.example.com", days=30)
        run("certificate", **shop, custom_certificate=successor, wait=False)
    when = {entry["operation"]: datetime.fromisoformat(entry["at"]) for entry in writes}
    # A change takes 0.3 seconds to be served at this pace.
    assert (when["DeleteCertificate"] - when["UpdateFrontend"]).total_seconds() >= 0.3


def test_what_an_earlier_run_did_not_wait_for_is_waited_for(slow, inside):
    def run(kind, **options):
        """Whether it changed, and whether it is ready."""
        result = inside(kind, environment=slow.environment, **options)
        assert not result.get("failed"), result
        return result["changed"], result[kind]["status"] == "ready"

    for kind, options in (
        ("load_balancer", {"name": "later"}),
        ("certificate", {"load_balancer": "later", "name": "later", "letsencrypt": {}}),
    ):
        assert run(kind, **options, wait=False) == (True, False)
        assert run(kind, **options, wait=False) == (False, False)
        assert run(kind, **options, check=True) == (False, False)
        assert run(kind, **options) == (False, True)


def test_it_asks_soon_and_then_less_and_less_often(cloud, inside):
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    with cloud.watched(reads=True) as calls:
        assert inside("load_balancer", name="web", wait_timeout=3)["failed"]
    asked = [datetime.fromisoformat(one["at"]) for one in calls if one["operation"] == "GetLB"]
    pauses = [(after - before).total_seconds() for before, after in itertools.pairwise(asked)]
    assert len(pauses) >= 3 and pauses == sorted(pauses) and pauses[0] < 1 < pauses[-1]
