"""The settings of one run of the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

DEFAULT_RANGE = IPv4Network("127.51.0.0/16")


@dataclass(frozen=True)
class Settings:
    """The command line, checked. `time_scale` multiplies the cloud's durations; 0 is instant."""

    listen_host: str = "127.0.0.1"
    listen_port: int = 8480
    data_plane: str = "haproxy"
    ca: str = "pebble"
    state_dir: Path | None = None
    time_scale: float = 1.0
    ip_range: IPv4Network = DEFAULT_RANGE
    ip6_range: IPv6Network | None = None
    port_offset: int = 0
    token: str | None = None
