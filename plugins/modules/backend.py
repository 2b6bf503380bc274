#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: backend
short_description: Manage backends of a load balancer
version_added: 0.1.0
description:
  - Create, change and delete a backend with its health check and its servers.
  - A backend that a frontend or a route uses cannot be deleted.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer, as a name or an ID. It cannot be changed.
      - Required to find a backend by its name, and to create one.
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
      - The ID of the backend, if the name is not unique. Required to rename a backend.
    type: str
  forward_protocol:
    description:
      - The protocol between load balancer and servers. V(http) lets the load balancer read
        requests, which SSL offloading, cookies, redirects and C(X-Forwarded-Proto) require. V(tcp)
        passes the stream through unchanged, as in SSL passthrough.
      - Required to create a backend.
    type: str
    choices: [tcp, http]
  forward_port:
    description:
      - The port of the servers, from 1 to 65535.
      - Required to create a backend.
    type: int
  forward_port_algorithm:
    description:
      - How a server is chosen. V(roundrobin) takes turns, V(leastconn) takes the server with the
        fewest connections, V(first) fills the first server before the next one.
      - The API's default is V(roundrobin).
    type: str
    choices: [roundrobin, leastconn, first]
  sticky_sessions:
    description:
      - How a client is kept on the same server. V(cookie) sets a cookie, which requires
        O(forward_protocol=http). V(table) uses the client's address.
      - The API's default is V(none).
    type: str
    choices: [none, cookie, table]
  sticky_sessions_cookie_name:
    description: The name of the cookie for O(sticky_sessions=cookie). V('') lets the API choose it.
    type: str
  servers:
    description:
      - The complete list of the servers' IP addresses; others are removed. V([]) removes all.
      - The order only matters with O(forward_port_algorithm=first).
    type: list
    elements: str
    aliases: [server_ip]
  proxy_protocol:
    description:
      - The PROXY protocol header to send at the beginning of each connection to a server. It
        contains the client's address, and the servers must expect it.
      - The API's default is V(none).
    type: str
    choices:
      - none
      - v1
      - v2
      - v2_ssl
      - v2_ssl_cn
      - proxy_protocol_none
      - proxy_protocol_v1
      - proxy_protocol_v2
      - proxy_protocol_v2_ssl
      - proxy_protocol_v2_ssl_cn
  send_proxy_v2:
    description: V(true) is the same as O(proxy_protocol=v2), V(false) the same as
      O(proxy_protocol=none). The two options are mutually exclusive.
    type: bool
  timeout_connect:
    description:
      - How long connecting to a server may take, such as V(500ms) or V(5s). A number without a unit
        is in milliseconds.
      - The API's default is V(5s). V('') restores it.
    type: str
  timeout_server:
    description:
      - How long a server may be silent, such as V(30s) or V(5m). A number without a unit is in
        milliseconds.
      - The API's default is V(5m). V('') restores it.
    type: str
  timeout_tunnel:
    description:
      - How long a tunnel, such as a WebSocket, may be idle, such as V(15m). A number without a unit
        is in milliseconds.
      - The API's default is V(15m). V('') restores it.
    type: str
  timeout_queue:
    description:
      - How long a request waits for a free connection when O(max_connections) is reached, such as
        V(500ms) or V(4s). The unit is required.
      - V('') or V(0s) removes the limit. The API's default is no limit.
    type: str
  on_marked_down_action:
    description:
      - What happens to the sessions of a server that goes down. V(shutdown_sessions) ends them.
      - The API's default is V(none).
    type: str
    choices: [none, shutdown_sessions, on_marked_down_action_none]
  failover_host:
    description:
      - The website of an Object Storage bucket that answers when no server is available, without a
        scheme, such as V(failover.s3-website.fr-par.scw.cloud).
      - V('') removes it.
    type: str
  host:
    description:
      - The name to send to the servers in the Host header, and as SNI with O(ssl_bridging=true).
      - V('') sends the name that the client requested, which is the API's default.
    type: str
  ssl_bridging:
    description:
      - Whether to use TLS to the servers, so that traffic is encrypted on both sides of the load
        balancer.
      - The API's default is V(false).
    type: bool
  ignore_ssl_server_verify:
    description:
      - Whether to skip the verification of the servers' certificates with O(ssl_bridging=true).
      - The API's default is V(false).
    type: bool
  redispatch_attempt_count:
    description: The number of failed attempts after which another server is tried. V(0), the API's
      default, leaves it unset.
    type: int
  max_retries:
    description: How many times to retry connecting to a server, from 0 to 32. The API's default is
      3.
    type: int
  max_connections:
    description: The maximum number of connections to one server. V(0), the API's default, means no
      limit.
    type: int
  health_check:
    description:
      - How the servers are checked. A server that fails the check gets no traffic until it passes
        again.
      - Suboptions that are omitted keep their value. Another kind of check, such as
        O(health_check.http_config), replaces the existing one.
      - The API's default is O(health_check.tcp_config).
    type: dict
    suboptions:
      port:
        description: The port to check, from 1 to 65535. For a new backend it defaults to
          O(forward_port).
        type: int
      check_max_retries:
        description: The number of consecutive failures after which a server is considered down,
          from 1 to 9999. The API's default is 3.
        type: int
      check_delay:
        description:
          - The time between two checks, such as V(5s), at least one second. A number without a unit
            is in milliseconds.
          - The API's default is V(3s). V('') restores it.
        type: str
      check_timeout:
        description:
          - How long to wait for an answer, such as V(2s), at least one second. A number without a
            unit is in milliseconds.
          - The API's default is V(1s). V('') restores it.
        type: str
      check_send_proxy:
        description:
          - Whether to begin checks with a PROXY protocol header, too. This requires
            O(proxy_protocol).
          - The API's default is V(false).
        type: bool
      transient_check_delay:
        description:
          - The time between two checks while a server is going up or down, such as V(500ms), at
            least V(100ms). The unit is required.
          - The API's default is V(500ms). V('') restores it.
        type: str
      tcp_config:
        description: Only open a TCP connection. There are no suboptions; use V({}).
        type: dict
      http_config:
        description: Send an HTTP request.
        type: dict
        suboptions:
          uri:
            description: The path to request, such as V(/health).
            type: str
            required: true
          method:
            description: The request method. The API's default is V(GET).
            type: str
          code:
            description: The expected status code, from 100 to 599. V(0) leaves the choice to the
              API.
            type: int
          host_header:
            description: The Host header to send. V('') sends none.
            type: str
      https_config:
        description: Send an HTTP request over TLS.
        type: dict
        suboptions:
          uri:
            description: The path to request, such as V(/health).
            type: str
            required: true
          method:
            description: The request method. The API's default is V(GET).
            type: str
          code:
            description: The expected status code, from 100 to 599. V(0) leaves the choice to the
              API.
            type: int
          host_header:
            description: The Host header to send. V('') sends none.
            type: str
          sni:
            description: The server name (SNI) to send in the TLS handshake. V('') sends none.
            type: str
      mysql_config:
        description: Log in to MySQL before version 9. Check later ones with
          O(health_check.tcp_config).
        type: dict
        suboptions:
          user:
            description: The user, who needs neither a password nor privileges.
            type: str
            required: true
      pgsql_config:
        description: Log in to PostgreSQL before version 14. Check later ones with
          O(health_check.tcp_config).
        type: dict
        suboptions:
          user:
            description: The user, who needs neither a password nor privileges.
            type: str
            required: true
      redis_config:
        description: Check that Redis responds. There are no suboptions; use V({}).
        type: dict
      ldap_config:
        description: Bind to LDAP anonymously. There are no suboptions; use V({}).
        type: dict
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.backend_info
  - module: scaleway_community.lb.frontend
