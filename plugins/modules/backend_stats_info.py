#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: backend_stats_info
short_description: Read the health of the servers behind a load balancer
version_added: 0.1.0
description:
  - Read the state of each server behind a load balancer and the last result of its health check,
    from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description: The load balancer, as a name or an ID.
    type: str
    aliases: [lb_id]
  backend:
    description: The backend whose servers to read, as a name or an ID. By default, the servers of
      all backends.
    type: str
    aliases: [backend_id]
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.backend_servers
  - module: scaleway_community.lb.backend_info
"""

EXAMPLES = r"""
---
- name: Read the health of the servers behind a load balancer
  scaleway_community.lb.backend_stats_info:
    load_balancer: web
  register: found

- name: Show the servers that get no traffic
  ansible.builtin.debug:
    msg: >-
      {{ found.backend_stats | rejectattr('server_state', 'eq', 'running')
         | map(attribute='ip') | unique }}

- name: Read the health of the servers of one backend
  scaleway_community.lb.backend_stats_info:
    load_balancer: web
    backend: web
"""

RETURN = r"""
---
backend_stats:
  description: >-
    The servers as the instances of the load balancer see them. A server is listed once for each
    instance.
  type: list
  elements: dict
  returned: success
  contains:
    backend_id:
      description: The ID of the backend.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-555555555555
    instance_id:
      description: The ID of the instance that reports this.
      type: str
      returned: success
      sample: 11111111-2222-4333-8444-666666666666
    ip:
      description: The IP address of the server.
      type: str
      returned: success
      sample: 10.0.0.1
    server_state:
      description: V(stopped), V(starting), V(running) or V(stopping). Only a running server gets
        traffic.
      type: str
      returned: success
      sample: running
    server_state_changed_at:
      description: When the server entered this state, UTC.
      type: str
      returned: success
      sample: "2026-07-21T10:19:01Z"
    last_health_check_status:
      description: V(unknown), V(neutral), V(failed), V(passed) or V(condpass).
      type: str
      returned: success
      sample: passed
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.backend_stats import BACKEND_STATS


def main() -> None:
    run_info(BACKEND_STATS)


if __name__ == "__main__":
    main()
