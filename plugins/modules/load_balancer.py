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
  - A load balancer is never deleted and made anew to apply a change. What cannot change is
    refused.
  - Deleting one takes its frontends, backends and certificates with it. Its IP addresses stay,
    unless O(release_ip=true).
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  name:
    description:
      - The name.
      - The load balancer is found by it within zone and project. Two of one name are refused, and
        then O(id) says which one is meant.
    type: str
  id:
    description:
      - The ID of the load balancer, where the name is not enough. It is the way to rename one.
    type: str
  description:
    description: A text for people. V('') clears it.
    type: str
  type:
    description:
      - The size, such as V(LB-S), V(LB-GP-M) or V(LB-GP-L), in any case.
      - Changing it migrates the load balancer, which keeps its addresses and all that is on it.
      - Until a migration is over, the API shows the former type. So a task that gives a type waits
        for the end of one that is under way, even with O(wait=false).
      - The API's default is V(LB-S).
    type: str
  ips:
    description:
      - The IP addresses it answers on, as addresses or IDs. At most one of IPv4 and one of IPv6.
      - They must have been reserved, as M(scaleway_community.lb.ip) does.
      - Left out, a new load balancer gets an IPv4 address, unless O(assign_flexible_ip=false). With
        an empty list it gets none.
      - An address can be added to a live load balancer. None can be taken off or exchanged.
    type: list
    elements: str
    aliases: [ip_ids]
  assign_flexible_ip:
    description:
      - Whether a new load balancer gets a new IPv4 address. Without any address it can be reached
        from private networks alone.
      - The API's default is V(true). It cannot change later.
    type: bool
  assign_flexible_ipv6:
    description:
      - Whether a new load balancer gets a new IPv6 address.
      - The API's default is V(false). To add one later, reserve it and name it in O(ips).
    type: bool
  tags:
    description: The whole list of tags. V([]) clears it.
    type: list
    elements: str
  ssl_compatibility_level:
    description:
      - The TLS versions that its frontends accept. V(modern) is TLS 1.3 alone, V(intermediate)
        begins with TLS 1.2, V(old) with TLS 1.0.
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
      - Who is told when something happens to its servers, as the name or ID of a subscriber that
        M(scaleway_community.lb.subscriber) manages.
      - V('') tells nobody, which is the API's default.
    type: str
    aliases: [subscriber_id]
  release_ip:
    description: Whether O(state=absent) gives the IP addresses back as well. A released address
      is lost.
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

- name: Accept TLS 1.3 alone
  scaleway_community.lb.load_balancer:
    name: web
    ssl_compatibility_level: modern

- name: Give it a larger type, which migrates it
  scaleway_community.lb.load_balancer:
    name: web
    type: LB-GP-M

- name: Create a subscriber, who is told by mail
  scaleway_community.lb.subscriber:
    name: on-call
    email_config:
      email: on-call@example.com

- name: Let it tell them when something happens to its servers
  scaleway_community.lb.load_balancer:
    name: web
    subscriber: on-call

- name: Reserve an address of its own for another one
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
    The load balancer as the API shows it. Null if it is absent. In check mode what would be
    there.
  type: dict
  returned: success
  contains:
    id:
      description: The ID. Null in check mode where it would be created, as is all that only the
        API knows.
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
      description: What it is doing. Usable is V(ready).
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
          description: The ID of the load balancer it is attached to, null for none.
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
          description: The name that the address resolves to.
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
      description: The machines behind it. V(pending) there means that a change is being rolled
        out.
      type: list
      elements: dict
      returned: success
      contains:
        id:
          description: The ID.
          type: str
          returned: success
        status:
          description: What it is doing.
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
      description: The TLS versions accepted.
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
      description: How many backends it has.
      type: int
      returned: success
      sample: 1
    frontend_count:
      description: How many frontends it has.
      type: int
      returned: success
      sample: 2
    private_network_count:
      description: How many private networks it is attached to.
      type: int
      returned: success
      sample: 0
    route_count:
      description: How many routes it has.
      type: int
      returned: success
      sample: 0
    subscriber:
      description: >-
        Who is told when something happens to its servers, with the keys that
        M(scaleway_community.lb.subscriber) returns, null for nobody.
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
