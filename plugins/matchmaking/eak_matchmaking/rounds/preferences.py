"""The preferences of a round, made from scores and from what people declared themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from eak_matchmaking.rounds.instance import Instance, Receiver
from eak_matchmaking.ties import Candidate


@dataclass(frozen=True, slots=True)
class Round:
    """All that a round is solved from; the same contents give the same outcome, in any order.

    ``ideas`` and ``partners`` by name; ``capacities`` are the places each partner has left.
    ``scores`` say how well a pair goes together, whole numbers: a pair without one, or with 0, is
    not acceptable, nor one in ``vetoes``. ``declared`` orders come before what scores say: who is
    named there comes first, in that order, and all others behind them, by score. Equal scores:
    whoever was published first, then the lot drawn from ``seed`` (`eak_matchmaking.ties`).
    """

    ideas: Mapping[str, Candidate]
    partners: Mapping[str, Candidate]
    capacities: Mapping[str, int]
    scores: Mapping[tuple[str, str], int]
    seed: str
    declared_by_ideas: Mapping[str, Sequence[str]] = field(default_factory=dict)
    declared_by_partners: Mapping[str, Sequence[str]] = field(default_factory=dict)
    vetoes: Collection[tuple[str, str]] = frozenset()

    def acceptable(self) -> dict[tuple[str, str], int]:
        """The pairs that may be matched, (idea, partner), with their scores."""
        refused = frozenset(self.vetoes)
        return {
            pair: score for pair, score in self.scores.items() if score > 0 and pair not in refused
        }

    def instance(self) -> Instance[str, str]:
        """The lists of both sides, without ties.

        `InstanceError` where a partner has no place, or where scores name somebody unknown.
        """
        wishes: dict[str, dict[str, int]] = {name: {} for name in self.ideas}
        ranks: dict[str, dict[str, int]] = {name: {} for name in self.partners}
        for (idea, partner), score in self.acceptable().items():
            wishes[idea][partner] = score
            ranks[partner][idea] = score
        return Instance(
            {
                idea: self._ordered(liked, self.partners, self.declared_by_ideas.get(idea, ()))
                for idea, liked in wishes.items()
            },
            {
                partner: Receiver(
                    self.capacities[partner],
                    self._ordered(liked, self.ideas, self.declared_by_partners.get(partner, ())),
                )
                for partner, liked in ranks.items()
            },
        )

    def _ordered(
        self, liked: Mapping[str, int], candidates: Mapping[str, Candidate], declared: Sequence[str]
    ) -> tuple[str, ...]:
        first = [name for name in declared if name in liked]
        others = liked.keys() - set(first)
        return *first, *sorted(
            others, key=lambda name: candidates[name].place(liked[name], self.seed)
        )
