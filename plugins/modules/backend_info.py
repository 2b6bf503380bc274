#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: backend_info
short_description: Read backends of a load balancer
version_added: 0.1.0
description:
  - Read one backend or all backends of a load balancer, from all pages of the API.
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
    description: The ID of the backend to read.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.backend
"""

EXAMPLES = r"""
---
- name: Read every backend of a load balancer
  scaleway_community.lb.backend_info:
    load_balancer: web

- name: Read one by its name
  scaleway_community.lb.backend_info:
    load_balancer: web
    name: web
  register: found

- name: Show the servers of the backend
  ansible.builtin.debug:
    msg: "{{ found.backends | map(attribute='pool') | flatten }}"
"""

RETURN = r"""
---
backends:
  description: >-
    The backends that match all options. Empty if none matches.
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
      sample: web
    forward_protocol:
      description: The protocol between load balancer and servers.
      type: str
      returned: success
      sample: http
    forward_port:
      description: The port of the servers.
      type: int
      returned: success
      sample: 80
    forward_port_algorithm:
      description: How a server is chosen.
      type: str
      returned: success
      sample: roundrobin
    pool:
      description: The addresses of the servers.
      type: list
      elements: str
      returned: success
      sample: [10.0.0.1, 10.0.0.2]
    health_check:
      description: How the servers are checked.
      type: dict
      returned: success
      contains:
        port:
          description: The port that is checked.
          type: int
          returned: success
          sample: 80
        check_max_retries:
          description: The number of consecutive failures after which a server is considered down.
          type: int
          returned: success
          sample: 3
        check_delay:
          description: The time between two checks, in milliseconds.
          type: int
          returned: success
          sample: 3000
        check_timeout:
          description: How long to wait for an answer, in milliseconds.
          type: int
          returned: success
          sample: 1000
        check_send_proxy:
          description: Whether checks begin with a PROXY protocol header.
          type: bool
          returned: success
          sample: false
        transient_check_delay:
          description: The time between two checks while a server is going up or down.
          type: str
          returned: success
          sample: 0.500s
        tcp_config:
          description: An empty dictionary, present if the check is of this kind.
          type: dict
          returned: when the check is of this kind
        http_config:
          description: The HTTP request.
          type: dict
          returned: when the check is of this kind
          contains:
            uri:
              description: The path that is requested.
              type: str
              returned: success
              sample: /health
            method:
              description: The request method.
              type: str
              returned: success
              sample: GET
            code:
              description: The expected status code.
              type: int
              returned: success
              sample: 200
            host_header:
              description: The Host header that is sent.
              type: str
              returned: success
              sample: shop.example.com
        https_config:
          description: The HTTPS request.
          type: dict
          returned: when the check is of this kind
          contains:
            uri:
              description: The path that is requested.
              type: str
              returned: success
              sample: /health
            method:
              description: The request method.
              type: str
              returned: success
              sample: GET
            code:
              description: The expected status code.
              type: int
              returned: success
              sample: 200
            host_header:
              description: The Host header that is sent.
              type: str
              returned: success
              sample: shop.example.com
            sni:
              description: The server name (SNI) in the TLS handshake.
              type: str
              returned: success
              sample: shop.example.com
        mysql_config:
          description: The MySQL login.
          type: dict
          returned: when the check is of this kind
          contains:
            user:
              description: The user.
              type: str
              returned: success
        pgsql_config:
          description: The PostgreSQL login.
          type: dict
          returned: when the check is of this kind
          contains:
            user:
              description: The user.
              type: str
              returned: success
        redis_config:
          description: An empty dictionary, present if the check is of this kind.
          type: dict
          returned: when the check is of this kind
        ldap_config:
          description: An empty dictionary, present if the check is of this kind.
          type: dict
          returned: when the check is of this kind
    sticky_sessions:
      description: How a client is kept on the same server.
      type: str
      returned: success
      sample: none
    sticky_sessions_cookie_name:
      description: The name of the cookie.
      type: str
      returned: success
    proxy_protocol:
      description: The PROXY protocol header sent to the servers.
      type: str
      returned: success
      sample: proxy_protocol_none
    send_proxy_v2:
      description: Deprecated and always V(false). See C(proxy_protocol).
      type: bool
      returned: success
    timeout_connect:
      description: How long connecting to a server may take, in milliseconds.
      type: int
      returned: success
      sample: 5000
    timeout_server:
      description: How long a server may be silent, in milliseconds.
      type: int
      returned: success
      sample: 300000
    timeout_tunnel:
      description: How long a tunnel may be idle, in milliseconds.
      type: int
      returned: success
      sample: 900000
    timeout_queue:
      description: How long a request waits for a free connection, null for no limit.
      type: str
      returned: success
      sample: 4s
    on_marked_down_action:
      description: What happens to the sessions of a server that goes down.
      type: str
      returned: success
      sample: on_marked_down_action_none
    failover_host:
      description: The bucket website that answers when no server is available, null for none.
      type: str
      returned: success
    host:
      description: The name sent to the servers as Host and SNI, empty for the name that the client
        requested.
      type: str
      returned: success
    ssl_bridging:
      description: Whether TLS is used to the servers.
      type: bool
      returned: success
      sample: false
    ignore_ssl_server_verify:
      description: Whether the verification of the servers' certificates is skipped.
      type: bool
      returned: success
    redispatch_attempt_count:
      description: The number of failed attempts after which another server is tried.
      type: int
      returned: success
    max_retries:
      description: How many times connecting to a server is retried.
      type: int
      returned: success
      sample: 3
    max_connections:
      description: The maximum number of connections to one server, null for no limit.
      type: int
      returned: success
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
from ..module_utils.kinds.backend import BACKEND


def main() -> None:
    run_info(BACKEND)


if __name__ == "__main__":
    main()
