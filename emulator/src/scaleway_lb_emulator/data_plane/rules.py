"""ACLs and routes of a frontend as lines of HAProxy's configuration."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from .words import header, host, identifier, quoted

PLACES = {
    "host": "%[req.hdr(host)]",
    "path": "%[path,bytes(1)]",  # without its first slash (reference, 4.7)
    "query": "%[query]",
    "scheme": "%[ssl_fc,iif(https,http)]",
}
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
CODES = (301, 302, 303, 307, 308)


def acl_lines(acl: dict[str, Any], mode: str) -> list[str]:
    """One ACL: address and HTTP filter are ANDed, `invert` negates the whole (reference, 4.7).

    Raises ValueError for what cannot be done on a frontend of this mode.
    """
    name, match = f"a_{identifier(acl['id'])}", acl["match"]
    lines, tests = [], []
    if match["ip_subnet"]:
        # one line each: HAProxy ORs them, and takes at most 64 words in a line
        for subnet in match["ip_subnet"]:
            lines.append(f"acl {name}_ip src {ipaddress.ip_network(subnet, strict=False)}")
        tests.append(f"{name}_ip")
    values = match["http_filter_value"]
    if (finders := found_by(match)) and values:
        if mode != "http":
            raise ValueError("an HTTP filter needs an HTTP backend")
        for finder in finders:
            lines += [f"acl {name}_http {finder} -- {quoted(value)}" for value in values]
        tests.append(f"{name}_http")
    if match["invert"]:
        condition = " or ".join(f"!{test}" for test in tests) or "FALSE"
    else:
        condition = " ".join(tests) or "TRUE"
    return [*lines, f"{verdict(acl['action'], mode)} if {condition}"]


def found_by(match: dict[str, Any]) -> list[str]:
    """What the HTTP filter looks at in a request, and how; empty without a filter."""
    if match["http_filter"] == "http_header_match":
        # as a whole, and item by item: which one is meant is not known (our choice)
        name = header(match["http_filter_option"])
        return [f"req.fhdr({name}) -m str", f"req.hdr({name}) -m str"]
    methods = {"path_begin": "beg", "path_end": "end", "regex": "reg"}
    method = methods.get(match["http_filter"])
    return [f"path -m {method}"] if method else []


def failing_closed(acl: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """What replaces an ACL that cannot be applied, and what that means for the traffic. What the
    real one does is not known; our choice is to let nothing through that may be unwanted."""
    kind, match = acl["action"]["type"], acl["match"]
    if kind != "deny":
        return None, f"it {'allows' if kind == 'allow' else 'redirects'} nothing"
    subnets = [] if match["invert"] else match["ip_subnet"]
    wider = {"ip_subnet": subnets, "http_filter": None, "invert": False}
    meaning = f"all that comes from {', '.join(subnets)}" if subnets else "everything"
    return {**acl, "match": match | wider}, f"it denies {meaning}"


def verdict(action: dict[str, Any], mode: str) -> str:
    if action["type"] == "redirect":
        if mode != "http":
            raise ValueError("a redirect needs an HTTP backend")
        return redirect(action["redirect"])
    if mode == "http":
        return f"http-request {'allow' if action['type'] == 'allow' else 'deny'}"
    return f"tcp-request connection {'accept' if action['type'] == 'allow' else 'reject'}"


def redirect(wanted: dict[str, Any]) -> str:
    code = wanted["code"] or 302
    if code not in CODES:
        raise ValueError(f"{code!r} is not a code of a redirect")
    if wanted["type"] == "scheme":
        if not SCHEME.fullmatch(wanted["target"]):
            raise ValueError(f"{wanted['target']!r} is not a scheme")
        return f"http-request redirect scheme {wanted['target']} code {code}"
    parts = re.split(r"(\{\{(?:host|path|query|scheme)\}\})", wanted["target"])
    target = "".join(
        PLACES[part.strip("{}")] if number % 2 else part.replace("%", "%%")
        for number, part in enumerate(parts)
    )
    return f"http-request redirect location {quoted(target)} code {code}"


def route_condition(match: dict[str, Any], mode: str, tls: bool) -> str:
    """When a route is taken (reference, 4.8); ValueError for what this frontend cannot see."""
    if match.get("path_begin"):
        if mode != "http":
            raise ValueError("a route by path needs an HTTP backend")
        return f"{{ path -m beg -- {quoted(match['path_begin'])} }}"
    if match.get("sni"):
        if mode == "http" and not tls:
            raise ValueError("a route by SNI needs a TCP backend")
        finder, name = "ssl_fc_sni" if tls else "req.ssl_sni", host(match["sni"])
    elif match.get("host_header"):
        if mode != "http":
            raise ValueError("a route by Host needs an HTTP backend")
        finder, name = "req.hdr(host),field(1,:)", host(match["host_header"])
    else:
        raise ValueError("the route matches nothing")
    exact = f"{{ {finder} -i -m str -- {name} }}"
    if not match.get("match_subdomains"):
        return exact
    return f"{exact} || {{ {finder} -i -m end -- .{name} }}"


def by_precision(route: dict[str, Any]) -> tuple[bool, bool, int]:
    """Sort key of routes: names before paths, exact names before subdomains, long before short."""
    match = route["match"]
    name = match.get("sni") or match.get("host_header")
    length = len(name or match.get("path_begin") or "")
    return not name, bool(match.get("match_subdomains")), -length
