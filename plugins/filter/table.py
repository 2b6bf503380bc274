# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: table
short_description: Format objects as a text table
version_added: 0.1.0
description:
  - Format the objects that info modules return as a table to read on the screen.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
positional: columns
options:
  _input:
    description: The objects, one per row.
    type: list
    elements: dict
    required: true
  columns:
    description:
      - The columns from left to right, as a dictionary from titles to keys. A key may be a dotted
        path, such as C(lb.name).
      - Missing and empty values are shown as V(-). Integers are right-aligned.
    type: dict
    required: true
"""

EXAMPLES = r"""
---
- name: Read the backends of a load balancer
  scaleway_community.lb.backend_info:
    load_balancer: web
  register: found

- name: Show them as a table
  ansible.builtin.debug:
    msg: "{{ found.backends | scaleway_community.lb.table(columns) }}"
  vars:
    columns: {load balancer: lb.name, backend: name, port: forward_port, servers: pool}
"""

RETURN = r"""
---
_value:
  description: The lines of the table, the column titles first.
  type: list
  elements: str
  sample:
    - "load balancer  backend  port  servers"
    - "web            web        80  10.0.0.1, 10.0.0.2"
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError


def table(rows: list[dict[str, Any]], columns: dict[str, str]) -> list[str]:
    """The table's lines: the titles, then one line per row."""
    if not isinstance(columns, Mapping) or not columns:
        raise AnsibleFilterError("table: say which columns it has, as {title: key}.")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise AnsibleFilterError("table: it is made of a list of objects.")
    laid_out = []
    for title, key in columns.items():
        values = [value_at(row, key) for row in rows]
        cells = [str(title), *map(text, values)]
        width = max(map(len, cells))
        numbers = {type(one) for one in values} in ({int}, {int, type(None)})
        laid_out.append([cell.rjust(width) if numbers else cell.ljust(width) for cell in cells])
    return ["  ".join(line).rstrip() for line in zip(*laid_out, strict=True)]


def value_at(row: Any, key: str) -> Any:
    """The value at a dotted key; None if there is none."""
    for part in key.split("."):
        row = row.get(part) if isinstance(row, Mapping) else None
    return row


def text(value: Any) -> str:
    """A value as the text of a cell."""
    if isinstance(value, list):
        return ", ".join(map(text, value)) or "-"
    return "-" if value is None or value == "" else " ".join(str(value).split())


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"table": table}
