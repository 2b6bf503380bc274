"""The single page at /: a searchable, paginated list of load balancers, and one of them."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources

import jinja2
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from .. import __version__
from ..clock import SECOND, stamp
from ..store import Row
from ..world import World
from .drawing import draw
from .picture import card, picture, visits

SIZE = 20
NUMBER = re.compile(r"[0-9]{1,9}")
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("scaleway_lb_emulator", "console"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
ENVIRONMENT.filters["given"] = lambda query: {key: one for key, one in query.items() if one}
FILES = resources.files("scaleway_lb_emulator.console")
STYLE, SCRIPT = (FILES.joinpath(name).read_text() for name in ("style.css", "live.js"))


def source(text: str) -> str:
    """How a content security policy names an inline style or script."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


HEADERS = {
    # Names are user input: even if one got through unescaped, no script in it would run.
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            f"script-src {source(SCRIPT)}",
            f"style-src {source(STYLE)}",
            "img-src data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def console(world: World) -> APIRouter:
    """The console's page, for the application to include."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page(request: Request, lb: str = "", q: str = "", page: str = "") -> HTMLResponse:
        world.settle()
        every = world.store.all("lb")
        found = [row for row in every if matches(world, row, q)]
        last = max(1, -(-len(found) // SIZE))
        number = min(max(int(page) if NUMBER.fullmatch(page) else 1, 1), last)
        listed = found[(number - 1) * SIZE : number * SIZE]
        chosen = next((row for row in every if row["id"] == lb), None)
        if not lb and listed:
            chosen = listed[0]
        url = str(request.base_url).rstrip("/")
        shown = await picture(world, chosen) if chosen else None
        serving = world.settings.data_plane != "none"
        content = ENVIRONMENT.get_template("page.html.j2").render(
            style=STYLE,
            script=SCRIPT,
            version=__version__,
            url=url,
            now=stamp(world.clock.now() // SECOND * SECOND).replace("T", " ").replace("Z", " UTC"),
            advanced=world.clock.advanced // SECOND,
            serving=serving,
            cards=[await card(world, row) for row in listed],
            total=len(every),
            found=len(found),
            query=q,
            number=number,
            last=last,
            asked=lb,
            shown=shown,
            drawing=draw(shown) if shown else None,
            visits=visits(shown, url, world.settings.port_offset) if shown and serving else [],
        )
        return HTMLResponse(content, 404 if lb and not chosen else 200, HEADERS)

    return router


def matches(world: World, lb: Row, words: str) -> bool:
    """Whether each of the words is in the name, an address, a tag, the zone or the ID."""
    if not words.strip():
        return True
    addresses = [row["ip_address"] for row in world.of("ip", lb_id=lb["id"])]
    said = [lb["name"], lb["zone"], lb["id"], *lb["tags"], *addresses]
    text = "\n".join(said).lower()
    return all(word in text for word in words.lower().split())
