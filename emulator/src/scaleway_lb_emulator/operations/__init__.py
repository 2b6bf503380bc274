"""Every operation of the API and its rules, by kind; importing this registers them all."""

from ..surface import OPERATIONS
from ..world import World
from . import (  # noqa: F401
    acls,
    backends,
    certificates,
    frontends,
    ips,
    lbs,
    private_networks,
    routes,
    subscribers,
    types,
)

__all__ = ["OPERATIONS", "govern"]


def govern(world: World) -> None:
    """Register the ends of the transitions that do more than change a status."""
    world.ends["forget"] = lambda lb: lbs.forget(world, lb)
    world.ends["join"] = lambda row: private_networks.join(world, row)
    world.ends["leave"] = lambda row: private_networks.leave(world, row)
