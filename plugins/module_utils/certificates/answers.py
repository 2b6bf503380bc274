# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interpreting what the API's answers say about certificates."""

from __future__ import annotations

import datetime
from typing import Any

from . import pem

NEXT = ".next"
"""The suffix of a replacement's name until it takes over the name of the certificate."""
UNDATED = "0001-01-01T00:00:00Z"
"""The end date of a certificate that has not been issued."""
LETSENCRYPT = ("letsencrypt", "letsencryt")  # the API's enum also contains a misspelling


def is_imported(found: dict[str, Any]) -> bool:
    """True if the certificate is not ordered from Let's Encrypt."""
    return found["type"] not in LETSENCRYPT


def names_of(found: dict[str, Any]) -> list[str]:
    """The names that a certificate is for, its common name first."""
    return [found["common_name"], *(found.get("subject_alternative_name") or [])]


def normalized(names: list[str]) -> frozenset[str]:
    """Names in a form to compare regardless of case and order."""
    return frozenset(name.lower() for name in names)


def holds(found: dict[str, Any], bundle: pem.Bundle) -> bool:
    """True if, as far as the API shows, the found certificate is the one in the bundle."""
    return (
        is_imported(found)
        and found["status"] != "error"
        and normalized(names_of(found)) == normalized(bundle.names)
        and moment(found["not_valid_before"]) == bundle.not_valid_before
        and moment(found["not_valid_after"]) == bundle.not_valid_after
    )


def listed_names(found: dict[str, Any]) -> str:
    """The names that a certificate is for, as text for a message."""
    return ", ".join(names_of(found))


def moment(text: str) -> datetime.datetime:
    """Parse a time in the API's format, to the second: certificates have no finer dates."""
    return datetime.datetime.fromisoformat(text).replace(microsecond=0)


def stamp(when: datetime.datetime) -> str:
    """A time in the API's format."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def days_left(found: dict[str, Any]) -> int | None:
    """Whole days until a certificate expires; None if its end is unknown."""
    end = found.get("not_valid_after")
    if not end or end == UNDATED:
        return None
    return (moment(end) - datetime.datetime.now(datetime.UTC)).days


def reserved_name(name: str) -> str:
    """The problem text for a certificate whose name would make it look like a replacement."""
    return (
        f"{name!r} is what a replacement of {name.removesuffix(NEXT)!r} is called before it "
        f"takes over that name. Choose a name that does not end in {NEXT}."
    )
