# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module has that writes."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether the object should exist.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until the object is ready to use, or is gone.
      - If V(false), the task ends as soon as the API has accepted the change.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds the task waits at most, in total.
    type: int
    default: 600
  allow_managed:
    description:
      - Whether to change a load balancer that Kubernetes manages, and the objects on it.
      - Such a load balancer is recognised by its tags. The cloud controller reverts changes made
        elsewhere.
    type: bool
    default: false
notes:
  - Options that are omitted are not managed. An existing object keeps its value, and a new object
    gets the API's default.
"""
