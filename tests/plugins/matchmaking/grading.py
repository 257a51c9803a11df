"""The graded set: what ideas could need in Hauts-de-Seine, and which offers answer it how well.

The organisations are real ones, of the public lists of those that were given public money; what
they offer here is made up. A need was graded by hand against all offers, from 0 (useless) to 3
(just that); what is not named has 0.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from random import Random

from eak_core.search.words import spelled_stems, stems
from eak_matchmaking import encoder
from eak_matchmaking.scoring.scores import Scale
from eak_matchmaking.scoring.sides import Need, Offer
from eak_matchmaking.scoring.suggesting import offers_for
from eak_matchmaking.scoring.texts import text_of
from eak_matchmaking.scoring.thesaurus import Thesaurus, own_lines, read_thesaurus
from eak_matchmaking.scoring.weights import Weights
from eak_matchmaking.suggestions.sides import WEIGHTS, OfferRow, offer_side
from eak_matchmaking.ties import Candidate
from tests.plugins.matchmaking.measures import corpus_of, ndcg, reciprocal_rank

_HERE = Path(__file__).parent / "graded"
_FIRST = datetime(2026, 1, 5, tzinfo=UTC)
#: Of a list, so many count; and so good is good enough.
FIRST, GOOD = 5, 2


@dataclass(frozen=True)
class Query:
    """A need, and the grades of offers by their keys."""

    need: Need
    grades: Mapping[str, int]


@cache
def thesaurus() -> Thesaurus:
    return read_thesaurus(own_lines(), stems)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of the set: ``offers.csv`` or ``queries.csv``."""
    with (_HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def offers() -> Sequence[Offer]:
    """The offers, published one after the other in an order that means nothing."""
    listed = sorted(rows("offers.csv"), key=lambda row: Random(row["key"]).random())
    found = []
    for number, row in enumerate(listed):
        read = OfferRow(
            0, row["title"], row["kind"], 0, row["organisation"], row["communes"], None, None, 1,
            _FIRST + timedelta(days=number),
        )  # fmt: skip
        side = offer_side(read, stems(f"{row['title']}\n{row['details']}"), (), thesaurus())
        found.append(replace(side, candidate=Candidate(row["key"], read.published_at)))
    return found


@cache
def queries() -> Sequence[Query]:
    """The needs, graded."""
    return [
        Query(
            Need(
                Candidate(str(number), _FIRST),
                text_of(spelled_stems(f"{row['what']}\n{row['idea']}"), thesaurus()),
                communes=frozenset(row["communes"].split()),
                kinds=frozenset((row["kind"],)),
            ),
            {key: int(grade) for key, _, grade in (
                each.partition(":") for each in row["grades"].split())},
        )
        for number, row in enumerate(rows("queries.csv"))
    ]  # fmt: skip


@dataclass(frozen=True)
class Quality:
    """How good a way to rank is: the means over all queries."""

    ndcg: float
    mrr: float


def quality(rank: Callable[[Need], Iterable[str]]) -> Quality:
    """How good ``rank`` is, which gives the keys of offers for a need, best first."""
    gains, firsts = [], []
    for query in queries():
        grades = [query.grades.get(key, 0) for key in rank(query.need)]
        gains.append(ndcg(grades, query.grades.values(), FIRST))
        firsts.append(float(reciprocal_rank(grades, GOOD)))
    return Quality(sum(gains) / len(gains), sum(firsts) / len(firsts))


class Rankings:
    """The ways that are compared."""

    def __init__(self, words: Thesaurus | None = None) -> None:
        self.words = thesaurus() if words is None else words

    @cached_property
    def blend(self) -> Quality:
        """As pages rank: offers of the kind that is needed, what is stated and words together."""
        return self._scored(WEIGHTS, of_kind=True)

    @cached_property
    def meant(self) -> Quality:
        """The blend with the meaning of texts, as the encoder that is installed reads them."""
        titles = {row["key"]: row["title"] for row in rows("offers.csv")}
        vectors = dict(zip(titles, encoder.encoded(list(titles.values())), strict=True))
        needs = encoder.encoded([row["what"] for row in rows("queries.csv")])
        scale = self._scale(WEIGHTS, with_meaning=True)

        def rank(need: Need) -> Iterable[str]:
            fit = [each for each in offers() if each.kinds == need.kinds]
            keys = [each.candidate.name for each in fit]
            own = needs[int(need.candidate.name)]
            alike = encoder.likenesses(own, [vectors[key] for key in keys])
            return _names(scale, need, fit, dict(zip(keys, alike, strict=True)))

        return quality(rank)

    @cached_property
    def text(self) -> Quality:
        """The words alone, among all offers."""
        bare = Weights(stated=0, words=1, meaning=0)
        scale = self._scale(bare)

        def rank(need: Need) -> Iterable[str]:
            only_words = Need(need.candidate, need.text)
            return _names(scale, only_words, offers())

        return quality(rank)

    @cached_property
    def structure(self) -> Quality:
        """What is stated alone, the published order among equals."""
        return self._scored(
            Weights(stated=1, words=0, meaning=0, features=WEIGHTS.features), of_kind=True
        )

    @cached_property
    def chance(self) -> Quality:
        """Any order: the mean of a hundred."""
        keys = [each.candidate.name for each in offers()]
        dice = Random(11)
        runs = [quality(lambda _need: dice.sample(keys, len(keys))) for _run in range(100)]
        return Quality(sum(each.ndcg for each in runs) / 100, sum(each.mrr for each in runs) / 100)

    def _scale(self, weights: Weights, *, with_meaning: bool = False) -> Scale:
        return Scale(
            corpus_of(each.text for each in offers()), self.words, weights, with_meaning
        )  # fmt: skip

    def _scored(self, weights: Weights, *, of_kind: bool) -> Quality:
        scale = self._scale(weights)

        def rank(need: Need) -> Iterable[str]:
            fit = [each for each in offers() if not of_kind or each.kinds == need.kinds]
            return _names(scale, need, fit)

        return quality(rank)


def _names(
    scale: Scale, need: Need, among: Sequence[Offer], alike: Mapping[str, int] | None = None
) -> list[str]:
    found = offers_for(scale, need, among, seed="graded", most=len(among), alike=alike)
    return [each.name for each in found.best]
