"""Where load balancers are located, and the names that the platform gives their addresses."""

from __future__ import annotations

import ipaddress
import re

COUNTS = {"fr-par": 2, "nl-ams": 3, "pl-waw": 3}
REGIONS = list(COUNTS)
ZONES = [f"{region}-{number + 1}" for region, count in COUNTS.items() for number in range(count)]
OWN_NAME = re.compile(r"(?:^|\.)(\d+-\d+-\d+-\d+\.lb\.[a-z-]+\.scw\.cloud)$")


def region_of(zone: str) -> str:
    return zone.rpartition("-")[0]


def first_zone(region: str) -> str:
    """The zone of the load balancers of the regional API (reference, 1)."""
    return f"{region}-1"


def own_name(address: str, zone: str) -> str:
    """The name of an address (reference, 4.2)."""
    if ":" in address:
        nibbles = ipaddress.ip_address(address).exploded.replace(":", "")[::-1]
        return ".".join(nibbles) + f".lb.{region_of(zone)}.scw.cloud"
    return f"{address.replace('.', '-')}.lb.{region_of(zone)}.scw.cloud"
