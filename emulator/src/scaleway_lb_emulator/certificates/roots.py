"""The roots that clients must trust: those of this run's authority and of earlier ones."""

from __future__ import annotations

from pathlib import Path

from ..processes import write_private


class Roots:
    """One PEM, kept in the state directory: certificates kept there remain in use, and must still
    verify once another authority issues new ones."""

    def __init__(self, state_dir: Path | None) -> None:
        self.kept = state_dir / "roots.pem" if state_dir else None
        self.pem = self.kept.read_bytes() if self.kept and self.kept.exists() else b""

    def add(self, root: bytes) -> None:
        """Put the root of the current issuer first."""
        self.pem = root + self.pem.replace(root, b"")
        if self.kept:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            write_private(self.kept, self.pem)
