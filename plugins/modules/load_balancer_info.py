#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: load_balancer_info
short_description: Read load balancers
version_added: 0.1.0
description:
  - Read one load balancer or all that match, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  id:
    description: The ID of the load balancer to read.
    type: str
  name:
    description: The exact name.
    type: str
  tags:
    description: Only objects that have all of these tags.
    type: list
    elements: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.load_balancer
"""

EXAMPLES = r"""
---
- name: Read every load balancer of the project in one zone
  scaleway_community.lb.load_balancer_info:
    zone: fr-par-1

- name: Read one by its name
  scaleway_community.lb.load_balancer_info:
    name: web
  register: found

- name: Show its addresses
  ansible.builtin.debug:
    msg: "{{ found.load_balancers | map(attribute='ip') | flatten | map(attribute='ip_address') }}"

- name: Read those that have a tag
  scaleway_community.lb.load_balancer_info:
    tags: [web]
"""

RETURN = r"""
---
load_balancers:
  description: >-
    The load balancers that match all options. Empty if none matches.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The ID. In check mode it is null if the load balancer would be created, as is
        everything that only the API knows.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    name:
      description: The name.
      type: str
      returned: success
      sample: web
    description:
      description: The description.
      type: str
      returned: success
    status:
      description: The status. V(ready) means that it can be used.
      type: str
      returned: success
      sample: ready
    type:
      description: The type, in lower case.
      type: str
      returned: success
      sample: lb-s
    ip:
      description: The addresses, the IPv4 address first.
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
    instances:
      description: The instances of the load balancer. The status V(pending) means that a change is
        being rolled out.
      type: list
      elements: dict
      returned: success
      contains:
        id:
          description: The ID.
          type: str
          returned: success
        status:
          description: The status.
          type: str
          returned: success
          sample: ready
        ip_address:
          description: Always empty.
          type: str
          returned: success
        created_at:
          description: When it was created, UTC.
          type: str
          returned: success
          sample: "2026-07-21T10:19:01.839885Z"
        updated_at:
          description: When it last changed, UTC.
          type: str
          returned: success
          sample: "2026-07-21T10:19:04.547045Z"
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
    ssl_compatibility_level:
      description: The TLS versions that are accepted.
      type: str
      returned: success
      sample: ssl_compatibility_level_intermediate
    tags:
      description: The tags.
      type: list
      elements: str
      returned: success
      sample: [web]
    backend_count:
      description: The number of backends.
      type: int
      returned: success
      sample: 1
    frontend_count:
      description: The number of frontends.
      type: int
      returned: success
      sample: 2
    private_network_count:
      description: The number of private networks that it is attached to.
      type: int
      returned: success
      sample: 0
    route_count:
      description: The number of routes.
      type: int
      returned: success
      sample: 0
    subscriber:
      description: >-
        The subscriber that is notified about events on the servers, with the keys that
        M(scaleway_community.lb.subscriber) returns, null if there is none.
      type: dict
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
    zone:
      description: The zone.
      type: str
      returned: success
      sample: fr-par-1
    created_at:
      description: When it was created, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:19:01.839885Z"
    updated_at:
      description: When it last changed, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:19:04.547045Z"
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.load_balancer import LOAD_BALANCER


def main() -> None:
    run_info(LOAD_BALANCER)


if __name__ == "__main__":
    main()
