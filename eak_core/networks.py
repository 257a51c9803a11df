"""The network that a request comes from: one reading of it, for limits and for whatever looks for
many requests of one place."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from flask import request

# Where an IPv6 address is an IPv4 one in other words (RFC 6052, RFC 4291): the last 32 bits.
_TRANSLATED = (
    IPv6Network("64:ff9b::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("::/96"),
)
_LOOPBACK = IPv6Address("::1")


def client_network(*, ipv4: int, ipv6: int) -> str | None:
    """The network of whoever sent this request, of ``ipv4`` or ``ipv6`` bits after the kind of
    address; see `network_of`. None where the address is none."""
    return network_of(request.remote_addr, ipv4=ipv4, ipv6=ipv6)


def network_of(address: str | None, *, ipv4: int, ipv6: int) -> str | None:
    """The network that ``address`` is in, of ``ipv4`` or ``ipv6`` bits; None where it is none.

    An IPv4 address that stands within an IPv6 one counts as itself, or all of them would be one
    network. A port or a zone behind it, which some proxies write, would make ever new ones.
    """
    parsed = _parsed(address or "")
    if parsed is None:
        return None
    if isinstance(parsed, IPv6Address):
        parsed = _within(parsed) or parsed
    bits = ipv4 if isinstance(parsed, IPv4Address) else ipv6
    return str(ip_network((parsed, bits), strict=False))


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    address = address.strip()
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that ``address`` stands for: translated, 6to4 (RFC 3056), Teredo (4380)."""
    if address == _LOOPBACK:
        return None
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else None)
