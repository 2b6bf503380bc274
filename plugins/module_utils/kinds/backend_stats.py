# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers behind a load balancer, as its instances see them."""

from __future__ import annotations

from ..fields.references import Reference
from ..resource import Resource
from .backend import BACKEND
from .load_balancer import LOAD_BALANCER

BACKEND_STATS = Resource(
    "backend_stats",
    plural="backend_stats",
    collection="lbs/{load_balancer}/backend-stats",
    list_key="backend_servers_stats",
    filters=("backend",),
    queries=("backend",),
    fields={
        "load_balancer": Reference(LOAD_BALANCER, aliases=["lb_id"]),
        "backend": Reference(BACKEND, sent_as="backend_id", aliases=["backend_id"]),
    },
)
