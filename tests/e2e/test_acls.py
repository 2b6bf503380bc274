"""ACLs: by address and by what the request says, in order, first match wins."""

import pytest
from pki import AUTHORITY, Issued
from plane import acl, backend, frontend
from traffic import Connection, believing, eventually

ALLOW, DENY = {"type": "allow"}, {"type": "deny"}
FRIEND, STRANGER = "127.0.0.10", "127.0.0.20"


def redirect(kind, target, code=302):
    return {"type": "redirect", "redirect": {"type": kind, "target": target, "code": code}}


@pytest.fixture
def serve(plane, web_servers):
    def serve(*acls, **fields):
        target = backend(web_servers.addresses, web_servers.port, **fields)
        plane.serve([target], [frontend(target, acls=list(acls))])

    return serve


def test_an_address_is_denied(serve, plane):
    serve(acl(DENY, ip_subnet=["127.0.0.20/32", "10.0.0.0/8"]))
    assert plane.get(source=FRIEND).status == 200
    assert plane.get(source=STRANGER).status == 403


def test_what_is_inverted_applies_to_all_others(serve, plane):
    serve(acl(DENY, ip_subnet=["127.0.0.10"], invert=True))
    assert plane.get(source=FRIEND).status == 200
    assert plane.get(source=STRANGER).status == 403


def test_more_subnets_than_fit_a_line_are_all_matched(serve, plane):
    serve(acl(DENY, ip_subnet=[f"10.0.{number}.0/24" for number in range(200)] + [STRANGER]))
    assert plane.get(source=FRIEND).status == 200
    assert plane.get(source=STRANGER).status == 403


def test_the_first_match_wins(serve, plane):
    serve(acl(ALLOW, ip_subnet=[FRIEND]), acl(DENY))
    assert plane.get(source=FRIEND).status == 200
    assert plane.get(source=STRANGER).status == 403
    serve(acl(DENY), acl(ALLOW, ip_subnet=[FRIEND]))
    assert plane.get(source=FRIEND).status == 403


def test_the_index_gives_the_order_not_the_creation(lb, web_servers):
    frontend = lb.frontend(lb.backend(web_servers.addresses, web_servers.port), 80)
    rules = {"deny all": (30, DENY, {}), "friend": (20, ALLOW, {"ip_subnet": [FRIEND]})}
    made = {}
    for name, (index, action, match) in rules.items():
        body = {"name": name, "index": index, "action": action, "match": match}
        made[name] = lb.emulator.api("POST", f"frontends/{frontend['id']}/acls", body)
    lb.wait()
    assert lb.get(source=FRIEND).status == 200
    assert lb.get(source=STRANGER).status == 403
    body = {"name": "friend", "index": 40, "action": ALLOW, "match": {"ip_subnet": [FRIEND]}}
    lb.emulator.api("PUT", f"acls/{made['friend']['id']}", body)
    lb.wait()
    assert lb.get(source=FRIEND).status == 403


@pytest.mark.parametrize(
    ("match", "hit", "miss"),
    [
        ({"http_filter": "path_begin", "http_filter_value": ["/admin", "/x y"]}, "/admin/a", "/a"),
        ({"http_filter": "path_end", "http_filter_value": [".php"]}, "/a.php?b=c", "/a?b=.php"),
        ({"http_filter": "regex", "http_filter_value": [r"^/v\d+/[a-z]{2}$"]}, "/v12/fr", "/v/fr"),
        ({"http_filter": "regex", "http_filter_value": ["'\" #$\\$", "/q$"]}, "/q", "/q/r"),
    ],
)
def test_a_path_is_denied(serve, plane, match, hit, miss):
    serve(acl(DENY, **match))
    assert plane.get(hit).status == 403
    assert plane.get(miss).status == 200


def test_a_header_is_matched_by_its_value(serve, plane):
    serve(
        acl(
            DENY,
            http_filter="http_header_match",
            http_filter_option="X-Team",
            http_filter_value=["red", "a b#c"],
        )
    )
    assert plane.get(X_Team="red").status == 403
    assert plane.get(X_Team="a b#c").status == 403
    assert plane.get(X_Team="blue").status == 200
    assert plane.get().status == 200


def test_a_header_is_matched_as_a_whole_and_by_each_item_of_its_list(serve, plane):
    """Which of the two the real one looks at is not known: either is found."""
    browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"
    header = {"http_filter": "http_header_match", "http_filter_option": "User-Agent"}
    serve(acl(DENY, http_filter_value=["bot", browser], **header))
    assert plane.get(User_Agent=browser).status == 403
    assert plane.get(User_Agent="good, bot").status == 403
    assert plane.get(User_Agent=browser.removesuffix(".0")).status == 200
    serve(acl(DENY, http_filter_value=[browser], invert=True, **header))
    assert plane.get(User_Agent=browser).status == 200
    assert plane.get(User_Agent="bot").status == 403


def test_address_and_path_must_both_match_and_invert_negates_the_whole(serve, plane):
    both = {"ip_subnet": [FRIEND], "http_filter": "path_begin", "http_filter_value": ["/a"]}
    serve(acl(DENY, **both))
    assert [plane.get("/a", source=FRIEND).status, plane.get("/a", source=STRANGER).status] == [
        403,
        200,
    ]
    serve(acl(DENY, invert=True, **both))
    assert plane.get("/a", source=FRIEND).status == 200
    assert plane.get("/b", source=FRIEND).status == 403
    assert plane.get("/a", source=STRANGER).status == 403


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_has_the_code_that_was_asked_for(serve, plane, code):
    serve(acl(redirect("scheme", "https", code)))
    answer = plane.get("/a?b=c", host="example.com")
    assert (answer.status, answer.headers["location"]) == (code, "https://example.com/a?b=c")


