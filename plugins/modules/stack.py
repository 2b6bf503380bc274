#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: stack
short_description: Manage a whole load balancer in one task
version_added: 0.1.0
description:
  - Bring a load balancer and everything on it into line with one declaration. The changes are
    planned as a whole, in the right order. Independent objects are changed in parallel.
  - The current state is read by listing. A run that changes nothing costs one call per kind of
    object, and one per frontend whose ACLs are declared.
  - A declaration that cannot work is refused before anything is changed. All problems are reported
    at once, each with its place in the declaration.
  - Objects refer to each other by ID, or by the name of a declared or an existing object.
  - When an object is renamed by its C(id), its old name becomes free for another object.
  - If the task fails partway, it reports what was done and what was not, and the next run continues
    from there.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  prune:
    description:
      - Whether to remove objects that a section does not declare.
      - A section that is omitted is not touched, and an empty section removes all of its objects.
        The same applies to the ACLs and routes of a frontend. IP addresses are always kept.
    type: bool
    default: false
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.stack
  - scaleway_community.lb.attributes
requirements:
  - cryptography >= 41, to import a certificate
notes:
  - O(state=absent) deletes the load balancer with everything on it. IP addresses are kept unless
    O(load_balancer.release_ip=true). The subscriber is always kept.
seealso:
  - module: scaleway_community.lb.stack_info
    description: Exports a load balancer as such a declaration.
"""

EXAMPLES = r"""
---
- name: Show what would change for the shop, object by object
  scaleway_community.lb.stack: &shop
    load_balancer:
      name: shop
      type: LB-S
    ips:
      - tags: [shop]
    certificates:
      - name: shop
        letsencrypt: {}
    backends:
      - name: shop
        forward_protocol: http
        forward_port: 80
        servers: [10.0.0.1, 10.0.0.2]
        health_check:
          http_config:
            uri: /health
      - name: api
        forward_protocol: http
        forward_port: 8080
        servers: [10.0.0.3]
    frontends:
      - name: http
        inbound_port: 80
        backend: shop
        acls:
          - name: to-https
            action:
              type: redirect
              redirect:
                type: scheme
                target: https
      - name: https
        inbound_port: 443
        backend: shop
        certificates: [shop]
        routes:
          - path_begin: /api
            backend: api
  check_mode: true
  diff: true

- name: Create the shop
  scaleway_community.lb.stack: *shop

- name: Add a server, and remove every backend and route that is not declared here
  scaleway_community.lb.stack:
    load_balancer:
      name: shop
    backends:
      - name: shop
        servers: [10.0.0.1, 10.0.0.2, 10.0.0.4]
    frontends:
      - name: http
      - name: https
        routes: []
    prune: true

- name: Delete the shop and release its address
  scaleway_community.lb.stack:
    load_balancer:
      name: shop
      release_ip: true
    state: absent
"""

RETURN = r"""
---
stack:
  description: >-
    The current state, as the API shows it, without the copies of other objects that the API embeds
    in each object. In check mode, the state as it would be. Sections that were not read are
    missing.
  type: dict
  returned: success
  contains:
    load_balancer:
      description: >-
        The load balancer, as M(scaleway_community.lb.load_balancer) returns it, null if it is
        absent.
      type: dict
      returned: success
    private_networks:
      description: >-
        The private networks, as M(scaleway_community.lb.private_network) returns them.
      type: list
      elements: dict
      returned: when they were read
    certificates:
      description: >-
        The certificates, as M(scaleway_community.lb.certificate) returns them, each with its
        C(days_left).
      type: list
      elements: dict
      returned: when they were read
    backends:
      description: The backends, as M(scaleway_community.lb.backend) returns them.
      type: list
      elements: dict
      returned: when they were read
    frontends:
      description: >-
        The frontends, as M(scaleway_community.lb.frontend) returns them, with the ID and the name
        of their backend, and their C(acls) and C(routes) if these were read.
      type: list
      elements: dict
      returned: when they were read
changes:
  description: >-
    What was done, or would be done in check mode, in an order in which it could be done one after
    the other.
  type: list
  elements: dict
  returned: success
  contains:
    change:
      description: Whether the object was created, changed or removed.
      type: str
      returned: success
      sample: created
    object:
      description: The object.
      type: str
      returned: success
      sample: frontend 'https'
    place:
      description: The place in the declaration. For an object that is not declared, its kind.
      type: str
      returned: success
      sample: frontends[1]
problems:
  description: >-
    All problems of the declaration. Nothing was changed.
  type: list
  elements: str
  returned: when the declaration is refused
  sample: ["frontends[1].backend: there is no backend 'shopp'."]
done:
  description: What was done before the task failed, as in RV(changes).
  type: list
  elements: dict
  returned: when the task fails partway
not_done:
  description: What was not done, or was begun but not completed, as in RV(changes).
  type: list
  elements: dict
  returned: when the task fails partway
"""

from ..module_utils.execution import run
from ..module_utils.stack.stack import STACK


def main() -> None:
    run(STACK)


if __name__ == "__main__":
    main()
