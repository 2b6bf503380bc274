# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options with a simple value, or a list of them: words, durations, addresses, IDs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..ids import bare_id
from .field import Field

UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
EXAMPLE = "10.0.0.1 or 2001:db8::1"
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")


class Enum(Field):
    """One of a few words, which the API may spell with a prefix. Both spellings are accepted."""

    def __init__(
        self, *words: str, prefix: str = "", prefixed: tuple[str, ...] = (), **rest: Any
    ) -> None:
        self.spelling = {word: prefix + word for word in (prefixed or words)} if prefix else {}
        choices = [*words, *(full for full in self.spelling.values() if full not in words)]
        super().__init__("str", choices=choices, **rest)

    def encode(self, value: Any, found: Any = None) -> Any:
        return self.spelling.get(value, value)

    def normalized(self, value: Any) -> Any:
        return self.encode(value or self.default)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        seen = self.seen(found)
        if like == seen:
            return seen
        return next((word for word, full in self.spelling.items() if full == seen), seen)


class Nullable(Field):
    """A field that is null when it is unset (notes, 7); '' and 0 stand for null."""

    def problems(self, value: Any, where: str) -> Iterator[str]:
        yield from super().problems(value, where) if value else ()

    def encode(self, value: Any, found: Any = None) -> Any:
        return value or None


def worded(total: int) -> str:
    """Milliseconds as text with a unit, `s` for whole seconds, else `ms`."""
    return f"{total}ms" if total % 1000 else f"{total // 1000}s"


class Milliseconds(Field):
    """A duration that the API takes in whole milliseconds; a bare number is in milliseconds."""

    unit = "ms"
    most = 2_147_483_647

    def __init__(self, default: int | None = None, least: int = 0, **rest: Any) -> None:
        super().__init__("str", default=default, **rest)
        self.least = least

    def problems(self, value: Any, where: str) -> Iterator[str]:
        if value == "":
            return
        total = self.parse(value)
        if total is None:
            number = "a bare number counts milliseconds" if self.unit else "the unit is needed"
            yield (
                f"{where}: {value!r} is not a duration. Write a number and a unit, "
                f"such as 500ms, 5s or 1m ({number})."
            )
        elif not self.least <= total <= self.most:
            least, most = worded(self.least), worded(self.most)
            yield f"{where}: {value!r} is not between {least} and {most}."

    def parse(self, value: Any) -> int | None:
        """The duration in whole milliseconds; None if the text is not a valid one."""
        text = str(value)
        if text.isascii() and text.isdecimal():
            return int(text) if self.unit or text == "0" else None
        parts = DURATION.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            return None
        # Not as floats, in which 1.001 seconds are not quite 1001 milliseconds.
        total = sum(Decimal(number) * UNITS[unit] for number, unit in parts)
        return int(total) if total == int(total) else None

    def encode(self, value: Any, found: Any = None) -> Any:
        # Not null if there is a default: a health check's durations are required (reference, 4.4).
        return self.default if value == "" else self.parse(value)

    def total(self, value: Any) -> int | None:
        """An API value in whole milliseconds; only null means the default (notes, 8)."""
        return self.default if value is None else self.parse(value)

    def normalized(self, value: Any) -> Any:
        return self.total(value) or None

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        total = self.total(self.seen(found))
        return None if total is None else worded(total)


class Duration(Milliseconds):
    """A duration that the API writes in seconds, `4s` or `0.500s` (notes, 10); needs its unit."""

    unit = ""
    most = 999_999_999_000  # (reference, 2)

    def encode(self, value: Any, found: Any = None) -> Any:
        total = super().encode(value, found)
        return None if total is None else f"{total / 1000:.{3 if total % 1000 else 0}f}s"


def address(text: str) -> str | None:
    """An IP address in its canonical form; None if the text is not one."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


class Address(Field):
    """One IP address."""

    def problems(self, value: Any, where: str) -> Iterator[str]:
        if value and address(value) is None:
            yield f"{where}: {value!r} is not an IP address, such as {EXAMPLE}."

    def encode(self, value: Any, found: Any = None) -> Any:
        return value and address(value)

    def normalized(self, value: Any) -> Any:
        return value and address(value)


class Addresses(Field):
    """A list of IP addresses, or of networks if `networks` is true."""

    def __init__(self, networks: bool = False, **rest: Any) -> None:
        super().__init__("list", elements="str", **rest)
        self.read = ipaddress.ip_network if networks else ipaddress.ip_address
        self.strict = {"strict": False} if networks else {}

    def problems(self, value: Any, where: str) -> Iterator[str]:
        for item in value:
            try:
                self.read(item, **self.strict)
            except ValueError:
                example = "10.0.0.1 or 10.0.0.0/8" if self.strict else EXAMPLE
                yield f"{where}: {item!r} is not an IP address, such as {example}."

    def encode(self, value: Any, found: Any = None) -> Any:
        """The list without duplicates, even if they are written differently."""
        return list({self.read(item, **self.strict): item for item in value}.values())

    def normalized(self, value: Any) -> Any:
        items = [str(self.read(item, **self.strict)) for item in self.encode(value or [])]
        return sorted(items) if self.unordered else items


class Identifier(Field):
    """The ID of an object in another API, or a list of them; its locality is optional."""

    def problems(self, value: Any, where: str) -> Iterator[str]:
        for item in value if self.type == "list" else [value]:
            if bare_id(item) is None:
                yield (
                    f"{where}: {item!r} is not an ID, such as 11111111-2222-4333-8444-555555555555."
                )

    def encode(self, value: Any, found: Any = None) -> Any:
        return [bare_id(item) for item in value] if self.type == "list" else bare_id(value)
