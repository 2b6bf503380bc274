"""The state: rows of JSON by kind and ID, in SQLite, committed before the answer is sent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]
INDEXED = ("zone", "lb_id", "frontend_id", "backend_id", "subscriber_id")
"""What rows are looked up by: their zone and their parents."""


class Store:
    """Rows in memory, written through to SQLite.

    A row is never changed in place: `put` replaces it. So a failure halfway leaves no trace.
    """

    def __init__(self, directory: Path | None) -> None:
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
            # It holds private keys. SQLite gives the files that it adds the same mode.
            (directory / "state.sqlite").touch(0o600)
            for file in directory.glob("state.sqlite*"):
                file.chmod(0o600)
        path = str(directory / "state.sqlite") if directory else ":memory:"
        self.database = sqlite3.connect(
            path, timeout=1, check_same_thread=False, isolation_level=None
        )
        # Two emulators on one state would each overwrite what the other has answered.
        self.database.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.database.execute("PRAGMA journal_mode=WAL")
        # Commits outlive the process, however it ends; only a power failure, which an emulator need
        # not survive, could lose the last ones.
        self.database.execute("PRAGMA synchronous=NORMAL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS rows (kind TEXT, id TEXT, row TEXT, PRIMARY KEY (kind, id))"
        )
        self.together = False
        self.load()

    def load(self) -> None:
        self.kinds: dict[str, dict[str, Row]] = {}
        self.index: dict[tuple[str, str, str], dict[str, None]] = {}
        for kind, text in self.database.execute("SELECT kind, row FROM rows ORDER BY rowid"):
            self._keep(kind, json.loads(text))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside, or nothing if it raises."""
        self.together = True
        try:
            yield
            if self.database.in_transaction:
                self.database.execute("COMMIT")
        except BaseException:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
                self.load()
            raise
        finally:
            self.together = False

    def all(self, kind: str) -> list[Row]:
        """Every row of a kind, oldest first."""
        return list(self.kinds.get(kind, {}).values())

    def of(self, kind: str, **wanted: Any) -> list[Row]:
        """The rows of a kind with these values; the first field is one of INDEXED."""
        rows = self.kinds.get(kind, {})
        (field, value), *more = wanted.items()
        found = [rows[key] for key in self.index.get((kind, field, value), ())]
        return [row for row in found if all(row[key] == one for key, one in more)]

    def count(self, kind: str, **parent: str) -> int:
        [(field, value)] = parent.items()
        return len(self.index.get((kind, field, value), ()))

    def get(self, kind: str, key: str) -> Row | None:
        return self.kinds.get(kind, {}).get(key)

    def put(self, kind: str, row: Row) -> Row:
        """Insert a row, or replace the one with its ID."""
        self._write(
            "INSERT INTO rows VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET row = excluded.row",
            (kind, row["id"], json.dumps(row)),
        )
        self._keep(kind, row)
        return row

    def delete(self, kind: str, key: str) -> None:
        self._write("DELETE FROM rows WHERE kind = ? AND id = ?", (kind, key))
        row = self.kinds.get(kind, {}).pop(key, {})
        for field in INDEXED:
            self.index.get((kind, field, row.get(field)), {}).pop(key, None)

    def clear(self) -> None:
        self._write("DELETE FROM rows", ())
        self.kinds.clear()
        self.index.clear()

    def _write(self, statement: str, values: tuple[str, ...]) -> None:
        if self.together and not self.database.in_transaction:
            self.database.execute("BEGIN")
        self.database.execute(statement, values)

    def _keep(self, kind: str, row: Row) -> None:
        rows = self.kinds.setdefault(kind, {})
        former = rows.get(row["id"], {})
        rows[row["id"]] = row
        for field in INDEXED:
            before, after = former.get(field), row.get(field)
            if before == after:
                continue
            if before is not None:
                self.index[kind, field, before].pop(row["id"])
            if after is not None:
                self.index.setdefault((kind, field, after), {})[row["id"]] = None
