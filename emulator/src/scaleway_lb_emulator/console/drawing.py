"""The layout of the drawing of a load balancer, from its clients on the left to its servers on the
right. Only arithmetic; the template turns it into SVG."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from .picture import Backend, Frontend, Picture, Rule, Server, State, counted

WIDTHS = {"client": 84, "frontend": 240, "rule": 236, "backend": 216, "server": 196}
"""The columns from left to right, with their widths."""
MARGIN, BESIDE, PADDING = 4, 44, 16
TOP, BOTTOM, BETWEEN, WITHIN = 92, 34, 22, 6
CLIENT, FRONTEND, RULE, BACKEND, SERVER, LINE = 88, 62, 42, 82, 34, 20
"""The heights of boxes, and of each extra line in a frontend."""
MANY = 12
"""How many rules of a frontend and servers of a backend are drawn individually."""


@dataclass(frozen=True)
class Text:
    """One line in a box, cut to fit."""

    x: float
    y: float
    style: str
    text: str


@dataclass
class Box:
    kind: str
    mood: str
    title: str
    x: float
    y: float
    height: float
    texts: list[Text] = field(default_factory=list)

    @property
    def width(self) -> float:
        return WIDTHS[self.kind]

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def write(self, y: float, style: str, text: str, size: float, x: float = 14) -> Box:
        shown = fitted(text, self.width - x - 10, size)
        self.texts.append(Text(x, y, style, shown))
        return self


@dataclass(frozen=True)
class Line:
    path: str
    mood: str


@dataclass(frozen=True)
class Drawing:
    """`said` is the drawing in words, for those who cannot see it."""

    width: float
    height: float
    title: str
    said: str
    columns: dict[str, float]
    boxes: list[Box]
    lines: list[Line]

    @property
    def frame(self) -> tuple[float, float]:
        """The left and right edges of the load balancer itself."""
        last = self.columns["backend"] + WIDTHS["backend"]
        return self.columns["frontend"] - PADDING, last + PADDING


def draw(picture: Picture) -> Drawing:
    order = in_order_of_use(picture)
    fronts = [(one, first_rules(one)) for one in picture.frontends]
    pools = [(one, first_servers(one)) for one in order]
    front_heights = [max(front_height(one), piled(len(rules), RULE)) for one, rules in fronts]
    pool_heights = [max(BACKEND, piled(len(servers), SERVER)) for _, servers in pools]
    totals = [
        sum(heights) + BETWEEN * max(len(heights) - 1, 0)
        for heights in (front_heights, pool_heights)
    ]
    tall = max(*totals, CLIENT)
    at = columns(any(rules for _, rules in fronts))

    boxes, lines, backends = [], [], {}
    y = TOP + (tall - totals[1]) / 2
    for (one, servers), height in zip(pools, pool_heights, strict=True):
        box = backend_box(one, at["backend"], y + (height - BACKEND) / 2)
        boxes.append(box)
        backends[one.id] = box
        top = y + (height - piled(len(servers), SERVER)) / 2
        for server in servers:
            boxes.append(server_box(server, at["server"], top))
            lines.append(between(box, boxes[-1], server.state.mood))
            top += SERVER + WITHIN
        y += height + BETWEEN

    middle = TOP + (tall - CLIENT) / 2
    client = Box("client", "good", "Clients", at["client"], middle, CLIENT)
    boxes.append(client)
    y = TOP + (tall - totals[0]) / 2
    for (one, rules), height in zip(fronts, front_heights, strict=True):
        box = frontend_box(one, at["frontend"], y + (height - front_height(one)) / 2)
        boxes.append(box)
        mood = "good" if one.served else "bad"
        lines.append(between(client, box, mood))
        if not rules:
            lines.append(between(box, backends[one.backend_id], mood, at.get("rule")))
        top = y + (height - piled(len(rules), RULE)) / 2
        for rule in rules:
            boxes.append(rule_box(rule, at["rule"], top))
            taken = mood if rule.reached else "idle"
            lines.append(between(box, boxes[-1], taken))
            if rule.backend_id in backends:
                lines.append(between(boxes[-1], backends[rule.backend_id], taken))
            top += RULE + WITHIN
        y += height + BETWEEN
    addresses = " and ".join(picture.ways_in) or "no address"
    width = at["server"] + WIDTHS["server"] + MARGIN
    return Drawing(
        width=width,
        height=TOP + tall + BOTTOM,
        title=fitted(f"{picture.name} at {addresses}", width - 460, 15),
        said=said(picture),
        columns=at,
        boxes=boxes,
        lines=lines,
    )


def columns(rules: bool) -> dict[str, float]:
    """The left edge of each column; the rules' column is left out if there are no rules."""
    at, x = {}, MARGIN
    for kind, width in WIDTHS.items():
        if kind != "rule" or rules:
            at[kind] = x
            x += width + BESIDE
    return at


# What is drawn


