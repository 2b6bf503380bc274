#!/usr/bin/python
# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: certificate
short_description: Manage certificates of a load balancer
version_added: 0.1.0
description:
  - Order a certificate from Let's Encrypt, or import one of another authority, and replace it
    without downtime.
  - The API cannot change a certificate. Where another one is wanted under the same name, it is
    made beside the old one as C(<name>.next), takes the old one's place on every frontend once it
    is ready, and gets the name when the old one is deleted. If it cannot be had, the old one goes
    on serving.
  - A certificate of Let's Encrypt is renewed by Scaleway. An imported one is not.
  - A certificate that a frontend uses cannot be deleted.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer it is on, as a name or an ID. It cannot change.
      - Needed to find a certificate by its name, and to create one.
    type: str
    aliases: [lb_id]
  name:
    description:
      - The name.
      - It is found by this name. Two of one name are refused, and then O(id) says which one is
        meant.
      - A new one cannot have a name that ends in C(.next), which is what a replacement is called
        before it takes over the name.
    type: str
  id:
    description:
      - The ID of the certificate, where the name is not enough. It is the way to rename one.
    type: str
  letsencrypt:
    description:
      - Have Let's Encrypt issue the certificate. Other names than it has make it be replaced.
      - Every name must resolve to the load balancer, which must have a public address. A frontend
        on port 80 must have a backend whose C(forward_protocol) is V(http). Wildcards cannot be
        had.
      - Give this or O(custom_certificate) to create a certificate.
    type: dict
    suboptions:
      common_name:
        description:
          - The first name.
          - Left out, it is the load balancer's own name, such as
            C(51-158-104-96.lb.fr-par.scw.cloud), which needs no DNS record.
        type: str
      subject_alternative_name:
        description: Further names. Their order means nothing.
        type: list
        elements: str
  custom_certificate:
    description:
      - Import a certificate. It is checked first. The key must match, the chain must link up,
        nothing may have expired.
      - It is replaced where the names or the dates differ from what is there. The API shows no
        more of an imported certificate, so one that differs in nothing else needs O(force=true).
    type: dict
    suboptions:
      certificate:
        description: The certificate in PEM form. It may be followed by its chain.
        type: str
      private_key:
        description: The private key in PEM form, not encrypted.
        type: str
      chain:
        description: The certificates between this one and the root, in PEM form, in any order.
        type: str
      bundle:
        description: Private key, certificate and chain in one text, in any order, instead of the
          three.
        type: str
        aliases: [certificate_chain]
  force:
    description: Replace the certificate even if nothing is seen to differ. It does so on every
      run.
    type: bool
    default: false
  check_dns:
    description:
      - Whether to look up the names for O(letsencrypt) before the order.
      - A name that resolves elsewhere fails the task, which says what record to create. A name
        that cannot be looked up from here is left to Let's Encrypt.
    type: bool
    default: true
  dns_timeout:
    description: How many seconds to wait for names that do not resolve to the load balancer yet.
    type: int
    default: 0
  expires_within_days:
    description: Warn if this many days or fewer are left, and say so in RV(expiring).
    type: int
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
requirements:
  - cryptography >= 41, where a certificate is imported
seealso:
  - module: scaleway_community.lb.certificate_info
  - module: scaleway_community.lb.frontend
"""

EXAMPLES = r"""
---
- name: Order a certificate for the load balancer's own name, which needs no domain
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    letsencrypt: {}

- name: Order one for a domain that resolves to the load balancer
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    letsencrypt:
      common_name: shop.example.com
      subject_alternative_name: [www.shop.example.com]

- name: Replace it by one of another authority, on every frontend that uses it
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    custom_certificate:
      certificate: "{{ lookup('ansible.builtin.file', 'shop.example.com.crt') }}"
      private_key: "{{ lookup('ansible.builtin.file', 'shop.example.com.key') }}"
      chain: "{{ lookup('ansible.builtin.file', 'intermediate.crt') }}"

- name: Warn a month before it ends
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    expires_within_days: 30

- name: Import another one that comes as one file
  scaleway_community.lb.certificate:
    load_balancer: web
    name: bundled
    custom_certificate:
      bundle: "{{ lookup('ansible.builtin.file', 'shop.example.com.pem') }}"

- name: Delete a certificate that no frontend uses
  scaleway_community.lb.certificate:
    load_balancer: web
    name: bundled
    state: absent
"""

RETURN = r"""
---
certificate:
  description: >-
    The certificate as the API shows it. Null if it is absent. In check mode what would be
    there.
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
      description: Why it is in error, null if it is not.
      type: str
      returned: success
    common_name:
      description: The first name. Of an imported certificate it is the first DNS name.
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
      description: The first moment of its validity, UTC.
      type: str
      returned: success
      sample: "2026-07-21T09:20:47Z"
    not_valid_after:
      description: The last moment of its validity, UTC.
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
    For how many more whole days the certificate is valid. Negative once it has expired, null
    where that is not known yet.
  type: int
  returned: success
  sample: 60
expiring:
  description: Whether O(expires_within_days) days or fewer are left.
  type: bool
  returned: when O(expires_within_days) is given
  sample: false
"""

from ..module_utils.execution import run
from ..module_utils.kinds.certificate import CERTIFICATE


def main() -> None:
    run(CERTIFICATE)


if __name__ == "__main__":
    main()
