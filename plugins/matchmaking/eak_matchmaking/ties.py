"""Who comes first: the published order of candidates, in lists and in matching rounds. Pure."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

Place: TypeAlias = tuple[int, datetime, bytes]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in an order: ``name`` is its id as text, ``published_at`` when it became public."""

    name: str
    published_at: datetime

    def place(self, score: int, seed: str) -> Place:
        """What candidates are sorted by: the highest score, then who was published first, then the
        lot."""
        return -score, self.published_at, lot(seed, self.name)


def lot(seed: str, name: str) -> bytes:
    """The lot of ``name``: SHA-256(seed + ``:`` + name). The smallest wins. Anybody can draw it
    again; whoever publishes the seed after the names have been fixed cannot choose the winner."""
    return sha256(f"{seed}:{name}".encode()).digest()
