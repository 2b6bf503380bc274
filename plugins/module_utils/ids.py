# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs of API objects: UUIDs, optionally prefixed with their zone or region."""

from __future__ import annotations

import re
from typing import Any

ID = re.compile(
    r"^(?:([a-z]{2}-[a-z]{3}(?:-[0-9]+)?)/)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"
)


def bare_id(value: str) -> str | None:
    """The UUID in `value`, without its locality (`fr-par-1/uuid`); None if `value` is a name."""
    match = ID.match(value)
    return match.group(2).lower() if match else None


def locality(value: Any) -> str | None:
    """The zone or region prefixed to an ID; None without one."""
    match = ID.match(value) if isinstance(value, str) else None
    return match.group(1) if match else None
