"""Every operation of the API and its rules, by kind; importing this states them all."""

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
    """What ends the transitions that do not end in another status alone."""
    world.ends["forget"] = lambda lb: lbs.forget(world, lb)
    world.ends["join"] = lambda row: private_networks.join(world, row)
    world.ends["leave"] = lambda row: private_networks.leave(world, row)
