"""The lot that makes a jury, which anybody can draw again from what is published.

The order is that of SHA-256 over the seed and each candidate's mark. The marks are published, with
a commitment to a secret, when the pool is closed; the seed is that secret together with what a
source that was named beforehand says on a later day. Whoever knows the secret does not know yet
what the source will say, and whoever reads the source does not know the secret: nobody can choose.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

#: How many marks a pool holds at most, and how long one is.
MOST, MARK_LENGTH = 10_000, 64
_ORIGINS = ("ambassador", "citizen")


class PoolError(ValueError):
    """A pool is not one, or too small."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the pool: a ``mark`` that says nothing, and whether it stands for an
    ``ambassador`` or a volunteer ``citizen``."""

    mark: str
    origin: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Who may be drawn, for how many ``seats``, of which so many are for ambassadors."""

    seats: int
    for_ambassadors: int
    candidates: Sequence[Candidate]

    @property
    def digest(self) -> str:
        """What the pool is known by: SHA-256 of its one way to be written."""
        return sha256(written(self)).hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who sits, in the order of the lot, and who follows when somebody cannot."""

    jury: Sequence[Candidate]
    reserve: Sequence[Candidate]


def commitment(secret: str) -> str:
    """What is published of ``secret`` when the pool is closed."""
    return sha256(f"eak-ambassadors-jury\n{secret}".encode()).hexdigest()


def seed_of(secret: str, said: str) -> str:
    """The seed: ``secret``, and what the source ``said``, in whatever spaces it was typed."""
    return f"{secret}:{' '.join(said.split())}"


def draw(pool: Pool, seed: str) -> Drawn:
    """Draw a jury. Seats that too few ambassadors are there for go to citizens, and the other way
    round. `PoolError` where the pool is smaller than the jury."""
    if len(pool.candidates) < pool.seats:
        raise PoolError(f"{len(pool.candidates)} in the pool, and {pool.seats} seats")
    order = sorted(
        pool.candidates,
        key=lambda each: (sha256(f"{seed}\n{each.mark}".encode()).digest(), each.mark),
    )
    ambassadors = [each for each in order if each.origin == "ambassador"]
    citizens = [each for each in order if each.origin == "citizen"]
    many = min(pool.for_ambassadors, len(ambassadors))
    many = max(many, pool.seats - len(citizens))
    seated = {*ambassadors[:many], *citizens[: pool.seats - many]}
    return Drawn(
        [each for each in order if each in seated], [each for each in order if each not in seated]
    )


def written(pool: Pool) -> bytes:
    """``pool`` as it is published: JSON with its candidates by their marks."""
    said = {
        "seats": pool.seats,
        "for_ambassadors": pool.for_ambassadors,
        "candidates": [
            {"mark": each.mark, "origin": each.origin}
            for each in sorted(pool.candidates, key=lambda each: each.mark)
        ],
    }
    return json.dumps(said, ensure_ascii=True, indent=1).encode() + b"\n"


def read(data: bytes) -> Pool:
    """The pool that ``data`` writes. `PoolError` where it is none, or names a mark twice."""
    try:
        said = json.loads(data)
        seats, ours = _number(said["seats"]), _number(said["for_ambassadors"])
        candidates = [_candidate(each) for each in said["candidates"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PoolError(f"it is no pool: {error}") from None
    if not 1 <= seats <= 99 or not 0 <= ours <= seats or len(candidates) > MOST:
        raise PoolError("it is no pool: its numbers cannot be")
    if len({each.mark for each in candidates}) < len(candidates):
        raise PoolError("a mark stands twice in the pool")
    return Pool(seats, ours, candidates)


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("a number is missing")
    return value


def _candidate(said: Any) -> Candidate:
    mark, origin = said["mark"], said["origin"]
    if not isinstance(mark, str) or not 0 < len(mark) <= MARK_LENGTH or origin not in _ORIGINS:
        raise TypeError("a candidate is none")
    return Candidate(mark, origin)
