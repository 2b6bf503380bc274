# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One option: for Ansible (argument), for the API (encode, seen), and compared (same)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

EMPTY = (None, "", 0, False, [])
"""The API shows an unset value as null or as any of these (notes, 7 and 8)."""
REMOVED = object()
"""Given to `set_at`, it removes the value."""


def set_at(thing: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path, copying the objects along it; REMOVED removes the value."""
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

    `sent_as` and `seen_at` are its key in requests and its dotted path in answers, if they differ
    from its name. `default` is what the API means by null, `on_create` the value that a create
    must send if the user gave none. Unless it may be `blank`, '' is refused. A `fixed` field cannot
    change on an existing object; a `later` one has a call of its own, which needs an existing
    object. One that is `in_path` is never in a body.
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
        """The option's entry in Ansible's argument specification."""
        return {"type": self.type, **self._argument}

    def problems(self, value: Any, where: str) -> Iterator[str]:
        """Problems of a given value, found before any request to the API."""
        if value == "" and not self.blank:
            yield f"{where}: must not be empty."
        if self.type == "list" and "" in value:
            yield f"{where}: an item is empty. For an empty list write []."
        if self.type == "int" and isinstance(value, bool):
            yield f"{where}: {value} is not a whole number."  # Ansible takes it for one
        elif self.between and not self.between[0] <= value <= self.between[1]:
            yield f"{where}: {value} is not between {self.between[0]} and {self.between[1]}."

    def seen(self, found: dict[str, Any]) -> Any:
        """The API's value in an answer; None if it is null or missing."""
        value: Any = found
        for key in self.seen_at.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def predict(self, outcome: dict[str, Any], value: Any) -> None:
        """Set the option's value in an object, as the API will show it."""
        set_at(outcome, self.seen_at, self.encode(value, self.seen(outcome)))

    def encode(self, value: Any, found: Any = None) -> Any:
        """The option's value in the API's form, merged over the API's value `found`."""
        return value

    def normalized(self, value: Any) -> Any:
        """An API value in a canonical form, in which equivalent values are equal."""
        if value is None:
            value = self.default
        if value in EMPTY:
            return None if self.default in EMPTY else value
        return sorted(set(value), key=str) if self.unordered else value

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        """True if the object `found` already has the option's value."""
        seen = self.seen(found)
        return self.normalized(self.encode(value, seen)) == self.normalized(seen)

    def selects(self, value: Any, found: dict[str, Any]) -> bool:
        """True if the object `found` has the option's value; its lists may have further items."""
        if self.type == "list":
            return set(value) <= set(self.seen(found) or [])
        return self.same(value, found)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        """The found value as an option, for a diff; `like` is the wanted value."""
        seen = self.seen(found)
        return self.default if seen is None else seen

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        """The found value as one would declare it; None if the API would set it anyway.

        `names` maps the IDs of other objects to their names.
        """
        seen = self.seen(found)
        by_itself = [self.normalized(None)]
        if self.on_create is not None:
            by_itself.append(self.normalized(self.encode(self.on_create)))
        return None if seen is None or self.normalized(seen) in by_itself else self.shown(found)


def named(fields: dict[str, Field]) -> dict[str, Field]:
    """Set each field's name; return the fields."""
    for name, field in fields.items():
        field.name = name
    return fields
