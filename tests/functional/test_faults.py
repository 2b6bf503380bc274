"""Whatever breaks on the way: the work is done once, or the message says what to do."""

import pytest
from objects import BACKEND, HTTP, ON_CALL, WEB, WEB_BACKEND

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


def test_a_load_balancer_that_fails_to_start_is_said_at_once_and_can_be_removed(cloud, module):
    cloud.fault(operation="CreateLB", kind="error", count=1)
    result = module(WEB[0], **WEB[1])
    assert result["failed"] and "'error'" in result["msg"] and "state: absent" in result["msg"]
    assert module("load_balancer", name="web", state="absent")["changed"]


def test_waiting_ends_at_its_limit_and_says_so(cloud, module):
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    result = module("load_balancer", name="web", wait_timeout=2)
    assert result["failed"] and "after 2 seconds (wait_timeout)" in result["msg"]


def test_without_waiting_a_load_balancer_on_its_way_is_returned(cloud, module):
    cloud.fault(operation="CreateLB", kind="stuck", count=1)
    result = module("load_balancer", name="web", wait=False)
    assert result["changed"] and result["load_balancer"]["status"] != "ready"
