"""The two sides of a suggestion: what an idea needs, and what an organisation offers.

Subjects, kinds, publics and communes are codes; how they are called is for pages to say.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from eak_matchmaking.scoring.declined import Declined
from eak_matchmaking.scoring.texts import Text
from eak_matchmaking.ties import Candidate


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both of them too. `ValueError` where it ends before it
    begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the period ends on {self.last}, before {self.first}.")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def common(self, other: "Period") -> int:
        """How many days both have."""
        common = min(self.last, other.last) - max(self.first, other.first)
        return max(common.days + 1, 0)


@dataclass(frozen=True, slots=True)
class Side:
    """What both sides state. What is empty is not stated."""

    candidate: Candidate
    text: Text
    subjects: Set[str] = frozenset()
    communes: Set[str] = frozenset()
    publics: Set[str] = frozenset()
    kinds: Set[str] = frozenset()
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Need(Side):
    """What it takes to try the idea called ``idea``. Where nothing is stated, nothing is asked
    for."""

    idea: str = ""


@dataclass(frozen=True, slots=True)
class Offer(Side):
    """What an organisation can bring to so many pilots more (``places``). Without communes it holds
    in the whole territory, without a period at any time. ``declined`` are ideas that are not for
    it."""

    places: int = 1
    declined: tuple[Declined, ...] = ()

    def declined_like(self, need: Need) -> int:
        """How many ideas it has declined that are like that of ``need``, itself aside."""
        return sum(
            each.idea != need.idea and each.is_like(need.subjects, need.communes, need.kinds)
            for each in self.declined
        )
