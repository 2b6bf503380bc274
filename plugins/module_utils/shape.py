# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that were given as text, and validation of nested options.

Ansible's validator names only the option and not its path, stops at the first problem in nested
options, and fails with an exception on some.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ansible.module_utils.common.validation import (
    check_type_bool,
    check_type_dict,
    check_type_int,
    check_type_list,
)

CONVERTED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "bool": (check_type_bool, "{value!r} is neither true nor false."),
    "str": (str, ""),
    "int": (check_type_int, "{value!r} is not a whole number."),
    "dict": (check_type_dict, "a dictionary is wanted here."),
    "list": (check_type_list, "a list is wanted here."),
}
"""By an argument's type: Ansible's conversion of a value, and the message if that fails."""


def itemized(arguments: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The options, with each list that was given as text turned into one.

    `arguments` is an argument specification. Ansible would split the text at commas, and take
    spaces, line breaks and the brackets of JSON for parts of the items.
    """
    known = _by_word(arguments)
    return {word: _itemized(known.get(word, {}), value) for word, value in given.items()}


def _itemized(argument: dict[str, Any], value: Any) -> Any:
    if argument.get("type") == "list" and isinstance(value, str):
        value = _items(value)
    if "options" in argument and isinstance(value, list):
        return [_itemized({**argument, "type": "dict"}, item) for item in value]
    if "options" in argument and isinstance(value, dict):
        return itemized(argument["options"], value)
    return value


def _items(text: str) -> list[Any]:
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if isinstance(items, list):
        return items
    return [item.strip() for item in re.split(r"[,\n]", text.strip())]


def misshapen(arguments: dict[str, Any], given: dict[str, Any]) -> str:
    """All problems in options with suboptions, as one text; '' if there are none.

    `arguments` is an argument specification. Top-level problems are left to Ansible.
    """
    outer = {name: value for name, value in given.items() if "options" in arguments.get(name, {})}
    return " ".join(_within(arguments, outer, ""))


def _by_word(arguments: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The arguments by name and by alias."""
    return {
        word: argument
        for name, argument in arguments.items()
        for word in (name, *argument.get("aliases", []))
    }


def _within(arguments: dict[str, Any], given: dict[str, Any], place: str) -> Iterator[str]:
    known = _by_word(arguments)
    for word, value in given.items():
        if word not in known:
            yield f"{place}{word}: no such option. There are: {', '.join(sorted(arguments))}."
        elif value is not None:
            argument = known[word]
            yield from _problems(argument, argument.get("type", "str"), value, f"{place}{word}")


def _problems(argument: dict[str, Any], kind: str, value: Any, place: str) -> Iterator[str]:
    if kind in CONVERTED:
        convert, otherwise = CONVERTED[kind]
        try:
            value = convert(value)
        except (TypeError, ValueError, OverflowError):
            yield f"{place}: {otherwise.format(value=value)}"
            return
    if kind == "list":
        for number, item in enumerate(value):
            yield from _problems(argument, argument["elements"], item, f"{place}[{number}]")
    elif "options" in argument:
        yield from _within(argument["options"], value, f"{place}.")
    elif value not in argument.get("choices", [value]):
        yield f"{place}: {value!r} is none of {', '.join(map(str, argument['choices']))}."
