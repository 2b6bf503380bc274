# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that a user can act on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Problem(Exception):
    """An error that a user can act on; its text is the whole message.

    `details` are further keys of the result.
    """

    def __init__(self, text: str, **details: Any) -> None:
        super().__init__(text)
        self.details = details


def refuse(problems: Iterable[str]) -> None:
    """Raise one Problem with all the texts, if there are any."""
    texts = list(problems)
    if texts:
        raise Problem(" ".join(texts))
