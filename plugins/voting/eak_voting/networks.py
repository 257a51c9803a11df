"""The networks that votes come from."""

from ipaddress import IPv4Address, ip_address, ip_network


def network_of(address: str | None) -> str | None:
    """The network of an address, as far as bursts are looked for: a /24, or of IPv6 a /48, which
    is what one subscriber or one site commonly holds. None where there is no address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return None
    prefix = 24 if isinstance(parsed, IPv4Address) else 48
    return str(ip_network((parsed, prefix), strict=False))
