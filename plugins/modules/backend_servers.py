#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: backend_servers
short_description: Add servers to a backend, take them out, and wait for them
version_added: 0.1.0
description:
  - Add servers to a backend or take them out, and leave its other servers alone. Hosts that do
    this for themselves at the same time do not undo what the others did.
  - Wait until a server gets traffic, or gets none any more. Together this is what a rolling update
    needs.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer of the backend, as a name or an ID.
      - Needed where O(backend) is a name.
    type: str
    aliases: [lb_id]
  backend:
    description: The backend, as a name or an ID. It must be there, unless O(state=absent).
    type: str
    required: true
    aliases: [backend_id]
  servers:
    description: The IP addresses of the servers.
    type: list
    elements: str
    required: true
    aliases: [server_ip]
  state:
    description:
      - V(present) adds the servers that the backend lacks, V(absent) takes out those it has.
      - V(exact) makes them all the servers it has.
    type: str
    choices: [present, absent, exact]
    default: present
  wait_for:
    description:
      - What to wait for at last, as the load balancer's statistics show it, even where nothing had
        to change. O(wait_timeout) is the limit.
      - V(up) waits until every server of O(servers) is running, which its health check decides. It
        goes with O(state=present) and O(state=exact).
      - V(drained) waits until the servers that were taken out are gone from the statistics, or are
        stopped, so that nothing more is sent to them. With O(state=absent) these are O(servers),
        with O(state=exact) all others.
      - The statistics do not count connections. Leave a server some time after it was drained to
        answer what it has begun, and as long as a client may stay where connections are held open,
        as with SSL passthrough.
    type: str
    choices: [up, drained]
  min_up:
    description:
      - Refuse to take servers out if fewer than this many of those that stay are up, as the load
        balancer's statistics show them.
      - Left out, the last server can be taken out, too.
    type: int
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.backend
  - module: scaleway_community.lb.backend_stats_info
"""

EXAMPLES = r"""
---
- name: Take a server out and wait until it gets no more traffic
  scaleway_community.lb.backend_servers:
    load_balancer: web
    backend: web
    servers: [10.0.0.1]
    state: absent
    wait_for: drained

- name: Put a server in from the play of the host itself, and wait until it gets traffic
  scaleway_community.lb.backend_servers:
    load_balancer: web
    backend: web
    servers: ["{{ server_address | default('10.0.0.1') }}"]
    wait_for: up
  delegate_to: localhost

- name: Make these two all the servers there are
  scaleway_community.lb.backend_servers:
    load_balancer: web
    backend: web
    servers: [10.0.0.1, 10.0.0.2]
    state: exact
"""

RETURN = r"""
---
backend_servers:
  description: >-
    The servers that the backend then has. In check mode those that it would have.
  type: list
  elements: str
  returned: success
  sample: [10.0.0.1, 10.0.0.2]
"""

from ..module_utils.execution import run
from ..module_utils.kinds.backend_servers import BACKEND_SERVERS


def main() -> None:
    run(BACKEND_SERVERS)


if __name__ == "__main__":
    main()
