"""What the console shows of a load balancer, in words. No key ever gets here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from ..clock import SECOND
from ..data_plane.rules import by_precision
from ..data_plane.workers import shown
from ..store import Row
from ..world import World, by_index
from ..zones import own_name

DAY = 24 * 3600 * SECOND
SOON = 30
"""A certificate with fewer days left than this deserves attention."""
ALGORITHMS = {
    "roundrobin": "round robin",
    "leastconn": "least connections",
    "first": "first with room",
}
PROXY = {
    "proxy_protocol_v1": "PROXY v1",
    "proxy_protocol_v2": "PROXY v2",
    "proxy_protocol_v2_ssl": "PROXY v2 with TLS",
    "proxy_protocol_v2_ssl_cn": "PROXY v2 with TLS and name",
}
LEVELS = {
    "ssl_compatibility_level_old": "TLS 1.0 and newer",
    "ssl_compatibility_level_modern": "TLS 1.3",
}
CHECKS = {"mysql": "MySQL", "pgsql": "PostgreSQL", "redis": "Redis", "ldap": "LDAP", "tcp": "TCP"}
MATCHES = {
    "path_begin": "path begins with",
    "path_end": "path ends with",
    "regex": "path matches",
    "sni": "SNI",
    "host_header": "Host",
}
SERVERS = {
    ("running", None): ("good", "up"),
    ("starting", None): ("busy", "coming up"),
    ("stopping", None): ("busy", "draining"),
    ("stopped", "unknown"): ("idle", "not checked yet"),
    ("stopped", None): ("bad", "down"),
}
"""What a server's state and last check mean; None stands for any check."""


@dataclass(frozen=True)
class State:
    """A state in words, and how it looks: good, busy, warn, bad or idle."""

    words: str
    mood: str


@dataclass(frozen=True)
class Certificate:
    id: str
    name: str
    names: list[str]
    kind: str
    state: State
    details: str | None
    left: int | None
    """Days until its end; None for one that was never issued."""


@dataclass(frozen=True)
class Rule:
    """An ACL, or a route, which leads to a backend."""

    name: str
    verdict: str
    match: str
    backend_id: str | None = None
    reached: bool = True
    """False after an ACL that always applies."""


@dataclass(frozen=True)
class Frontend:
    id: str
    name: str
    port: int
    protocol: str
    facts: list[str]
    certificates: list[Certificate]
    rules: list[Rule]
    backend_id: str
    reached: bool
    """Whether any request gets past its rules to its own backend."""
    served: bool


@dataclass(frozen=True)
class Server:
    address: str
    state: State


@dataclass(frozen=True)
class Backend:
    id: str
    name: str
    protocol: str
    facts: list[str]
    check: str
    servers: list[Server]
    failover: str | None
    served: bool

    @property
    def up(self) -> int:
        return sum(server.state.mood == "good" for server in self.servers)


@dataclass(frozen=True)
class Address:
    ip: str
    name: str
    served: bool


@dataclass(frozen=True)
class Network:
    """A private network; without a public address, the address in it is the way in."""

    id: str
    state: State
    address: str


@dataclass(frozen=True)
class Card:
    """A load balancer in the list."""

    id: str
    name: str
    state: State
    addresses: list[str]
    servers: list[Server]
    alarms: list[State]


@dataclass(frozen=True)
class Picture:
    """A load balancer with everything on it."""

    id: str
    name: str
    description: str
    state: State
    facts: dict[str, str]
    tags: list[str]
    addresses: list[Address]
    networks: list[Network]
    frontends: list[Frontend]
    backends: list[Backend]
    certificates: list[Certificate]
    problems: list[str]

    @property
    def ways_in(self) -> list[str]:
        """The addresses where clients reach it."""
        public = [one.ip for one in self.addresses if one.served]
        private = [one.address for one in self.networks if one.state.mood == "good"]
        return public if self.addresses else private


