#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: backend_servers
short_description: Add servers to a backend, remove them, and wait for them
version_added: 0.1.0
description:
  - Add servers to a backend or remove them, without affecting its other servers. Hosts that do this
    for themselves at the same time do not undo each other's changes.
  - Wait until a server gets traffic, or no longer gets any. Together, this is what a rolling update
    needs.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer of the backend, as a name or an ID.
      - Required if O(backend) is a name.
    type: str
    aliases: [lb_id]
  backend:
    description: The backend, as a name or an ID. It must exist, unless O(state=absent).
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
      - V(present) adds the servers that the backend lacks, V(absent) removes those that it has.
      - V(exact) makes O(servers) the complete list.
    type: str
    choices: [present, absent, exact]
    default: present
  wait_for:
    description:
      - The state to wait for after the change, as shown by the load balancer's statistics; also
        when nothing had to change. O(wait_timeout) is the limit.
      - V(up) waits until every server in O(servers) is running, which its health check decides. It
        is valid with O(state=present) and O(state=exact).
      - V(drained) waits until the removed servers no longer appear in the statistics, or are
        stopped, so that no new requests are sent to them. With O(state=absent), these are
        O(servers), with O(state=exact), all others.
      - The statistics do not count connections. After V(drained), give a server time to finish what
        it has begun. If connections are held open, as with SSL passthrough, this can take as long
        as a client stays connected.
    type: str
    choices: [up, drained]
  min_up:
    description:
      - Fail instead of removing servers if fewer than this many of the remaining ones are up, as
        shown by the load balancer's statistics.
      - If omitted, even the last server can be removed.
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
- name: Remove a server and wait until it gets no more traffic
  scaleway_community.lb.backend_servers:
    load_balancer: web
    backend: web
    servers: [10.0.0.1]
    state: absent
    wait_for: drained

- name: Add a server in the play of the host itself, and wait until it gets traffic
  scaleway_community.lb.backend_servers:
    load_balancer: web
    backend: web
    servers: ["{{ server_address | default('10.0.0.1') }}"]
    wait_for: up
  delegate_to: localhost

- name: Make these two the only servers of the backend
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
    The servers of the backend after the change. In check mode, those that it would have.
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
