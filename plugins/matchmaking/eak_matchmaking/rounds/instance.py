"""What a matching round is solved from: who would have whom, in which order, and how many.

The hospitals/residents problem (Gale and Shapley 1962; Gusfield and Irving 1989): *proposers*
(ideas) want one *receiver* (a partner) each, a receiver takes as many as its capacity. A pair is
**acceptable** where each of the two names the other; whoever is named without naming back is passed
over, as if the lists had been cleaned beforehand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeAlias, TypeVar

#: Names are ids or words; they are compared among their like only.
P = TypeVar("P", int, str)
R = TypeVar("R", int, str)

#: Who each proposer goes with; None for nobody.
Matching: TypeAlias = Mapping[P, R | None]

#: No partner pilots more at once.
MOST_PLACES = 1_000_000

_LONGEST_SHOWN = 60


class InstanceError(ValueError):
    """Preferences that are none; the sentence names the place."""


@dataclass(frozen=True, slots=True)
class Receiver(Generic[P]):
    """How many proposers it takes, and which, the best first."""

    capacity: int
    ranks: Sequence[P]


@dataclass(frozen=True)
class Instance(Generic[P, R]):
    """The preferences of all, the best liked first, each list without ties.

    `InstanceError` for a name in a list that is nobody's, a name twice in a list, and a capacity
    that is no whole number from 1 to `MOST_PLACES`.
    """

    proposers: Mapping[P, Sequence[R]]
    receivers: Mapping[R, Receiver[P]]

    def __post_init__(self) -> None:
        for proposer, wishes in self.proposers.items():
            _check_list(f"proposers, {shown(proposer)}", wishes, self.receivers, "receiver")
        for name, receiver in self.receivers.items():
            place = f"receivers, {shown(name)}"
            _check_capacity(f"{place}, capacity", receiver.capacity)
            _check_list(f"{place}, ranks", receiver.ranks, self.proposers, "proposer")

    @cached_property
    def positions(self) -> Mapping[R, Mapping[P, int]]:
        """For each receiver the places of the proposers in its list, from 0."""
        return {
            name: {proposer: place for place, proposer in enumerate(receiver.ranks)}
            for name, receiver in self.receivers.items()
        }

    def held(self, matching: Matching[P, R]) -> Mapping[R, Sequence[P]]:
        """For each receiver whom it has in ``matching``, in the order of their names."""
        held: dict[R, list[P]] = {name: [] for name in self.receivers}
        for proposer in sorted(self.proposers):
            receiver = matching[proposer]
            if receiver is not None:
                held[receiver].append(proposer)
        return held


def shown(name: object) -> str:
    """``name`` as a sentence can carry it: short, and with nothing that a terminal would obey."""
    text = str(name)
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return "“" + "".join(each if each.isprintable() else ascii(each)[1:-1] for each in cut) + "”"


def _check_list(place: str, names: Sequence[P], known: Mapping[P, object], what: str) -> None:
    once = set(names)
    if len(once) < len(names):
        raise InstanceError(f"{place}: {shown(_first_twice(names))} stands in the list twice.")
    if not once <= known.keys():
        stranger = next(name for name in names if name not in known)
        raise InstanceError(f"{place}: there is no {what} {shown(stranger)}.")


def _first_twice(names: Iterable[P]) -> P:
    seen: set[P] = set()
    return next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]


def _check_capacity(place: str, capacity: object) -> None:
    if not isinstance(capacity, int) or isinstance(capacity, bool):
        raise InstanceError(f"{place}: a whole number is expected.")
    if not 1 <= capacity <= MOST_PLACES:
        raise InstanceError(f"{place}: a number from 1 to {MOST_PLACES:,} is expected.")
