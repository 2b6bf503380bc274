# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What modules can do in check mode, with diffs and in module defaults."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in check mode and report what it would change without changing it.
    support: full
  diff_mode:
    description: Returns what differs before and after, in terms of the options.
    support: full
  action_group:
    description: The groups for which C(module_defaults) can set options of several modules at once.
    support: full
    membership:
      - scaleway_community.lb.all
      - scaleway_community.lb.resources
"""

    INFO = r"""
attributes:
  check_mode:
    description: Can run in check mode. It only reads, so check mode makes no difference.
    support: full
  diff_mode:
    description: Returns what differs before and after.
    support: N/A
    details: Nothing changes.
  action_group:
    description: The groups for which C(module_defaults) can set options of several modules at once.
    support: full
    membership:
      - scaleway_community.lb.all
"""
