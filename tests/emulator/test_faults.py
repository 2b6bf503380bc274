"""Faults that are asked for, one by one: what breaks, how often, and what has happened by then."""

import json
import socket
import time

import pytest
import requests
from asgi import Api
from cloud import SECRET_KEY, serving

from scaleway_lb_emulator.journal import MOST, Journal

NETWORK = "bbbbbbbb-0000-4000-8000-000000000001"


def count(api):
    return api.get("lbs")["total_count"]


def post(api, name="new"):
    return api.ask("POST", "lbs", {"name": name})


def writes(api):
    return [entry["operation"] for entry in api.control("GET", "journal")["entries"]]


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503, 504])
def test_a_status_comes_before_the_request_takes_effect(api, status):
    api.fault("CreateLB", "status", status=status)
    answer = post(api)
    assert answer.status == status and "retry-after" not in answer.headers
    assert answer.body["message"] and count(api) == 0
    assert post(api).status == 200


def test_a_status_is_503_unless_said_and_may_say_when_to_come_again(api):
    api.fault("*", "status", retry_after=7, count=2)
    for answer in (post(api), api.ask("GET", "lbs")):
        assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    assert count(api) == 0


def test_html_instead_of_json_comes_after(api):
    api.fault("CreateLB", "html")
    api.fault("CreateLB", "html", status=502)
    for status in (200, 502):
        answer = post(api)
        assert answer.status == status and answer.headers["content-type"].startswith("text/html")
        assert b"<html>" in answer.raw
    assert count(api) == 2


def test_a_truncated_body_comes_after(api):
    api.fault("CreateLB", "truncate")
    answer = post(api)
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.raw)
    assert count(api) == 1


def test_a_delay_makes_an_answer_late_and_leaves_other_faults_to_others(api):
    api.fault("CreateLB", "delay", delay=0.15, count=100)
    api.fault("*", "delay", delay=0.1, count=2)
    api.fault("CreateLB", "status", status=500)
    begin = time.monotonic()
    assert post(api).status == 500
    assert time.monotonic() - begin >= 0.25
    begin = time.monotonic()
    assert post(api).status == 200
    assert time.monotonic() - begin >= 0.25
    begin = time.monotonic()
    count(api)
    assert time.monotonic() - begin < 0.1
    left = {fault["kind"]: fault["count"] for fault in api.control("GET", "faults")["faults"]}
    assert left == {"delay": 98}


def test_one_fault_that_breaks_the_answer_works_at_a_time_oldest_first(api):
    for status in (500, 502):
        api.fault("CreateLB", "status", status=status)
    api.fault("ListLBs", "status", status=504)
    assert [post(api).status for _ in range(3)] == [500, 502, 200]
    assert api.ask("GET", "lbs").status == 504


@pytest.fixture(scope="module")
def cloud():
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0") as cloud:
        yield cloud


@pytest.mark.parametrize(("kind", "effect"), [("cut_before", False), ("cut_after", True)])
def test_a_cut_connection_gives_no_answer(cloud, kind, effect):
    cloud.reset()
    cloud.fault(operation="CreateLB", kind=kind)
    session = requests.Session()
    session.headers["X-Auth-Token"] = SECRET_KEY
    url = f"{cloud.url}/lb/v1/zones/fr-par-1/lbs"
    assert session.get(url, timeout=10).status_code == 200
    with pytest.raises(requests.ConnectionError):
        session.post(url, json={"name": "new"}, timeout=10)
    assert session.get(url, timeout=10).json()["total_count"] == effect
    assert session.post(url, json={"name": "new"}, timeout=10).status_code == 200


