"""What stands in the DNS about the domain of our mail, asked with patience that has an end."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dns.resolver import Resolver

#: What the DNS answers for a name and a type (``TXT``, ``MX``): texts, none where there is nothing;
#: None where it could not be asked.
LookUp = Callable[[str, str], Sequence[str] | None]

#: All questions together take no longer, in seconds, and each of them.
PATIENCE, EACH = 6.0, 2.0
#: Names that stand for nobody (RFC 2606, 6761): nobody is asked about them.
_RESERVED: Final = ("example", "invalid", "test", "localhost", "local", "internal")


def is_public(domain: str) -> bool:
    """Whether ``domain`` can stand in the public DNS."""
    labels = domain.rstrip(".").lower().split(".")
    is_sample = len(labels) >= 2 and labels[-2] == "example"
    return len(labels) >= 2 and labels[-1] not in _RESERVED and not is_sample


def resolving(resolver: "Resolver | None" = None) -> LookUp:
    """What asks the name server of this machine, or ``resolver``."""
    # Hardly ever wanted, and as long to import as a plugin.
    import dns.exception
    import dns.resolver

    found = resolver
    end = time.monotonic() + PATIENCE

    def look_up(name: str, kind: str) -> Sequence[str] | None:
        nonlocal found
        left = end - time.monotonic()
        if left <= 0:
            return None
        try:
            found = found or dns.resolver.Resolver()
            answer = found.resolve(name, kind, lifetime=min(left, EACH), search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        if kind == "TXT":
            return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]
        return [each.to_text() for each in answer]

    return look_up
