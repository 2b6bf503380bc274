# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one option is: to Ansible (argument), to the API (encode, seen), compared (same)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

EMPTY = (None, "", 0, False, [])
"""The API shows an unset value as null or as any of these (notes, 7 and 8)."""
REMOVED = object()
"""Laid at a place, it takes away what is there."""


def set_at(thing: dict[str, Any], path: str, value: Any) -> None:
    """Set what is at a dotted path, in copies of the objects on the way; GONE takes it away."""
    *way, last = path.split(".")
    for key in way:
        thing[key] = dict(thing.get(key) or {})
        thing = thing[key]
    if value is REMOVED:
        thing.pop(last, None)
    else:
        thing[last] = value


class Field:
    """One option of one kind.

    `sent_as` and `seen_at` are its key in requests and its dotted path in answers, where they
    differ from its name. `default` is what the API means by null, `on_create` what it demands
    where the user said nothing. Unless it may be `blank`, '' is refused. A `fixed` field cannot
    change on a live object; one that comes `later` has a call of its own, which takes an object
    that is there. What is `in_path` is in no body.
    """

    name: str = ""
    in_path = False

    def __init__(
        self,
        type: str = "str",
        *,
        sent_as: str | None = None,
        seen_at: str | None = None,
        default: Any = None,
        on_create: Any = None,
        required: bool = False,
        blank: bool | None = None,
        fixed: bool = False,
        later: bool = False,
        unordered: bool = False,
        between: tuple[int, int] | None = None,
        **argument: Any,
    ) -> None:
        self.type, self._sent_as, self._seen_at = type, sent_as, seen_at
        self.default, self.on_create, self.required = default, on_create, required
        self.blank = not required if blank is None else blank
        self.fixed, self.later = fixed, later
        self.unordered, self.between = unordered, between
        self._argument = argument
        if type == "list":
            self._argument.setdefault("elements", "str")
            self.default = default if default is not None else []

    @property
    def sent_as(self) -> str:
        return self._sent_as or self.name

    @property
    def seen_at(self) -> str:
        return self._seen_at or self.sent_as

    def argument(self) -> dict[str, Any]:
        """This option in Ansible's argument specification."""
        return {"type": self.type, **self._argument}

    def problems(self, value: Any, where: str) -> Iterator[str]:
        """What is wrong with a given value, before anything is asked of the API."""
        if value == "" and not self.blank:
            yield f"{where}: must not be empty."
        if self.type == "list" and "" in value:
            yield f"{where}: an item is empty. For an empty list write []."
        if self.between and not self.between[0] <= value <= self.between[1]:
            yield f"{where}: {value} is not between {self.between[0]} and {self.between[1]}."

    def seen(self, found: dict[str, Any]) -> Any:
        """The API's value in an answer; None where it is null or missing."""
        value: Any = found
        for key in self.seen_at.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def predict(self, outcome: dict[str, Any], value: Any) -> None:
        """Have an object show the option's value as the API will."""
        set_at(outcome, self.seen_at, self.encode(value, self.seen(outcome)))

    def encode(self, value: Any, found: Any = None) -> Any:
        """The option's value as the API wants it, laid over the API's value `found`."""
        return value

    def normalized(self, value: Any) -> Any:
        """An API value in the one form in which equal values are equal."""
        if value is None:
            value = self.default
        if value in EMPTY:
            return None if self.default in EMPTY else value
        return sorted(set(value), key=str) if self.unordered else value

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        """True if the option's value is what the object `found` already has."""
        seen = self.seen(found)
        return self.normalized(self.encode(value, seen)) == self.normalized(seen)

    def selects(self, value: Any, found: dict[str, Any]) -> bool:
        """True if the object `found` has the option's value; of a list it may have more."""
        if self.type == "list":
            return set(value) <= set(self.seen(found) or [])
        return self.same(value, found)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        """The value found, in the words of the option, for a diff; `like` is the wanted one."""
        seen = self.seen(found)
        return self.default if seen is None else seen

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        """The value found as one would declare it, None where the API would come to it by itself.

        `names` are those of other objects, by their IDs.
        """
        seen = self.seen(found)
        by_itself = [self.normalized(None)]
        if self.on_create is not None:
            by_itself.append(self.normalized(self.encode(self.on_create)))
        return None if seen is None or self.normalized(seen) in by_itself else self.shown(found)


def named(fields: dict[str, Field]) -> dict[str, Field]:
    """Tell each field its name."""
    for name, field in fields.items():
        field.name = name
    return fields
