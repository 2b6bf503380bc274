#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: certificate_info
short_description: Read certificates of a load balancer
version_added: 0.1.0
description:
  - Read one certificate or all certificates of a load balancer, from all pages of the API, and how
    long each is still valid.
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
    description: The ID of the certificate to read.
    type: str
  expires_within_days:
    description: Warn about each certificate that has this many days left or fewer, and set
      C(expiring).
    type: int
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.attributes.info
seealso:
  - module: scaleway_community.lb.certificate
"""

EXAMPLES = r"""
---
- name: Read every certificate of a load balancer and warn about those that expire within a month
  scaleway_community.lb.certificate_info:
    load_balancer: web
    expires_within_days: 30
  register: found

- name: Show how long each is still valid
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.days_left }} days"
  loop: "{{ found.certificates }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
---
certificates:
  description: >-
    The certificates that match all options. Empty if none matches.
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
      sample: example
    type:
      description: V(letsencrypt) or V(custom).
      type: str
      returned: success
      sample: letsencrypt
    status:
      description: V(pending), V(ready) or V(error).
      type: str
      returned: success
      sample: ready
    status_details:
      description: The reason for the error, null if there is none.
      type: str
      returned: success
    common_name:
      description: The common name. For an imported certificate, this is its first DNS name.
      type: str
      returned: success
      sample: shop.example.com
    subject_alternative_name:
      description: The further names.
      type: list
      elements: str
      returned: success
      sample: [www.shop.example.com]
    fingerprint:
      description: The SHA-1 fingerprint. The API has none for imported certificates.
      type: str
      returned: success
      sample: 55982f0464a9f50b29685370e257c59633eecdf3
    not_valid_before:
      description: The start of its validity, UTC.
      type: str
      returned: success
      sample: "2026-07-21T09:20:47Z"
    not_valid_after:
      description: The end of its validity, UTC.
      type: str
      returned: success
      sample: "2026-10-19T09:20:46Z"
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
    days_left:
      description: >-
        The number of whole days for which the certificate is still valid. Negative once it has
        expired, null if not known yet.
      type: int
      returned: success
      sample: 60
    expiring:
      description: Whether C(days_left) is at most O(expires_within_days).
      type: bool
      returned: when O(expires_within_days) is given
      sample: false
"""

from ..module_utils.execution import run_info
from ..module_utils.kinds.certificate import CERTIFICATE


def main() -> None:
    run_info(CERTIFICATE)


if __name__ == "__main__":
    main()
