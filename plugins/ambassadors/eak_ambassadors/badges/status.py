"""Which badges were revoked: a list of bits (W3C Bitstring Status List 1.0), signed as a token.

One bit for each badge, at a place drawn at random, among so many that neighbours tell nothing.
"""

import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from eak_ambassadors.badges.encoding import from_base64url, to_base64url
from eak_ambassadors.badges.faults import Fault
from eak_ambassadors.badges.forms import STATUS_LIST, VC
from eak_ambassadors.badges.writing import instant

#: How many badges one list has room for: the fewest that the specification allows.
PLACES = 131_072


def encoded(revoked: Iterable[int]) -> str:
    """The list in which the bits at the places ``revoked`` are set."""
    bits = bytearray(PLACES // 8)
    for place in revoked:
        # The first place is the leftmost bit.
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + to_base64url(gzip.compress(bytes(bits), mtime=0))


def decoded(text: str) -> bytes:
    """The bits of a list. `Fault` where it is damaged, too short, or larger than it may be."""
    try:
        if not text.startswith("u"):
            raise ValueError("not in base64url")
        inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
        bits = inflating.decompress(from_base64url(text[1:]), PLACES // 8 + 1)
    except (ValueError, zlib.error):
        raise Fault("status-broken") from None
    if len(bits) != PLACES // 8 or not inflating.eof:
        raise Fault("status-broken", "length")
    return bits


def is_set(bits: bytes, place: int) -> bool:
    """Whether the bit at ``place`` is set. `Fault` where there is no such place."""
    if not 0 <= place < len(bits) * 8:
        raise Fault("status-index", str(place)[:20])
    return bool(bits[place // 8] & 0x80 >> place % 8)


def entry(address: str, place: int) -> dict[str, Any]:
    """What a badge says of its ``place`` in the list at ``address``."""
    return {
        "id": f"{address}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": address,
    }


def credential(
    address: str, issuer: str, revoked: Iterable[int], issued: datetime
) -> dict[str, Any]:
    """The list at ``address`` as a credential, not signed yet."""
    return {
        "@context": [VC],
        "id": address,
        "type": STATUS_LIST,
        "issuer": issuer,
        "validFrom": instant(issued),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(revoked),
        },
    }
