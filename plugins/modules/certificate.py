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
  - Order a certificate from Let's Encrypt, or import one from another authority, and replace it
    without downtime.
  - The API cannot change a certificate. Instead, a new one is created as C(<name>.next), replaces
    the old one on every frontend once it is ready, and is renamed after the old one has been
    deleted. If the new one cannot be obtained, the old one stays in use.
  - Scaleway renews certificates from Let's Encrypt, but not imported ones.
  - A certificate that a frontend uses cannot be deleted.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  load_balancer:
    description:
      - The load balancer, as a name or an ID. It cannot be changed.
      - Required to find a certificate by its name, and to create one.
    type: str
    aliases: [lb_id]
  name:
    description:
      - The name.
      - The object is looked up by this name. If several objects have this name, the task fails;
        select one with O(id).
      - The name of a new certificate cannot end in C(.next), which is reserved for replacements.
    type: str
  id:
    description:
      - The ID of the certificate, if the name is not unique. Required to rename a certificate.
      - A replacement has an ID of its own, so content that is to be replaced goes with O(name).
    type: str
  letsencrypt:
    description:
      - Order the certificate from Let's Encrypt. If the names differ from those of the existing
        certificate, it is replaced.
      - Every name must resolve to the load balancer, which must have a public address. If a
        frontend listens on port 80, the C(forward_protocol) of its backend must be V(http).
        Wildcard names are not supported.
      - To create a certificate, this or O(custom_certificate) is required.
    type: dict
    suboptions:
      common_name:
        description:
          - The common name.
          - Defaults to the load balancer's own name, such as C(51-158-104-96.lb.fr-par.scw.cloud),
            which needs no DNS record.
        type: str
      subject_alternative_name:
        description: Further names, in any order.
        type: list
        elements: str
  custom_certificate:
    description:
      - Import a certificate. It is validated first. The key must match, the chain must be unbroken,
        and nothing may have expired.
      - The existing certificate is replaced if its names or dates differ. The API shows nothing
        else of an imported certificate, so a certificate with the same names and dates requires
        O(force=true).
    type: dict
    suboptions:
      certificate:
        description: The certificate in PEM format. It may be followed by its chain.
        type: str
      private_key:
        description: The private key in PEM format, not encrypted.
        type: str
      chain:
        description: The intermediate certificates in PEM format, in any order.
        type: str
      bundle:
        description: Private key, certificate and chain in one text, in any order, instead of the
          three other options.
        type: str
        aliases: [certificate_chain]
  force:
    description: Replace the certificate even if no difference is visible. This happens on every
      run.
    type: bool
    default: false
  check_dns:
    description:
      - Whether to look up the names for O(letsencrypt) before ordering.
      - If a name resolves elsewhere, the task fails and reports which DNS record to create. In
        check mode, this is a warning. A name that cannot be looked up from the machine that runs
        the task only causes a warning.
    type: bool
    default: true
  dns_timeout:
    description: How many seconds to wait for names that do not yet resolve to the load balancer.
    type: int
    default: 0
  expires_within_days:
    description: Warn if the certificate has this many days left or fewer, and set RV(expiring).
    type: int
extends_documentation_fragment:
  - scaleway_community.lb.account
  - scaleway_community.lb.resource
  - scaleway_community.lb.attributes
requirements:
  - cryptography >= 41, to import a certificate
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

- name: Order a certificate for a domain that resolves to the load balancer
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    letsencrypt:
      common_name: shop.example.com
      subject_alternative_name: [www.shop.example.com]

- name: Replace it with one from another authority, on every frontend that uses it
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    custom_certificate:
      certificate: "{{ lookup('ansible.builtin.file', 'shop.example.com.crt') }}"
      private_key: "{{ lookup('ansible.builtin.file', 'shop.example.com.key') }}"
      chain: "{{ lookup('ansible.builtin.file', 'intermediate.crt') }}"

- name: Warn a month before it expires
  scaleway_community.lb.certificate:
    load_balancer: web
    name: example
    expires_within_days: 30

- name: Import another certificate from a single file
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
    The certificate as the API shows it, null if it is absent. In check mode, the certificate as it
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
    The number of whole days for which the certificate is still valid. Negative once it has expired,
    null if not known yet.
  type: int
  returned: success
  sample: 60
expiring:
  description: Whether C(days_left) is at most O(expires_within_days).
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
