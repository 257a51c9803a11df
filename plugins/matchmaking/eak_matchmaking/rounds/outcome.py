"""What a round gives, and what it is shown beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.explaining import Refusal, blocking_pairs, refusals
from eak_matchmaking.rounds.instance import Instance, Matching
from eak_matchmaking.rounds.largest_total import LargestTotal, largest_total
from eak_matchmaking.rounds.preferences import Round


@dataclass(frozen=True, slots=True)
class Outcome:
    """The stable ``matching`` of an ``instance``, its ``total`` score, and for each idea the
    ``refusals`` of partners that it wanted more; ``blocking`` is the check of it, and empty.

    ``largest`` has the largest total; ``blocking_largest`` are the pairs who would then rather have
    each other.
    """

    instance: Instance[str, str]
    matching: Matching[str, str]
    total: int
    blocking: Sequence[tuple[str, str]]
    refusals: Mapping[str, Sequence[Refusal[str]]]
    largest: LargestTotal[str, str]
    blocking_largest: Sequence[tuple[str, str]]


def outcome(of: Round) -> Outcome:
    """All of it; `InstanceError` as `Round.instance` raises it."""
    instance, scores = of.instance(), of.acceptable()
    matching = deferred_acceptance(instance)
    largest = largest_total(of.ideas, of.capacities, scores)
    return Outcome(
        instance=instance,
        matching=matching,
        total=sum(scores[idea, to] for idea, to in matching.items() if to is not None),
        blocking=blocking_pairs(instance, matching),
        refusals=refusals(instance, matching),
        largest=largest,
        blocking_largest=blocking_pairs(instance, largest.matching),
    )
