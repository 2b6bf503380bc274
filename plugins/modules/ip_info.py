#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ip_info
short_description: Read flexible IP addresses
version_added: 0.1.0
description:
  - Read one IP address or all that match, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  id:
    description: The ID of the address to read.
    type: str
  ip_address:
    description: The address itself.
    type: str
  is_ipv6:
    description: V(true) reads only IPv6 addresses, V(false) only IPv4 addresses. By default, both
      are read.
    type: bool
  tags:
    description: Only objects that have all of these tags.
    type: list
    elements: str
  load_balancer:
    description: Only addresses that are attached to this load balancer, as a name or an ID.
    type: str
    aliases: [lb_id]
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.ip
"""

EXAMPLES = r"""
---
- name: Read every address of the project
  scaleway_community.lb.ip_info:

- name: Read the IPv4 addresses of one load balancer
  scaleway_community.lb.ip_info:
    load_balancer: web
    is_ipv6: false

- name: Read those that have a tag
  scaleway_community.lb.ip_info:
    tags: [web]
"""

RETURN = r"""
---
ips:
  description: >-
    The addresses that match all options. Empty if none matches.
  type: list
  elements: dict
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

from ..module_utils.execution import run_info
from ..module_utils.kinds.ip import IP


def main() -> None:
    run_info(IP)


if __name__ == "__main__":
    main()
