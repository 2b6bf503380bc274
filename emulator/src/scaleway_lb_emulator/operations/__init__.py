"""Every operation of the API, by kind; importing this states them all."""

from ..surface import OPERATIONS
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

__all__ = ["OPERATIONS"]
