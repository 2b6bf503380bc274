# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: literal_yaml
short_description: Write an exported load balancer as YAML that Ansible takes literally
version_added: 0.1.0
description:
  - Write what M(scaleway_community.lb.stack_info) returns as YAML for a playbook or a file of
    variables.
  - Anyone who may change a load balancer can write C({{ }}) into a description, and the target of a
    redirect may contain it for the load balancer to fill in. Ansible would evaluate that in a
    playbook, so every text that it could take for a template is marked C(!unsafe).
  - The only exception is the C(bundle) of a certificate, which contains the variable that
    O(scaleway_community.lb.stack_info#module:secrets_as_variables) puts there. It never comes from
    the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  _input:
    description: The declaration, or a play that contains it.
    type: raw
    required: true
seealso:
  - module: scaleway_community.lb.stack_info
"""

EXAMPLES = r"""
---
- name: Read a load balancer
  scaleway_community.lb.stack_info:
    load_balancer: web
    secrets_as_variables: true
  register: exported

- name: Save it to a file
  ansible.builtin.copy:
    content: "{{ exported.stack | scaleway_community.lb.literal_yaml }}"
    dest: web.yml
    mode: "0644"
"""

RETURN = r"""
---
_value:
  description: The YAML.
  type: str
  sample: |
    load_balancer:
      name: web
      description: !unsafe 'made for {{ nobody }}'
"""

import re
from collections.abc import Mapping
from typing import Any

from yaml import SafeDumper, dump

TEMPLATE = re.compile(r"\{\{|\{%|\{#|^#jinja2:")
"""What makes a text a template for Ansible. The last one can redefine the first three."""


class Literal(str):
    """A text that Ansible must not take for a template."""


class Dumper(SafeDumper):
    """Marks literal texts, and writes Ansible's own text and number types as plain ones."""

    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> Any:
        # The next-line character is a line break in YAML, so only an escape keeps it.
        return super().represent_scalar(tag, value, '"' if "\x85" in value else style)


Dumper.add_representer(Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", text, "'"))
Dumper.add_multi_representer(str, SafeDumper.represent_str)
Dumper.add_multi_representer(int, SafeDumper.represent_int)


def literal_yaml(value: Any) -> str:
    """Write data as YAML, in its own order and without wrapping lines."""
    return dump(
        literal(value),
        Dumper=Dumper,
        default_flow_style=False,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
    )


def literal(value: Any) -> Any:
    """The data with every text that could be a template marked, except the variables of bundles."""
    if isinstance(value, Mapping):
        return {key: one if key == "bundle" else literal(one) for key, one in value.items()}
    if isinstance(value, list):
        return [literal(one) for one in value]
    return Literal(value) if isinstance(value, str) and TEMPLATE.search(value) else value


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"literal_yaml": literal_yaml}
