# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that refer to other objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..ids import bare_id
from .field import Field, set_at


class Reference(Field):
    """Another object, given by its name, or what else `by` says, or its ID; the API uses the ID.

    `target` is its Resource, or that one's name if the two kinds refer to each other. `embedded`
    is the path at which answers contain the whole object.
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
        """This field's objects that are embedded in an answer."""
        value: Any = found
        for key in (self.embedded or "").split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, list) else [value] if value else []

    def resolve(self, value: Any, found: dict[str, Any], look_up: Callable[[str], Any]) -> Any:
        """Replace names by IDs, using `look_up` only for objects that `found` does not embed."""
        known = {item.get(self.by): item["id"] for item in self.objects(found) if item.get("id")}
        ids = [
            item and (bare_id(item) or known.get(item) or look_up(item))
            for item in (value if self.many else [value])
        ]
        return ids if self.many else ids[0]

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        # Without an ID it is yet to be created, in check mode: nothing refers to it yet.
        return value is not None and super().same(value, found)

    def predict(self, outcome: dict[str, Any], value: Any) -> None:
        if self.embedded and not self.many and self.seen(outcome) is not None:
            set_at(outcome, self.embedded, {})  # it describes the former object
        super().predict(outcome, value)

    def shown(self, found: dict[str, Any], like: Any = None) -> Any:
        words = {item["id"]: item.get(self.by) for item in self.objects(found) if item.get("id")}
        asked = like if isinstance(like, list) else [like]
        seen = self.seen(found) or []
        items = [
            item if item in asked else words.get(item) or item
            for item in (seen if isinstance(seen, list) else [seen])
        ]
        return items if self.many else next(iter(items), None)

    def exported(self, found: dict[str, Any], names: Mapping[str, str]) -> Any:
        seen = self.seen(found)
        if isinstance(seen, list):
            return [names.get(one, one) for one in seen] or None
        return names.get(seen, seen)


class References(Reference):
    """A list of references, without duplicates."""

    many = True

    def encode(self, value: Any, found: Any = None) -> Any:
        # Those without an ID are yet to be created, in check mode, and may be different objects.
        return [one for at, one in enumerate(value) if one is None or one not in value[:at]]

    def normalized(self, value: Any) -> Any:
        return super().normalized(self.encode(value or []))