"""

EXAMPLES = r"""
---
- name: Send decrypted requests to two web servers
  scaleway_community.lb.backend:
    load_balancer: web
    name: web
    forward_protocol: http
    forward_port: 80
    servers: [10.0.0.1, 10.0.0.2]
    health_check:
      http_config:
        uri: /health
        method: GET
        code: 200

- name: Keep clients on the same server with a cookie
  scaleway_community.lb.backend:
    load_balancer: web
    name: web
    sticky_sessions: cookie
    sticky_sessions_cookie_name: server

- name: Check more often and give slow requests more time
  scaleway_community.lb.backend:
    load_balancer: web
    name: web
    timeout_server: 10m
    health_check:
      check_delay: 2s
      transient_check_delay: 500ms

- name: Pass encrypted traffic through, and send the client's address to the servers
  scaleway_community.lb.backend:
    load_balancer: web
    name: passthrough
    forward_protocol: tcp
    forward_port: 443
    proxy_protocol: v2
    sticky_sessions: table
    servers: [10.0.0.1, 10.0.0.2]

- name: Remove the second server
  scaleway_community.lb.backend:
    load_balancer: web
    name: passthrough
    servers: [10.0.0.1]

- name: Delete a backend that no frontend uses
  scaleway_community.lb.backend:
    load_balancer: web
    name: passthrough
    state: absent
"""

RETURN = r"""
---
backend:
  description: >-
    The backend as the API shows it, null if it is absent. In check mode, the backend as it would
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

from ..module_utils.execution import run
from ..module_utils.kinds.backend import BACKEND


def main() -> None:
    run(BACKEND)


if __name__ == "__main__":
    main()
