"""Stickiness tables, carried over a reload: a new HAProxy worker starts with empty ones."""

from __future__ import annotations

import re
from typing import Any

ENTRY = re.compile(r"^\S+ key=(\S+) .*\bserver_id=(\d+)", re.M)
TOGETHER = 100
"""How many entries go into one command, whose length is limited."""

Kept = dict[str, str]
"""The server's name by the client's address."""


def sticky(section: dict[str, Any]) -> bool:
    return any(line.startswith("stick-table ") for line in section["lines"])


def read(section: dict[str, Any], table: str) -> Kept:
    """Read the output of `show table`. Servers are numbered in the order of the configuration."""
    names = dict(enumerate(section["servers"], 1))
    found = {client: names.get(int(number)) for client, number in ENTRY.findall(table)}
    return {client: name for client, name in found.items() if name}


def commands(section: dict[str, Any], kept: Kept) -> list[str]:
    """The commands that restore the entries of a section's table whose servers still exist."""
    numbers = {name: number for number, name in enumerate(section["servers"], 1)}
    entries = [
        f"set table {section['id']} key {client} data.server_id {numbers[name]}"
        for client, name in kept.items()
        if name in numbers
    ]
    return ["; ".join(entries[at : at + TOGETHER]) for at in range(0, len(entries), TOGETHER)]
