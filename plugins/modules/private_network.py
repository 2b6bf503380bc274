#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_network
short_description: Attach a load balancer to private networks
version_added: 0.1.0
description:
  - Attach a load balancer to a private network, through which it reaches servers that have no
    public address, and detach it.
  - The private network itself belongs to another API and must already exist.
  - The module first waits for an attachment that is V(pending), because the API does not say
    whether it is being attached or detached.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description: The load balancer, as a name or an ID.
    type: str
    aliases: [lb_id]
  private_network_id:
    description:
      - The ID of the private network. It may include its region, as in
        V(fr-par/11111111-2222-4333-8444-555555555555).
    type: str
  ipam_ids:
    description:
      - The IDs of the reserved addresses (IPAM) that the load balancer uses in the network. If
        omitted or empty, an address is booked.
      - They cannot be changed while the network is attached.
    type: list
    elements: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.private_network_info
  - module: scaleway_community.lb.load_balancer
"""

EXAMPLES = r"""
---
- name: Attach a load balancer to a private network
  scaleway_community.lb.private_network:
    load_balancer: web
    private_network_id: 11111111-2222-4333-8444-555555555555

- name: Attach it to another one, with the address that is reserved for it
  scaleway_community.lb.private_network:
    load_balancer: web
    private_network_id: fr-par/11111111-2222-4333-8444-666666666666
    ipam_ids: [fr-par/11111111-2222-4333-8444-777777777777]

- name: Detach it from the first one
  scaleway_community.lb.private_network:
    load_balancer: web
    private_network_id: 11111111-2222-4333-8444-555555555555
    state: absent
"""

RETURN = r"""
---
private_network:
  description: >-
    The attachment as the API shows it, null if it is absent. In check mode, the attachment as it
    would be.
  type: dict
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

from ..module_utils.execution import run
from ..module_utils.kinds.private_network import PRIVATE_NETWORK


def main() -> None:
    run(PRIVATE_NETWORK)


if __name__ == "__main__":
    main()
