# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The available types of load balancers."""

from __future__ import annotations

from ..resource import Resource
from .load_balancer import Type

TYPE = Resource(
    "type", collection="lb-types", list_key="lb_types", queries=(), fields={"name": Type()}
)
