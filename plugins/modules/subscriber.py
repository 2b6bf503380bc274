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
  - Create, change and delete a subscriber, which is notified by email or through a webhook about
    events on the servers of a load balancer.
  - The option C(subscriber) of M(scaleway_community.lb.load_balancer) subscribes it to a load
    balancer. A subscriber that a load balancer uses cannot be deleted.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  name:
    description:
      - The name.
      - The subscriber is looked up by this name within zone and project. If several objects have
        this name, the task fails; select one with O(id).
    type: str
  id:
    description:
      - The ID of the subscriber, if the name is not unique. Required to rename a subscriber.
    type: str
  email_config:
    description:
      - Notify the subscriber by email.
      - To create a subscriber, one of O(email_config) and O(webhook_config) is required. Setting
        one removes the other.
    type: dict
    suboptions:
      email:
        description: The email address.
        type: str
        required: true
  webhook_config:
    description: Notify the subscriber through a webhook.
    type: dict
    suboptions:
      uri:
        description: The URL that receives the notifications.
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
- name: Notify the people on call by email
  scaleway_community.lb.subscriber:
    name: on-call
    email_config:
      email: on-call@example.com

- name: Subscribe them to a load balancer
  scaleway_community.lb.load_balancer:
    name: web
    subscriber: on-call

- name: Notify them through a webhook instead
  scaleway_community.lb.subscriber:
    name: on-call
    webhook_config:
      uri: https://hooks.example.com/on-call

- name: Unsubscribe them from the load balancer
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
    The subscriber as the API shows it, null if it is absent. In check mode, the subscriber as it
    would be.
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
      description: The notification by email.
      type: dict
      returned: when it is notified by email
      contains:
        email:
          description: The email address.
          type: str
          returned: success
          sample: on-call@example.com
    webhook_config:
      description: The notification through a webhook.
      type: dict
      returned: when it is notified through a webhook
      contains:
        uri:
          description: The URL that receives the notifications.
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
