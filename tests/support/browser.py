"""Chromium as a person uses it: a page, its picture, and what it complained about."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Visit:
    """What the browser made of a page: its content, its picture, and what it complained about."""

    page: str
    picture: bytes
    complaints: str


class Browser:
    """Chromium without a window, with a profile of its own and an authority it may trust."""

    def __init__(self, home: Path, authority: Path | None = None) -> None:
        self.home = home
        database = home / ".pki/nssdb"
        database.mkdir(parents=True)
        store = ["certutil", "-d", f"sql:{database}"]
        subprocess.run([*store, "-N", "--empty-password"], check=True)
        if authority:
            trust = ["-A", "-n", "emulator", "-t", "C,,", "-i", str(authority)]
            subprocess.run([*store, *trust], check=True)

    def visit(self, name: str, address: str, scheme: str = "https") -> Visit:
        """Open a site whose name leads to the address."""
        picture = self.home / "picture.png"
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            f"--user-data-dir={self.home / 'profile'}",
            f"--host-resolver-rules=MAP {name} {address}",
            f"--screenshot={picture}",
            "--dump-dom",
            f"{scheme}://{name}",
        ]
        environment = {**os.environ, "HOME": str(self.home)}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        return Visit(done.stdout, picture.read_bytes() if picture.exists() else b"", done.stderr)
