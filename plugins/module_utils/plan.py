# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planned change to one object: the calls, and their effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One write request. `path` is relative to the zone."""

    method: str
    path: str
    body: Any = None
    params: dict[str, Any] | None = None


@dataclass(frozen=True)
class Plan:
    """The calls that turn the found object into the wanted one, and their effect.

    `before` and `after` are expressed as options; `outcome` is the object as the API would show
    it, None if it would be gone.
    """

    calls: list[Call] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    outcome: Any = None

    @property
    def changed(self) -> bool:
        return bool(self.calls)

    @property
    def diff(self) -> dict[str, Any]:
        return {"before": self.before, "after": self.after}
