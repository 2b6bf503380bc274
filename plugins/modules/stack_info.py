#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: stack_info
short_description: Export a load balancer as a declaration
version_added: 0.1.0
description:
  - Read a load balancer and everything on it, and return it as a declaration for
    M(scaleway_community.lb.stack). To what it was read from, that declaration changes nothing.
  - What has the value that the API would come to by itself is left out.
  - Addresses are told by themselves. To make another load balancer by the declaration, replace
    C(ip_address) by C(tags), and the C(ipam_ids) of private networks as well.
  - What is not the only one of its name, or a route not the only one for its match, is told with
    its C(id), and so is a subscriber of another project.
  - The API shows no content of imported certificates. They are told by their names, which says
    that they are there and stay as they are.
  - Texts may hold what Ansible takes for a template. To a task that is given the result, they are
    plain text. For a file that Ansible reads, write them by the filter
    P(scaleway_community.lb.literal_yaml#filter), which marks them.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description: The load balancer, as a name or an ID.
    type: str
    required: true
    aliases: [lb_id]
  secrets_as_variables:
    description:
      - Whether to give every imported certificate a variable for its content, as in
        C({{ shop_bundle | default(omit) }}). This is meant for text that is written to a file, by
        the filter P(scaleway_community.lb.literal_yaml#filter).
      - The variable is the name of the certificate in ASCII letters and digits, followed by
        C(_bundle); where two would share it, with the ID of the certificate in between.
      - With the variable set, the certificate is imported or replaced. Without it, it stays as
        it is.
    type: bool
    default: false
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.stack
  - plugin: scaleway_community.lb.literal_yaml
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Read the load balancer
  scaleway_community.lb.stack_info:
    load_balancer: web
  register: exported

- name: Have it as it is, which changes nothing
  scaleway_community.lb.stack:
    load_balancer: "{{ exported.stack.load_balancer }}"
    ips: "{{ exported.stack.ips }}"
    certificates: "{{ exported.stack.certificates }}"
    backends: "{{ exported.stack.backends }}"
    frontends: "{{ exported.stack.frontends }}"

- name: Keep it in a file
  ansible.builtin.copy:
    content: "{{ exported.stack | scaleway_community.lb.literal_yaml }}"
    dest: web.yml
    mode: "0644"
"""

RETURN = r"""
---
stack:
  description: >-
    The load balancer in the options of M(scaleway_community.lb.stack). Null if there is none.
    Sections without an object are missing.
  type: dict
  returned: success
  contains:
    load_balancer:
      description: The load balancer.
      type: dict
      returned: success
    ips:
      description: Its addresses.
      type: list
      elements: dict
      returned: when there are any
    private_networks:
      description: The private networks that it is attached to.
      type: list
      elements: dict
      returned: when there are any
    certificates:
      description: Its certificates.
      type: list
      elements: dict
      returned: when there are any
    backends:
      description: Its backends.
      type: list
      elements: dict
      returned: when there are any
    frontends:
      description: Its frontends with their ACLs and routes.
      type: list
      elements: dict
      returned: when there are any
    subscriber:
      description: Its subscriber.
      type: dict
      returned: when there is one
"""

from ..module_utils.execution import run_info
from ..module_utils.stack.stack import STACK


def main() -> None:
    run_info(STACK)


if __name__ == "__main__":
    main()