async def card(world: World, lb: Row) -> Card:
    states = await server_states(world, lb)
    servers = [
        one for row in world.of("backend", lb_id=lb["id"]) for one in servers_of(row, states)
    ]
    certificates = [certificate(world, row) for row in world.of("certificate", lb_id=lb["id"])]
    down = sum(one.state.mood == "bad" for one in servers)
    return Card(
        id=lb["id"],
        name=lb["name"],
        state=status(lb["status"]),
        addresses=ways_in(world, lb["id"]),
        servers=servers,
        alarms=[
            *([State("not all is served", "bad")] if problems_of(world, lb) else []),
            *([State(f"{down} of {counted(len(servers), 'server')} down", "bad")] if down else []),
            *(
                State(f"{one.names[0]}: {one.state.words}", one.state.mood)
                for one in certificates
                if one.state.mood in ("bad", "warn")
            ),
        ],
    )


async def picture(world: World, lb: Row) -> Picture:
    states = await server_states(world, lb)
    rows = world.of("backend", lb_id=lb["id"])
    problems = problems_of(world, lb)
    certificates = [certificate(world, row) for row in world.of("certificate", lb_id=lb["id"])]
    frontends = [
        frontend(world, row, certificates, listens(world, row, problems))
        for row in world.of("frontend", lb_id=lb["id"])
    ]
    return Picture(
        id=lb["id"],
        name=lb["name"],
        description=lb["description"],
        state=status(lb["status"]),
        facts={
            "zone": lb["zone"],
            "type": lb["type"].upper(),
            "TLS": LEVELS.get(lb["ssl_compatibility_level"], "TLS 1.2 and newer"),
            "project": lb["project_id"],
            "ID": lb["id"],
        },
        tags=lb["tags"],
        addresses=[
            Address(
                row["ip_address"],
                own_name(row["ip_address"], row["zone"]),
                f"address {row['ip_address']}" not in problems,
            )
            for row in world.of("ip", lb_id=lb["id"])
        ],
        networks=[
            Network(row["private_network_id"], status(row["status"]), row["address"])
            for row in world.of("private_network", lb_id=lb["id"])
        ],
        frontends=sorted(frontends, key=lambda one: one.port),
        backends=[
            backend(row, servers_of(row, states), f"backend {row['id']}" not in problems)
            for row in rows
        ],
        certificates=certificates,
        problems=named(world, lb, problems),
    )


# Load balancers


def status(word: str) -> State:
    """The API's statuses; those not named here are transitional."""
    moods = {"ready": "good", "error": "bad", "locked": "bad", "stopped": "idle", "unknown": "idle"}
    return State(word.replace("_", " "), moods.get(word, "busy"))


def ways_in(world: World, lb_id: str) -> list[str]:
    """Its public addresses, or else those in its private networks."""
    public = [row["ip_address"] for row in world.of("ip", lb_id=lb_id)]
    return public or [row["address"] for row in world.of("private_network", lb_id=lb_id)]


def problems_of(world: World, lb: Row) -> dict[str, str]:
    """Which parts of this load balancer are not served as asked, and why."""
    kinds = ("frontend", "backend", "acl", "route", "certificate")
    ids = {row["id"] for kind in kinds for row in world.of(kind, lb_id=lb["id"])}
    heads = tuple(
        head for ip in ways_in(world, lb["id"]) for head in (f"address {ip}", f"{ip}:", f"[{ip}]:")
    )
    return {
        what: why
        for what, why in world.data_plane.problems.items()
        if what.startswith(heads) or any(key in what for key in ids)
    }


def listens(world: World, frontend: Row, problems: dict[str, str]) -> bool:
    """Whether a frontend is served on at least one of its addresses."""
    port = frontend["inbound_port"] + world.settings.port_offset
    addresses = ways_in(world, frontend["lb_id"])
    taken = [shown((ip, port)) in problems or f"address {ip}" in problems for ip in addresses]
    return f"frontend {frontend['id']}" not in problems and not (taken and all(taken))


