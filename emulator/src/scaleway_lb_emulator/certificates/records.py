"""The DNS as the authority sees it."""

from __future__ import annotations


class Records:
    """One address for each name."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}

    def set_address(self, name: str, address: str) -> None:
        self.addresses[name.lower().rstrip(".")] = address

    def remove_address(self, name: str) -> None:
        self.addresses.pop(name.lower().rstrip("."), None)

    def address_of(self, name: str) -> str | None:
        return self.addresses.get(name.lower().rstrip("."))
