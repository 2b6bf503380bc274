"""A local emulator of the Scaleway Managed Load Balancer."""

__version__ = "0.1.0"
