"""The score of an offer for a need, and the parts that make it up."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from eak_matchmaking.scoring.bm25 import Common, Sought
from eak_matchmaking.scoring.declined import lowered
from eak_matchmaking.scoring.features import met, named
from eak_matchmaking.scoring.sides import Need, Offer
from eak_matchmaking.scoring.texts import Corpus
from eak_matchmaking.scoring.thesaurus import Thesaurus
from eak_matchmaking.scoring.weights import PUBLISHED, Kind, Weights

#: A likeness of meaning is from 0 to this.
ALIKE = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """``points`` of at most ``most``, for what ``items`` name: codes that both sides state, or
    words; ``missing`` are the codes that would give more. Of what is stated, ``met`` of ``asked``
    is offered: so many codes, or days of a period. The part of ``declined`` takes points away, for
    ``met`` ideas."""

    kind: Kind
    points: int
    most: int
    items: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    met: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """``parts`` are those that the need asks for, also where they give nothing."""

    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        """From 0 to 10,000: exactly what the parts give together."""
        return sum(part.points for part in self.parts)


@dataclass(frozen=True)
class Scale:
    """What all scores of a service are measured by, so that one pair has one score everywhere: on
    the page of the idea, at the organisation's desk, in a matching round."""

    corpus: Corpus
    thesaurus: Thesaurus
    weights: Weights = PUBLISHED
    with_meaning: bool = False
    #: How alike each offer is to the need of a name, by their names, from 0 to `ALIKE`.
    likeness: Callable[[str], Mapping[str, int]] | None = None

    @cached_property
    def most(self) -> dict[Kind, int]:
        """The most points of each part."""
        return self.weights.points(with_meaning=self.with_meaning)

    def sought(self, need: Need) -> Sought:
        """The text of ``need``, made ready to be looked for in many offers."""
        return Sought(need.text, self.corpus, self.thesaurus)

    def points(self, need: Need, offer: Offer, sought: Sought, alike: int | None = None) -> int:
        """The points of `score`, which thousands of pairs are compared by."""
        points = sum(self.most[each] * met_ // asked for each, met_, asked in met(need, offer))
        if need.text.counts:
            points += self._of_words(sought.value(offer.text), sought)
        points += self._of_meaning(self._alike(need, offer, alike))
        return lowered(points, offer.declined_like(need)) if offer.declined else points

    def score(self, need: Need, offer: Offer, sought: Sought, alike: int | None = None) -> Score:
        """The score of ``offer`` for ``need``. ``alike`` is the likeness of their meanings, from 0
        to `ALIKE`, as a sentence encoder says, by default that of ``likeness``; it counts where
        ``with_meaning`` is set."""
        parts = tuple(self._parts(need, offer, sought, self._alike(need, offer, alike)))
        points, declined = sum(part.points for part in parts), offer.declined_like(need)
        if declined:
            lost = points - lowered(points, declined)
            parts = (*parts, Part("declined", -lost, 0, met=declined))
        return Score(parts)

    def _parts(self, need: Need, offer: Offer, sought: Sought, alike: int | None) -> Iterator[Part]:
        for feature, met_, asked in met(need, offer):
            most = self.most[feature]
            items, missing = named(feature, need, offer)
            yield Part(feature, most * met_ // asked, most, items, missing, met_, asked)
        if need.text.counts:
            common = sought.common(offer.text)
            points = self._of_words(sum(each.value for each in common), sought)
            items = tuple(_shown(each, need, offer) for each in common)
            yield Part("words", points, self.most["words"], items)
        if self.with_meaning and alike is not None:
            yield Part("meaning", self._of_meaning(alike), self.most["meaning"])

    def _of_words(self, value: int, sought: Sought) -> int:
        return self.most["words"] * value // max(value, sought.full) if value else 0

    def _alike(self, need: Need, offer: Offer, alike: int | None) -> int | None:
        if alike is not None or self.likeness is None:
            return alike
        return self.likeness(need.candidate.name).get(offer.candidate.name)

    def _of_meaning(self, alike: int | None) -> int:
        return self.most["meaning"] * min(max(alike or 0, 0), ALIKE) // ALIKE


def _shown(each: Common, need: Need, offer: Offer) -> str:
    """The word that both have, or the two that mean the same."""
    sought = need.text.shown[each.sought]
    return sought if each.found == each.sought else f"{sought} ≈ {offer.text.shown[each.found]}"