def test_neither_a_cut_nor_a_client_that_hangs_up_is_an_error_in_the_log(cloud, capfd):
    cloud.reset()
    for kind in ("cut_before", "cut_after"):
        cloud.fault(operation="ListLBs", kind=kind)
        with pytest.raises(requests.ConnectionError):
            cloud.api("GET", "lbs")
    host, port = cloud.url.removeprefix("http://").split(":")
    begun = (
        f"POST /lb/v1/zones/fr-par-1/lbs HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {SECRET_KEY}\r\n"
        'Content-Length: 100\r\n\r\n{"name":'
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(begun.encode())
        time.sleep(0.2)
    time.sleep(0.2)
    assert [entry["operation"] for entry in cloud.journal(reads=True)] == ["ListLBs"]
    assert capfd.readouterr().err == ""


def test_a_cut_reaches_no_other_connection(cloud):
    cloud.reset()
    other = requests.Session()
    other.headers["X-Auth-Token"] = SECRET_KEY
    assert other.get(f"{cloud.url}/lb/v1/zones/fr-par-1/ips", timeout=10).status_code == 200
    cloud.fault(operation="ListLBs", kind="cut_before")
    with pytest.raises(requests.ConnectionError):
        cloud.api("GET", "lbs")
    answer = other.get(
        f"{cloud.url}/lb/v1/zones/fr-par-1/ips", timeout=10, headers={"Connection": "close"}
    )
    assert answer.status_code == 200


# Transitions


def lbs_status(api, lb):
    answer = api.ask("GET", f"lbs/{lb['id']}")
    return answer.body.get("status", answer.status)


@pytest.mark.parametrize(("kind", "end"), [("error", "error"), ("stuck", "creating")])
def test_a_load_balancer_that_never_gets_ready(paced, kind, end):
    paced.fault("CreateLB", kind)
    lb = paced.do("POST", "lbs", {"name": "bad"})
    assert lb["status"] == "to_create"
    paced.pass_time("1d")
    assert lbs_status(paced, lb) == end
    good = paced.do("POST", "lbs", {"name": "good"})
    paced.pass_time("5s")
    assert lbs_status(paced, good) == "ready"
    if end == "error":
        assert paced.get(f"lbs/{lb['id']}")["instances"][0]["status"] == "error"
        paced.do("DELETE", f"lbs/{lb['id']}")
        paced.pass_time("5s")
        assert lbs_status(paced, lb) == 404


@pytest.mark.parametrize(("kind", "end"), [("error", "error"), ("stuck", "migrating")])
def test_a_migration_that_does_not_succeed(paced, kind, end):
    lb = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")
    paced.fault("MigrateLB", kind)
    paced.do("POST", f"lbs/{lb['id']}/migrate", {"type": "lb-gp-m"})
    paced.pass_time("1d")
    found = paced.get(f"lbs/{lb['id']}")
    assert (found["status"], found["type"]) == (end, "lb-s")


@pytest.mark.parametrize(("kind", "end"), [("error", "error"), ("stuck", "to_delete")])
def test_a_deletion_that_does_not_succeed(paced, kind, end):
    lb = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")
    paced.fault("DeleteLB", kind)
    paced.do("DELETE", f"lbs/{lb['id']}")
    paced.pass_time("1d")
    assert lbs_status(paced, lb) == end


@pytest.mark.parametrize("what", ["attach", "detach"])
@pytest.mark.parametrize(("kind", "end"), [("error", "error"), ("stuck", "pending")])
def test_a_private_network_that_does_not_move(paced, what, kind, end):
    lb = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")

    def call(verb):
        if paced.place.startswith("regions"):
            return paced.do("POST", f"lbs/{lb['id']}/private-networks/{NETWORK}/{verb}", {})
        return paced.do(
            "POST", f"lbs/{lb['id']}/{verb}-private-network", {"private_network_id": NETWORK}
        )

    if what == "detach":
        call("attach")
        paced.pass_time("5s")
    paced.fault(f"{what.title()}PrivateNetwork", kind)
    call(what)
    paced.pass_time("1d")
    [network] = paced.get(f"lbs/{lb['id']}/private-networks")["private_network"]
    assert network["status"] == end


@pytest.mark.parametrize("kind", ["acme", "error"])
def test_an_order_that_fails_says_why(api, kind):
    lb = api.lb()
    api.fault("CreateCertificate", kind)
    found = api.settled(f"certificates/{api.certificate(lb)['id']}")
    assert found["status"] == "error" and "fault" in found["status_details"]
    assert found["fingerprint"] == "" and found["not_valid_after"].startswith("0001-")
    assert api.issued(lb, name="good")["status"] == "ready"
    api.do("DELETE", f"certificates/{found['id']}")


def test_an_order_that_never_ends(api):
    lb = api.lb()
    api.fault("*", "stuck", count=1)
    stuck = api.certificate(lb)
    assert api.issued(lb, name="good")["status"] == "ready"
    assert api.get(f"certificates/{stuck['id']}")["status"] == "pending"


def test_a_fault_of_a_transition_waits_for_one(api):
    """Neither a read, nor a write that sets nothing in motion, nor one that is refused uses it."""
    api.fault("*", "error")
    api.get("lbs")
    api.do("POST", "ips", {})
    assert api.ask("POST", "lbs", {"name": ""}).status == 400
    assert api.ask("POST", "lbs", {"name": "a", "type": "none"}).status == 400
    assert api.lb()["status"] == "error"
    assert api.lb()["status"] == "ready"


# The calls of their own


def test_faults_are_listed_with_what_is_left_and_taken_away(api):
    first = api.fault("CreateLB", "status", count=3)
    second = api.fault("*", "truncate")
    post(api)
    found = api.control("GET", "faults")["faults"]
    assert [(one["id"], one["count"]) for one in found] == [(first, 2), (second, 1)]
    api.control("DELETE", f"faults/{first}")
    assert [one["id"] for one in api.control("GET", "faults")["faults"]] == [second]
    assert api.send("DELETE", f"/_emulator/faults/{first}").status == 404
    api.control("DELETE", "faults")
    assert api.control("GET", "faults") == {"faults": []}
    api.fault("*", "status")
    api.control("POST", "reset")
    assert api.control("GET", "faults") == {"faults": []}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"operation": "CreateLb", "kind": "status"}, "CreateLb"),
        ({"operation": "CreateIP", "kind": "stuck"}, "CreateLB"),
        ({"operation": "CreateLB", "kind": "acme"}, "CreateCertificate"),
        ({"operation": "CreateLB", "kind": "slow"}, "kind"),
        ({"operation": "CreateLB", "kind": "status", "status": 200}, "400"),
        ({"operation": "CreateLB", "kind": "status", "count": 0}, "count"),
        ({"operation": "CreateLB", "kind": "delay"}, "seconds"),
        ({"operation": "CreateLB", "kind": "cut_after", "delay": 1}, "delay"),
        ({"operation": "CreateLB", "kind": "html", "retry_after": 1}, "retry_after"),
        ({"operation": "CreateLB", "kind": "truncate", "status": 500}, "status"),
        ({"operation": "CreateLB", "kind": "status", "colour": "red"}, "colour"),
        ({"operation": "CreateLB"}, "kind"),
    ],
)
def test_a_fault_that_could_not_work_is_refused(zoned, fault, words):
    answer = zoned.send("POST", "/_emulator/faults", json.dumps(fault).encode())
    assert answer.status == 422 and words in answer.raw.decode()
    assert answer.body["message"]
    assert zoned.control("GET", "faults") == {"faults": []}


