"""Suggestions in their order, with what would have changed it, and who was left out."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from eak_matchmaking.scoring.bm25 import Sought
from eak_matchmaking.scoring.declined import lowered
from eak_matchmaking.scoring.features import Obstacle, obstacles
from eak_matchmaking.scoring.scores import Part, Scale, Score
from eak_matchmaking.scoring.sides import Need, Offer
from eak_matchmaking.ties import Candidate, Place

#: The place of newcomers, where they would not stand that far up otherwise.
WELCOMED = 5


@dataclass(frozen=True, slots=True)
class Change:
    """What would have given ``points`` more, and with them the place ``rank``: all of ``part``."""

    part: Part
    points: int
    rank: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The one called ``name`` at ``rank``, from 1. ``change`` is the one that would have brought it
    furthest up; None for the first, and where no single one would have. One that is ``welcomed``
    stands at `WELCOMED`, whatever its points."""

    name: str
    rank: int
    score: Score
    change: Change | None
    welcomed: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The one called ``name`` is not suggested: for ``obstacles``, without which it would stand at
    ``rank``, or, where there are none, because the two have nothing in common."""

    name: str
    obstacles: tuple[Obstacle, ...]
    score: Score
    rank: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The ``best`` of as many as ``found``, and of ``hindered`` the first who were ``left_out``, by
    what they would have scored."""

    best: tuple[Suggestion, ...]
    found: int
    left_out: tuple[LeftOut, ...]
    hindered: int


class _Pair(NamedTuple):
    """A pair, the one of the two that is suggested, and the place its points give it."""

    place: Place
    suggested: Candidate
    need: Need
    offer: Offer
    sought: Sought
    alike: int | None
    obstacles: tuple[Obstacle, ...]


def offers_for(
    scale: Scale,
    need: Need,
    offers: Iterable[Offer],
    *,
    seed: str,
    most: int,
    alike: Mapping[str, int] | None = None,
    welcome: Set[str] = frozenset(),
) -> Suggestions:
    """The ``most`` offers that answer ``need`` best. ``alike``: the likeness of meaning of each
    offer, by its name. Equal scores: the published order (`eak_matchmaking.ties`). The best of
    those to ``welcome`` is put at `WELCOMED` where none of them stands that far up."""
    sought, alike = scale.sought(need), alike or {}
    pairs = [
        _pair(scale, need, each, sought, alike.get(each.candidate.name), each.candidate, seed)
        for each in offers
    ]
    return _ordered(scale, pairs, most, welcome)


def needs_for(
    scale: Scale,
    offer: Offer,
    needs: Iterable[Need],
    *,
    seed: str,
    most: int,
    alike: Mapping[str, int] | None = None,
) -> Suggestions:
    """The ``most`` needs that ``offer`` answers best; each pair scores as in `offers_for`."""
    alike = alike or {}
    pairs = [
        _pair(
            scale, each, offer, scale.sought(each), alike.get(each.candidate.name),
            each.candidate, seed,
        )
        for each in needs
    ]  # fmt: skip
    return _ordered(scale, pairs, most)


def _pair(
    scale: Scale,
    need: Need,
    offer: Offer,
    sought: Sought,
    alike: int | None,
    suggested: Candidate,
    seed: str,
) -> _Pair:
    place = suggested.place(scale.points(need, offer, sought, alike), seed)
    return _Pair(place, suggested, need, offer, sought, alike, obstacles(need, offer))


def _ordered(
    scale: Scale, pairs: Iterable[_Pair], most: int, welcome: Set[str] = frozenset()
) -> Suggestions:
    in_order = sorted(pairs, key=lambda each: each.place)
    fit = [each for each in in_order if not each.obstacles and each.place[0]]
    hindered = [each for each in in_order if each.obstacles or not each.place[0]]
    places = [each.place for each in fit]

    def score(each: _Pair) -> Score:
        return scale.score(each.need, each.offer, each.sought, each.alike)

    best, welcomed = [], _welcomed(fit, welcome)
    for rank, each in enumerate(fit[:most], start=1):
        told = score(each)
        change = _change(told, each.place, rank, places)
        best.append(Suggestion(each.suggested.name, rank, told, change, each is welcomed))
    left_out = [
        LeftOut(
            each.suggested.name, each.obstacles, score(each), bisect_left(places, each.place) + 1
        )
        for each in hindered[:most]
    ]
    return Suggestions(tuple(best), len(fit), tuple(left_out), len(hindered))


def _welcomed(fit: list[_Pair], welcome: Set[str]) -> _Pair | None:
    """Whom a newcomer's place is given to; it is put there."""
    first = next((place for place, each in enumerate(fit) if each.suggested.name in welcome), 0)
    if first < WELCOMED:
        return None
    fit.insert(WELCOMED - 1, fit.pop(first))
    return fit[WELCOMED - 1]


def _change(told: Score, place: Place, rank: int, places: Sequence[Place]) -> Change | None:
    """The change that brings it furthest up; of several such the smallest, of several such the
    first of the parts. Words are left alone: they say what they say."""
    found: list[Change] = []
    declined = sum(part.met for part in told.parts if part.kind == "declined")
    stated = sum(part.points for part in told.parts if part.kind != "declined")
    for part in told.parts:
        if part.kind in ("words", "meaning", "declined"):
            continue
        gain = lowered(stated + part.most - part.points, declined) - told.points
        if not gain:
            continue
        points, *after = place
        reached = bisect_left(places, (points - gain, *after)) + 1
        if reached < rank:
            found.append(Change(part, gain, reached))
    return min(found, key=lambda change: (change.rank, change.points), default=None)
