#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: subscriber
short_description: Manage alert subscribers
version_added: 0.1.0
description:
  - Create, change and delete a subscriber, who is told by mail or through a webhook when
    something happens to the servers of a load balancer.
  - A load balancer gets its subscriber by the option C(subscriber) of
    M(scaleway_community.lb.load_balancer). One that a load balancer has cannot be deleted.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  name:
    description:
      - The name.
      - The subscriber is found by it within zone and project. Two of one name are refused, and
        then O(id) says which one is meant.
    type: str
  id:
    description:
      - The ID of the subscriber, where the name is not enough. It is the way to rename one.
    type: str
  email_config:
    description:
      - Tell it by mail.
      - To create a subscriber, one of O(email_config) and O(webhook_config) is needed. Giving one
        drops the other.
    type: dict
    suboptions:
      email:
        description: The mail address.
        type: str
        required: true
  webhook_config:
    description: Tell it through a webhook.
    type: dict
    suboptions:
      uri:
        description: The address that gets the messages.
        type: str
        required: true
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
seealso:
  - module: scaleway_community.lb.subscriber_info
  - module: scaleway_community.lb.load_balancer
"""

EXAMPLES = r"""
---
- name: Tell the people on call by mail
  scaleway_community.lb.subscriber:
    name: on-call
    email_config:
      email: on-call@example.com

- name: Let a load balancer tell them
  scaleway_community.lb.load_balancer:
    name: web
    subscriber: on-call

- name: Tell them through a webhook from now on
  scaleway_community.lb.subscriber:
    name: on-call
    webhook_config:
      uri: https://hooks.example.com/on-call

- name: Let the load balancer tell nobody
  scaleway_community.lb.load_balancer:
    name: web
    subscriber: ""

- name: Delete the subscriber
  scaleway_community.lb.subscriber:
    name: on-call
    state: absent
"""

RETURN = r"""
---
subscriber:
  description: >-
    The subscriber as the API shows it. Null if it is absent. In check mode what would be there.
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
      sample: on-call
    email_config:
      description: How it is told by mail.
      type: dict
      returned: when it is told by mail
      contains:
        email:
          description: The mail address.
          type: str
          returned: success
          sample: on-call@example.com
    webhook_config:
      description: How it is told through a webhook.
      type: dict
      returned: when it is told through a webhook
      contains:
        uri:
          description: The address that gets the messages.
          type: str
          returned: success
          sample: https://hooks.example.com/on-call
"""

from ..module_utils.execution import run
from ..module_utils.kinds.subscriber import SUBSCRIBER


def main() -> None:
    run(SUBSCRIBER)


if __name__ == "__main__":
    main()
