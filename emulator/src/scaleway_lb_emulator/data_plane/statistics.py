"""HAProxy's statistics in the API's terms (reference, 4.11)."""

from __future__ import annotations

import csv
import time
from typing import Any

Name = tuple[str, str]
"""A server in HAProxy: its section's name and its own, which is unique only in its section."""


class Statistics:
    """Remembers the last result of each check, which a fresh worker does not know."""

    def __init__(self) -> None:
        self.known: dict[Name, str] = {}

    def forget(self, but: set[Name]) -> None:
        """Forget all servers except these: one that comes back is unknown until it is checked."""
        self.known = {name: result for name, result in self.known.items() if name in but}

    def read(self, table: str, servers: dict[Name, tuple[str, str]]) -> list[dict[str, Any]]:
        """Read the output of `show stat` for these servers: {name: (backend ID, address)}."""
        found = csv.DictReader(table.lstrip("# ").splitlines())
        rows = {(row["pxname"], row["svname"]): row for row in found}
        return [
            self.item(name, rows[name]) | {"backend_id": backend_id, "ip": address}
            for name, (backend_id, address) in servers.items()
            if name in rows
        ]

    def item(self, name: Name, row: dict[str, str]) -> dict[str, Any]:
        # A leading star means that a check is running; the previous result follows.
        result = row["check_status"].removeprefix("* ")
        if result and result != "INI":
            passed = {True: "passed", False: "failed"}[result.endswith("OK")]
            self.known[name] = "condpass" if result.endswith("OKC") else passed
        health = self.known.get(name, "unknown")
        return {
            "server_state": state(row["status"], health),
            "last_health_check_status": health,
            "server_state_changed_at": time.time() - int(row["lastchg"] or 0),
        }


def state(status: str, health: str) -> str:
    """Until it is checked, a server is up for HAProxy, and stopped for the API (recorded)."""
    if health == "unknown" and status.startswith("UP"):
        return "stopped"
    word, _, rising = status.partition(" ")
    if word == "DOWN":
        return "starting" if rising else "stopped"
    return {"UP": "running", "NOLB": "stopping", "DRAIN": "stopping"}.get(word, "stopped")
