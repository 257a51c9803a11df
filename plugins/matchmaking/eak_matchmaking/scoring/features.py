"""What is stated on both sides, compared: how much of what is asked for is offered."""

from collections.abc import Iterator, Set
from typing import Literal, TypeAlias

from eak_matchmaking.scoring.sides import Need, Offer, Side
from eak_matchmaking.scoring.weights import Feature

#: Why an offer is left out, however well it fits otherwise.
Obstacle: TypeAlias = Literal["capacity", "period", "territory", "declined"]


def met(need: Need, offer: Offer) -> Iterator[tuple[Feature, int, int]]:
    """Of each feature that ``need`` states, how much ``offer`` meets, and how much is asked for: so
    many codes, or days of a period."""
    if need.kinds:
        yield "kind", len(need.kinds & offer.kinds), len(need.kinds)
    if need.subjects:
        yield "subject", len(need.subjects & offer.subjects), len(need.subjects)
    if need.communes and offer.communes:
        yield "commune", len(need.communes & offer.communes), len(need.communes)
    elif need.communes:
        # Who comes from anywhere knows the place half as well as who is there.
        yield "commune", 1, 2
    if need.publics:
        yield "public", len(need.publics & offer.publics), len(need.publics)
    if need.period:
        days = need.period.days
        yield "period", need.period.common(offer.period) if offer.period else days, days


def named(feature: Feature, need: Need, offer: Offer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of ``feature`` that both name, and those that the need alone names."""
    asked, offered = _codes(feature, need), _codes(feature, offer)
    return tuple(sorted(asked & offered)), tuple(sorted(asked - offered))


def _codes(feature: Feature, side: Side) -> Set[str]:
    match feature:
        case "kind":
            return side.kinds
        case "subject":
            return side.subjects
        case "commune":
            return side.communes
        case "public":
            return side.publics
        case "period":
            return frozenset()


def obstacles(need: Need, offer: Offer) -> tuple[Obstacle, ...]:
    """All that keeps ``offer`` from answering ``need`` at all: no place left, no day in common, no
    commune in common, the idea declined."""
    found: list[Obstacle] = []
    if offer.places < 1:
        found.append("capacity")
    if need.period and offer.period and not need.period.common(offer.period):
        found.append("period")
    if need.communes and offer.communes and need.communes.isdisjoint(offer.communes):
        found.append("territory")
    if any(each.idea == need.idea for each in offer.declined):
        found.append("declined")
    return tuple(found)
