"""The lot that decides where the rules leave a tie: drawn once, and repeatable by anyone."""

import hashlib
from collections.abc import Iterable


def lot_order(seed: str, codes: Iterable[str]) -> list[str]:
    """``codes`` in the order of their lots, the winner first.

    The lot of an option is SHA-256(``seed`` + ":" + code), the smallest wins: nobody can choose it
    who does not choose the seed, and the order of the ballot has no part in it.
    """
    return sorted(codes, key=lambda code: (_lot(seed, code), code))


def _lot(seed: str, code: str) -> bytes:
    return hashlib.sha256(f"{seed}:{code}".encode()).digest()
