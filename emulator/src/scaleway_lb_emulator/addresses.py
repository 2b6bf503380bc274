"""Tracks which addresses are free; released ones are reused (notes, 32)."""

from __future__ import annotations

import ipaddress

from .errors import plain

NOBODYS = ipaddress.IPv6Network("2001:db8::/32")
"""Reserved for documentation: nothing is reachable there."""
COUNT = 1 << 16


def loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Addresses:
    """The hosts of one IPv4 network, and the IPv6 networks, one per load balancer: /64s of the
    range that is served, or /48s if none is."""

    def __init__(
        self, network: ipaddress.IPv4Network, v6: ipaddress.IPv6Network | None = None
    ) -> None:
        first, last = int(network.network_address), int(network.broadcast_address)
        own = network.prefixlen < 31  # it has a network and a broadcast address
        v6, step = (v6, 1 << 64) if v6 else (NOBODYS, 1 << 80)
        begin, end = int(v6.network_address), int(v6.broadcast_address)
        self.pools = {
            4: Pool(range(first + own, last + 1 - own)),
            6: Pool(range(begin + step, min(begin + step * COUNT, end), step)),
        }

    def reserve(self, version: int) -> str:
        number = self.pools[version].reserve()
        if number is None:
            raise plain(403, f"no IPv{version} address is left")
        return str(ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number))

    def take(self, address: str) -> None:
        """Mark an address as in use."""
        found = ipaddress.ip_address(address)
        self.pools[found.version].taken.add(int(found))

    def release(self, address: str) -> None:
        found = ipaddress.ip_address(address)
        self.pools[found.version].release(int(found))


class Pool:
    """Numbers, handed out lowest free first."""

    def __init__(self, numbers: range) -> None:
        self.numbers, self.lowest = numbers, 0
        self.taken: set[int] = set()

    def reserve(self) -> int | None:
        while self.lowest < len(self.numbers) and self.numbers[self.lowest] in self.taken:
            self.lowest += 1
        if self.lowest == len(self.numbers):
            return None
        self.taken.add(self.numbers[self.lowest])
        return self.numbers[self.lowest]

    def release(self, number: int) -> None:
        self.taken.discard(number)
        if number in self.numbers:  # with --state, it may belong to an earlier run's network
            self.lowest = min(self.lowest, self.numbers.index(number))
