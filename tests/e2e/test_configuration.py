"""What users write never becomes configuration: it is quoted, or refused alone."""

import re

import pytest
from plane import acl, backend, frontend, route

EVIL = [
    "x\n    http-request deny",
    "x\r\ny",
    "a b",
    "it's",
    'say "x"',
    "# comment",
    "a\\",
    "\\\\ \\n",
    "$HOME ${PATH}",
    "%[src] %%",
    "} if TRUE",
    "-i -f /etc/passwd",
    "é ü 漢",
    "\u2028line",
    "\x00",
    "\x7f",
    "x" * 255,
    "",
    " ",
]
DENIALS = tuple(f"    http-request deny if {what}" for what in ("a_", "TRUE"))
"""How our own lines begin: by the name of an ACL, or for everything where it cannot be done."""
HTTP = {"method": "GET", "code": 200, "uri": "/", "host_header": "", "sni": ""}


def strings(evil):
    """Every place where a user's text can stand: (backend fields, frontend fields)."""
    redirect = {"type": "redirect", "redirect": {"type": "location", "target": evil, "code": 302}}
    scheme = {"type": "redirect", "redirect": {"type": "scheme", "target": evil, "code": 302}}
    deny = {"type": "deny"}
    yield {"sticky_sessions": "cookie", "sticky_sessions_cookie_name": evil}, {}
    yield {"host": evil}, {}
    yield {"host": evil, "ssl_bridging": True}, {}
    yield {"failover_host": evil}, {}
    yield {"timeout_queue": evil}, {}
    yield {"pool": [evil]}, {}
    for key in ("uri", "method", "host_header"):
        yield {"check": {"http_config": HTTP | {key: evil}}}, {}
    yield {"check": {"https_config": HTTP | {"sni": evil}}}, {}
    yield {"check": {"mysql_config": {"user": evil}}}, {}
    yield {"check": {"pgsql_config": {"user": evil}}}, {}
    yield {}, {"acls": [acl(redirect)]}
    yield {}, {"acls": [acl(scheme)]}
    yield {}, {"acls": [acl(deny, ip_subnet=[evil])]}
    for kind in ("path_begin", "path_end", "regex"):
        yield {}, {"acls": [acl(deny, http_filter=kind, http_filter_value=[evil])]}
    header = {"http_filter": "http_header_match", "http_filter_value": [evil]}
    yield {}, {"acls": [acl(deny, http_filter_option="X-A", **header)]}
    yield {}, {"acls": [acl(deny, http_filter_option=evil, **header)]}
    for kind in ("sni", "host_header", "path_begin"):
        yield {}, {"routes": [{kind: evil, "match_subdomains": True}]}


@pytest.mark.parametrize("evil", EVIL, ids=[repr(evil)[:20] for evil in EVIL])
def test_no_text_becomes_configuration_nor_stops_what_stands_beside_it(plane, web_servers, evil):
    good = backend(web_servers.addresses, web_servers.port)
    backends, frontends = [good], [frontend(good)]
    for number, (fields, more) in enumerate(strings(evil)):
        pool = fields.get("pool") or web_servers.addresses
        target = backend(pool, web_servers.port, **{**fields, "pool": pool})
        if more.get("routes"):
            more = {"routes": [route(target, **match) for match in more["routes"]]}
        backends.append(target)
        frontends.append(frontend(target, 2000 + number, **more))
    plane.serve(backends, frontends)
    text = (plane.haproxy.directory / "haproxy.cfg").read_text()
    assert plane.get().status == 200
    outside_quotes = re.sub(r"'[^']*'", "''", text.replace("'\\''", ""))
    for line in outside_quotes.splitlines():
        assert "http-request deny" not in line or line.startswith(DENIALS)
        assert not re.search(r"[#\"\\]|/etc/passwd|\$", line), line
    assert "\x00" not in text
    served = {one["id"].removeprefix("f_") for one in plane.haproxy.configuration.frontends}
    told = " ".join(plane.haproxy.configuration.problems)
    for row in frontends:
        routes = [one["id"] for one in row["routes"]]
        assert row["id"] in served or row["id"] in told, routes


def test_a_port_that_another_program_holds_takes_nothing_else_down(plane, web_servers, site):
    site("squatter", plane.address, 8080)
    target = backend(web_servers.addresses, web_servers.port)
    plane.serve([target], [frontend(target, 8080), frontend(target)])
    assert plane.get().server in ("red", "blue")
    assert plane.get(port=8080).server == "squatter"
    problems = plane.haproxy.configuration.problems
    assert problems == {f"{plane.address}:8080": "Address already in use"}


def test_a_port_is_served_by_the_next_change_once_it_is_free(plane, web_servers, site):
    squatter = site("squatter", plane.address, 8080)
    target = backend(web_servers.addresses, web_servers.port)
    lb = plane.serve([target], [frontend(target, 8080)])
    squatter.stop()
    plane.run(plane.haproxy.apply([lb]))
    assert plane.get(port=8080).server in ("red", "blue")


def test_a_port_that_is_shifted_beyond_the_last_is_left_out(plane, web_servers):
    target = backend(web_servers.addresses, web_servers.port)
    plane.serve([target], [frontend(target, 65536), frontend(target)])
    assert plane.get().status == 200
