"""Whom clients are to trust: this run's authority, and those of earlier ones."""

from __future__ import annotations

from pathlib import Path

from ..processes import write_private


class Roots:
    """One PEM, kept in the directory of the state: the certificates in it stay in use, and must
    still verify when another authority issues the next."""

    def __init__(self, state_dir: Path | None) -> None:
        self.kept = state_dir / "roots.pem" if state_dir else None
        self.pem = self.kept.read_bytes() if self.kept and self.kept.exists() else b""

    def add(self, root: bytes) -> None:
        """The one that issues now comes first."""
        self.pem = root + self.pem.replace(root, b"")
        if self.kept:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            write_private(self.kept, self.pem)
