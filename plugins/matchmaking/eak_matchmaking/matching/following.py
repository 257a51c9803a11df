"""What follows for rounds from what happens elsewhere: nothing waits for an organisation or an idea
that is there no longer, and those whom a confirmed pair concerns are written to."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from eak_core.api import (
    Context,
    Idea,
    IdeaStageChanged,
    IdeaWithdrawn,
    Refused,
    Session,
    _l,
    mail_to,
    subscriber,
)
from eak_matchmaking.events import PairConfirmed
from eak_matchmaking.manifest import plugin
from eak_matchmaking.matching.deciding import settle, tell_declined
from eak_matchmaking.matching.tables import MatchingRound, Pair, RoundIdea, Wish
from eak_matchmaking.models import Need, Organisation, StoppedBecause
from eak_matchmaking.organisations.standing import ENDINGS
from eak_matchmaking.proposals import letters
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.proposals.tables import Proposal


def end_with(session: Session, organisation: Organisation, into: Organisation | None) -> None:
    """Let nothing come of the pairs of an organisation that closes, nor of what it wished. Where it
    is merged ``into`` another one, that one has them from now on."""
    theirs = select(Pair).where(Pair.organisation_id == organisation.id, Pair.standing == "waiting")
    for pair in session.scalars(
        theirs.order_by(Pair.round_id, Pair.idea_id).with_for_update()
    ).all():
        if into is not None:
            pair.organisation_id = into.id
        else:
            _drop(session, pair, "organisation", None)
    session.flush()
    # A round that is open goes on without it; what it wished in others stays as it was.
    going_on = select(MatchingRound.id).where(MatchingRound.state == "open")
    named = Wish.organisation_id == organisation.id, Wish.round_id.in_(going_on)
    if into is not None:
        _hand_over(session, organisation, into)
    session.execute(delete(Wish).where(*named))


ENDINGS.append(end_with)


def _hand_over(session: Session, organisation: Organisation, into: Organisation) -> None:
    """Let ``into`` have the wishes of an organisation and those that name it, in the rounds in
    which it has none of its own."""
    going_on = select(MatchingRound.id).where(MatchingRound.state == "open")
    for round_id in session.scalars(going_on).all():
        for by in ("partner", "idea"):
            here = Wish.round_id == round_id, Wish.by == by
            own = select(Wish.idea_id).where(*here, Wish.organisation_id == into.id)
            taken = session.scalars(own).all()
            if by == "partner" and taken:
                continue
            moving = (*here, Wish.organisation_id == organisation.id, Wish.idea_id.not_in(taken))
            session.execute(update(Wish).where(*moving).values(organisation_id=into.id))


def follow_idea(session: Session, idea_id: int, stage: str, at: datetime) -> None:
    """Let nothing come of the pairs of an idea that came to ``stage`` at the instant ``at``, where
    it cannot be piloted there."""
    if takes_proposals(stage):
        return
    concerned = (
        select(Pair)
        .join(MatchingRound, MatchingRound.id == Pair.round_id)
        .where(
            Pair.idea_id == idea_id,
            Pair.standing == "waiting",
            # Built anew, an idea comes again to where it was before anybody was matched.
            MatchingRound.closed_at < at,
        )
    )
    for pair in session.scalars(concerned.order_by(Pair.round_id).with_for_update(of=Pair)).all():
        _drop(session, pair, "idea", at)


@subscriber(plugin, IdeaStageChanged)
def pairs_follow_idea(moved: IdeaStageChanged, ctx: Context) -> None:
    """Let nothing come of pairs whose idea cannot be piloted any more."""
    assert ctx.occurred_at is not None
    follow_idea(ctx.session, moved.idea_id, moved.to_stage, ctx.occurred_at)


@subscriber(plugin, IdeaWithdrawn)
def pairs_leave_idea(gone: IdeaWithdrawn, ctx: Context) -> None:
    """Let nothing come of pairs whose idea its author took back."""
    assert ctx.occurred_at is not None
    follow_idea(ctx.session, gone.idea_id, "withdrawn", ctx.occurred_at)


@subscriber(plugin, PairConfirmed)
def write_of_pair(confirmed: PairConfirmed, ctx: Context) -> None:
    """Write to the organisation that it is its turn."""
    if ctx.replaying:
        return
    for each in letters.of_step(ctx.session, confirmed.proposal_id, "matched", ctx.actor_id):
        mail = mail_to(ctx.session, each.person_id, subject=each.subject, text=each.text)
        ctx.send("mail", mail, key=str(each.person_id))


def _drop(session: Session, pair: Pair, because: StoppedBecause, at: datetime | None) -> None:
    service_id = session.get_one(MatchingRound, pair.round_id).service_id
    settle(session, pair, "dropped", because=because, at=at)
    tell_declined(session, service_id, pair, because)


def require_alone(session: Session, idea: Idea) -> None:
    """`Refused` where partners have to do with ``idea``: needs, proposals of pilots and rounds name
    it, and what organisations have promised is for that idea."""
    if _is_held(session, idea, Need.withdrawn_at.is_(None)):
        raise Refused(
            _l(
                "This idea has needs, partners or a matching round, so it cannot become part of"
                " another one: keep it, and merge the other one with it."
            )
        )


def require_unneeded(session: Session, idea: Idea) -> None:
    """`Refused` where partners have to do with ``idea``, or had: it goes to no other service, as
    what is said of needs, pilots and rounds does not."""
    if _is_held(session, idea):
        raise Refused(
            _l(
                "This idea has needs, partners or a matching round in this service, so it stays"
                " here."
            )
        )


def _is_held(session: Session, idea: Idea, *needs: ColumnElement[bool]) -> bool:
    """Whether proposals of pilots, rounds, or ``needs`` of it, name ``idea``."""
    held = (
        select(Need.id).where(Need.idea_id == idea.id, *needs),
        select(Proposal.id).where(Proposal.idea_id == idea.id),
        select(RoundIdea.idea_id).where(RoundIdea.idea_id == idea.id),
    )
    return bool(session.scalar(select(or_(*(each.exists() for each in held)))))
