#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: frontend
short_description: Manage frontends of a load balancer
version_added: 0.1.0
description:
  - Create, change and delete a frontend, which is a port on which a load balancer listens.
  - With a certificate, the load balancer decrypts the traffic (SSL offloading). Without one, and
    with a backend whose C(forward_protocol) is V(tcp), it passes the encrypted traffic through (SSL
    passthrough).
  - Deleting a frontend also deletes its ACLs.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer, as a name or an ID. It cannot be changed.
      - Required to find a frontend by its name, and to create one.
    type: str
    aliases: [lb_id]
  name:
    description:
      - The name.
      - The object is looked up by this name. If several objects have this name, the task fails;
        select one with O(id).
    type: str
  id:
    description:
      - The ID of the frontend, if the name is not unique. Required to rename a frontend.
    type: str
  inbound_port:
    description:
      - The port to listen on, from 1 to 65535.
      - Required to create a frontend.
    type: int
  backend:
    description:
      - The backend that receives the traffic, as a name or an ID.
      - Required to create a frontend.
    type: str
    aliases: [backend_id]
  certificates:
    description:
      - The certificates, as names or IDs. A client gets the certificate that matches the name it
        requests.
      - The order matters. The first certificate is served to all other clients, even if it has
        expired.
      - V([]) removes all. A frontend on port 80 cannot have certificates.
    type: list
    elements: str
    aliases: [certificate_ids]
  timeout_client:
    description:
      - How long a client may be silent, such as V(30s) or V(5m). A number without a unit is in
        milliseconds.
      - V('') restores the API's default.
    type: str
  enable_http3:
    description:
      - Whether to offer HTTP/3, which requires a certificate and a backend whose
        C(forward_protocol) is V(http).
      - The API's default is V(false).
    type: bool
  connection_rate_limit:
    description: The number of new connections per second that the frontend accepts. V(0), the API's
      default, means no limit.
    type: int
  enable_access_logs:
    description:
      - Whether to log requests to Cockpit, Scaleway's observability service.
      - The API's default is V(false).
    type: bool
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.frontend_info
  - module: scaleway_community.lb.backend
  - module: scaleway_community.lb.certificate
  - module: scaleway_community.lb.acls
"""

EXAMPLES = r"""
---
- name: Offload SSL on port 443
  scaleway_community.lb.frontend:
    load_balancer: web
    name: https
    inbound_port: 443
    backend: web
    certificates: [example]

- name: Offer HTTP/3 and disconnect silent clients
  scaleway_community.lb.frontend:
    load_balancer: web
    name: https
    enable_http3: true
    timeout_client: 30s

- name: Listen on port 80, for a redirect
  scaleway_community.lb.frontend:
    load_balancer: web
    name: http
    inbound_port: 80
    backend: web

- name: Remove the frontend on port 80
  scaleway_community.lb.frontend:
    load_balancer: web
    name: http
    state: absent
"""

RETURN = r"""
---
frontend:
  description: >-
    The frontend as the API shows it, null if it is absent. In check mode, the frontend as it would
    be.
  type: dict
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
      sample: https
    inbound_port:
      description: The port it listens on.
      type: int
      returned: success
      sample: 443
    backend:
      description: The backend, with the keys that M(scaleway_community.lb.backend) returns.
      type: dict
      returned: success
    certificate:
      description: >-
        The first certificate, with the keys that M(scaleway_community.lb.certificate) returns, null
        if there is none.
      type: dict
      returned: success
    certificate_ids:
      description: The IDs of the certificates.
      type: list
      elements: str
      returned: success
    timeout_client:
      description: How long a client may be silent, in milliseconds, null for the API's default.
      type: int
      returned: success
      sample: 30000
    connection_rate_limit:
      description: The number of new connections per second that the frontend accepts, null for no
        limit.
      type: int
      returned: success
    enable_access_logs:
      description: Whether requests are logged.
      type: bool
      returned: success
      sample: false
    enable_http3:
      description: Whether HTTP/3 is offered.
      type: bool
      returned: success
      sample: false
    lb:
      description: >-
        The load balancer, with the keys that M(scaleway_community.lb.load_balancer) returns. Its
        C(instances) may be empty here.
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
from ..module_utils.kinds.frontend import FRONTEND


def main() -> None:
    run(FRONTEND)


if __name__ == "__main__":
    main()
