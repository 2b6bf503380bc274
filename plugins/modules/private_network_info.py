#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_network_info
short_description: Read the private networks of a load balancer
version_added: 0.1.0
description:
  - Read the private networks that a load balancer is attached to, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description: The load balancer, as a name or an ID.
    type: str
    aliases: [lb_id]
  private_network_id:
    description: The ID of the private network to read, which may include its region.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.private_network
"""

EXAMPLES = r"""
---
- name: Read the private networks of a load balancer
  scaleway_community.lb.private_network_info:
    load_balancer: web
  register: found

- name: Show the IDs of its addresses in them
  ansible.builtin.debug:
    msg: "{{ found.private_networks | map(attribute='ipam_ids') | flatten }}"
"""

RETURN = r"""
---
private_networks:
  description: >-
    The attachments that match all options. Empty if none matches.
  type: list
  elements: dict
  returned: success
  contains:
    private_network_id:
      description: The ID of the private network.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    status:
      description: The status. V(ready) means that it can be used.
      type: str
      returned: success
      sample: ready
    ipam_ids:
      description: The IDs of the load balancer's addresses in the network.
      type: list
      elements: str
      returned: success
      sample: [11111111-2222-4333-8444-777777777777]
    dhcp_config:
      description: The first of these addresses again.
      type: dict
      returned: success
      contains:
        ip_id:
          description: Its ID.
          type: str
          returned: success
          sample: 11111111-2222-4333-8444-777777777777
    lb:
      description: >-
        The load balancer, with the keys that M(scaleway_community.lb.load_balancer) returns. Its
        C(instances) may be empty here.
      type: dict
      returned: success
    created_at:
      description: When it was attached, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:20:35.543234Z"
    updated_at:
      description: When it last changed, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:20:37.492307Z"
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.private_network import PRIVATE_NETWORK


def main() -> None:
    run_info(PRIVATE_NETWORK)


if __name__ == "__main__":
    main()
