"""How many comments can be read under ideas, as `eak_discussion.subscribers` keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from eak_core.api import Session
from eak_discussion.models import Count


@dataclass(slots=True)
class Counts:
    """The comments of one idea by stance; hidden and withdrawn ones are not among them."""

    in_favour: int = 0
    neutral: int = 0
    against: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_favour + self.neutral + self.against


_FIELDS = {"for": "in_favour", "neutral": "neutral", "against": "against"}


# Put together once: a list asks for them on each page.
_COUNTS = select(Count.idea_id, Count.stance, Count.comments).where(
    Count.service_id == bindparam("service"),
    Count.idea_id.in_(bindparam("ideas", expanding=True)),
)


def counts(session: Session, service_id: int, idea_ids: Iterable[int]) -> dict[int, Counts]:
    """The counts of each of these ideas, in one query."""
    found = {idea_id: Counts() for idea_id in idea_ids}
    asked = {"service": service_id, "ideas": list(found)}
    for idea_id, stance, comments in session.execute(_COUNTS, asked):
        setattr(found[idea_id], _FIELDS[stance], comments)
    return found
