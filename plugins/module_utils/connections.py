# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that a process keeps open and reuses, and the authorities that they trust."""

from __future__ import annotations

import functools
import os
import ssl
import traceback
from typing import Any

try:
    import requests
except ImportError:
    requests = None
    REQUESTS_ERROR = traceback.format_exc()
else:
    REQUESTS_ERROR = None


class Connections(requests.adapters.HTTPAdapter if requests else object):
    """Connections with one TLS context, shared by all threads of a process."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self.context)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        return super().proxy_manager_for(*args, **options, ssl_context=self.context)

    def cert_verify(self, *args: Any) -> None:
        """Do nothing: requests would read the authorities again for each connection."""


@functools.cache
def connections(context: ssl.SSLContext | None) -> Connections:
    """This process's connections; `context` is None for an API without TLS."""
    return Connections(context)


# A fork that used its parent's connections would receive its parent's answers.
os.register_at_fork(after_in_child=connections.cache_clear)


def authorities() -> str:
    """The authorities' file or folder named by the environment, or else the file of requests."""
    named = (os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
    return next(filter(None, named), None) or requests.certs.where()


@functools.cache
def trusting(named: str | None) -> ssl.SSLContext:
    """A TLS context that trusts a file or folder of authorities; None means no verification.

    Reading them takes ten times as long as a request, so it is done once for a process and its
    forks. Raises OSError.
    """
    if named is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    where = {"capath" if os.path.isdir(named) else "cafile": named}
    return ssl.create_default_context(**where)
