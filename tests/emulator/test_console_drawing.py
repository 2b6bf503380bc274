"""The console's drawing: where everything stands. What it looks like is seen in tests/e2e."""

from itertools import combinations

import pytest

from scaleway_lb_emulator.console.drawing import MANY, WIDTHS, draw, fitted
from scaleway_lb_emulator.console.picture import (
    Address,
    Backend,
    Certificate,
    Frontend,
    Picture,
    Rule,
    Server,
    State,
)

GOOD, BAD = State("up", "good"), State("down", "bad")


def backend(key, *states, **fields):
    servers = [Server(f"10.0.{key}.{number}", state) for number, state in enumerate(states)]
    shown = {"id": key, "name": key, "protocol": "HTTP to port 80", "facts": ["round robin"]}
    rest = {"check": "TCP", "servers": servers, "failover": None, "served": True}
    return Backend(**{**shown, **rest, **fields})


def frontend(port, target, rules=(), certificates=0, **fields):
    state = State("9 days left", "warn")
    held = [
        Certificate(str(number), "web", [f"{number}.example.com"], "imported", state, None, 9)
        for number in range(certificates)
    ]
    shown = {"id": str(port), "name": "web", "port": port, "protocol": "HTTP", "facts": []}
    rest = {"rules": list(rules), "certificates": held, "backend_id": target}
    return Frontend(**{**shown, **rest, "reached": True, "served": True, **fields})


def picture(frontends, backends):
    return Picture(
        id="id",
        name="shop",
        description="",
        state=State("ready", "good"),
        facts={},
        tags=[],
        addresses=[Address("127.51.0.1", "shop.example.com", True)],
        networks=[],
        frontends=frontends,
        backends=backends,
        certificates=[],
        problems=[],
    )


def route(target):
    return Rule("", "route", "Host example.com", target)


PICTURES = {
    "nothing": picture([], []),
    "one": picture([frontend(80, "a")], [backend("a", GOOD)]),
    "no servers": picture([], [backend("a")]),
    "shared": picture([frontend(80, "a"), frontend(443, "a", certificates=5)], [backend("a", BAD)]),
    "routes": picture(
        [frontend(port, "a", [route("b"), route("c")] * 3) for port in range(80, 90)],
        [backend("a", GOOD), backend("b", GOOD, BAD), backend("c", failover="bucket")],
    ),
    "more than are drawn": picture(
        [frontend(80, "a", [route("a")] * 300)], [backend("a", *[GOOD] * 300, BAD)]
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_overlaps_and_everything_is_inside(name):
    drawing = draw(PICTURES[name])
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - box.width
        assert 0 <= box.y <= drawing.height - box.height
        for text in box.texts:
            assert 0 < text.y < box.height
    for one, other in combinations(drawing.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        above = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or above, f"{one.title} and {other.title}"


def test_the_column_of_rules_is_there_for_rules_alone():
    plain, routed = draw(PICTURES["one"]), draw(PICTURES["routes"])
    assert list(plain.columns) == ["client", "frontend", "backend", "server"]
    assert list(routed.columns) == list(WIDTHS)
    assert plain.width < routed.width


def test_what_is_too_much_is_counted():
    titles = [box.title for box in draw(PICTURES["more than are drawn"]).boxes]
    assert sum(title.endswith(": up") for title in titles) == MANY
    assert "and 289 more: 288 up" in titles
    assert "and 288 more rules, in the list below" in titles


def test_a_rule_that_ends_all_requests_leaves_no_way_to_the_backend():
    ends = Rule("to-https", "redirect 301 to https", "always")
    dead = [frontend(80, "a", [ends], reached=False), frontend(443, "b")]
    drawing = draw(picture(dead, [backend("a", GOOD), backend("b", GOOD)]))
    # from the client to both, to the rule, to the other backend, to the servers
    assert len(drawing.lines) == 6
    assert "goes to backend a" not in drawing.said


def test_backends_stand_in_the_order_in_which_frontends_lead_to_them():
    drawing = draw(
        picture([frontend(80, "c", [route("b")])], [backend(key, GOOD) for key in "abc"])
    )
    boxes = [box for box in drawing.boxes if box.kind == "backend"]
    assert [box.title[8] for box in sorted(boxes, key=lambda box: box.y)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("short", "short"), ("w" * 99, "wwwwwwwww…"), ("漢" * 99, "漢漢漢漢…"), ("", "")],
)
def test_a_text_is_cut_where_it_does_not_fit(text, shown):
    assert fitted(text, 60, 10) == shown
