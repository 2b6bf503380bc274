# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending through requests, on connections that a process keeps open and reuses."""

from __future__ import annotations

import functools
import os
import ssl
import threading
import time
import traceback
import warnings
from typing import Any

from .exchange import Answer, NoAnswer, Request

try:
    import requests
except ImportError:
    requests = None
    REQUESTS_ERROR = traceback.format_exc()
else:
    REQUESTS_ERROR = None

IDLE = 30
"""Seconds without a request after which the open connections are no longer used.

Servers and the address translation on the way close or forget idle connections after a minute or
more; a request on such a connection may be lost.
"""
MOST = 50
"""The open connections to keep for one server."""

OPENING = threading.Lock()
"""Held while the connections are looked up or made."""
ENVIRONMENT = threading.Lock()
"""Held while requests changes this process's environment for a moment."""


class Connections(requests.adapters.HTTPAdapter if requests else object):
    """Connections with one TLS context, shared by all threads of a process."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.context = context
        self.used, self.checking = time.monotonic(), threading.Lock()
        super().__init__(pool_maxsize=MOST)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self.context)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        return super().proxy_manager_for(*args, **options, ssl_context=self.context)

    def cert_verify(self, *args: Any) -> None:
        """Do nothing: requests would read the authorities again for each connection."""

    def send(self, *args: Any, **options: Any) -> requests.Response:
        with self.checking:
            if time.monotonic() - self.used > IDLE:
                self.close()
            self.used = time.monotonic()
        return super().send(*args, **options)


def trusting(verify: bool | str) -> ssl.SSLContext:
    """A TLS context for a request's `verify`. Raises OSError.

    Reading the authorities takes ten times as long as a request.
    """
    if verify is False:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    where = requests.certs.where() if verify is True else verify
    return ssl.create_default_context(**{"capath" if os.path.isdir(where) else "cafile": where})


@functools.cache
def connections(verify: bool | str | None, changed: int | None = None) -> Connections:
    """This process's connections to servers with TLS, for a request's `verify`, or without: None.

    `changed` is when the authorities were changed, which a task may do. Raises OSError.
    """
    return Connections(None if verify is None else trusting(verify))


# A fork that used its parent's connections would receive its parent's answers.
os.register_at_fork(after_in_child=connections.cache_clear)


def reach(url: str, verify: bool | str) -> Connections:
    """The connections on which to send a request to this URL. Raises OSError."""
    with OPENING:  # or each thread that comes while the authorities are read would read them
        if not url.startswith("https:"):
            return connections(None)
        if isinstance(verify, str):
            return connections(verify, os.stat(verify).st_mtime_ns)
        return connections(verify)


def send(request: Request) -> Answer:
    """Send a request and receive its answer. Raises NoAnswer."""
    if requests is None:
        raise NoAnswer(f"requests cannot be imported here: {REQUESTS_ERROR.splitlines()[-1]}.")
    try:
        adapter = reach(request.url, request.verify)
    except OSError as error:
        reason = f"the CA certificates in {request.verify} cannot be read ({error.strerror})."
        raise NoAnswer(reason, untrusted=True) from error
    if request.verify is False:
        # The user asked for this; urllib3 would print a warning for each request.
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    asked = requests.PreparedRequest()
    try:
        asked.prepare(
            request.method, request.url, request.headers, params=request.params, json=request.body
        )
        # Not through a session: it would read ~/.netrc, and follow redirects to another host with
        # the token, because that is in a header of our own.
        answer = adapter.send(
            asked,
            timeout=request.timeout,
            verify=request.verify is not False,
            proxies=_proxies(request),
        )
        content = answer.content  # which is received only now
    except requests.exceptions.RequestException as error:
        raise _no_answer(error) from error
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status_code, headers, content.decode(errors="replace"))


def _proxies(request: Request) -> dict[str, str]:
    """The proxies to use, if any: for this URL, the environment may want none."""
    if not request.proxies:
        return {}
    with ENVIRONMENT:
        without = request.proxies.get("no", "")
        bypassed = requests.utils.should_bypass_proxies(request.url, no_proxy=without)
    return {} if bypassed else request.proxies


def _no_answer(error: requests.exceptions.RequestException) -> NoAnswer:
    """Why there was no answer, and whether the request may have reached the API."""
    text = repr(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return NoAnswer(str(error), untrusted=True)
    if "Connection refused" in text:
        return NoAnswer("the connection was refused.")
    if "NameResolutionError" in text or "[Errno -" in text:  # urllib3 1 shows the resolver's error
        return NoAnswer("its name could not be resolved.")
    if isinstance(error, requests.exceptions.Timeout):
        sent = not isinstance(error, requests.exceptions.ConnectTimeout)
        return NoAnswer("it did not answer in time (api_timeout).", sent)
    sent = "NewConnectionError" not in text
    return NoAnswer(f"the connection broke ({type(error).__name__}).", sent)
