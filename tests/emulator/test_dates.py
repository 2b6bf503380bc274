"""Which writes move which date, and how many digits it is shown with."""

import re
from functools import partial

import pytest
from asgi import Api
from pki import Issued

from scaleway_lb_emulator.clock import stamp

FIVE = ("name", "forward_protocol", "forward_port", "forward_port_algorithm", "sticky_sessions")
CHECK = {"port": 80, "check_max_retries": 3, "check_delay": 3000, "check_timeout": 1000}


@pytest.mark.parametrize(
    ("moment", "fresh", "shown"),
    [
        (1784629141_839885150, True, "2026-07-21T10:19:01.839885150Z"),
        (1784629141_974754588, False, "2026-07-21T10:19:01.974755Z"),
        (1784629141_974754499, False, "2026-07-21T10:19:01.974754Z"),
        (1784629141_999999500, False, "2026-07-21T10:19:02Z"),
        (1784629141_855000000, False, "2026-07-21T10:19:01.855Z"),
        (1784629141_855000000, True, "2026-07-21T10:19:01.855Z"),
        (1784629141_000000000, False, "2026-07-21T10:19:01Z"),
    ],
)
def test_nanoseconds_when_written_microseconds_rounded_half_up_later(moment, fresh, shown):
    assert stamp(moment, fresh) == shown


def digits(text):
    return {9: "fresh", 6: "read", 3: "read"}[len(re.search(r"\.(\d+)Z", text)[1])]


def shown(answer, *path):
    for key in path:
        answer = answer[key]
    return tuple(digits(answer[key]) for key in ("created_at", "updated_at"))


def test_an_answer_shows_what_it_wrote_with_all_digits(zoned):
    """As in the recordings."""
    made = zoned.do("POST", "lbs", {"name": "web"})
    zoned.get("lbs")
    lb = zoned.idle(made)
    backend = zoned.backend(lb)
    certificate = zoned.issued(lb)
    frontend = zoned.frontend(lb, backend, 443, certificate_ids=[certificate["id"]])
    body = {
        "name": "x",
        "inbound_port": 443,
        "backend_id": backend["id"],
        "certificate_ids": [certificate["id"]],
    }
    put_frontend = zoned.do("PUT", f"frontends/{frontend['id']}", body)
    rule = zoned.acl(frontend)
    put_rule = zoned.do(
        "PUT", f"acls/{rule['id']}", {"name": "a", "index": 0, "action": {"type": "allow"}}
    )
    ordered = zoned.certificate(lb, name="b")
    put_lb = zoned.do("PUT", f"lbs/{lb['id']}", {"name": "new", "description": ""})
    level = {"ssl_compatibility_level": "ssl_compatibility_level_old"}
    zoned.idle(lb)
    put_level = zoned.do("PUT", f"lbs/{lb['id']}", {"name": "new", "description": "", **level})
    migrated = zoned.do("POST", f"lbs/{lb['id']}/migrate", {"type": "lb-gp-m"})
    got = zoned.get(f"frontends/{frontend['id']}")
    read, fresh, moved = ("read", "read"), ("fresh", "fresh"), ("read", "fresh")
    assert {
        "POST lb": shown(made),
        "POST backend": shown(backend),
        "POST backend, lb": shown(backend, "lb"),
        "POST backend, instance": shown(backend, "lb", "instances", 0),
        "POST frontend": shown(frontend),
        "POST frontend, certificate": shown(frontend, "certificate"),
        "POST frontend, instance": shown(frontend, "lb", "instances", 0),
        "PUT frontend": shown(put_frontend),
        "PUT frontend, certificate": shown(put_frontend, "certificate"),
        "PUT frontend, backend": shown(put_frontend, "backend"),
        "POST acl": shown(rule),
        "POST acl, frontend": shown(rule, "frontend"),
        "PUT acl": shown(put_rule),
        "POST certificate": shown(ordered),
        "POST certificate, lb": shown(ordered, "lb"),
        "PUT lb": shown(put_lb),
        "PUT lb, level": shown(put_level),
        "PUT lb, level, instance": shown(put_level, "instances", 0),
        "migrate": shown(migrated),
        "GET frontend": shown(got),
        "GET frontend, lb": shown(got, "lb"),
    } == {
        "POST lb": fresh,
        "POST backend": fresh,
        "POST backend, lb": read,
        "POST backend, instance": moved,
        "POST frontend": read,
        "POST frontend, certificate": moved,
        "POST frontend, instance": moved,
        "PUT frontend": moved,
        "PUT frontend, certificate": moved,
        "PUT frontend, backend": read,
        "POST acl": fresh,
        "POST acl, frontend": read,
        "PUT acl": moved,
        "POST certificate": fresh,
        "POST certificate, lb": moved,
        "PUT lb": moved,
        "PUT lb, level": read,
        "PUT lb, level, instance": moved,
        "migrate": moved,
        "GET frontend": read,
        "GET frontend, lb": read,
    }