def named(world: World, lb: Row, problems: dict[str, str]) -> list[str]:
    """The problems as sentences, with names instead of IDs."""
    names = {
        row["id"]: f"“{row['name']}”"
        for kind in ("frontend", "backend", "acl", "certificate")
        for row in world.of(kind, lb_id=lb["id"])
    }
    sentences = []
    for what, why in problems.items():
        for key, name in names.items():
            what = what.replace(key, name)
        sentences.append(f"{what[:1].upper()}{what[1:]} is not served: {why}.")
    return sentences


# Certificates


def certificate(world: World, row: Row) -> Certificate:
    end, left = row["not_valid_after"], None
    if row["status"] == "error":
        state = State("not issued", "bad")
    elif end is None:
        state = State("being issued", "busy")
    else:
        left = (end - world.clock.now()) // DAY
        state = State(days(left), "bad" if left < 0 else "warn" if left < SOON else "good")
    return Certificate(
        id=row["id"],
        name=row["name"],
        names=[row["common_name"], *row["subject_alternative_name"]],
        kind="Let's Encrypt" if row["type"] == "letsencrypt" else "imported",
        state=state,
        details=row["status_details"],
        left=left,
    )


def days(left: int) -> str:
    if left < 0:
        return f"expired {counted(-left, 'day')} ago"
    return f"{counted(left, 'day')} left" if left else "ends today"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# Frontends, ACLs and routes


def frontend(world: World, row: Row, certificates: list[Certificate], served: bool) -> Frontend:
    mode = world.store.get("backend", row["backend_id"])["forward_protocol"]
    tls = bool(row["certificate_ids"])
    by_id = {one.id: one for one in certificates}
    rules, reached = rules_of(world, row)
    facts = [] if tls or mode == "http" else ["passed on as it is, not decrypted"]
    if row["enable_http3"]:
        facts.append("HTTP/3")
    if row["connection_rate_limit"]:
        facts.append(f"at most {row['connection_rate_limit']} new connections a second")
    if row["timeout_client"]:
        facts.append(f"client timeout {seconds(row['timeout_client'])}")
    if row["enable_access_logs"]:
        facts.append("access log")
    return Frontend(
        id=row["id"],
        name=row["name"],
        port=row["inbound_port"],
        protocol=("HTTPS" if tls else "HTTP") if mode == "http" else ("TLS" if tls else "TCP"),
        facts=facts,
        certificates=[by_id[key] for key in row["certificate_ids"] if key in by_id],
        rules=rules,
        backend_id=row["backend_id"],
        reached=reached,
        served=served,
    )


def rules_of(world: World, frontend: Row) -> tuple[list[Rule], bool]:
    """ACLs in order, then routes in the order in which they are tried; and whether any request
    gets past them."""
    rules, listening, reached = [], True, True
    for row in sorted(world.of("acl", frontend_id=frontend["id"]), key=by_index):
        words = match_words(row["match"])
        rules.append(Rule(row["name"], verdict(row["action"]), words, reached=listening))
        if words == "always" and listening:
            listening, reached = False, row["action"]["type"] == "allow"
    for row in sorted(world.of("route", frontend_id=frontend["id"]), key=by_precision):
        rules.append(Rule("", "route", route_words(row["match"]), row["backend_id"], reached))
    return rules, reached


def verdict(action: dict[str, Any]) -> str:
    if action["type"] != "redirect":
        return action["type"]
    redirect = action["redirect"]
    return f"redirect {redirect['code']} to {redirect['target']}"


def match_words(match: dict[str, Any]) -> str:
    """When an ACL applies."""
    tests = []
    if match["ip_subnet"]:
        tests.append(f"from {', '.join(match['ip_subnet'])}")
    values = ", ".join(match["http_filter_value"])
    if match["http_filter"] == "http_header_match":
        tests.append(f"{match['http_filter_option']} is {values}")
    elif values:
        tests.append(f"{MATCHES[match['http_filter']]} {values}")
    if match["invert"]:
        return f"unless {' and '.join(tests)}" if tests else "never"
    return " and ".join(tests) or "always"


