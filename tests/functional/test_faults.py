"""Whatever breaks on the way: the work is done once, or the message says what to do."""

import threading
import time

import pytest
from objects import BACKEND, HTTP, NETWORK, ON_CALL, WEB, WEB_BACKEND

UUID = "11111111-2222-4333-8444-555555555555"
ON_HTTP = {"load_balancer": "web", "frontend": "http"}
# the call whose answer is lost, what must be there, and the module and its options
LOST = {
    "CreateLB": ([], "load_balancer", {"name": "new"}),
    "CreateIP": ([], "ip", {"tags": ["new"]}),
    "UpdateIP": ([WEB], "ip", {"tags": ["new"], "is_ipv6": True, "load_balancer": "web"}),
    "CreateSubscriber": ([], *ON_CALL),
    "SubscribeToLB": ([ON_CALL], "load_balancer", {"name": "new", "subscriber": "on-call"}),
    "CreateBackend": ([WEB], "backend", {**BACKEND, "name": "new"}),
    "CreateFrontend": ([WEB, WEB_BACKEND], *HTTP),
    "CreateRoute": (
        [WEB, WEB_BACKEND, HTTP],
        "route",
        {**ON_HTTP, "backend": "web", "path_begin": "/api"},
    ),
    "CreateACL": (
        [WEB, WEB_BACKEND, HTTP],
        "acl",
        {**ON_HTTP, "name": "new", "index": 1, "action": {"type": "deny"}},
    ),
    "CreateCertificate": (
        [WEB],
        "certificate",
        {"load_balancer": "web", "name": "new", "letsencrypt": {}},
    ),
}


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "truncate", "html"])
@pytest.mark.parametrize("operation", LOST)
def test_a_lost_answer_never_makes_a_second_object(cloud, module, kind, operation):
    needed, name, options = LOST[operation]
    for other, its_options in needed:
        module(other, **its_options)
    cloud.fault(operation=operation, kind=kind, count=1)
    with cloud.watched() as writes:
        result = module(name, **options)
    assert result.get("changed") is True, result
    assert result[name]["id"]
    # Those that change what is there may be sent twice, those that make something not.
    if operation.startswith("Create"):
        made = [e for e in writes if e["operation"] == operation and e["status"] == 200]
        assert len(made) == 1
    assert module(name, **options)["changed"] is False


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_is_safe_to_repeat_is_repeated(cloud, module, status):
    module(WEB[0], **WEB[1])
    cloud.fault(operation="*", kind="status", status=status, retry_after=1, count=2)
    assert module(WEB[0], **WEB[1])["changed"] is False
    cloud.fault(operation="UpdateLB", kind="status", status=status, count=1)
    assert module("load_balancer", name="web", description="new")["changed"]


def test_deleting_what_is_gone_is_success(cloud, module):
    module(WEB[0], **WEB[1])
    cloud.fault(operation="DeleteLB", kind="cut_after", count=1)
    result = module("load_balancer", name="web", state="absent")
    assert result.get("changed") is True and cloud.api("GET", "lbs")["lbs"] == []


# the call that finds nothing any more, the module and its options
VANISHED = {
    "GetLB": ("frontend", {"load_balancer": "web", "name": "http"}),
    "ListBackends": ("stack", {"load_balancer": {"name": "web"}}),
    "ListACLs": ("stack", {"load_balancer": {"name": "web"}}),
    "ListBackendStats": (
        "backend_servers",
        {"load_balancer": "web", "backend": "web", "servers": ["10.0.0.1"], "wait_for": "drained"},
    ),
}


@pytest.mark.parametrize("operation", VANISHED)
def test_what_vanishes_while_it_is_removed_is_absent(cloud, module, operation):
    for other, its_options in (WEB, WEB_BACKEND, HTTP):
        module(other, **its_options)
    name, options = VANISHED[operation]
    cloud.fault(operation=operation, kind="status", status=404, count=1)
    result = module(name, **options, state="absent")
    assert "msg" not in result, result


def test_a_network_is_detached_if_its_load_balancer_vanishes_meanwhile(cloud, inside):
    on_web = {"load_balancer": "web", "private_network_id": NETWORK}
    inside(WEB[0], **WEB[1])
    inside("private_network", **on_web)
    cloud.fault(operation="DetachPrivateNetwork", kind="delay", delay=1, count=1)
    results = []
    environment = cloud.environment
    run = threading.Thread(
        target=lambda: results.append(
            inside("private_network", **on_web, state="absent", environment=environment)
        )
    )
    run.start()
    time.sleep(0.5)
    cloud.api("DELETE", f"lbs/{cloud.api('GET', 'lbs')['lbs'][0]['id']}")
    run.join(timeout=60)
    assert results[0].get("changed") and "msg" not in results[0], results


@pytest.mark.parametrize("name", ["load_balancer", "ip", "backend"])
def test_a_wrong_address_that_answers_404_does_not_pass_for_absent(cloud, module, name):
    options = {"ip_address": "192.0.2.1"} if name == "ip" else {"name": "web"}
    if name == "backend":
        options["load_balancer"] = "web"
    wrong = {**cloud.environment, "SCW_API_URL": f"{cloud.url}/wrong"}
    result = module(name, **options, state="absent", environment=wrong)
    assert result.get("failed") and "Is api_url (SCW_API_URL) the address" in result["msg"]
    cloud.fault(operation="*", kind="html", status=404, count=1)
    result = module("backend", id=UUID, state="absent")
    assert result.get("failed") and "Is api_url (SCW_API_URL) the address" in result["msg"]


def test_the_acls_of_a_frontend_that_vanishes_are_said_to_be_nowhere(cloud, module):
    for other, its_options in (WEB, WEB_BACKEND, HTTP):
        module(other, **its_options)
    frontend = cloud.api("GET", f"lbs/{cloud.api('GET', 'lbs')['lbs'][0]['id']}/frontends")
    frontend_id = frontend["frontends"][0]["id"]
    for state, says in (("present", f"there is no frontend {frontend_id}"), ("absent", "")):
        cloud.fault(operation="GetFrontend", kind="status", status=404, count=1)
        result = module("acls", frontend=frontend_id, acls=[], state=state)
        assert says in result.get("msg", "")


def test_a_load_balancer_that_fails_to_start_is_said_at_once_and_can_be_removed(cloud, module):
    cloud.fault(operation="CreateLB", kind="error", count=1)
    result = module(WEB[0], **WEB[1])
    assert result["failed"] and "'error'" in result["msg"] and "state: absent" in result["msg"]
    assert module("load_balancer", name="web", state="absent")["changed"]


def test_waiting_ends_at_its_limit_and_says_so(cloud, module):
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    result = module("load_balancer", name="web", wait_timeout=2)
    assert result["failed"] and "after 2 seconds (wait_timeout)" in result["msg"]


def test_what_is_never_answered_ends_at_the_same_limit(cloud, inside):
    cloud.fault(operation="CreateLB", kind="status", status=503, count=10)
    result = inside("load_balancer", name="web", wait_timeout=1)
    cloud.reset()
    assert result.get("failed") and "HTTP 503" in result["msg"], result


def test_without_waiting_a_load_balancer_on_its_way_is_returned(cloud, module):
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    result = module("load_balancer", name="web", wait=False)
    assert result["changed"] and result["load_balancer"]["status"] != "ready"
