#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: load_balancer
short_description: Manage load balancers
version_added: 0.1.0
description:
  - Create, change, resize and delete a load balancer of the Scaleway Managed Load Balancer.
  - A load balancer is never deleted and recreated to apply a change. Changes that are not possible
    fail.
  - Deleting a load balancer also deletes its frontends, backends and certificates. Its IP addresses
    are kept, unless O(release_ip=true).
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  name:
    description:
      - The name.
      - The load balancer is looked up by this name within zone and project. If several objects have
        this name, the task fails; select one with O(id).
    type: str
  id:
    description:
      - The ID of the load balancer, if the name is not unique. Required to rename a load balancer.
    type: str
  description:
    description: A free-text description. V('') clears it.
    type: str
  type:
    description:
      - The size, such as V(LB-S), V(LB-GP-M) or V(LB-GP-L), not case-sensitive.
      - Changing it migrates the load balancer, which keeps its addresses and all objects on it.
      - Until a migration has finished, the API shows the previous type. A task that gives a type
        therefore waits for a migration that is in progress, even with O(wait=false).
      - The API's default is V(LB-S).
    type: str
  ips:
    description:
      - The IP addresses of the load balancer, as addresses or IDs. At most one IPv4 and one IPv6
        address.
      - They must already be reserved, for example with M(scaleway_community.lb.ip).
      - If omitted, a new load balancer gets an IPv4 address, unless O(assign_flexible_ip=false).
        With an empty list it gets none.
      - An address can be added to an existing load balancer. None can be removed or exchanged.
    type: list
    elements: str
    aliases: [ip_ids]
  assign_flexible_ip:
    description:
      - Whether a new load balancer gets a new IPv4 address. Without any address, it can only be
        reached from private networks.
      - The API's default is V(true). It cannot be changed later.
    type: bool
  assign_flexible_ipv6:
    description:
      - Whether a new load balancer gets a new IPv6 address.
      - The API's default is V(false). To add one later, reserve it and list it in O(ips).
    type: bool
  tags:
    description: The complete list of tags; others are removed. V([]) removes all.
    type: list
    elements: str
  ssl_compatibility_level:
    description:
      - The TLS versions that the frontends accept. V(modern) is TLS 1.3 only, V(intermediate) TLS
        1.2 and later, V(old) TLS 1.0 and later.
      - The API's default is V(intermediate).
    type: str
    choices:
      - intermediate
      - modern
      - old
      - ssl_compatibility_level_intermediate
      - ssl_compatibility_level_modern
      - ssl_compatibility_level_old
  subscriber:
    description:
      - The subscriber to notify about events on the servers, as a name or an ID.
        M(scaleway_community.lb.subscriber) manages subscribers.
      - V('') means none, which is the API's default.
    type: str
    aliases: [subscriber_id]
  release_ip:
    description: Whether O(state=absent) also releases the IP addresses. A released address is lost.
    type: bool
    default: false
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.load_balancer_info
  - module: scaleway_community.lb.ip
  - module: scaleway_community.lb.subscriber
"""

EXAMPLES = r"""
---
- name: Create a load balancer
  scaleway_community.lb.load_balancer:
    name: web
    type: LB-S
    tags: [web]

- name: Accept only TLS 1.3
  scaleway_community.lb.load_balancer:
    name: web
    ssl_compatibility_level: modern

- name: Give it a larger type, which migrates it
  scaleway_community.lb.load_balancer:
    name: web
    type: LB-GP-M

- name: Create a subscriber that is notified by email
  scaleway_community.lb.subscriber:
    name: on-call
    email_config:
      email: on-call@example.com

- name: Notify the subscriber about events on the servers of the load balancer
  scaleway_community.lb.load_balancer:
    name: web
    subscriber: on-call

- name: Reserve an address for another load balancer
  scaleway_community.lb.ip:
    tags: [shop]
  register: reserved

- name: Create a load balancer on that address
  scaleway_community.lb.load_balancer:
    name: shop
    ips: ["{{ reserved.ip.ip_address }}"]
  register: created

- name: Rename it
  scaleway_community.lb.load_balancer:
    id: "{{ created.load_balancer.id }}"
    name: store

- name: Delete it and keep its address
  scaleway_community.lb.load_balancer:
    name: store
    state: absent

- name: Delete a load balancer and release its address
  scaleway_community.lb.load_balancer:
    name: web
    state: absent
    release_ip: true
"""

RETURN = r"""
---
load_balancer:
  description: >-
    The load balancer as the API shows it, null if it is absent. In check mode, the load balancer as
    it would be.
  type: dict
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

from ..module_utils.execution import run
from ..module_utils.kinds.load_balancer import LOAD_BALANCER


def main() -> None:
    run(LOAD_BALANCER)


if __name__ == "__main__":
    main()
