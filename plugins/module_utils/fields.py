# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one option is: to Ansible (argument), to the API (encode, seen), compared (same)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .config import Problem

ID = re.compile(
    r"^(?:([a-z]{2}-[a-z]{3}(?:-[0-9]+)?)/)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"
)
EMPTY = (None, "", 0, False, [])
"""The API shows an unset value as null or as any of these (notes, 7 and 8)."""
GONE = object()
"""Laid at a place, it takes away what is there."""
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")


def bare_id(value: str) -> str | None:
    """The UUID in `value`, which may carry a locality (`fr-par-1/uuid`); None if it is a name."""
    match = ID.match(value)
    return match.group(2).lower() if match else None


def locality(value: Any) -> str | None:
    """The zone or region that an ID carries, None without one."""
    match = ID.match(value) if isinstance(value, str) else None
    return match.group(1) if match else None


def lay(thing: dict[str, Any], path: str, value: Any) -> None:
    """Set what is at a dotted path, in copies of the objects on the way; GONE takes it away."""
    *way, last = path.split(".")
    for key in way:
        thing[key] = dict(thing.get(key) or {})
        thing = thing[key]
    if value is GONE:
        thing.pop(last, None)
    else:
        thing[last] = value


class Field:
    """One option of one kind.

    `sent_as` and `seen_at` are its key in requests and its dotted path in answers, where they
    differ from its name. `default` is what the API means by null, `on_create` what it demands
    where the user said nothing. A `fixed` field cannot change on a live object; one that comes
    `later` has a call of its own, which takes an object that is there. What is `in_path` is in no
    body.
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
        fixed: bool = False,
        later: bool = False,
        unordered: bool = False,
        between: tuple[int, int] | None = None,
        **argument: Any,
    ) -> None:
        self.type, self._sent_as, self._seen_at = type, sent_as, seen_at
        self.default, self.on_create, self.required = default, on_create, required
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
        if self.required and value == "":
            yield f"{where}: it cannot be empty."
        if self.between and not self.between[0] <= value <= self.between[1]:
            yield f"{where}: {value} is not between {self.between[0]} and {self.between[1]}."

    def seen(self, found: dict[str, Any]) -> Any:
        """The API's value in an answer; None where it is null or missing."""
        value: Any = found
        for key in self.seen_at.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def foretell(self, outcome: dict[str, Any], value: Any) -> None:
        """Have an object show the option's value as the API will."""
        lay(outcome, self.seen_at, self.encode(value, self.seen(outcome)))

    def encode(self, value: Any, found: Any = None) -> Any:
        """The option's value as the API wants it, laid over the API's value `found`."""
        return value

    def meaning(self, value: Any) -> Any:
        """An API value in the one form in which equal values are equal."""
        if value is None:
            value = self.default
        if value in EMPTY:
            return None if self.default in EMPTY else value
        return sorted(set(value), key=str) if self.unordered else value

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        """True if the option's value is what the object `found` already has."""
        seen = self.seen(found)
        return self.meaning(self.encode(value, seen)) == self.meaning(seen)

    def selects(self, value: Any, found: dict[str, Any]) -> bool:
        """True if the object `found` has the option's value; of a list it may have more."""
        if self.type == "list":
            return set(value) <= set(self.seen(found) or [])
        return self.same(value, found)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        """The value found, in the words of the option, for a diff; `like` is the wanted one."""
        seen = self.seen(found)
        return self.default if seen is None else seen

    def told(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        """The value found as one would declare it, None where the API would come to it by itself.

        `names` are those of other objects, by their IDs.
        """
        seen = self.seen(found)
        by_itself = [self.meaning(None)]
        if self.on_create is not None:
            by_itself.append(self.meaning(self.encode(self.on_create)))
        return None if seen is None or self.meaning(seen) in by_itself else self.shown(found)


class Enum(Field):
    """One of a few words, which the API spells with a prefix. Both spellings are accepted."""

    def __init__(
        self, *words: str, prefix: str = "", prefixed: tuple[str, ...] = (), **rest: Any
    ) -> None:
        self.spelling = {word: prefix + word for word in (prefixed or words)} if prefix else {}
        choices = [*words, *(full for full in self.spelling.values() if full not in words)]
        super().__init__("str", choices=choices, **rest)

    def encode(self, value: Any, found: Any = None) -> Any:
        return self.spelling.get(value, value)

    def meaning(self, value: Any) -> Any:
        return self.encode(value or self.default)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        seen = self.seen(found)
        if like == seen:
            return seen
        return next((word for word, full in self.spelling.items() if full == seen), seen)


class Milliseconds(Field):
    """A duration that the API counts in whole milliseconds; a bare number is in milliseconds."""

    unit = "ms"

    def __init__(self, default: int | None = None, **rest: Any) -> None:
        super().__init__("str", default=default, **rest)

    def problems(self, value: Any, where: str) -> Iterator[str]:
        if value and self.parse(value) is None:
            number = "a bare number counts milliseconds" if self.unit else "the unit is needed"
            yield (
                f"{where}: {value!r} is not a duration. Write a number and a unit, "
                f"such as 500ms, 5s or 1m ({number})."
            )

    def parse(self, value: Any) -> int | None:
        """Whole milliseconds, or None if the text is no duration."""
        text = str(value)
        if text.isascii() and text.isdecimal():
            return int(text) if self.unit or text == "0" else None
        parts = DURATION.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            return None
        total = sum(float(number) * UNITS[unit] for number, unit in parts)
        return int(total) if total == int(total) else None

    def encode(self, value: Any, found: Any = None) -> Any:
        # Not null where we know better: a health check's durations are required (reference, 4.4).
        return self.default if value == "" else self.parse(value)

    def meaning(self, value: Any) -> Any:
        return (None if value is None else self.parse(value)) or self.default

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        total = self.meaning(self.seen(found))
        if total is None:
            return None
        return f"{total}ms" if total % 1000 else f"{total // 1000}s"


class Duration(Milliseconds):
    """A duration that the API writes as seconds in text, `4s` or `0.500s` (notes, 10); it needs
    its unit."""

    unit = ""

    def encode(self, value: Any, found: Any = None) -> Any:
        total = super().encode(value, found)
        return None if total is None else f"{total / 1000:.{3 if total % 1000 else 0}f}s"


class Addresses(Field):
    """A list of IP addresses, or of networks where `networks` is true."""

    def __init__(self, networks: bool = False, **rest: Any) -> None:
        super().__init__("list", elements="str", **rest)
        self.read = ipaddress.ip_network if networks else ipaddress.ip_address
        self.strict = {"strict": False} if networks else {}

    def problems(self, value: Any, where: str) -> Iterator[str]:
        for item in value:
            try:
                self.read(item, **self.strict)
            except ValueError:
                example = "10.0.0.1 or 10.0.0.0/8" if self.strict else "10.0.0.1 or 2001:db8::1"
                yield f"{where}: {item!r} is not an IP address, such as {example}."

    def encode(self, value: Any, found: Any = None) -> Any:
        """Each one once, however it is written: the second adds nothing to the first."""
        return list({self.read(item, **self.strict): item for item in value}.values())

    def meaning(self, value: Any) -> Any:
        items = [str(self.read(item, **self.strict)) for item in self.encode(value or [])]
        return sorted(items) if self.unordered else items


class Identifier(Field):
    """The ID of an object of another API, or a list of them. It may carry a locality."""

    def problems(self, value: Any, where: str) -> Iterator[str]:
        for item in value if self.type == "list" else [value]:
            if bare_id(item) is None:
                yield (
                    f"{where}: {item!r} is not an ID, such as 11111111-2222-4333-8444-555555555555."
                )

    def encode(self, value: Any, found: Any = None) -> Any:
        return [bare_id(item) for item in value] if self.type == "list" else bare_id(value)


class Structure(Field):
    """An object of the API as an option with suboptions.

    What a suboption leaves out keeps its value. Of the suboptions in `one_of` an object has one:
    giving another drops it.
    """

    def __init__(self, fields: dict[str, Field], one_of: tuple[str, ...] = (), **rest: Any) -> None:
        super().__init__("dict", **rest)
        self.fields, self.one_of = named(fields), one_of

    def argument(self) -> dict[str, Any]:
        argument = super().argument()
        if self.fields:
            argument["options"] = {
                name: {**field.argument(), **({"required": True} if field.required else {})}
                for name, field in self.fields.items()
            }
        if self.one_of:
            argument["mutually_exclusive"] = [list(self.one_of)]
        return argument

    def problems(self, value: Any, where: str) -> Iterator[str]:
        for name, field in self.given(value):
            yield from field.problems(value[name], f"{where}.{name}")

    def given(self, value: dict[str, Any]) -> list[tuple[str, Field]]:
        """The suboptions that the user gave."""
        return [(name, field) for name, field in self.fields.items() if value.get(name) is not None]

    def encode(self, value: Any, found: Any = None) -> Any:
        found = found or {}
        given = self.given(value)
        chosen = [name for name, _field in given if name in self.one_of]
        body = {
            field.sent_as: field.seen(found)
            for name, field in self.fields.items()
            if field.seen(found) is not None and not (chosen and name in self.one_of)
        }
        body.update(
            {field.sent_as: field.encode(value[name], field.seen(found)) for name, field in given}
        )
        for name, field in self.fields.items():
            if name not in self.one_of and field.on_create is not None:
                body.setdefault(field.sent_as, field.on_create)
        return body

    def meaning(self, value: Any) -> Any:
        value = value or {}
        return {
            name: field.meaning(field.seen(value))
            for name, field in self.fields.items()
            if name not in self.one_of or field.seen(value) is not None
        }

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        seen = self.seen(found) or {}
        names = [name for name, _field in self.given(like)] if like else list(self.fields)
        if self.one_of and set(names) & set(self.one_of):
            names += [name for name in self.one_of if name in seen and name not in names]
        return {
            name: self.fields[name].shown(seen, (like or {}).get(name))
            for name in names
            if self.fields[name].seen(seen) is not None or name not in self.one_of
        }

    def told(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        return self.told_inside(self.seen(found) or {}, names) or None

    def told_inside(self, seen: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """What is told of an object of the API, suboption by suboption."""
        told = {name: field.told(seen, names) for name, field in self.fields.items()}
        # One that was chosen says so by being there, even if it is empty.
        chosen = {name: told[name] or {} for name in self.one_of if name in seen}
        return {name: value for name, value in {**told, **chosen}.items() if value is not None}


class StructureList(Field):
    """An ordered list of structures; the list given is the whole list."""

    def __init__(self, fields: dict[str, Field], **rest: Any) -> None:
        super().__init__("list", elements="dict", **rest)
        self.item = Structure(fields)

    def argument(self) -> dict[str, Any]:
        return {**super().argument(), "options": self.item.argument()["options"]}

    def problems(self, value: Any, where: str) -> Iterator[str]:
        for position, item in enumerate(value):
            yield from self.item.problems(item, f"{where}[{position}]")

    def encode(self, value: Any, found: Any = None) -> Any:
        return [self.item.encode(item) for item in value]

    def meaning(self, value: Any) -> Any:
        return [self.item.meaning(item) for item in value or []]

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        return [
            {name: field.shown(item) for name, field in self.item.fields.items()}
            for item in self.seen(found) or []
        ]

    def told(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        return [self.item.told_inside(item, names) for item in self.seen(found) or []] or None


class Reference(Field):
    """Another object, given by name (or address) or by ID; the API knows it by ID.

    `target` is its Resource, or its name where the two kinds refer to each other. `embedded` is
    where answers hold the whole object.
    """

    many = False

    def __init__(
        self,
        target: Any,
        *,
        embedded: str | None = None,
        by: str = "name",
        in_path: bool = False,
        **rest: Any,
    ) -> None:
        if self.many:
            super().__init__("list", elements="str", **rest)
        else:
            super().__init__("str", **rest)
        self.kind = target if isinstance(target, str) else target.kind
        self.embedded, self.by, self.in_path = embedded, by, in_path

    def objects(self, found: dict[str, Any]) -> list[dict[str, Any]]:
        """The objects of this field that an answer holds in full."""
        value: Any = found
        for key in (self.embedded or "").split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, list) else [value] if value else []

    def resolve(self, value: Any, found: dict[str, Any], look_up: Callable[[str], Any]) -> Any:
        """Replace names by IDs, asking (`look_up`) only for what the answer does not hold."""
        known = {item.get(self.by): item["id"] for item in self.objects(found) if item.get("id")}
        ids = [
            item and (bare_id(item) or known.get(item) or look_up(item))
            for item in (value if self.many else [value])
        ]
        return ids if self.many else ids[0]

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        # Without an ID it is about to be made, in check mode: nothing has it yet.
        return value is not None and super().same(value, found)

    def foretell(self, outcome: dict[str, Any], value: Any) -> None:
        if self.embedded and not self.many and self.seen(outcome) is not None:
            lay(outcome, self.embedded, {})  # what is known of the former object is over
        super().foretell(outcome, value)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        words = {item["id"]: item.get(self.by) for item in self.objects(found) if item.get("id")}
        asked = like if isinstance(like, list) else [like]
        seen = self.seen(found) or []
        items = [
            item if item in asked else words.get(item) or item
            for item in (seen if isinstance(seen, list) else [seen])
        ]
        return items if self.many else next(iter(items), None)

    def told(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        seen = self.seen(found)
        if isinstance(seen, list):
            return [names.get(one, one) for one in seen] or None
        return names.get(seen, seen)


class References(Reference):
    """A list of references, each of them once: the second adds nothing to the first."""

    many = True

    def encode(self, value: Any, found: Any = None) -> Any:
        # Those without an ID are about to be made, in check mode, and may well be two.
        return [one for at, one in enumerate(value) if one is None or one not in value[:at]]

    def meaning(self, value: Any) -> Any:
        return super().meaning(self.encode(value or []))


def named(fields: dict[str, Field]) -> dict[str, Field]:
    """Tell each field its name."""
    for name, field in fields.items():
        field.name = name
    return fields


def refuse(problems: Iterator[str]) -> None:
    """Raise one Problem that names everything that is wrong."""
    texts = list(problems)
    if texts:
        raise Problem(" ".join(texts))
