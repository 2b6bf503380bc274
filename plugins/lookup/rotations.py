# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: rotations
short_description: Match the PEM files of a folder with certificates
version_added: 0.1.0
description:
  - A file matches every imported certificate with exactly the same names, on any load balancer.
  - All files are checked first, as M(scaleway_community.lb.certificate) does. If it would reject a
    file, or if two files have the same names, the lookup fails and reports all problems.
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  _terms:
    description:
      - The folder. Each file in it whose name ends in C(.pem) contains a private key, its
        certificate and the chain, in any order.
    type: list
    elements: path
    required: true
  certificates:
    description: The existing certificates, as M(scaleway_community.lb.certificate_info) returns
      them.
    type: list
    elements: dict
    required: true
requirements:
  - cryptography >= 41
seealso:
  - module: scaleway_community.lb.certificate
  - module: scaleway_community.lb.certificate_info
"""

EXAMPLES = r"""
---
- name: Read the certificates of a load balancer
  scaleway_community.lb.certificate_info:
    load_balancer: web
  register: found

- name: Replace the certificates for which the folder has new ones
  scaleway_community.lb.certificate:
    id: "{{ item.id }}"
    name: "{{ item.name }}"
    custom_certificate:
      bundle: "{{ lookup('ansible.builtin.file', item.file) }}"
  loop: "{{ rotations | selectattr('verdict', 'eq', 'import') }}"
  loop_control:
    label: "{{ item.file }}"
  vars:
    there: "{{ found.certificates }}"
    rotations: "{{ query('scaleway_community.lb.rotations', '/etc/pki/lb', certificates=there) }}"
"""

RETURN = r"""
---
_list:
  description: One row for each file and certificate that match, and one for each file without a
    match.
  type: list
  elements: dict
  contains:
    file:
      description: The path of the file.
      type: path
      returned: success
      sample: /etc/pki/lb/shop.pem
    names:
      description: The names in the file's certificate.
      type: list
      elements: str
      returned: success
      sample: [shop.example.com]
    until:
      description: The end of its validity, UTC.
      type: str
      returned: success
      sample: "2026-10-19T09:20:46Z"
    verdict:
      description: >-
        V(import) if the file should replace the certificate, V(is there) if it already has, V(lasts
        longer) if the existing certificate ends later, V(not valid yet) if clients would still
        reject the new one, V(matches nothing) if no certificate has these names.
      type: str
      returned: success
      sample: import
    id:
      description: The ID of the existing certificate, with its zone.
      type: str
      returned: when the file matches a certificate
      sample: fr-par-1/11111111-2222-4333-8444-555555555555
    name:
      description: The name to give it. It has another if the run that imported it was cut short.
      type: str
      returned: where the file matches
      sample: shop
    certificate:
      description: The existing certificate, as the API shows it.
      type: dict
      returned: when the file matches a certificate
"""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..module_utils.certificates import pem
from ..module_utils.certificates.answers import (
    NEXT,
    holds,
    is_imported,
    moment,
    names_of,
    normalized,
    stamp,
)
from ..module_utils.problem import Problem


class LookupModule(LookupBase):
    """PEM files matched with the certificates that they are meant for."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=options)
        certificates = self.get_option("certificates")
        try:
            return [row for folder in terms for row in rotations(Path(folder), certificates)]
        except Problem as problem:
            raise AnsibleError(str(problem)) from None


def rotations(folder: Path, certificates: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row for each file and matching certificate; raises Problem if the folder has problems."""
    for file, bundle in read(folder.expanduser()).items():
        row = {"file": str(file), "names": bundle.names, "until": stamp(bundle.not_valid_after)}
        meant = [one for one in certificates if is_meant(one, bundle.names, certificates)]
        for one in meant:
            yield {
                **row,
                "verdict": verdict(bundle, one),
                "id": f"{one['lb']['zone']}/{one['id']}",
                "name": final_name(one),
                "certificate": one,
            }
        if not meant:
            yield {**row, "verdict": "matches nothing"}


def verdict(bundle: pem.Bundle, one: dict[str, Any]) -> str:
    """What to do with a certificate that the bundle is meant for."""
    if holds(one, bundle) and one["name"] == final_name(one):
        return "is there"
    if bundle.not_valid_before > datetime.datetime.now(datetime.UTC):
        return "not valid yet"
    ends = moment(one["not_valid_after"])
    return (
        "lasts longer" if one["status"] != "error" and ends > bundle.not_valid_after else "import"
    )


def read(folder: Path) -> dict[Path, pem.Bundle]:
    """The PEM files of the folder, validated; raises one Problem with all their problems."""
    files = sorted(folder.glob("*.pem"))
    if not folder.is_dir():
        raise Problem(f"There is no folder {folder}.")
    if not files:
        raise Problem(f"In the folder {folder} is no file whose name ends in .pem.")
    bundles: dict[Path, pem.Bundle] = {}
    problems = []
    for file in files:
        try:
            bundles[file] = pem.read({"bundle": file.read_text(encoding="utf-8")})
        except (OSError, UnicodeDecodeError) as error:
            problems.append(
                f"{file} cannot be read: {getattr(error, 'strerror', 'it is no text')}."
            )
        except Problem as problem:
            problems.append(f"{file}: {str(problem).partition(': ')[2]}")
    by_names: dict[frozenset[str], list[str]] = {}
    for file, bundle in bundles.items():
        by_names.setdefault(normalized(bundle.names), []).append(str(file))
    problems += [
        f"{' and '.join(same)} are for the same names: keep the one that is meant."
        for same in by_names.values()
        if len(same) > 1
    ]
    if problems:
        raise Problem(" ".join(problems))
    return bundles


def final_name(one: dict[str, Any]) -> str:
    """The certificate's final name, which an interrupted run may not have given it yet."""
    return one["name"].removesuffix(NEXT)


def is_meant(one: dict[str, Any], names: list[str], certificates: list[dict[str, Any]]) -> bool:
    """True if the certificate is an imported one for exactly these names.

    Not a replacement that an earlier run began: it belongs to the certificate that it replaces.
    """
    goes_with_another = any(
        other["name"] == final_name(one) and other["lb"]["id"] == one["lb"]["id"]
        for other in certificates
        if other is not one
    )
    begun = one["name"].endswith(NEXT) and goes_with_another
    return is_imported(one) and not begun and normalized(names_of(one)) == normalized(names)
