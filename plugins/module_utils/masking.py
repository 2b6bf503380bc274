# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding private keys, and masking secrets in results."""

from __future__ import annotations

import json
import re
from typing import Any

from ansible.module_utils.common.parameters import remove_values

PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)(?:-----END [A-Z ]*KEY-----|$)", re.S
)
"""A private key in a text, up to its end or the end of the text; the group is its content."""
SHORT = 8
"""Lines with fewer characters reveal nothing of a key, and may occur elsewhere by chance."""


def secrets(value: Any) -> set[str]:
    """The texts to hide because of private keys anywhere in plain data.

    For each key: the whole key, the same with line breaks escaped as `\\n`, as when quoted, and its
    single lines, for texts that contain part of it.
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
    """The result without the secrets; as in AnsibleModule, true, false and null are kept."""
    if not _may_show(result, secrets):
        return result
    kept = {key: value for key, value in result.items() if isinstance(value, bool | None)}
    return {**remove_values(result, secrets), **kept}


def _may_show(result: dict[str, Any], secrets: set[str]) -> bool:
    """False only if no secret is in the result: quick, since most results need no masking."""
    # Numbers and constants are masked, too; as JSON, these only differ from str() in null.
    text = json.dumps([result, "None"], default=str, ensure_ascii=False).casefold()
    quoted = (json.dumps(secret, ensure_ascii=False)[1:-1].casefold() for secret in secrets)
    return any(secret in text for secret in quoted)
