#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: acls
short_description: Manage the ACLs of a frontend
version_added: 0.1.0
description:
  - Set the whole list of a frontend's ACLs in one call.
  - ACLs are evaluated in the order of the list, and the first match decides. Requests that match no
    ACL are allowed.
  - ACLs only exist on their frontend, so O(state=absent) empties the list.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description: The load balancer of the frontend, as a name or an ID. Required if O(frontend) is a
      name.
    type: str
    aliases: [lb_id]
  frontend:
    description: The frontend, as a name or an ID.
    type: str
    aliases: [frontend_id]
  acls:
    description:
      - The complete list of ACLs, in the order of evaluation. V([]) removes all.
      - Options that an ACL omits are set to the API's default, instead of keeping their value.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name.
        type: str
        required: true
      description:
        description: A free-text description.
        type: str
      action:
        description: What happens if the ACL matches.
        type: dict
        required: true
        suboptions:
          type:
            description: Whether to allow the request, deny it, or redirect the client.
            type: str
            choices: [allow, deny, redirect]
            required: true
          redirect:
            description: Where to redirect the client, for O(acls[].action.type=redirect).
            type: dict
            suboptions:
              type:
                description: Whether to redirect to another URL, or to the same URL with another
                  scheme.
                type: str
                choices: [location, scheme]
                required: true
              target:
                description:
                  - The scheme, such as V(https), or the URL.
                  - In a URL, C({{host}}), C({{path}}), C({{query}}) and C({{scheme}}) stand for
                    those of the request, C({{path}}) for the path without its first slash. Write
                    them without spaces, and protect them from Ansible's own templating with
                    C({% raw %}).
                type: str
                required: true
              code:
                description: The status code of the redirect. The API's default is 302.
                type: int
                choices: [301, 302, 303, 307, 308]
      match:
        description:
          - The conditions of the ACL, all of which must be met. If omitted, the ACL matches every
            request.
        type: dict
        suboptions:
          ip_subnet:
            description: Addresses or networks of clients, one of which must match. If omitted, all
              clients match.
            type: list
            elements: str
          ips_edge_services:
            description: Match requests that come through Scaleway's Edge Services.
            type: bool
          http_filter:
            description:
              - The part of the request to examine. This requires a backend whose
                C(forward_protocol) is V(http).
            type: str
            choices: [none, path_begin, path_end, regex, http_header_match, acl_http_filter_none]
          http_filter_value:
            description: The values to look for, one of which must match.
            type: list
            elements: str
          http_filter_option:
            description: The name of the header, for
              O(acls[].match.http_filter=http_header_match).
            type: str
          invert:
            description: Invert the match.
            type: bool
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.acl_info
  - module: scaleway_community.lb.frontend
"""

EXAMPLES = r"""
---
- name: Listen on port 80
  scaleway_community.lb.frontend:
    load_balancer: web
    name: http
    inbound_port: 80
    backend: web

- name: Redirect every request to HTTPS
  scaleway_community.lb.acls:
    load_balancer: web
    frontend: http
    acls:
      - name: to-https
        action:
          type: redirect
          redirect:
            type: scheme
            target: https
            code: 301

- name: Allow only the office to open the administration
  scaleway_community.lb.acls:
    load_balancer: web
    frontend: https
    acls:
      - name: office
        action:
          type: allow
        match:
          ip_subnet: [192.0.2.0/24]
          http_filter: path_begin
          http_filter_value: [/admin]
      - name: nobody-else
        action:
          type: deny
        match:
          http_filter: path_begin
          http_filter_value: [/admin]

- name: Send requests for an old path to a new one
  scaleway_community.lb.acls:
    load_balancer: web
    frontend: https
    acls:
      - name: moved
        action:
          type: redirect
          redirect:
            type: location
            target: "{% raw %}https://{{host}}/shop/{{path}}{% endraw %}"
            code: 308
        match:
          http_filter: path_begin
          http_filter_value: [/old]

- name: Remove every ACL of a frontend
  scaleway_community.lb.acls:
    load_balancer: web
    frontend: https
    state: absent
"""

RETURN = r"""
---
acls:
  description: >-
    The ACLs in the order of evaluation, as the API shows them. In check mode, the ACLs as they
    would be.
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

from ..module_utils.execution import run
from ..module_utils.kinds.acls import ACLS


def main() -> None:
    run(ACLS)


if __name__ == "__main__":
    main()
