"""The state: rows of JSON by kind and ID, in SQLite, committed before they are answered."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Store:
    """Rows in memory, written through to SQLite where a directory is given."""

    def __init__(self, directory: Path | None) -> None:
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
        path = str(directory / "state.sqlite") if directory else ":memory:"
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS rows (kind TEXT, id TEXT, row TEXT, PRIMARY KEY (kind, id))"
        )
        self.kinds: dict[str, dict[str, Row]] = {}
        for kind, key, row in self.database.execute(
            "SELECT kind, id, row FROM rows ORDER BY rowid"
        ):
            self.kinds.setdefault(kind, {})[key] = json.loads(row)

    def all(self, kind: str) -> list[Row]:
        """Every row of a kind, oldest first."""
        return list(self.kinds.get(kind, {}).values())

    def get(self, kind: str, key: str) -> Row | None:
        return self.kinds.get(kind, {}).get(key)

    def put(self, kind: str, row: Row) -> Row:
        """Write a new row, or one that was changed in place."""
        self.kinds.setdefault(kind, {})[row["id"]] = row
        self.database.execute(
            "INSERT INTO rows VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET row = excluded.row",
            (kind, row["id"], json.dumps(row)),
        )
        return row

    def delete(self, kind: str, key: str) -> None:
        self.kinds.get(kind, {}).pop(key, None)
        self.database.execute("DELETE FROM rows WHERE kind = ? AND id = ?", (kind, key))

    def clear(self) -> None:
        self.kinds.clear()
        self.database.execute("DELETE FROM rows")