def in_order_of_use(picture: Picture) -> list[Backend]:
    """The backends in the order frontends use them, so that few lines cross; unused ones last."""
    used = [
        key
        for one in picture.frontends
        for key in (*(rule.backend_id for rule in one.rules), one.backend_id)
        if key
    ]
    ranks = {key: rank for rank, key in enumerate(dict.fromkeys(used))}
    return sorted(picture.backends, key=lambda one: ranks.get(one.id, len(ranks)))


def first_rules(frontend: Frontend) -> list[Rule]:
    """The rules that there is room for, one for those left out, and one for all other requests."""
    rules = frontend.rules[:MANY]
    if more := len(frontend.rules) - len(rules):
        rules.append(Rule("", f"and {counted(more, 'more rule')}", "in the list below"))
    if rules and frontend.reached:
        rules.append(Rule("", "otherwise", "to its backend", frontend.backend_id))
    return rules


def first_servers(backend: Backend) -> list[Server]:
    servers = backend.servers[:MANY]
    if more := backend.servers[MANY:]:
        up = sum(one.state.mood == "good" for one in more)
        mood = "good" if up == len(more) else "warn"
        servers.append(Server(f"and {len(more)} more", State(f"{up} up", mood)))
    if backend.failover:
        servers.append(Server(backend.failover, State("failover", "idle")))
    return servers


def front_height(frontend: Frontend) -> float:
    return FRONTEND + LINE * min(len(frontend.certificates), 3)


def piled(count: int, height: float) -> float:
    return count * height + WITHIN * max(count - 1, 0)


# Boxes and lines


def frontend_box(one: Frontend, x: float, y: float) -> Box:
    mood = "good" if one.served else "bad"
    title = f"Frontend {one.name}: {one.protocol} on port {one.port}"
    box = Box("frontend", mood, title, x, y, front_height(one))
    box.write(30, "port", str(one.port), 20)
    box.texts.append(Text(box.width - 14, 29, "tag", one.protocol))
    box.write(50, "small", one.name, 12)
    top = 72
    for number, certificate in enumerate(one.certificates[:3]):
        last = number == 2 and len(one.certificates) > 3
        text = f"and {len(one.certificates) - 2} more" if last else certificate.names[0]
        box.texts.append(Text(14, top, f"lock {certificate.state.mood}", ""))
        box.write(top, "small", text, 12, x=32)
        top += LINE
    return box


def rule_box(rule: Rule, x: float, y: float) -> Box:
    mood = rule.verdict.partition(" ")[0] if rule.reached else "idle"
    title = f"{rule.name}: " if rule.name else ""
    title += f"{rule.verdict}, {rule.match}"
    box = Box("rule", mood, title, x, y, RULE)
    return box.write(18, "strong", rule.verdict, 12.5, x=18).write(
        33, "small", rule.match, 12, x=18
    )


def backend_box(one: Backend, x: float, y: float) -> Box:
    down = bool(one.servers) and all(server.state.mood == "bad" for server in one.servers)
    mood = "bad" if down or not one.served else "good"
    title = f"Backend {one.name}: {one.protocol}, {', '.join(one.facts)}; check: {one.check}"
    box = Box("backend", mood, title, x, y, BACKEND)
    box.write(28, "strong", one.name, 14)
    return box.write(48, "small", one.protocol, 12).write(66, "small", ", ".join(one.facts), 12)


def server_box(one: Server, x: float, y: float) -> Box:
    box = Box("server", one.state.mood, f"{one.address}: {one.state.words}", x, y, SERVER)
    box.texts.append(Text(box.width - 12, 21.5, "end", one.state.words))
    room = box.width - 30 - 14 - 7.2 * len(one.state.words)
    box.texts.append(Text(30, 21.5, "address", fitted(one.address, room, 12.5)))
    return box


def between(start: Box, end: Box, mood: str, past: float | None = None) -> Line:
    """A line between two boxes; `past` is the left edge of a column to cross horizontally first."""
    x, to_x = start.x + start.width, end.x
    y, to_y = start.middle, end.middle
    path = f"M{x:g} {y:g}"
    if past is not None:
        x = past + WIDTHS["rule"]
        path += f"H{x:g}"
    half = (x + to_x) / 2
    return Line(f"{path}C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}", mood)


def fitted(text: str, width: float, size: float) -> str:
    """As much of a text as fits, even in the widest of the usual fonts."""
    room = width / (size * 0.6)
    for number, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return f"{text[: max(number - 1, 0)]}…"
    return text


# In words


def said(picture: Picture) -> str:
    where = f"at {' and '.join(picture.ways_in)}" if picture.ways_in else "nowhere"
    sentences = [f"Clients reach {picture.name} {where}."]
    names = {one.id: one for one in picture.backends}
    for one in picture.frontends:
        parts = [f"Port {one.port} takes {one.protocol}"]
        parts += [f"certificate {cert.names[0]}, {cert.state.words}" for cert in one.certificates]
        parts += [f"{rule.verdict} {rule.match}" for rule in one.rules]
        if one.reached:
            target = names[one.backend_id]
            up = f"{target.up} of {counted(len(target.servers), 'server')} up"
            parts.append(f"goes to backend {target.name} with {up}")
        sentences.append(f"{'; '.join(parts)}.")
    return " ".join(sentences)
