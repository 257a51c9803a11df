"""After the count: managers bring ideas to their next stage, with the result as the reason.

Until then, an idea that is on a ballot stays in the stage of votes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update

from eak_core.api import (
    Actor,
    Conflict,
    Denial,
    EakError,
    Idea,
    Invalid,
    Refused,
    Service,
    Session,
    _,
    _l,
    change_stage,
    clock,
    may,
    next_stages,
    public_ideas,
    require,
)
from eak_voting.ballots.desk import STAGE, ballots_holding
from eak_voting.ballots.finding import options_of
from eak_voting.ballots.preparing import locked
from eak_voting.models import Ballot, BallotOption

#: Where the core brings what its author takes back.
WITHDRAWN = "withdrawn"
#: The decision that an idea stays where it is.
STAY = "stay"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a manager decided about the option ``number``: the stage ``to``, or `STAY`.

    ``seen`` is the stage in which the idea stood before their eyes.
    """

    number: int
    to: str
    reason: str
    seen: str


@dataclass(frozen=True, slots=True)
class Pending:
    """An option of a counted ballot: its idea as it stands (None where it is no longer public, or
    never was one), and where the manager may bring it, the way forward first."""

    option: BallotOption
    idea: Idea | None
    stages: Sequence[Any]

    @property
    def decided(self) -> bool:
        """Whether there is nothing to decide any more."""
        return self.option.decided_at is not None or not self.stages


def pending(
    session: Session, actor: Actor, service: Service, active: frozenset[str], ballot: Ballot
) -> list[Pending]:
    """Every option of ``ballot`` with what can be decided about it: two statements."""
    options = options_of(session, ballot)
    asked = [option.idea_id for option in options if option.idea_id is not None]
    query = select(Idea).where(Idea.id.in_(asked), *public_ideas(service.id))
    ideas = {idea.id: idea for idea in session.scalars(query)}
    return [
        Pending(option, idea, next_stages(active, service, idea, actor) if idea is not None else ())
        for option in options
        for idea in [ideas.get(option.idea_id or 0)]
    ]


def decide(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    ballot: Ballot,
    decisions: Iterable[Decision],
) -> int:
    """Bring ideas to the stages that were decided; answers how many decisions there were.

    All are done or none: `Invalid` names each decision that cannot be, as ``to_<number>`` or
    ``reason_<number>``; `Refused` before the count. What other managers decided meanwhile stands.
    """
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    if ballot.state != "counted":
        raise Refused(_l("Ideas move on once the votes are counted."))
    options = {option.number: option for option in options_of(session, ballot)}
    errors: dict[str, Any] = {}
    done = 0
    with session.begin_nested():
        for each in decisions:
            option = options.get(each.number)
            if option is None or option.idea_id is None:
                raise Invalid(_l("One of these ideas is not on this ballot."))
            wrong = _decide(session, actor, service, active, option, each)
            errors |= {f"{name}_{each.number}": message for name, message in wrong.items()}
            done += 1
        if errors:
            raise Invalid(_l("Nothing was changed: some decisions could not be taken."), errors)
    return done


def _decide(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    option: BallotOption,
    decision: Decision,
) -> Mapping[str, Any]:
    """Take one decision; answers what is wrong with it, by field."""
    try:
        with session.begin_nested():
            _mark(session, option)
            if decision.to != STAY:
                idea = session.get_one(Idea, option.idea_id, populate_existing=True)
                change_stage(
                    session, actor, service, active, idea, decision.to, decision.reason,
                    seen=decision.seen,
                )  # fmt: skip
    except Invalid as refusal:
        return refusal.fields
    except EakError as refusal:
        return {"to": refusal.message}
    return {}


def _mark(session: Session, option: BallotOption) -> None:
    """Note the decision, provided that there was none."""
    marked = session.scalar(
        update(BallotOption)
        .where(
            BallotOption.ballot_id == option.ballot_id,
            BallotOption.number == option.number,
            BallotOption.decided_at.is_(None),
        )
        .values(decided_at=clock.now())
        .returning(BallotOption.number)
    )
    if marked is None:
        raise Conflict(_l("Somebody else has decided about this idea in between."))


def require_no_ballot(session: Session, idea: Idea) -> None:
    """`Refused` where a ballot names ``idea`` whose result is still to come, or that is prepared:
    what people vote on stays what it was. What is counted names it for ever, and its address leads
    on."""
    running = Ballot.state.in_(("draft", "announced", "open", "closed"))
    title = session.scalar(_naming(idea).where(running))
    if title is not None:
        raise Refused(
            _(
                "This idea is on the ballot “%(ballot)s”, so it cannot become part of another one:"
                " keep it and merge the other one with it, take it off a ballot that is prepared,"
                " or wait for the count.",
                ballot=title,
            )
        )


def require_never_on_ballot(session: Session, idea: Idea) -> None:
    """`Refused` where a ballot names ``idea``, whatever became of that: who is asked, and what the
    result was, is said where people voted on it."""
    title = session.scalar(_naming(idea))
    if title is not None:
        raise Refused(
            _(
                "This idea is or was on the ballot “%(ballot)s” of this service, so it stays here."
                " It can be taken off a ballot that is only prepared.",
                ballot=title,
            )
        )


def _naming(idea: Idea) -> Select[str]:
    """The statement of the title of a ballot that names ``idea``, the first one."""
    return (
        select(Ballot.title)
        .join(BallotOption, BallotOption.ballot_id == Ballot.id)
        .where(BallotOption.idea_id == idea.id)
        .order_by(Ballot.id)
        .limit(1)
    )


def guard(session: Session, service: Service, idea: Idea, to: str, actor: Actor) -> Denial | None:
    """The refusal that ``idea`` leaves the stage of votes, or that its author withdraws it from any
    stage, while a ballot that names it is not counted; None where there is no such ballot."""
    if idea.stage != STAGE:
        return _guard_withdrawal(session, service, idea, to, actor)
    for ballot in ballots_holding(session, idea):
        if ballot.state == "announced":
            return Denial(
                _(
                    "This idea is on the ballot “%(ballot)s”, which is announced: it stays in this"
                    " stage until the votes are counted, or the announcement is taken back.",
                    ballot=ballot.title,
                )
            )
        return Denial(
            _(
                "This idea is on the ballot “%(ballot)s”, which is not counted yet: it stays in"
                " this stage until then.",
                ballot=ballot.title,
            )
        )
    return None


def _guard_withdrawal(
    session: Session, service: Service, idea: Idea, to: str, actor: Actor
) -> Denial | None:
    """What people vote on does not go away while they do, unless those who hold the vote want
    it."""
    if to != WITHDRAWN or may(actor, "voting.manage", service):
        return None
    for ballot in ballots_holding(session, idea):
        return Denial(
            _(
                "This idea is on the ballot “%(ballot)s”: it cannot be withdrawn before the votes"
                " are counted. Ask those who run the service if it has to.",
                ballot=ballot.title,
            )
        )
    return None
