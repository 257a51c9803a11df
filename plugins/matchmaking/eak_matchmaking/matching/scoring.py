"""The points of ideas and partners, for a matching round: pure, of what `lists_of` has read."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from eak_matchmaking.scoring.features import obstacles
from eak_matchmaking.suggestions.exposure import Lists


class Scored(NamedTuple):
    """The points of an idea and a partner: those of the ``offer`` that answers one of the idea's
    needs best."""

    points: int
    need_id: int
    offer_id: int


def scored(lists: Lists, partners: Collection[int]) -> Mapping[tuple[str, str], Scored]:
    """The pairs of ideas and ``partners`` that have something in common, by the ids of the two as
    text. Of equal points it is the need that was stated first, and the offer that was published
    first."""
    found: dict[tuple[str, str], tuple[tuple[object, ...], Scored]] = {}
    wanted = set(partners)
    for need in lists.needs:
        sought = lists.scale.sought(need)
        [kind] = need.kinds
        for offer in lists.offers.get(kind, ()):
            partner = lists.organisations[offer.candidate.name]
            if partner not in wanted or obstacles(need, offer):
                continue
            points = lists.scale.points(need, offer, sought)
            if not points:
                continue
            need_id, offer_id = int(need.candidate.name), int(offer.candidate.name)
            place = (
                -points, need.candidate.published_at, need_id,
                offer.candidate.published_at, offer_id,
            )  # fmt: skip
            pair = need.idea, str(partner)
            before = found.get(pair)
            if before is None or place < before[0]:
                found[pair] = place, Scored(points, need_id, offer_id)
    return {pair: one for pair, (_place, one) in found.items()}
