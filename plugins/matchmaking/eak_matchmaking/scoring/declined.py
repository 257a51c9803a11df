"""“Not for us”: an idea that a partner has declined, and ideas that are like it."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

#: Why a partner declines an idea: what it is about, where it is, what it takes, when it is, or
#: something else.
Reason: TypeAlias = Literal["subject", "place", "means", "moment", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)

#: A score loses one part in so many for each idea that was declined and is like it…
PARTS = 5
#: …and no more than for so many.
MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Declined:
    """A partner has declined the idea called ``idea``: filed under ``subjects`` and ``communes``,
    it needed a resource of ``kind``."""

    idea: str
    reason: Reason
    kind: str
    subjects: Set[str] = frozenset()
    communes: Set[str] = frozenset()

    def is_like(self, subjects: Set[str], communes: Set[str], kinds: Set[str]) -> bool:
        """Whether the reason holds for another idea, too: one that shares a subject, that shares a
        commune, or that needs the same kind of resource. The moment and other reasons are those of
        the one idea alone."""
        match self.reason:
            case "subject":
                return not self.subjects.isdisjoint(subjects)
            case "place":
                return not self.communes.isdisjoint(communes)
            case "means":
                return self.kind in kinds
            case _:
                return False


def lowered(points: int, alike: int) -> int:
    """``points`` where so many ideas ``alike`` were declined: what is lost is rounded down, so what
    had a point keeps one."""
    return points - points * min(alike, MOST_PARTS) // PARTS
