# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP request and its answer as plain data, so that another process can send it, too."""

from __future__ import annotations

import os
from typing import Any, NamedTuple


class Request(NamedTuple):
    """What to send. All values are plain data, as in JSON."""

    method: str
    url: str
    params: dict[str, Any] | None
    headers: dict[str, str]
    body: Any
    """Sent as JSON, unless it is None."""
    timeout: int
    """Seconds to wait for a connection, and then for each part of the answer."""
    verify: bool | str
    """Whether to verify the server's certificate, or the file or folder of CA certificates."""
    proxies: dict[str, str]
    """The proxy's URL for each scheme, and the hosts to reach without one under the key `no`."""


class Answer(NamedTuple):
    """What was received: the status, the headers with names in lower case, the content as text."""

    status: int
    headers: dict[str, str]
    text: str


class NoAnswer(Exception):
    """No answer was received."""

    def __init__(self, reason: str, sent: bool = False, untrusted: bool = False) -> None:
        super().__init__(reason, sent, untrusted)
        self.reason = reason
        """Why, as the end of a sentence."""
        self.sent = sent
        """The request may have taken effect."""
        self.untrusted = untrusted
        """The server's certificate could not be verified."""


class Sender:
    """Sends requests on this process's own connections."""

    def open(self) -> None:
        """Do nothing: a connection is opened by the first request."""

    def send(self, request: Request) -> Answer:
        """Send a request and receive its answer. Raises NoAnswer."""
        # Only here, since loading requests takes longer than a task in the controller does.
        from . import connections

        return connections.send(request)


sender = Sender()
"""Sends this process's requests; in Ansible's own process and its workers, a broker."""


def authorities() -> bool | str:
    """The CA certificates that the environment names; True means those of requests."""
    named = (os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
    return next(filter(None, named), True)


def proxies() -> dict[str, str]:
    """The proxies that the environment names."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies_environment  # which loads much

    return getproxies_environment()
