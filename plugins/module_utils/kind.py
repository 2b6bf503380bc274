# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition of a kind of object, and planning for it: pure, without access to the API."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .config import ARGUMENTS, Config
from .fields.field import REMOVED, Field, named, set_at
from .fields.references import Reference
from .fields.values import Identifier
from .ids import bare_id, locality
from .plan import Call, Plan
from .problem import Problem

WRITING = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 600},
    "allow_managed": {"type": "bool", "default": False},
}


class Kind:
    """One kind of object, described as data.

    `collection` is the path for create and list, whose answer has the items under `list_key`;
    `item` is the path of one object, None if objects have no ID of their own. Names in braces in
    `collection` are references to the object's parents. `switches` and `info_switches` are options
    of the two modules that are not fields of the object. An `owned` kind belongs to a project or
    organization. `filters` are the fields that the info module selects by, `queries` those that
    the API itself can filter by, `identified_by` those that identify an object within its parents.
    An object has exactly one of the fields in `one_of`: setting another removes it.
    """

    def __init__(
        self,
        kind: str,
        *,
        collection: str,
        item: str | None = None,
        fields: dict[str, Field],
        plural: str | None = None,
        list_key: str | None = None,
        owned: bool = False,
        one_of: tuple[str, ...] = (),
        filters: tuple[str, ...] = ("name",),
        queries: tuple[str, ...] = ("name",),
        identified_by: tuple[str, ...] = ("name",),
        switches: dict[str, dict[str, Any]] | None = None,
        info_switches: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self.kind, self.plural = kind, plural or f"{kind}s"
        self.collection, self.item = collection, item
        self.fields, self.owned, self.filters = named(fields), owned, filters
        self.one_of, self.queries, self.identified_by = one_of, set(queries), identified_by
        self.switches, self.info_switches = switches or {}, info_switches or {}
        self.parents = [part[1] for part in string.Formatter().parse(collection) if part[1]]
        self.list_key = list_key or collection.rsplit("/", 1)[-1]

    @property
    def title(self) -> str:
        """The kind's name for use in a sentence."""
        return spaced(self.kind)

    @property
    def titles(self) -> str:
        return spaced(self.plural)

    def called(self, found: dict[str, Any]) -> str:
        """How messages refer to an object."""
        return f"{self.title} {found.get('name') or found['id']!r}"

    # Argument specifications for Ansible

    def arguments(self) -> dict[str, dict[str, Any]]:
        """The argument specification of the kind's module."""
        own = {name: option.argument() for name, option in self.fields.items()}
        return {**ARGUMENTS, **WRITING, **self.id_argument(), **own, **self.switches}

    def info_arguments(self) -> dict[str, dict[str, Any]]:
        """The argument specification of the kind's info module."""
        names = [*self.parents, *(name for name in self.filters if name not in self.parents)]
        own = {name: self.fields[name].argument() for name in names}
        return {**ARGUMENTS, **self.id_argument(), **own, **self.info_switches}

    def id_argument(self) -> dict[str, dict[str, Any]]:
        return {"id": {"type": "str"}} if self.item else {}

    def references(self) -> dict[str, Reference]:
        return {
            name: option for name, option in self.fields.items() if isinstance(option, Reference)
        }

    def in_zone_of_ids(self, config: Config, options: dict[str, Any]) -> Config:
        """The configuration, with the zone prefixed to the given IDs, if there is one."""
        values = [options.get("id"), options.get("load_balancer")]
        for name, option in self.fields.items():
            if isinstance(option, Reference | Identifier):
                value = options.get(name)
                values += value if isinstance(value, list) else [value]
        for value in values:
            place = locality(value)
            if place in (None, config.zone, config.zone.rsplit("-", 1)[0]):
                continue
            if config.zone_given or place.count("-") == 1:
                raise Problem(f"{value} does not lie in {config.zone}, the zone of the task.")
            config = replace(config, zone=place, zone_given=True)
        return config

    # Validation, before any request to the API

    def given(self, options: dict[str, Any]) -> dict[str, Any]:
        """The fields that the user gave; only these are managed."""
        return {
            name: stated(options[name]) for name in self.fields if options.get(name) is not None
        }

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        """Problems of the options by themselves. Kinds add their own rules."""
        given = self.given(options)
        for name, value in given.items():
            yield from self.fields[name].problems(value, name)
        chosen = [name for name in self.one_of if given.get(name)]
        if len(chosen) > 1:
            yield f"{' and '.join(chosen)} exclude each other: give one of them."
        if options.get("id") and bare_id(options["id"]) is None:
            yield f"id: {options['id']!r} is not an ID; leave it out to find by name."

    # Identifying one of several objects

    def identity(self, options: dict[str, Any]) -> dict[str, Any]:
        """The given options that identify an object."""
        return {name: options[name] for name in self.identified_by if options.get(name)}

    def identity_in_words(self, options: dict[str, Any]) -> str:
        """The identifying options in words; raises Problem if none is given."""
        if not options.get("name"):
            raise Problem(f"Which {self.title}? Give its name or its id.")
        return f"named {options['name']!r}"

    def matches(self, options: dict[str, Any], item: dict[str, Any]) -> bool:
        """True if the options identify this object."""
        return all(
            self.fields[name].same(value, item) for name, value in self.identity(options).items()
        )

    def identity_key(self, options: dict[str, Any]) -> str:
        """A text that is the same for all options that identify the same object."""
        fields = [(self.fields[name], value) for name, value in self.identity(options).items()]
        return str([(field.name, field.normalized(field.encode(value))) for field, value in fields])

    def among(
        self, items: Iterable[dict[str, Any]], options: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The object that the options identify among these; None if there is none."""
        if options.get("id"):
            return next((one for one in items if one["id"] == bare_id(options["id"])), None)
        what = self.identity_in_words(options)
        return self.only([item for item in items if self.matches(options, item)], what)

    def only(self, found: list[dict[str, Any]], what: str) -> dict[str, Any] | None:
        """The only object found; None if there is none. Raises Problem if there are several."""
        if len(found) > 1:
            ids = " and ".join(item["id"] for item in found)
            raise Problem(
                f"{len(found)} {self.titles} are {what}: {ids}. "
                "Give the id of the one that is meant."
            )
        return found[0] if found else None

    def selects(self, wanted: dict[str, Any], item: dict[str, Any]) -> bool:
        """True if the item has every wanted value."""
        return all(self.fields[name].selects(value, item) for name, value in wanted.items())

    # Planning

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        """The plan from the found object to the wanted fields; `words` are the options as given."""
        return self.plan_update(found, wanted, words) if found else self.plan_create(wanted, words)

    def plan_create(self, wanted: dict[str, Any], words: dict[str, Any]) -> Plan:
        fields = self.fields.items()
        missing = [
            name
            for name, option in fields
            if name not in wanted and (option.required or name in self.parents)
        ]
        if self.one_of and not any(wanted.get(name) for name in self.one_of):
            missing.append(f"one of {', '.join(self.one_of)}")
        if missing:
            raise Problem(
                f"There is no such {self.title}; to create it, give {', '.join(missing)} too."
            )
        body = {key: wanted[key] for key in ("project_id", "organization_id") if key in wanted}
        for name, option in fields:
            if name in wanted and not (name in self.parents or option.in_path or option.later):
                set_at(body, option.sent_as, option.encode(wanted[name]))
            elif option.on_create is not None:
                set_at(body, option.sent_as, option.on_create)
        return Plan(
            calls=[Call("POST", self.collection.format(**wanted), body)],
            after={name: words[name] for name in self.fields if name in words},
            outcome=self.expected({}, wanted),
        )

    def plan_update(
        self, found: dict[str, Any], wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        differing = self.differing(found, wanted)
        fixed = [name for name in differing if self.fields[name].fixed]
        if fixed:
            raise Problem(
                f"{fixed[0]} of {self.called(found)} cannot change: it is "
                f"{self.fields[fixed[0]].shown(found)!r}, not {words.get(fixed[0])!r}."
            )
        before = {
            name: self.fields[name].shown(found, words.get(name))
            for name in wanted
            if name in words
        }
        for name in self.references().keys() & before.keys():
            many = self.fields[name].many
            ids, asked = (wanted[name], words[name]) if many else ([wanted[name]], [words[name]])
            before[name] = worded(before[name], dict(zip(ids, asked, strict=True)))
        dropped = {name: self.fields[name].shown(found) for name in self.dropped(found, wanted)}
        changes = {name: wanted[name] for name in differing}
        outcome = self.expected(found, changes)
        chosen = [name for name in self.one_of if self.fields[name].seen(outcome)]
        if not chosen and changes.keys() & {*self.one_of}:
            choice = ", ".join(self.one_of)
            raise Problem(f"{upper(self.called(found))} would be left without one of {choice}.")
        return Plan(
            calls=self.update_calls(found, changes),
            before=before | dropped,
            after={
                name: words[name] if name in changes else value for name, value in before.items()
            },
            outcome=outcome,
        )

    def differing(self, found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
        """The wanted fields whose values differ in meaning from those of the found object."""
        return [
            name
            for name, option in self.fields.items()
            if name in wanted and not option.same(wanted[name], found)
        ]

    def dropped(self, found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
        """The fields in `one_of` that the object has and that a wanted one replaces."""
        if not any(wanted.get(name) for name in self.one_of):
            return []
        return [
            name
            for name in self.one_of
            if name not in wanted and self.fields[name].seen(found) is not None
        ]

    def update_calls(self, found: dict[str, Any], changes: dict[str, Any]) -> list[Call]:
        """The calls that make the changes. Kinds that need several calls override this."""
        if not changes:
            return []
        body = self.update_body(found, changes, list(self.fields))
        return [Call("PUT", self.item.format(**found), body)]

    def update_body(
        self, found: dict[str, Any], changes: dict[str, Any], names: list[str]
    ) -> dict[str, Any]:
        """The current values merged with the changes: a PUT resets what it leaves out."""
        body: dict[str, Any] = {}
        dropped = self.dropped(found, changes)
        for name in names:
            option = self.fields[name]
            if option.fixed or name in dropped:
                continue
            seen = option.seen(found)
            if name in changes:
                set_at(body, option.sent_as, option.encode(changes[name], seen))
            elif seen is not None:
                set_at(body, option.sent_as, seen)
        return body

    def plan_absent(self, found: dict[str, Any], options: dict[str, Any]) -> Plan:
        """The plan to remove the object."""
        return Plan(
            calls=[Call("DELETE", self.item.format(**found))],
            before={
                name: option.shown(found)
                for name, option in self.fields.items()
                if name not in self.one_of or option.seen(found) is not None
            },
        )

    def expected(self, found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        """The object as the API would show it with `wanted` applied to `found`."""
        outcome: dict[str, Any] = {**({"id": None} if self.item else {}), **found}
        dropped = self.dropped(found, wanted)
        for name, option in self.fields.items():
            if name in wanted:
                option.predict(outcome, wanted[name])
            elif name in dropped:
                set_at(outcome, option.seen_at, REMOVED)
            elif not found and name not in self.one_of:
                set_at(outcome, option.seen_at, [] if option.type == "list" else None)
        return outcome

    # Output

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """The object as one would declare it, without values that the API would set anyway.

        `names` maps the IDs of other objects to their names.
        """
        exported = {name: option.exported(found, names) for name, option in self.fields.items()}
        return {name: value for name, value in exported.items() if value is not None}

    def returned(self, outcome: Any) -> Any:
        """The outcome as the module returns it."""
        return outcome


def stated(value: Any) -> Any:
    """A given value without its omitted suboptions."""
    if isinstance(value, dict):
        return {key: stated(inner) for key, inner in value.items() if inner is not None}
    return [stated(inner) for inner in value] if isinstance(value, list) else value


def worded(shown: Any, words: Mapping[str, str]) -> Any:
    """What is shown of a reference, with words in place of the IDs that they stand for.

    Answers do not embed every object, so its name may not be known from them.
    """
    if isinstance(shown, list):
        return [words.get(one, one) for one in shown]
    return words.get(shown, shown)


def spaced(name: str) -> str:
    """A name for use in a sentence, with spaces for underscores."""
    return name.replace("_", " ")


def upper(text: str) -> str:
    """A text with its first letter in upper case, to begin a sentence."""
    return text[:1].upper() + text[1:]
