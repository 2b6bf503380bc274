#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: route_info
short_description: Read routes
version_added: 0.1.0
description:
  - Read one route or all that match, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer, as a name or an ID. By default, the routes of the whole zone are read.
      - Required if O(frontend) or O(backend) is a name.
    type: str
    aliases: [lb_id]
  frontend:
    description: Only routes of this frontend, as a name or an ID.
    type: str
    aliases: [frontend_id]
  backend:
    description: Only routes to this backend, as a name or an ID.
    type: str
    aliases: [backend_id]
  sni:
    description: Only routes that match this server name (SNI).
    type: str
  host_header:
    description: Only routes that match this name in the Host header.
    type: str
  path_begin:
    description: Only routes that match this beginning of the path.
    type: str
  id:
    description: The ID of the route to read.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.route
"""

EXAMPLES = r"""
---
- name: Read the routes of a load balancer
  scaleway_community.lb.route_info:
    load_balancer: web

- name: Read those that lead to one backend
  scaleway_community.lb.route_info:
    load_balancer: web
    backend: web
"""

RETURN = r"""
---
routes:
  description: >-
    The routes that match all options. Empty if none matches.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The ID.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    frontend_id:
      description: The ID of the frontend.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555556
    backend_id:
      description: The ID of the backend that receives matching requests.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555557
    match:
      description: The conditions of the ACL.
      type: dict
      returned: success
      contains:
        sni:
          description: The server name (SNI) in the TLS handshake.
          type: str
          returned: when the route matches on it
          sample: vault.example.com
        host_header:
          description: The name in the Host header.
          type: str
          returned: when the route matches on it
          sample: api.example.com
        path_begin:
          description: The beginning of the path.
          type: str
          returned: when the route matches on it
          sample: /api
        match_subdomains:
          description: Whether subdomains match, too.
          type: bool
          returned: success
          sample: false
    created_at:
      description: When it was created, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:18:18.102071Z"
    updated_at:
      description: When it last changed, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:18:18.102071Z"
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.route import ROUTE


def main() -> None:
    run_info(ROUTE)


if __name__ == "__main__":
    main()
