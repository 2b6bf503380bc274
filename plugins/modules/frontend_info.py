#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: frontend_info
short_description: Read frontends of a load balancer
version_added: 0.1.0
description:
  - Read one frontend or all frontends of a load balancer, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer, as a name or an ID.
      - Required unless O(id) is given.
    type: str
    aliases: [lb_id]
  name:
    description: The exact name.
    type: str
  id:
    description: The ID of the frontend to read.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.frontend
"""

EXAMPLES = r"""
---
- name: Read every frontend of a load balancer
  scaleway_community.lb.frontend_info:
    load_balancer: web

- name: Read one by its name
  scaleway_community.lb.frontend_info:
    load_balancer: web
    name: https
"""

RETURN = r"""
---
frontends:
  description: >-
    The frontends that match all options. Empty if none matches.
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

from ..module_utils.execution import run_info
from ..module_utils.kinds.frontend import FRONTEND


def main() -> None:
    run_info(FRONTEND)


if __name__ == "__main__":
    main()