def route_words(match: dict[str, Any]) -> str:
    key = next(one for one in MATCHES if match.get(one))
    value = f"{match[key]} and below" if match.get("match_subdomains") else match[key]
    return f"{MATCHES[key]} {value}"


# Backends and servers


async def server_states(world: World, lb: Row) -> dict[tuple[str, str], State]:
    """Each server's state, by its backend and address, from the data plane's statistics."""
    found = {}
    backends = world.of("backend", lb_id=lb["id"])
    for row in await world.data_plane.stats(lb["id"], backends):
        pair = row["server_state"], row["last_health_check_status"]
        mood, words = SERVERS.get(pair) or SERVERS[row["server_state"], None]
        found[row["backend_id"], row["ip"]] = State(words, mood)
    return found


def servers_of(backend: Row, states: dict[tuple[str, str], State]) -> list[Server]:
    unwatched = State("not watched", "idle")
    return [Server(ip, states.get((backend["id"], ip), unwatched)) for ip in backend["pool"]]


def backend(row: Row, servers: list[Server], served: bool) -> Backend:
    plain = {"http": "HTTP", "tcp": "TCP"}[row["forward_protocol"]]
    secure = {"http": "HTTPS", "tcp": "TLS"}[row["forward_protocol"]]
    facts = [ALGORITHMS[row["forward_port_algorithm"]]]
    if row["sticky_sessions"] == "cookie":
        facts.append(f"sticky by cookie {row['sticky_sessions_cookie_name']}".rstrip())
    elif row["sticky_sessions"] == "table":
        facts.append("sticky by address")
    if row["proxy_protocol"] in PROXY:
        facts.append(PROXY[row["proxy_protocol"]])
    if row["ssl_bridging"] and row["ignore_ssl_server_verify"]:
        facts.append("servers not verified")
    if row["host"]:
        facts.append(f"Host {row['host']}")
    if row["max_connections"]:
        facts.append(f"{counted(row['max_connections'], 'connection')} a server")
    return Backend(
        id=row["id"],
        name=row["name"],
        protocol=f"{secure if row['ssl_bridging'] else plain} to port {row['forward_port']}",
        facts=facts,
        check=check_words(row["health_check"]),
        servers=servers,
        failover=row["failover_host"],
        served=served,
    )


def check_words(check: dict[str, Any]) -> str:
    """How servers are checked."""
    kind = next(key for key in check if key.endswith("_config")).removesuffix("_config")
    how = CHECKS.get(kind) or f"{kind.upper()} {check[f'{kind}_config']['method'] or 'GET'}"
    path = check[f"{kind}_config"].get("uri") or ""
    return (
        f"{how} {path}".strip() + f", port {check['port']}, every {seconds(check['check_delay'])}"
    )


def seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g} s"


# What to try


def visits(picture: Picture, url: str, port_offset: int) -> list[str]:
    """One command for each frontend, which reaches it."""
    address = next(iter(picture.ways_in), None)
    served = [one for one in picture.frontends if one.served]
    return [visit(one, address, url, one.port + port_offset) for one in served if address]


def visit(frontend: Frontend, address: str, url: str, port: int) -> str:
    host = shown((address, port)).removesuffix(f":{port}")
    if frontend.protocol == "HTTP":
        return f"curl -i http://{host}{'' if port == 80 else f':{port}'}/"
    if frontend.protocol == "TCP":
        return f"openssl s_client -connect {host}:{port}"
    name = frontend.certificates[0].names[0] if frontend.certificates else host
    trust = f"--cacert <(curl -s {url}/_emulator/ca.pem)"
    if any(one.kind == "imported" for one in frontend.certificates[:1]):
        trust = "--insecure"
    place = shlex.quote(f"{name}:{port}:{host}")
    site = shlex.quote(f"https://{name}{'' if port == 443 else f':{port}'}/")
    return f"curl -i {trust} --resolve {place} {site}"
