"""The networks that votes come from."""

from eak_core.api import client_network


def voter_network() -> str | None:
    """The network of whoever votes, as far as bursts are looked for: a /24, or of IPv6 a /48,
    which is what one subscriber or one site commonly holds. None where there is no address."""
    return client_network(ipv4=24, ipv6=48)
