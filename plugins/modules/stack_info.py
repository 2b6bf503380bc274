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
    M(scaleway_community.lb.stack). Applied to the same load balancer, it changes nothing.
  - Options that have the API's default value are left out.
  - IP addresses are exported as C(ip_address). To create another load balancer from the
    declaration, replace it with C(tags), and replace the C(ipam_ids) of private networks, too.
  - Objects whose name, or routes whose match, is not unique are exported with their C(id), and so
    is a subscriber of another project.
  - The API does not show the content of imported certificates. They are exported with only their
    names, which means that they must exist and stay as they are.
  - Texts may contain what Ansible takes for a template. Passed to another task, the result is plain
    text. To write it to a file that Ansible reads, use the filter
    P(scaleway_community.lb.literal_yaml#filter), which marks such texts.
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
      - Whether to add a variable for the content of each imported certificate, as in C({{
        shop_bundle | default(omit) }}). This is meant for text that the filter
        P(scaleway_community.lb.literal_yaml#filter) writes to a file.
      - The name of the variable is the name of the certificate in ASCII letters, digits and
        underscores, followed by C(_bundle). If several certificates would share a variable, the ID
        of the certificate comes before C(_bundle).
      - If the variable is set, the certificate is imported or replaced. Otherwise, it stays as it
        is.
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

- name: Apply the exported declaration, which changes nothing
  scaleway_community.lb.stack:
    load_balancer: "{{ exported.stack.load_balancer }}"
    ips: "{{ exported.stack.ips }}"
    certificates: "{{ exported.stack.certificates }}"
    backends: "{{ exported.stack.backends }}"
    frontends: "{{ exported.stack.frontends }}"

- name: Save it to a file
  ansible.builtin.copy:
    content: "{{ exported.stack | scaleway_community.lb.literal_yaml }}"
    dest: web.yml
    mode: "0644"
"""

RETURN = r"""
---
stack:
  description: >-
    The load balancer in the options of M(scaleway_community.lb.stack), null if there is none. Empty
    sections are missing.
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