def test_every_operation_can_be_broken(zoned):
    from scaleway_lb_emulator.operations import OPERATIONS

    names = {operation.name for operation in OPERATIONS}
    assert len(names) == 54
    for name in names:
        zoned.fault(name, "status")
    assert len(zoned.control("GET", "faults")["faults"]) == 54


def test_a_broken_write_is_in_the_journal_as_the_api_saw_it(zoned):
    for kind in ("status", "html"):
        zoned.fault("CreateLB", kind)
        post(zoned)
    entries = zoned.control("GET", "journal")["entries"]
    assert [entry["status"] for entry in entries] == [503, 200]
    assert writes(zoned) == ["CreateLB", "CreateLB"]


def test_the_journal_has_writes_or_everything_and_no_key(zoned):
    lb = zoned.lb()
    chain = "-----BEGIN EC PRIVATE KEY-----\nsecret\n-----END EC PRIVATE KEY-----\n"
    zoned.ask(
        "POST",
        f"lbs/{lb['id']}/certificates",
        {"name": "a", "custom_certificate": {"certificate_chain": chain}},
    )
    first, second = zoned.control("GET", "journal")["entries"]
    assert first.keys() == {"n", "at", "operation", "method", "path", "body", "status"}
    assert (first["n"], first["operation"], first["method"], first["status"]) == (
        1,
        "CreateLB",
        "POST",
        200,
    )
    assert (first["path"], first["body"]) == ("/lb/v1/zones/fr-par-1/lbs", {"name": "web"})
    assert second["status"] == 400 and "secret" not in json.dumps(second)
    everything = zoned.control("GET", "journal", reads="true")["entries"]
    assert [one["operation"] for one in everything] == ["CreateLB", "GetLB", "CreateCertificate"]
    zoned.control("POST", "reset")
    assert zoned.control("GET", "journal", reads="true") == {"entries": []}
    assert count(zoned) == 0


