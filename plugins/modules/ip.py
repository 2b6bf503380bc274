#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ip
short_description: Manage flexible IP addresses
version_added: 0.1.0
description:
  - Reserve, change, attach and release an IP address for load balancers.
  - An address has no name. It is identified by O(id), by O(ip_address), or by exactly its O(tags)
    and its version. One of them is required, because otherwise a second run could not recognise the
    address that the first one reserved.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  id:
    description: The ID of the address. Required to change the tags of an address that is identified
      by its tags.
    type: str
  ip_address:
    description:
      - The address itself, if it is already reserved.
      - A new address cannot be chosen.
    type: str
  is_ipv6:
    description:
      - Whether it is an IPv6 address. It cannot be changed.
      - The API's default is V(false).
    type: bool
  reverse:
    description:
      - The reverse DNS name of the address.
      - V('') restores its own name, C(51-158-104-96.lb.fr-par.scw.cloud) for 51.158.104.96.
    type: str
  tags:
    description:
      - The complete list of tags; others are removed. V([]) removes all.
      - Without O(id) and O(ip_address), the address with exactly these tags is used.
    type: list
    elements: str
  load_balancer:
    description:
      - The load balancer to attach the address to, as a name or an ID. This is how an existing load
        balancer gets an IPv6 address.
      - An attached address cannot be moved. It becomes free when its load balancer is deleted.
    type: str
    aliases: [lb_id]
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.ip_info
  - module: scaleway_community.lb.load_balancer
"""

EXAMPLES = r"""
---
- name: Reserve an address that outlives any load balancer
  scaleway_community.lb.ip:
    tags: [web, production]
  register: reserved

- name: Show the address for the DNS records
  ansible.builtin.debug:
    msg: "{{ reserved.ip.ip_address }}"

- name: Set its reverse name
  scaleway_community.lb.ip:
    tags: [web, production]
    reverse: shop.example.com

- name: Reserve an IPv6 address and attach it to an existing load balancer
  scaleway_community.lb.ip:
    tags: [web, production]
    is_ipv6: true
    load_balancer: web

- name: Change the tags of an address that is identified by itself
  scaleway_community.lb.ip:
    ip_address: "{{ reserved.ip.ip_address }}"
    tags: [retired]

- name: Release it
  scaleway_community.lb.ip:
    tags: [retired]
    state: absent
"""

RETURN = r"""
---
ip:
  description: >-
    The address as the API shows it, null if it is absent. In check mode, the address as it would
    be.
  type: dict
  returned: success
  contains:
    id:
      description: The ID.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    ip_address:
      description: The address.
      type: str
      returned: success
      sample: 51.158.104.96
    lb_id:
      description: The ID of the load balancer that it is attached to, null if there is none.
      type: str
      returned: success
    organization_id:
      description: The organization it belongs to.
      type: str
      returned: success
    project_id:
      description: The project it belongs to.
      type: str
      returned: success
    region:
      description: The region.
      type: str
      returned: success
      sample: fr-par
    reverse:
      description: The reverse DNS name of the address.
      type: str
      returned: success
      sample: 51-158-104-96.lb.fr-par.scw.cloud
    tags:
      description: The tags.
      type: list
      elements: str
      returned: success
      sample: [web]
    zone:
      description: The zone.
      type: str
      returned: success
      sample: fr-par-1
"""

from ..module_utils.execution import run
from ..module_utils.kinds.ip import IP


def main() -> None:
    run(IP)


if __name__ == "__main__":
    main()
