# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one server, over a connection that is kept. Python's own is enough, and starts fast."""

from __future__ import annotations

import base64
import http.client
import os
import select
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name the authorities to trust instead of the system's, as for other tools."""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Any
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


class Broken(Exception):
    """There is no answer. `sent` tells whether the request may have reached the server."""

    def __init__(self, reason: str, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class Distrusted(Broken):
    """The server's certificate was not accepted, or it speaks no TLS."""


class Server:
    """One server, asked one thing at a time. `timeout` is in seconds, for each step of a request.

    A proxy is used where the environment names one (https_proxy, http_proxy, no_proxy).
    """

    def __init__(self, url: str, timeout: float, verify: bool) -> None:
        self.url, self.timeout, self.verify = url, timeout, verify
        self.kept: http.client.HTTPConnection | None = None
        self.before_path = ""
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """Send a request and return the answer, whatever its status. Raises Broken."""
        connection, self.kept = self.kept, None
        if connection is None or has_ended(connection):
            connection = self.connect()
        try:
            connection.request(method, self.before_path + path, body, {**self.headers, **headers})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Broken(reason(error), sent=True) from error
        if answer.will_close:
            connection.close()
        else:
            self.kept = connection
        return Answer(answer.status, answer.headers, content)

    def connect(self) -> http.client.HTTPConnection:
        """A new connection, to the server or to the proxy before it."""
        try:
            connection = self.connection()
            connection.connect()
        except ssl.SSLError as error:
            raise Distrusted(str(error), sent=False) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Broken(reason(error), sent=False) from error
        return connection

    def connection(self) -> http.client.HTTPConnection:
        server = urlsplit(self.url)
        self.before_path, self.headers = server.path, {}
        secure = server.scheme == "https"
        options: dict[str, Any] = {"timeout": self.timeout}
        if secure:
            options["context"] = self.trust()
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        named = proxy_of(server)
        if named is None:
            return kind(server.hostname, server.port, **options)
        proxy = urlsplit(named if "://" in named else f"http://{named}")
        connection = kind(proxy.hostname, proxy.port or 80, **options)
        identity = {}
        if proxy.username:
            pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
            encoded = base64.b64encode(pair.encode()).decode()
            identity = {"Proxy-Authorization": f"Basic {encoded}"}
        if secure:
            connection.set_tunnel(server.hostname, server.port or 443, identity)
        else:
            self.before_path, self.headers = self.url, identity
        return connection

    def trust(self) -> ssl.SSLContext:
        """Whose certificates are accepted."""
        if not self.verify:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return context
        named = next(filter(None, map(os.environ.get, AUTHORITIES)), None)
        folder = {"capath": named} if named and os.path.isdir(named) else {"cafile": named}
        return ssl.create_default_context(**folder)


def proxy_of(server: Any) -> str | None:
    """The proxy that the environment names for a server."""
    names = (f"{server.scheme}_proxy", "all_proxy")
    named = next(
        filter(None, (os.environ.get(n) or os.environ.get(n.upper()) for n in names)), None
    )
    if named is None:
        return None
    from urllib.request import proxy_bypass_environment  # slow to load, and rarely needed

    address = f"{server.hostname}:{server.port}" if server.port else server.hostname
    return None if proxy_bypass_environment(address) else named


def has_ended(connection: http.client.HTTPConnection) -> bool:
    """True if the other side has closed a connection that was kept: then it is readable."""
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def reason(error: Exception) -> str:
    """Why there is no answer, as a sentence."""
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused."
    if isinstance(error, socket.gaierror):
        return "its name could not be resolved."
    if isinstance(error, TimeoutError):
        return "it did not answer in time (api_timeout)."
    return f"the connection broke ({type(error).__name__})."
