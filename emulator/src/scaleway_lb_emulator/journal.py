"""What was asked of the API: to judge by, with key material replaced."""

from __future__ import annotations

import re
from typing import Any

KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|$)", re.S)
LONGEST = 100_000


class Journal:
    """The entries since the last reset, reads apart from writes by their method."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def add(self, at: str, operation: str, method: str, path: str, body: Any, status: int) -> None:
        number = self.entries[-1]["n"] + 1 if self.entries else 1
        self.entries.append(
            {
                "n": number,
                "at": at,
                "operation": operation,
                "method": method,
                "path": path,
                "body": hidden(body),
                "status": status,
            }
        )
        del self.entries[:-LONGEST]

    def shown(self, reads: bool) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if reads or entry["method"] != "GET"]


def hidden(value: Any) -> Any:
    """The value without private keys."""
    if isinstance(value, dict):
        return {key: hidden(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [hidden(inner) for inner in value]
    return KEY.sub("<private key>", value) if isinstance(value, str) else value