class Dates:
    """The dates of a load balancer and all that is on it, before and after a write."""

    def __init__(self, api):
        self.api = api
        self.lb = api.lb()
        self.backend = api.backend(self.lb)
        self.frontend = api.frontend(self.lb, self.backend, 8080)
        self.rule = api.acl(self.frontend)
        self.certificate = api.issued(self.lb)

    def all(self):
        paths = {
            "lb": f"lbs/{self.lb['id']}",
            "backend": f"backends/{self.backend['id']}",
            "frontend": f"frontends/{self.frontend['id']}",
            "acl": f"acls/{self.rule['id']}",
            "certificate": f"certificates/{self.certificate['id']}",
        }
        return {kind: self.api.get(path)["updated_at"] for kind, path in paths.items()}

    def moved_by(self, write):
        self.api.idle(self.lb)
        before = self.all()
        write(self)
        after = self.all()
        return {kind for kind in after if after[kind] != before[kind]}


def same_frontend(dates, **more):
    return {"name": "port-8080", "inbound_port": 8080, "backend_id": dates.backend["id"], **more}


WRITES = {
    "PUT backend, same": (
        lambda d: d.api.do("PUT", f"backends/{d.backend['id']}", {key: d.backend[key] for key in FIVE}),
        {"backend"},
    ),
    "PUT servers, same": (
        lambda d: d.api.do("PUT", f"backends/{d.backend['id']}/servers", {"server_ip": ["10.0.0.1"]}),
        set(),
    ),
    "PUT servers, other": (
        lambda d: d.api.do("PUT", f"backends/{d.backend['id']}/servers", {"server_ip": ["10.0.0.2"]}),
        {"backend"},
    ),
    "PUT healthcheck": (
        lambda d: d.api.do("PUT", f"backends/{d.backend['id']}/healthcheck", {**CHECK, "port": 81}),
        set(),
    ),
    "PUT frontend, same": (
        lambda d: d.api.do("PUT", f"frontends/{d.frontend['id']}", same_frontend(d)),
        {"frontend"},
    ),
    "PUT frontend, with a certificate": (
        lambda d: d.api.do("PUT", f"frontends/{d.frontend['id']}", same_frontend(d, certificate_ids=[d.certificate["id"]])),
        {"frontend", "certificate"},
    ),
    "PUT acl": (
        lambda d: d.api.do("PUT", f"acls/{d.rule['id']}", {"name": "a", "index": 1, "action": {"type": "deny"}}),
        {"acl"},
    ),
    "POST backend": (lambda d: d.api.backend(d.lb, "other"), set()),
    "POST frontend": (lambda d: d.api.frontend(d.lb, d.backend, 81), set()),
    "POST certificate, ordered": (lambda d: d.api.certificate(d.lb, name="other"), {"lb"}),
    "POST certificate, imported": (lambda d: d.api.imported(d.lb, Issued("www.example.com")), set()),
    "PUT certificate": (
        lambda d: d.api.do("PUT", f"certificates/{d.certificate['id']}", {"name": "b"}),
        {"certificate"},
    ),
    "PUT lb, same": (
        lambda d: d.api.do("PUT", f"lbs/{d.lb['id']}", {"name": "web", "description": ""}),
        {"lb"},
    ),
    "DELETE acl of another frontend": (
        lambda d: d.api.do("DELETE", f"acls/{d.api.acl(d.frontend, 'b')['id']}"),
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_a_write_moves_the_dates_that_it_moved_in_the_recordings(zoned, write):
    do, moved = WRITES[write]
    assert Dates(zoned).moved_by(do) == moved


@pytest.mark.parametrize("made", [Api.issued, partial(Api.imported, leaf=Issued("a.example.com"))])
def test_deleting_a_certificate_moves_the_date_of_its_load_balancer(zoned, made):
    lb = zoned.lb()
    certificate = made(zoned, lb)
    before = zoned.get(f"lbs/{lb['id']}")["updated_at"]
    zoned.do("DELETE", f"certificates/{certificate['id']}")
    assert zoned.get(f"lbs/{lb['id']}")["updated_at"] > before


def test_the_instance_has_a_date_of_its_own(zoned):
    """It moves with every change that goes live."""
    lb = zoned.lb()
    backend = zoned.backend(lb)

    def instance():
        [found] = zoned.idle(lb)["instances"]
        return found

    frontend = zoned.frontend(lb, backend)
    rule, rules = zoned.acl(frontend), f"frontends/{frontend['id']}/acls"
    to = {"backend_id": backend["id"], "match": {"path_begin": "/a"}}
    route = zoned.do("POST", "routes", {"frontend_id": frontend["id"], **to})
    writes = [
        ("POST", rules, {"name": "b", "index": 1, "action": {"type": "deny"}}),
        ("DELETE", f"acls/{rule['id']}", None),
        ("PUT", rules, {"acls": []}),
        ("POST", "routes", {"frontend_id": frontend["id"], **to, "match": {"path_begin": "/b"}}),
        ("PUT", f"routes/{route['id']}", to),
        ("DELETE", f"routes/{route['id']}", None),
        ("DELETE", f"frontends/{frontend['id']}", None),
        ("DELETE", f"backends/{backend['id']}", None),
    ]
    unmoved = []
    for method, path, body in writes:
        before = instance()["updated_at"]
        zoned.do(method, path, body)
        if not instance()["updated_at"] > before:
            unmoved.append(f"{method} {path}")
    assert unmoved == []
