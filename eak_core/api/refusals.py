"""Refusals.

Raised with a sentence that the person is shown; nothing is changed then.
"""

from eak_core.errors import Conflict, EakError, Forbidden, Gone, Invalid, NotFound, Refused, TooMany
from eak_core.letters.message import Dropped, NoSuchMailbox, Undeliverable, Unreachable

__all__ = [
    "Conflict",
    "Dropped",
    "EakError",
    "Forbidden",
    "Gone",
    "Invalid",
    "NoSuchMailbox",
    "NotFound",
    "Refused",
    "TooMany",
    "Undeliverable",
    "Unreachable",
]
