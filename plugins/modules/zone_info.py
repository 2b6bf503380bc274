#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: zone_info
short_description: Find the zones of objects
version_added: 0.1.0
description:
  - Find the zones of load balancers and other objects whose IDs come from the deprecated regional
    API. Such an ID does not name a zone.
  - Each zone of the region is searched for the object, as a load balancer, IP address, route,
    subscriber, backend, frontend, certificate and ACL.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  ids:
    description:
      - The IDs. Each may include its region (V(fr-par/11111111-2222-4333-8444-555555555555)), as
        other tools print it.
      - If omitted, the IDs of all objects that the regional API lists for the region.
    type: list
    elements: str
  region:
    description:
      - The region of the IDs that do not include one, such as V(fr-par).
      - Defaults to the region of O(zone).
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.load_balancer_info
  - plugin: scaleway_community.lb.zones
    plugin_type: lookup
"""

EXAMPLES = r"""
---
- name: Find everything that the regional API lists
  scaleway_community.lb.zone_info:
    region: fr-par
  register: there

- name: Show it as a table
  ansible.builtin.debug:
    msg: "{{ there.objects | scaleway_community.lb.table(columns) }}"
  vars:
    columns: {kind: kind, name: name, ID: zoned_id}

- name: Find one object by its ID
  scaleway_community.lb.zone_info:
    ids:
      - fr-par/11111111-2222-4333-8444-555555555555
  register: one

- name: Show its zone, if it still exists
  ansible.builtin.debug:
    msg: "{{ one.objects | map(attribute='zone') | first | default('It is gone.') }}"
"""

RETURN = r"""
---
objects:
  description: The objects that were found in one of the zones.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The ID, without a region.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    zoned_id:
      description: The ID with its zone, as the modules accept it.
      type: str
      returned: success
      sample: fr-par-2/11111111-2222-4333-8444-555555555555
    zone:
      description: The zone.
      type: str
      returned: success
      sample: fr-par-2
    kind:
      description: The kind of object, as the name of its module.
      type: str
      returned: success
      sample: load_balancer
    name:
      description: The name, or the address of an IP address. Null for a route, which has none.
      type: str
      returned: success
      sample: web
missing:
  description: Those of O(ids) that were found in none of the zones.
  type: list
  elements: str
  returned: success
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.zone import ZONE


def main() -> None:
    run_info(ZONE)


if __name__ == "__main__":
    main()
