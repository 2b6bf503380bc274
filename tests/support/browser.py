"""Chromium as a person uses it: a page, its picture, and what it complained about."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
]


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
        """Open a site whose name resolves to the address."""
        picture = self.home / "picture.png"
        command = [
            "chromium",
            *OPTIONS,
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


class Window:
    """A page that stays open: it can be queried, resized and looked at.

    `complaints` lists what the browser objected to: scripts that failed or were refused.
    """

    def __init__(self, home: Path) -> None:
        read, self.commands = os.pipe()
        self.answers, write = os.pipe()
        command = ["chromium", *OPTIONS, f"--user-data-dir={home}", "--remote-debugging-pipe"]
        # the browser takes commands on descriptor 3 and answers on 4
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{read} 4>&{write}', "-", *command, "about:blank"],
            pass_fds=(read, write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(home)},
        )
        os.close(read)
        os.close(write)
        self.buffer, self.sent, self.session = b"", 0, None
        self.events: list[dict[str, Any]] = []
        page = next(
            one for one in self.ask("Target.getTargets")["targetInfos"] if one["type"] == "page"
        )
        target = {"targetId": page["targetId"], "flatten": True}
        self.session = self.ask("Target.attachToTarget", **target)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command of the DevTools protocol; return its result."""
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.sent:
                assert "error" not in answer, answer
                return answer["result"]

    def receive(self) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            assert select.select([self.answers], [], [], 30)[0], "the browser does not answer"
            self.buffer += os.read(self.answers, 1 << 20)
        text, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, url: str) -> None:
        self.events.clear()
        self.ask("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.receive()

    def run(self, script: str) -> Any:
        """The result of a script that runs in the page."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            code = {"Tab": 9, "Enter": 13}[key]
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    def size(self, width: int, height: int, dark: bool = False) -> None:
        metrics = {"deviceScaleFactor": 1, "mobile": width < 600}
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self) -> bytes:
        """The whole page, as PNG."""
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    @property
    def complaints(self) -> list[str]:
        return [
            event["params"]["entry"]["text"]
            if event["method"] == "Log.entryAdded"
            else event["params"]["exceptionDetails"]["text"]
            for event in self.events
            if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")
        ]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        os.close(self.commands)
        os.close(self.answers)
