#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: subscriber_info
short_description: Read alert subscribers
version_added: 0.1.0
description:
  - Read one subscriber or all that match, from all pages of the API.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  id:
    description: The ID of the subscriber to read.
    type: str
  name:
    description: The exact name.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.subscriber
"""

EXAMPLES = r"""
---
- name: Read every subscriber of the project
  scaleway_community.lb.subscriber_info:

- name: Read one by its name
  scaleway_community.lb.subscriber_info:
    name: on-call
"""

RETURN = r"""
---
subscribers:
  description: >-
    The subscribers that match all options. Empty if none matches.
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

from ..module_utils.execution import run_info
from ..module_utils.kinds.subscriber import SUBSCRIBER


def main() -> None:
    run_info(SUBSCRIBER)


if __name__ == "__main__":
    main()
