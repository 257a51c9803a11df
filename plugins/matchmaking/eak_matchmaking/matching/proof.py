"""What everybody can check of a round that was matched: its document, matched again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eak_matchmaking.matching.tables import MatchingRound
from eak_matchmaking.rounds import documents
from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.explaining import Refusal, blocking_pairs, refusals
from eak_matchmaking.rounds.instance import Matching


@dataclass(frozen=True, slots=True)
class Proof:
    """The ``matching`` of a document, by ids as text, the pairs that would ``block`` it, and the
    ``refusals`` of those whom each idea asked before."""

    matching: Matching[str, str]
    block: Sequence[tuple[str, str]]
    refusals: Mapping[str, Sequence[Refusal[str]]]


def proof_of(held: MatchingRound) -> Proof | None:
    """The proof of a round, made anew from its document; None where nobody could go with anybody,
    or it was not matched."""
    if not held.document:
        return None
    instance = documents.read(held.document.encode())
    matching = deferred_acceptance(instance)
    return Proof(matching, blocking_pairs(instance, matching), refusals(instance, matching))