def test_the_journal_forgets_the_oldest_bodies_before_they_fill_the_memory():
    journal = Journal()
    for number in range(12):
        journal.add("now", "CreateLB", "POST", "/lbs", {"name": f"{number}"}, 200, MOST // 8)
    kept = journal.shown(reads=True)
    assert [(one["n"], one["body"]["name"]) for one in kept] == [
        (n + 1, f"{n}") for n in range(4, 12)
    ]
    journal.clear()
    journal.add("now", "GetLB", "GET", "/lbs", {}, 200, MOST * 2)
    assert [one["n"] for one in journal.shown(reads=True)] == [1]


@pytest.mark.parametrize("path", ["reset", "faults", "clock", "journal"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"host": "evil.example:8480"},
        {"host": "[2001:db8::1]:8480"},
        {"host": "192.0.2.1"},
    ],
)
def test_a_foreign_web_page_cannot_use_the_calls_of_their_own(zoned, path, headers):
    """A browser may be made to send them, by a page or by a name that leads here."""
    zoned.lb()
    method = "GET" if path == "journal" else "POST"
    answer = zoned.send(method, f"/_emulator/{path}", b"{}", headers=headers)
    assert answer.status == 403 and "this machine" in answer.body["message"]
    assert count(zoned) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8480"},
        {"host": "127.3.2.1", "origin": "http://127.3.2.1"},
        {"host": "LocalHost:8480", "origin": "http://localhost:8480"},
        {"host": "[::1]:8480", "origin": "http://[::1]:8480"},
    ],
)
def test_whoever_calls_from_this_machine_can_use_them(zoned, headers):
    assert zoned.send("POST", "/_emulator/reset", headers=headers).status == 204


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", None])
def test_a_body_is_taken_for_json_whatever_curl_calls_it(zoned, kind):
    headers = {"content-type": kind}
    calls = [
        ("PUT", "clock", {"advance": "60d"}),
        ("PUT", "dns/www.example.com", {"address": "127.0.0.1"}),
        ("POST", "faults", {"kind": "status"}),
    ]
    for method, path, body in calls:
        raw = json.dumps(body).encode()
        answer = zoned.send(method, f"/_emulator/{path}", raw, headers=headers)
        assert answer.status in (200, 204), answer.raw


def test_a_reset_begins_anew(zoned):
    assert isinstance(zoned, Api)
    lb = zoned.lb()
    zoned.control("PUT", "dns/www.example.com", {"address": lb["ip"][0]["ip_address"]})
    zoned.pass_time("60d")
    zoned.control("POST", "reset")
    again = zoned.lb()
    assert again["ip"][0]["ip_address"] == lb["ip"][0]["ip_address"]
    assert (
        again["created_at"] < lb["created_at"] or again["created_at"][:10] == lb["created_at"][:10]
    )
    wanted = {"name": "a", "letsencrypt": {"common_name": "www.example.com"}}
    assert zoned.ask("POST", f"lbs/{again['id']}/certificates", wanted).status == 400