def test_a_location_is_built_from_the_request(serve, plane):
    serve(
        acl(
            redirect(
                "location", "{{scheme}}://new.{{host}}/50%/{{path}}?{{query}}&x=%[src]{{ path }}"
            )
        )
    )
    answer = plane.get("/a/b?c=d", host="example.com")
    assert answer.headers["location"] == "http://new.example.com/50%/a/b?c=d&x=%[src]{{ path }}"


def test_the_scheme_of_a_location_is_that_of_the_request(plane, web_servers):
    target = backend(web_servers.addresses, web_servers.port)
    leaf = Issued("lb.example.com", AUTHORITY)
    acls = [acl(redirect("location", "{{scheme}}://new.{{host}}/{{path}}"))]
    row = frontend(target, 443, certificate_ids=["one"], acls=acls)
    plane.serve([target], [row], certificates={"one": leaf.key + leaf.pem})
    answer = plane.get("/a", port=443, tls=believing(), host="example.com")
    assert answer.headers["location"] == "https://new.example.com/a"


def test_a_redirect_applies_where_it_matches(serve, plane):
    old = {"http_filter": "path_begin", "http_filter_value": ["/old"]}
    serve(acl(redirect("location", "https://example.com/new", 301), **old))
    assert plane.get("/old/x").headers["location"] == "https://example.com/new"
    assert plane.get("/x").status == 200


def test_a_tcp_frontend_rejects_by_address(serve, plane):
    serve(acl(DENY, ip_subnet=[STRANGER]), forward_protocol="tcp")
    assert plane.get(source=FRIEND).status == 200
    with (
        pytest.raises(OSError),
        Connection(plane.address, 80, source=STRANGER) as connection,
    ):
        connection.get()


PATH = {"http_filter": "path_begin", "http_filter_value": ["/admin"]}
IMPOSSIBLE = {
    "an HTTP filter on TCP": ({"forward_protocol": "tcp"}, PATH),
    "an empty value": ({}, PATH | {"http_filter_value": ["/admin", ""]}),
    "a header with a space": (
        {},
        {
            "http_filter": "http_header_match",
            "http_filter_option": "X Y",
            "http_filter_value": ["a"],
        },
    ),
    "a regular expression that is none": ({}, {"http_filter": "regex", "http_filter_value": ["("]}),
}


@pytest.fixture(params=IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def impossible(request):
    """What a backend is, and a match that HAProxy cannot look for on it."""
    return request.param


def reached(plane, source):
    """Whether an address is served: TCP has no answer to those who are not."""
    try:
        return plane.get(source=source).status == 200
    except OSError:
        return False


def test_a_deny_that_cannot_be_done_denies_all_that_it_may_mean(serve, plane, impossible):
    """It fails closed, and takes nothing but what it is for along."""
    fields, match = impossible
    bad = acl(DENY, ip_subnet=[STRANGER], **match)
    serve(bad, **fields)
    assert [reached(plane, FRIEND), reached(plane, STRANGER)] == [True, False]
    said = plane.haproxy.problems[f"ACL {bad['id']}"]
    assert said.endswith(f"; so it denies all that comes from {STRANGER}")
    serve(acl(ALLOW, ip_subnet=[FRIEND]), acl(DENY, **match), **fields)
    assert [reached(plane, FRIEND), reached(plane, STRANGER)] == [True, False]
    serve(acl(DENY, ip_subnet=[STRANGER], invert=True, **match), **fields)
    assert [reached(plane, FRIEND), reached(plane, STRANGER)] == [False, False]


def test_an_allow_that_cannot_be_done_allows_nothing(serve, plane, impossible):
    fields, match = impossible
    bad = acl(ALLOW, ip_subnet=[FRIEND], **match)
    serve(bad, acl(DENY, ip_subnet=[FRIEND]), **fields)
    assert [reached(plane, FRIEND), reached(plane, STRANGER)] == [False, True]
    assert plane.haproxy.problems[f"ACL {bad['id']}"].endswith("; so it allows nothing")


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"forward_protocol": "tcp"}, redirect("scheme", "https")),
        ({}, redirect("scheme", "ht tp")),
        ({}, redirect("location", "")),
    ],
)
def test_a_redirect_that_cannot_be_done_redirects_nothing(serve, plane, fields, action):
    bad = acl(action)
    serve(bad, acl(DENY, ip_subnet=[STRANGER]), **fields)
    assert [reached(plane, FRIEND), reached(plane, STRANGER)] == [True, False]
    assert plane.haproxy.problems[f"ACL {bad['id']}"].endswith("; so it redirects nothing")


@pytest.mark.parametrize("moved", ["frontend", "backend"])
def test_a_frontend_that_becomes_tcp_serves_on_in_spite_of_its_acls(lb, web_servers, moved):
    place = web_servers.addresses, web_servers.port
    web, tcp = lb.backend(*place), lb.backend(*place, name="tcp", forward_protocol="tcp")
    frontend = lb.frontend(web, 80)
    lb.acls(frontend, (DENY, PATH | {"ip_subnet": [STRANGER]}))
    assert lb.get("/admin", source=FRIEND).status == lb.get(source=STRANGER).status == 200
    if moved == "frontend":
        body = {"name": "a", "inbound_port": 80, "backend_id": tcp["id"]}
        lb.emulator.api("PUT", f"frontends/{frontend['id']}", body)
    else:
        lb.emulator.api("PUT", f"backends/{web['id']}", tcp)
    eventually(lambda: [reached(lb, FRIEND), reached(lb, STRANGER)] == [True, False])
