"""Let's Encrypt certificates over time: ordered, and renewed before they end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from .clock import SECOND, stamp
from .contracts import OrderFailed
from .faults import Faults
from .imported import content
from .store import Row
from .world import World

DAY = 86400
LIFETIME = 90 * DAY - 1
"""Seconds from the start of a certificate's validity to its end (reference, 4.6)."""
BACKDATED = 3600
"""Seconds by which the start of validity precedes the order, as recorded."""
RENEWED = 30 * DAY
"""Seconds before the end when Let's Encrypt clients renew (our choice: it was not recorded)."""
RETRIED = DAY // 2
"""Seconds after which a failed renewal is retried (our choice)."""
ISSUED = 8.0
"""Seconds that an order takes at the cloud's own pace (reference, 4.6)."""


class Orders:
    """The orders under way at the certificate authority. A certificate's own row records them: it
    is `pending` until issued, and holds the move that renews it."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world, self.faults = world, faults
        world.ends["renew"] = self.renew
        world.began.append(self.resume)

    def resume(self) -> None:
        """Resume the orders of a run that was killed."""
        for row in self.world.store.all("certificate"):
            if row["status"] == "pending" and not row["stuck"]:
                self.begin(row)

    def begin(self, row: Row, fails: bool = False) -> None:
        self.world.later(self.issue(row, fails))

    async def issue(self, row: Row, fails: bool) -> None:
        """Order the first certificate: it becomes ready, or error with what the authority said."""
        world = self.world
        due = world.clock.now() + int(ISSUED * world.settings.time_scale * SECOND)
        try:
            fields = {"status": "ready", **content(await self.order(row, fails))}
        except OrderFailed as failure:
            fields = {"status": "error", "status_details": str(failure)}
        await asyncio.sleep(max(0, due - world.clock.now()) / SECOND)
        self.arrive(row, fields)

    def renew(self, row: Row) -> None:
        """Renew a certificate that is due; if this run ends before the answer, retry soon."""
        row = self.plan(row, self.world.clock.now() + RETRIED * SECOND)
        fault = self.faults.take("RenewCertificate", ("acme", "error"))
        self.world.later(self.replace(row, bool(fault)))

    async def replace(self, row: Row, fails: bool) -> None:
        """Order the next certificate under the same ID; the previous one serves until then."""
        try:
            fields = {"status_details": None, **content(await self.order(row, fails))}
        except OrderFailed as failure:
            until = stamp(row["not_valid_after"])
            fields = {"status_details": f"not renewed, valid until {until}: {failure}"}
        self.arrive(row, fields)

    def arrive(self, row: Row, fields: dict[str, Any]) -> None:
        world = self.world
        if row := world.store.get("certificate", row["id"]):  # it may have been deleted by now
            with world.store.transaction():
                row = world.pushed("certificate", row, quiet=True, **fields)
                if "pem" in fields:
                    self.plan(row, row["not_valid_after"] - RENEWED * SECOND)

    def plan(self, row: Row, at: int) -> Row:
        row = self.world.change("certificate", row, moves=[[at, {"end": "renew"}]])
        self.world.await_move("certificate", row)
        return row

    async def order(self, row: Row, fails: bool) -> str:
        """Key and chain in one PEM."""
        world = self.world
        if fails:
            raise OrderFailed("the order was failed by a fault of the emulator")
        # in lower case, as an authority writes them: its DNS server accepts nothing else
        given = [row["common_name"], *row["subject_alternative_name"]]
        names = list(dict.fromkeys(name.lower() for name in given))
        for name in names:
            if address := world.address_of(name):
                world.authority.set_address(name, address)
        await world.deliver()  # the challenge is answered on the load balancer's own address
        # Its end follows the emulator's clock, its start the clock of those who verify it.
        end = world.clock.now() // SECOND - BACKDATED + LIFETIME
        until = datetime.fromtimestamp(end, UTC)
        issued = await world.authority.order(row["lb_id"], names, until)
        return (issued.key_pem + issued.chain_pem).decode()
