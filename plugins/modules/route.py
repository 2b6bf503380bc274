#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: route
short_description: Manage routes of a frontend
version_added: 0.1.0
description:
  - Create, change and delete a route, which sends matching requests of a frontend to another
    backend. Requests that match no route go to the frontend's backend.
  - A route has no name. It is identified by its frontend and its value of O(sni), O(host_header) or
    O(path_begin).
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer of the frontend, as a name or an ID.
      - Required if O(frontend) is a name.
    type: str
    aliases: [lb_id]
  frontend:
    description:
      - The frontend whose requests are matched, as a name or an ID. It cannot be changed.
      - Required unless O(id) is given.
    type: str
    aliases: [frontend_id]
  backend:
    description:
      - The backend that receives matching requests, as a name or an ID.
      - Required to create a route.
    type: str
    aliases: [backend_id]
  sni:
    description:
      - The server name (SNI) that a client requests in the TLS handshake. This is for SSL
        passthrough, with backends whose C(forward_protocol) is V(tcp).
      - Specify one of O(sni), O(host_header) and O(path_begin).
    type: str
  host_header:
    description:
      - The name in the Host header of the request. This requires backends whose C(forward_protocol)
        is V(http).
    type: str
  path_begin:
    description:
      - The beginning of the request path, such as V(/api). This requires backends whose
        C(forward_protocol) is V(http).
    type: str
  match_subdomains:
    description:
      - Whether O(sni) or O(host_header) also matches subdomains.
      - The API's default is V(false).
    type: bool
  id:
    description:
      - The ID of the route. Required to change what a route matches.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.route_info
  - module: scaleway_community.lb.frontend
  - module: scaleway_community.lb.backend
"""

EXAMPLES = r"""
---
- name: Create a backend for the API
  scaleway_community.lb.backend:
    load_balancer: web
    name: api
    forward_protocol: http
    forward_port: 8080
    servers: [10.0.0.3]

- name: Send requests for the API to it
  scaleway_community.lb.route:
    load_balancer: web
    frontend: https
    backend: api
    path_begin: /api
  register: created

- name: Send requests for a name and its subdomains to it, too
  scaleway_community.lb.route:
    load_balancer: web
    frontend: https
    backend: api
    host_header: api.example.com
    match_subdomains: true

- name: Match another path
  scaleway_community.lb.route:
    id: "{{ created.route.id }}"
    path_begin: /v2

- name: Remove a route
  scaleway_community.lb.route:
    load_balancer: web
    frontend: https
    host_header: api.example.com
    state: absent
"""

RETURN = r"""
---
route:
  description: >-
    The route as the API shows it, null if it is absent. In check mode, the route as it would be.
  type: dict
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

from ..module_utils.execution import run
from ..module_utils.kinds.route import ROUTE


def main() -> None:
    run(ROUTE)


if __name__ == "__main__":
    main()
