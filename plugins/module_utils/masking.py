# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be shown, and results without it."""

from __future__ import annotations

import re
from typing import Any

from ansible.module_utils.common.parameters import remove_values

PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)(?:-----END [A-Z ]*KEY-----|$)", re.S
)
"""A private key in a text, to its end or that of the text, and what it holds."""
SHORT = 8
"""A line of fewer characters tells nothing of a key, and may stand in other texts by chance."""


def secrets(value: Any) -> set[str]:
    """What must not be shown of the private keys in plain data, wherever they stand in it.

    A key is hidden as a whole, also with its line breaks written as `\\n`, as in a text that quotes
    it, and line by line, for a text that holds a part of it.
    """
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return {secret for inner in value for secret in secrets(inner)}
    found = set()
    for key in PRIVATE_KEY.finditer(value) if isinstance(value, str) else ():
        found |= {key[0], key[0].replace("\n", "\\n")}
        found |= {line for line in re.split(r"\s|\\[nr]", key[1]) if len(line) >= SHORT}
    return found


def masked(result: dict[str, Any], secrets: set[str]) -> dict[str, Any]:
    """The result without secrets. As AnsibleModule does it, true, false and null stay."""
    kept = {key: value for key, value in result.items() if isinstance(value, bool | None)}
    return {**remove_values(result, secrets), **kept}
