"""The calls that the API received, for tests to check, with key material replaced."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|$)", re.S)
LONGEST = 100_000
"""How many entries are kept (our choice)."""
MOST = 32 * 2**20
"""How many bytes of bodies are kept (our choice); the latest entry always is, however long."""


class Journal:
    """The entries since the last reset; their method tells reads from writes. The oldest are
    dropped if there are too many."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.entries: deque[tuple[dict[str, Any], int]] = deque()
        self.number = self.size = 0

    def add(
        self, at: str, operation: str, method: str, path: str, body: Any, status: int, size: int
    ) -> None:
        """`size` is the length of the body in bytes."""
        self.number += 1
        entry = {
            "n": self.number,
            "at": at,
            "operation": operation,
            "method": method,
            "path": path,
            "body": hidden(body),
            "status": status,
        }
        self.entries.append((entry, size))
        self.size += size
        while len(self.entries) > LONGEST or (self.size > MOST and len(self.entries) > 1):
            _, dropped = self.entries.popleft()
            self.size -= dropped

    def shown(self, reads: bool) -> list[dict[str, Any]]:
        return [entry for entry, _ in self.entries if reads or entry["method"] != "GET"]


def hidden(value: Any) -> Any:
    """The value without private keys."""
    if isinstance(value, dict):
        return {key: hidden(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [hidden(inner) for inner in value]
    return KEY.sub("<private key>", value) if isinstance(value, str) else value
