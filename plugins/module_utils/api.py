# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API: errors, retries and paging."""

from __future__ import annotations

import itertools
import json
import random
import re
import time
from typing import Any

from . import exchange
from .config import Config
from .ids import bare_id
from .masking import PRIVATE_KEY
from .problem import Problem

USER_AGENT = "ansible-scaleway_community.lb/0.1.0"
PAGE_SIZE = 100
ATTEMPTS = 4
PATIENCE = 60
"""Seconds for which a request is retried while the API asks to slow down (429)."""
RETRIED = (502, 503, 504)
SAID = (
    "help_message",
    "reason",
    "precondition",
    "current_state",
    "expired_since",
    "resource",
    "resource_id",
)
"""What an error may hold beside its message and details (reference, 7)."""
UNKNOWN = re.compile(r"[a-z_]+ not found", re.I)
"""What the API says of an ID that it does not know, in the path or in the body (notes, 1)."""


class ApiError(Problem):
    """A refusal by the API. `status` is the HTTP status, `kind` the API's error type or ''."""

    def __init__(self, method: str, path: str, answer: exchange.Answer, place: str) -> None:
        content = _json(answer.text)
        self.status = answer.status
        self.body: dict[str, Any] = content if isinstance(content, dict) else {}
        self.kind: str = self.body.get("type") or ""
        below_an_id = any(map(bare_id, path.split("/")))
        self.gone = self.status == 404 and below_an_id and "message" in self.body
        """An object in the path does not exist (notes, 1); any other 404 means a wrong URL."""
        self.said = _said(self.body) if self.body else _page(answer.text)
        self.retry_after = _seconds(answer.headers.get("retry-after", ""))
        super().__init__(
            f"The API refused {method} {path} with HTTP {self.status}: {self.said}"
            f"{self._advice(place)}"
        )

    def _advice(self, place: str) -> str:
        """What to do about common refusals in this zone or region, as its path names it."""
        if self.status == 401:
            return (
                " Check secret_key (SCW_SECRET_KEY): it is unknown, has expired or belongs to "
                "another API."
            )
        if self.status == 403 and self.kind != "quotas_exceeded":
            return " Give the key's application the permission set LoadBalancersFullAccess."
        if self.status in (400, 404) and "zone" in self.said.lower():
            return " Check the option zone (SCW_DEFAULT_ZONE)."
        if self.gone or (self.status == 404 and UNKNOWN.match(self.said)):
            return (
                f" Check the ID, and whether it lies in {place.rpartition('/')[-1]} "
                "(option zone, SCW_DEFAULT_ZONE)."
            )
        if self.status == 404:
            return " Is api_url (SCW_API_URL) the address of the API?"
        return ""


class Unreachable(Problem):
    """No usable answer. `sent` says whether the request may have taken effect."""

    def __init__(self, text: str, sent: bool = True) -> None:
        super().__init__(text)
        self.sent = sent


class AnswerLost(Problem):
    """A POST that may or may not have taken effect: look before sending it again."""


