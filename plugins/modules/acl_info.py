#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: acl_info
short_description: Read the ACLs of a frontend
version_added: 0.1.0
description:
  - Read one ACL or all ACLs of a frontend, from all pages of the API, in the order of evaluation.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description: The load balancer of the frontend, as a name or an ID. Required if O(frontend) is a
      name.
    type: str
    aliases: [lb_id]
  frontend:
    description:
      - The frontend, as a name or an ID.
      - Required unless O(id) is given.
    type: str
    aliases: [frontend_id]
  name:
    description: The exact name.
    type: str
  id:
    description: The ID of the ACL to read.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.acls
"""

EXAMPLES = r"""
---
- name: Read the ACLs of a frontend
  scaleway_community.lb.acl_info:
    load_balancer: web
    frontend: https

- name: Read one by its name
  scaleway_community.lb.acl_info:
    load_balancer: web
    frontend: https
    name: office
"""

RETURN = r"""
---
acls:
  description: >-
    The ACLs that match all options, in the order of evaluation. Empty if none matches.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The ID.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    name:
      description: The name.
      type: str
      returned: success
      sample: to-https
    description:
      description: The description.
      type: str
      returned: success
    index:
      description: The position in the order of evaluation.
      type: int
      returned: success
      sample: 1
    action:
      description: What happens if the ACL matches.
      type: dict
      returned: success
      contains:
        type:
          description: V(allow), V(deny) or V(redirect).
          type: str
          returned: success
          sample: redirect
        redirect:
          description: The redirect, null for the other types.
          type: dict
          returned: success
          contains:
            type:
              description: V(location) or V(scheme).
              type: str
              returned: success
              sample: scheme
            target:
              description: The URL or the scheme.
              type: str
              returned: success
              sample: https
            code:
              description: The status code.
              type: int
              returned: success
              sample: 301
    match:
      description: The conditions of the ACL.
      type: dict
      returned: success
      contains:
        ip_subnet:
          description: The addresses or networks of clients.
          type: list
          elements: str
          returned: success
          sample: ["0.0.0.0/0"]
        ips_edge_services:
          description: Whether requests from Edge Services match.
          type: bool
          returned: success
        http_filter:
          description: The part of the request that is examined.
          type: str
          returned: success
          sample: acl_http_filter_none
        http_filter_value:
          description: The values to look for.
          type: list
          elements: str
          returned: success
          sample: []
        http_filter_option:
          description: The name of the header, null for the other filters.
          type: str
          returned: success
        invert:
          description: Whether the match is inverted.
          type: bool
          returned: success
          sample: false
    frontend:
      description: The frontend, with the keys that M(scaleway_community.lb.frontend) returns.
      type: dict
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
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.acl import ACL


def main() -> None:
    run_info(ACL)


if __name__ == "__main__":
    main()
