# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options with suboptions, and lists of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .field import Field, named


class Structure(Field):
    """An API object as an option with suboptions.

    Omitted suboptions keep their values. An object has one of the suboptions in `one_of`: setting
    another removes it.
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
        if not self.fields:
            # Ansible does not validate the content of a dictionary without suboptions.
            for name in value:
                yield f"{where}.{name}: no such option. Write {self.name}: {{}}."
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

    def normalized(self, value: Any) -> Any:
        value = value or {}
        return {
            name: field.normalized(field.seen(value))
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

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        return self.exported_within(self.seen(found) or {}, names) or None

    def exported_within(self, seen: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """An API object as one would declare it, by suboption."""
        exported = {name: field.exported(seen, names) for name, field in self.fields.items()}
        for name, field in self.fields.items():
            if field.required and exported[name] is None:
                exported[name] = field.shown(seen)
        # The chosen one must be present, even if it is empty.
        chosen = {name: exported[name] or {} for name in self.one_of if name in seen}
        return {name: value for name, value in {**exported, **chosen}.items() if value is not None}


class StructureList(Field):
    """An ordered list of structures; the given list is the complete one."""

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

    def normalized(self, value: Any) -> Any:
        return [self.item.normalized(item) for item in value or []]

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        return [
            {name: field.shown(item) for name, field in self.item.fields.items()}
            for item in self.seen(found) or []
        ]

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        return [self.item.exported_within(item, names) for item in self.seen(found) or []] or None
