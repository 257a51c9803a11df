"""The order in which options are listed while a ballot is open: drawn, never by what others chose.

Whoever stands first is chosen more often. So the order is drawn for each visitor and stays the same
for them while they come and go; where a page knows nothing of its reader (no cookie is set for
reading), it is drawn for the day, which is also what a page kept by a browser is renewed by.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import TypeVar

from flask import session

from eak_core.api import clock
from eak_voting.settings import Option

KEY = "voting_order"

Listed = TypeVar("Listed", bound=Option)


def shuffled(options: Iterable[Listed], ballot_id: int, key: str) -> list[Listed]:
    """``options`` in the order that ``key`` draws for this ballot: always the same one."""

    def place(option: Option) -> bytes:
        return hashlib.sha256(f"{key}:{ballot_id}:{option.number}".encode()).digest()

    return sorted(options, key=place)


def visitor_key() -> str:
    """The key of this visitor's order, kept in their session from now on.

    For pages that set a cookie anyway, as those with a form do.
    """
    found = session.get(KEY)
    if not isinstance(found, str):
        found = session[KEY] = secrets.token_hex(4)
    return found


def reader_key() -> str:
    """The key of this reader's order where they have one; else that of the day."""
    found = session.get(KEY)
    return found if isinstance(found, str) else clock.now().date().isoformat()
