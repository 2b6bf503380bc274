# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module has that writes."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether the object shall be there.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until the object can be used, or is gone.
      - Without it the task ends as soon as the API has accepted the change.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait at most, in all.
    type: int
    default: 600
  allow_managed:
    description:
      - Whether to change a load balancer that Kubernetes manages, and what is on it.
      - Such a load balancer is known by its tags. Its cloud controller undoes what others change.
    type: bool
    default: false
notes:
  - An option that is left out is not managed. It keeps the value it has, and a new object gets
    the API's default.
"""
