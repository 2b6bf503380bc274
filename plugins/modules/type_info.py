#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: type_info
short_description: Read the available types of load balancers
version_added: 0.1.0
description:
  - Read the types of load balancers that a zone offers, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  name:
    description: The type to read, such as V(LB-S), not case-sensitive.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.load_balancer
"""

EXAMPLES = r"""
---
- name: Read every type that a zone offers
  scaleway_community.lb.type_info:
    zone: fr-par-1
  register: offer

- name: Show the types that support servers outside of Scaleway
  ansible.builtin.debug:
    msg: "{{ offer.types | selectattr('multicloud') | map(attribute='name') }}"

- name: Read one
  scaleway_community.lb.type_info:
    name: LB-GP-M
"""

RETURN = r"""
---
types:
  description: The types that match all options. Empty if none matches.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name, as the option O(scaleway_community.lb.load_balancer#module:type)
        accepts it.
      type: str
      returned: success
      sample: lb-s
    description:
      description: The description of the type.
      type: str
      returned: success
    bandwidth:
      description: The bandwidth, in bits per second.
      type: int
      returned: success
      sample: 200000000
    multicloud:
      description: Whether its servers may be outside of Scaleway.
      type: bool
      returned: success
      sample: false
    stock_status:
      description: >-
        Availability: V(available), V(low_stock), V(out_of_stock) or V(unknown).
      type: str
      returned: success
      sample: available
    region:
      description: The region.
      type: str
      returned: success
      sample: fr-par
    zone:
      description: The zone.
      type: str
      returned: success
      sample: fr-par-1
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.type import TYPE


def main() -> None:
    run_info(TYPE)


if __name__ == "__main__":
    main()
