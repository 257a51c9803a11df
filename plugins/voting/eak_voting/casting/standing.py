"""What somebody can do in a ballot now: vote, change, take back, be reminded; or why not."""

from dataclasses import dataclass

from eak_core.api import Actor, Service, Session
from eak_voting.ballots.finding import phase, settings_of
from eak_voting.casting.electorate import Admission, admission
from eak_voting.casting.votes import has_voted
from eak_voting.models import Ballot, Reminder

#: What somebody who is not admitted can still do something about, on the way of the vote itself.
_ON_THE_WAY = ("sign_in", "commune", "age")


@dataclass(frozen=True, slots=True)
class Standing:
    """``admission`` is None where nobody can vote (any more, or yet)."""

    admission: Admission | None = None
    voted: bool = False
    reminded: bool = False

    @property
    def may_begin(self) -> bool:
        """Whether to offer the paper: also to those who are still to sign in or to declare."""
        found = self.admission
        return found is not None and (found.admitted or found.missing in _ON_THE_WAY)


def standing(session: Session, actor: Actor, service: Service, ballot: Ballot) -> Standing:
    """Where ``actor`` stands in ``ballot``."""
    stands = phase(ballot)
    if stands not in ("open", "upcoming"):
        return Standing(voted=has_voted(session, actor, ballot))
    reminded = (
        actor.person_id is not None
        and session.get(Reminder, (ballot.id, actor.person_id)) is not None
    )
    if stands == "upcoming":
        return Standing(reminded=reminded)
    return Standing(
        admission=admission(session, actor, service, settings_of(ballot).electorate),
        voted=has_voted(session, actor, ballot),
        reminded=reminded,
    )