class Api:
    """The zoned Load Balancer API for one account. With `read_only`, a write is a bug.

    With a `region`, it is the deprecated regional API, whose paths differ only in that part.
    """

    def __init__(self, config: Config, read_only: bool = False, region: str | None = None) -> None:
        self.config = config
        self.read_only = read_only
        self.place = f"regions/{region}" if region else f"zones/{config.zone}"
        self.headers = {
            "X-Auth-Token": config.secret_key,
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
        }
        # The environment is looked at once, not for each request.
        self.verify = config.validate_certs and exchange.authorities()
        self.proxies = exchange.proxies()

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Read one object."""
        return self.request("GET", path, params=params)

    def list(
        self, path: str, key: str, most: int | None = None, **params: Any
    ) -> list[dict[str, Any]] | None:
        """Read all objects from all pages; `key` is the list's key in the answer.

        Returns None, after the first page, if there are more than `most`.
        """
        items: list[dict[str, Any]] = []
        for page in itertools.count(1):
            answer = self.get(path, page=page, page_size=PAGE_SIZE, **params)
            items += answer.get(key) or []
            if not answer.get(key) or len(items) >= answer.get("total_count", 0):
                break
            if most is not None and answer["total_count"] > most:
                return None
        return items

    def request(
        self, method: str, path: str, body: Any = None, params: dict[str, Any] | None = None
    ) -> Any:
        """Send a request and return the answer's JSON, or None if it has no content.

        Retries what is safe to retry. Raises ApiError, Unreachable, or, for a POST that may have
        taken effect, AnswerLost.
        """
        if self.read_only and method != "GET":
            raise RuntimeError(f"{method} {path} would be sent in check mode")
        deadline = time.monotonic() + PATIENCE
        for attempt in itertools.count(1):
            pause = backoff(attempt)
            try:
                return self._send(method, path, body, params)
            except ApiError as error:
                if error.status == 429 and time.monotonic() < deadline:
                    pause = error.retry_after or pause
                elif error.status not in RETRIED:
                    raise
                elif method == "POST":
                    raise AnswerLost(str(error)) from None
                elif attempt >= ATTEMPTS:
                    raise
            except Unreachable as error:
                if method == "POST" and error.sent:
                    raise AnswerLost(str(error)) from None
                if attempt >= ATTEMPTS:
                    raise
            time.sleep(pause)

    def _send(self, method: str, path: str, body: Any, params: dict[str, Any] | None) -> Any:
        """Send a request once, without retries."""
        url = f"{self.config.api_url}/lb/v1/{self.place}/{path}"
        request = exchange.Request(
            method,
            url,
            params,
            self.headers,
            body,
            self.config.api_timeout,
            self.verify,
            self.proxies,
        )
        try:
            answer = exchange.sender.send(request)
        except exchange.NoAnswer as none:
            if none.untrusted:
                raise Problem(
                    f"The certificate of {self.config.api_url} could not be verified: "
                    f"{none.reason} Trust its authority (REQUESTS_CA_BUNDLE), or set "
                    "validate_certs to false."
                ) from none
            raise Unreachable(
                f"No answer from {self.config.api_url} to {method} {path}: {none.reason} "
                "Check api_url (SCW_API_URL) and the network.",
                none.sent,
            ) from none
        if not 200 <= answer.status < 300:
            raise ApiError(method, path, answer, self.place)
        if not answer.text:
            return None
        content = _json(answer.text)
        if not isinstance(content, dict):
            raise Unreachable(
                f"{self.config.api_url} answered {method} {path} with {_page(content)} "
                "Is api_url (SCW_API_URL) the address of the API?"
            )
        return content


def backoff(attempt: int) -> float:
    """Seconds to pause before the next attempt: 0.5, doubling up to 5, give or take a fifth."""
    return min(5, 0.5 * 2 ** min(attempt - 1, 4)) * random.uniform(0.8, 1.2)


def _seconds(retry_after: str) -> float | None:
    is_number = retry_after.isascii() and retry_after.isdecimal()
    return min(float(retry_after), PATIENCE) if is_number else None


def _json(text: str) -> Any:
    """The JSON in an answer, or its text if it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _said(body: dict[str, Any]) -> str:
    """Everything the API says in an error, as one sentence."""
    parts = [str(body.get("message") or body.get("type") or "no reason given")]
    parts += [_detail(one) for one in body.get("details") or [] if isinstance(one, dict)]
    for key in SAID:
        if body.get(key):
            parts.append(f"{key} {body[key]}" if key != "help_message" else str(body[key]))
    text = "; ".join(part.strip().rstrip(".") for part in parts if part)
    return PRIVATE_KEY.sub("<private key>", text) + "."


def _detail(detail: dict[str, Any]) -> str:
    """An argument and what is wrong with it, or else all that the detail holds (reference, 7)."""
    argument = detail.get("argument_name") or detail.get("field")
    if not argument:
        return ", ".join(f"{key} {value}" for key, value in detail.items())
    text = f"{argument} {detail.get('reason') or ''}".strip()
    more = detail.get("help_message") or detail.get("message")
    return f"{text}: {more}" if more else text


def _page(text: Any) -> str:
    """The readable part of an HTML page: its title, or else its beginning."""
    title = re.search(r"<title[^>]*>(.*?)</title>", str(text), re.S | re.I)
    plain = re.sub(r"<[^>]+>|\s+", " ", title.group(1) if title else str(text)).strip()
    return f"not JSON but {' '.join(plain.split())[:120]!r}."
