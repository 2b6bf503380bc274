# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: zones
short_description: List the zones that have load balancers
version_added: 0.1.0
description:
  - A load balancer is in one zone. To process all of them, loop over the zones that this lookup
    returns.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  _terms:
    description:
      - Zones, regions such as V(fr-par), which mean all of their zones, or V(all). Several in one
        string are separated by commas.
      - A zone that this version does not know is accepted as it is.
    type: list
    elements: str
    required: true
seealso:
  - plugin: scaleway_community.lb.servers
    plugin_type: inventory
"""

EXAMPLES = r"""
---
- name: Read the load balancers of every zone
  scaleway_community.lb.load_balancer_info:
    zone: "{{ item }}"
  loop: "{{ query('scaleway_community.lb.zones', 'all') }}"

- name: Read the load balancers of one region and of another zone
  scaleway_community.lb.load_balancer_info:
    zone: "{{ item }}"
  loop: "{{ query('scaleway_community.lb.zones', 'fr-par', 'nl-ams-1') }}"
"""

RETURN = r"""
---
_list:
  description: The zones, without duplicates.
  type: list
  elements: str
  sample: [fr-par-1, fr-par-2, nl-ams-1]
"""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..module_utils import config
from ..module_utils.problem import Problem


class LookupModule(LookupBase):
    """The zones that words such as `all` or a region stand for."""

    def run(self, terms: list[Any], variables: Any = None, **options: Any) -> list[str]:
        self.set_options(var_options=variables, direct=options)
        words = [
            word.strip()
            for term in terms
            for one in (term if isinstance(term, list) else [term])
            for word in str(one).split(",")
        ]
        try:
            return config.zones(words)
        except Problem as problem:
            raise AnsibleError(str(problem)) from None
