"""All objects of one emulator: their rows, how time changes them, what the data plane gets."""

from __future__ import annotations

import asyncio
import heapq
import logging
import uuid
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from .addresses import Addresses
from .clock import SECOND, Clock
from .contracts import CertificateAuthority, DataPlane
from .errors import not_found, transient
from .settings import Settings
from .store import Row, Store
from .zones import OWN_NAME, own_name

log = logging.getLogger(__name__)
WORDS = {"lb": "lbs", "ip": "ips", "route": "privateNetwork"}
"""What a kind is called in a 404 (notes, 1)."""
PUSHED = 0.6
"""Seconds until a change is live, at the cloud's own pace (reference, 5)."""

Step = tuple[float, dict[str, Any]]


class World:
    """Rows are replaced, never changed in place; every write belongs in a transaction."""

    def __init__(
        self, settings: Settings, data_plane: DataPlane, authority: CertificateAuthority
    ) -> None:
        self.settings, self.data_plane, self.authority = settings, data_plane, authority
        self.store = Store(settings.state_dir)
        self.of = self.store.of
        self.tasks: set[asyncio.Task] = set()
        self.ends: dict[str, Callable[[Row], None]] = {}
        """How transitions end that do more than change the row: {their word: what happens}."""
        self.began: list[Callable[[], None]] = []
        """Called at the start, to resume what a former run began."""
        self.delivery = asyncio.Lock()
        self.wake_up()

    def wake_up(self) -> None:
        """Rebuild what is not in the state but follows from it."""
        self.clock = Clock((self.store.get("emulator", "clock") or {"advanced": 0})["advanced"])
        self.begun = self.clock.now()
        self.addresses = Addresses(self.settings.ip_range, self.settings.ip6_range)
        for row in self.store.all("private_network"):
            self.addresses.take(row["address"])
        for ip in self.store.all("ip"):
            self.addresses.take(ip["ip_address"])
            self.announce(ip)
        for record in self.store.all("record"):
            self.authority.set_address(record["id"], record["address"])
        self.due: list[tuple[int, str, str]] = []
        """When each row moves next: a heap."""
        for kind in ("lb", "private_network", "certificate"):
            for row in self.store.all(kind):
                self.await_move(kind, row)
        self.pushing: dict[str, int] = {}
        """How many configurations of each load balancer are being delivered to the data plane."""
        self.wanted = self.delivered = 0

    def start(self) -> None:
        """Let time pass, even while nobody calls."""
        for take_up in self.began:
            take_up()
        self.later(self.pass_time())

    async def pass_time(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.settle()

    def later(self, work: Coroutine) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work in the background failed", exc_info=error)

    def reset(self) -> None:
        """Forget everything, at once."""
        for task in list(self.tasks):
            task.cancel()
        for ip in self.store.all("ip"):
            self.authority.remove_address(own_name(ip["ip_address"], ip["zone"]))
        for record in self.store.all("record"):
            self.authority.remove_address(record["id"])
        with self.store.transaction():
            self.store.clear()
        self.delivery = asyncio.Lock()
        self.wake_up()
        self.start()
        self.later(self.deliver())

    # Rows

    def new(self, zone: str, **fields: Any) -> Row:
        now = self.clock.now()
        return {"id": str(uuid.uuid4()), "zone": zone, "created": now, "updated": now, **fields}

    def add(self, kind: str, zone: str, **fields: Any) -> Row:
        return self.store.put(kind, self.new(zone, **fields))

    def need(self, kind: str, key: str, zone: str) -> Row:
        row = self.store.get(kind, key)
        if row is None or row["zone"] != zone:
            raise not_found(WORDS.get(kind, kind))
        return row

    def change(self, kind: str, row: Row, **fields: Any) -> Row:
        """Store the row with these fields; its date stays."""
        return self.store.put(kind, {**row, **fields})

    def touch(self, kind: str, row: Row, **fields: Any) -> Row:
        return self.change(kind, row, **fields, updated=self.clock.now())

    def ready(self, lb: Row) -> Row:
        """Writes to a load balancer in transition are refused, by inference (reference, 5)."""
        if lb["status"] not in ("ready", "error", "stopped"):
            raise transient("lb", lb["id"], lb["status"])
        return lb

    def ready_for(self, row: Row) -> Row:
        """The load balancer of an object, if it can be written to."""
        return self.ready(self.store.get("lb", row["lb_id"]))

    # Time

    def steps(self, *steps: Step, fate: str | None = None, **failed: Any) -> list[list[Any]]:
        """A row's moves: for each step, the seconds until then, at the cloud's own pace, and the
        changes; {"end": word} is a word that `ends` knows. `fate` is the kind of a fault: `error`
        makes `failed` the changes of the last step, `stuck` drops that step."""
        now = self.clock.now()
        moves = [
            [now + int(after * self.settings.time_scale * SECOND), changes]
            for after, changes in steps
        ]
        if fate == "stuck":
            return moves[:-1]
        if fate:
            moves[-1][1] = failed
        return moves

    def move(self, kind: str, row: Row, moves: list[list[Any]], **fields: Any) -> Row:
        """Start a row's transition."""
        row = self.touch(kind, row, moves=moves, **fields)
        self.await_move(kind, row)
        return row

    def await_move(self, kind: str, row: Row) -> None:
        if row["moves"]:
            heapq.heappush(self.due, (row["moves"][0][0], kind, row["id"]))

    def settle(self) -> None:
        """Carry out everything that is due."""
        now = self.clock.now()
        if not self.due or self.due[0][0] > now:
            return
        with self.store.transaction():
            while self.due and self.due[0][0] <= now:
                at, kind, key = heapq.heappop(self.due)
                row = self.store.get(kind, key)
                if row and row["moves"] and row["moves"][0][0] == at:
                    self.arrive(kind, row)

    def arrive(self, kind: str, row: Row) -> None:
        (at, changes), *rest = row["moves"]
        if "end" in changes:
            self.ends[changes["end"]](row)
            return
        if "instance_status" in changes:
            changes = {**changes, "instance_updated": at}
        row = self.change(kind, row, **changes, updated=at, moves=rest)
        self.await_move(kind, row)

    def advance(self, step: str) -> None:
        """Move the clock. Raises ValueError beyond the last date."""
        self.clock.advance(step)
        with self.store.transaction():
            self.store.put("emulator", {"id": "clock", "advanced": self.clock.advanced})
        self.settle()

    # Names

    def announce(self, ip: Row) -> None:
        """Make an address's own name resolve to it."""
        if "." in ip["ip_address"]:
            self.authority.set_address(own_name(ip["ip_address"], ip["zone"]), ip["ip_address"])

    def resolve(self, name: str, address: str) -> None:
        """Set the address that a name resolves to."""
        name = name.lower().rstrip(".")
        with self.store.transaction():
            self.store.put("record", {"id": name, "address": address})
        self.authority.set_address(name, address)

    def address_of(self, name: str) -> str | None:
        """The address that a name resolves to. Every name below an address's own name resolves to
        that address, as the recordings show."""
        own = OWN_NAME.search(name.lower())
        return self.authority.address_of(own.group(1) if own else name)

    # The data plane

    def pushed(self, kind: str, row: Row, quiet: bool = False, **fields: Any) -> Row:
        """Store a row of a load balancer, and bring the data plane up to date."""
        row = self.touch(kind, row, **fields)
        self.push(row["lb_id"], quiet)
        return row

    def push(self, lb_id: str, quiet: bool = False) -> None:
        """Bring the data plane up to date; unless quiet, the instance is pending until it is."""
        if not quiet:
            self.pushing[lb_id] = self.pushing.get(lb_id, 0) + 1
            self.date_instance(lb_id)
        self.later(self.deliver() if quiet else self.deliver_for(lb_id))

    def date_instance(self, lb_id: str) -> None:
        if lb := self.store.get("lb", lb_id):
            self.change("lb", lb, instance_updated=self.clock.now())

    async def deliver_for(self, lb_id: str) -> None:
        pushing = self.pushing
        try:
            pause = asyncio.sleep(PUSHED * self.settings.time_scale)
            await asyncio.gather(self.deliver(), pause)
        finally:
            pushing[lb_id] -= 1
            if not pushing[lb_id]:
                del pushing[lb_id]
        if lb_id not in pushing:
            with self.store.transaction():
                self.date_instance(lb_id)

    async def deliver(self) -> None:
        """Return once the data plane has the current state; calls that wait share one delivery."""
        self.wanted += 1
        mine = self.wanted
        async with self.delivery:
            if self.delivered < mine:
                delivering = self.wanted
                # a reset cancels the caller that waits, not the reload
                await asyncio.shield(self.data_plane.apply(self.snapshot()))
                self.delivered = delivering

    def snapshot(self) -> Iterator[dict[str, Any]]:
        """Made during iteration: a data plane that serves nothing does not need it."""
        for lb in self.store.all("lb"):
            if lb["status"] != "to_delete":
                yield self.picture(lb)

    def picture(self, lb: Row) -> dict[str, Any]:
        """One load balancer as the data plane needs it."""
        of = self.of
        frontends = [
            {
                **row,
                "acls": sorted(of("acl", frontend_id=row["id"]), key=by_index),
                "routes": of("route", frontend_id=row["id"]),
            }
            for row in of("frontend", lb_id=lb["id"])
        ]
        certificates = of("certificate", lb_id=lb["id"])
        public = [ip["ip_address"] for ip in of("ip", lb_id=lb["id"])]
        private = [
            row["address"]
            for row in of("private_network", lb_id=lb["id"])
            if row["status"] == "ready"
        ]
        return {
            "id": lb["id"],
            "zone": lb["zone"],
            "type": lb["type"],
            "ssl_compatibility_level": lb["ssl_compatibility_level"],
            # one without a public address is reached through its networks (documented)
            "addresses": public or private,
            "backends": of("backend", lb_id=lb["id"]),
            "frontends": frontends,
            "certificates": {row["id"]: row["pem"] for row in certificates if row["pem"]},
        }


def by_index(acl: Row) -> int:
    return acl["index"]
