# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that the platform gives addresses and load balancers (reference, 4.2)."""

from __future__ import annotations

import ipaddress
from typing import Any


def name_of_address(address: str, region: str) -> str:
    """The built-in name that resolves to an address."""
    pointer = ipaddress.ip_address(address).reverse_pointer.removesuffix(".ip6.arpa")
    return f"{pointer if ':' in address else address.replace('.', '-')}.lb.{region}.scw.cloud"


def own_name(load_balancer: dict[str, Any]) -> str | None:
    """The built-in name that resolves to the load balancer; None without a public IPv4 address."""
    for ip in load_balancer.get("ip") or []:
        if "." in ip.get("ip_address", ""):
            return name_of_address(ip["ip_address"], load_balancer["region"])
    return None
