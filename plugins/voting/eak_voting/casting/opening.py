"""From a draft to an open ballot, or to a cancelled one."""

from datetime import timedelta

from msgspec.structs import replace
from sqlalchemy import delete, select

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    Idea,
    Invalid,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_words,
    clock,
    has_outcome,
    plugin_settings,
    public_ideas,
    publish,
    require,
)
from eak_voting.ballots import frozen, timetable
from eak_voting.ballots.finding import options_of, phase, settings_of, terms_of, written
from eak_voting.ballots.preparing import locked, require_draft
from eak_voting.casting import bursts
from eak_voting.events import BallotAnnounced, BallotCancelled, BallotOpened
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, BallotOption
from eak_voting.settings import canonical, digest
from eak_voting.transparency.recording import record
from eak_voting.transparency.records import CancelledLeaf, OpenedLeaf


def announce(session: Session, actor: Actor, service: Service, ballot: Ballot) -> None:
    """Put a draft on the site; it opens by itself at its instant, at once where that has come.

    `Refused` where it is not a draft, `Invalid` where it would be over before it began.
    """
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    require_draft(ballot)
    if ballot.closes_at <= clock.now():
        raise Invalid(
            _l("The close of this ballot is in the past. Choose another date, then announce it."),
            {"closes_at": _("This instant has passed.")},
        )
    _hold_ideas(session, ballot)
    ballot.state = "announced"
    event = BallotAnnounced(ballot_id=ballot.id)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)
    hours = plugin_settings(session, service.id, plugin.name)["reminder_hours"]
    timetable.plan(session, ballot, timedelta(hours=hours))
    if ballot.opens_at <= clock.now():
        open_ballot(session, service, ballot)


def _hold_ideas(session: Session, ballot: Ballot) -> None:
    """Keep the ideas of ``ballot`` where they stand until it is announced: from then on a guard
    does.

    `Refused` where one has come to its outcome since the draft was written.
    """
    asked = [option.idea_id for option in options_of(session, ballot)]
    query = select(Idea).where(Idea.id.in_(asked)).order_by(Idea.id).with_for_update()
    for idea in session.scalars(query.execution_options(populate_existing=True)):
        if has_outcome(idea):
            raise Refused(
                _(
                    "The idea “%(idea)s” has come to its outcome: nobody can vote on it any more."
                    " Take it off the draft, then announce the ballot.",
                    idea=idea.title,
                )
            )


def withdraw_announcement(session: Session, actor: Actor, service: Service, ballot: Ballot) -> None:
    """Make an announced ballot a draft again, as long as it has not opened."""
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    if phase(ballot) != "upcoming":
        raise Refused(_l("Only a ballot that is announced and not yet open can be taken back."))
    ballot.state = "draft"
    event = BallotAnnounced(ballot_id=ballot.id, withdrawn=True)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)
    timetable.forget(session, ballot)


def open_now(session: Session, actor: Actor, service: Service, ballot: Ballot) -> None:
    """Open an announced ballot before its instant; it closes when it was to.

    `Refused` where it is not announced, or has opened.
    """
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    if phase(ballot) != "upcoming":
        raise Refused(_l("Only a ballot that is announced and not yet open can be opened."))
    open_ballot(session, service, ballot)


def open_ballot(session: Session, service: Service, ballot: Ballot) -> None:
    """Freeze the terms of an announced ballot, and take votes from now on.

    Nothing happens where it is open already. Ideas that are no longer public are left out; where
    none is left, the ballot is cancelled and says so.
    """
    ballot = locked(session, ballot)
    if ballot.state != "announced":
        return
    _drop_gone(session, service, ballot)
    options = options_of(session, ballot)
    if not options:
        _cancel(session, Actor.system(), service, ballot, _gone_reason())
        return
    frozen.freeze(session, options)
    now = clock.now()
    # Opened by hand or late, the terms name the instant that was announced all the same.
    terms = canonical(terms_of(session, service, ballot))
    ballot.terms = terms.decode()
    ballot.terms_hash = digest(terms)
    ballot.state, ballot.opened_at = "open", now
    leaf = OpenedLeaf(ballot=ballot.id, terms=ballot.terms_hash)
    record(session, service, [leaf])
    timetable.letters_now(session, ballot)
    publish(
        session,
        BallotOpened(
            ballot_id=ballot.id,
            method=ballot.method,  # type: ignore[arg-type]  # a column of words
            secrecy=ballot.secrecy,  # type: ignore[arg-type]
            terms_hash=ballot.terms_hash,
        ),
        service_id=service.id,
    )


def cancel(session: Session, actor: Actor, service: Service, ballot: Ballot, reason: str) -> None:
    """Call off a ballot that is not counted yet, for a public ``reason``. Votes are kept, and
    never counted. `Refused` where there is nothing to cancel, `Invalid` without a reason."""
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    reason = checked_words(
        reason,
        "reason",
        _l("The ballot was not cancelled."),
        most=REASON_LENGTH,
        missing=_("Give a reason: voters will look for it."),
    )
    if ballot.state not in ("announced", "open", "closed"):
        raise Refused(_l("Only a ballot that is announced, open or being counted is cancelled."))
    _cancel(session, actor, service, ballot, reason)


def _cancel(session: Session, actor: Actor, service: Service, ballot: Ballot, reason: str) -> None:
    opened = ballot.state != "announced"
    ballot.state, ballot.cancelled_at, ballot.cancel_reason = "cancelled", clock.now(), reason
    timetable.forget(session, ballot)
    bursts.forget(session, ballot)
    if opened and ballot.origin is None:  # what is voted elsewhere stands in no log of this site
        record(session, service, [CancelledLeaf(ballot=ballot.id)])
    event = BallotCancelled(ballot_id=ballot.id)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)


def _gone_reason() -> str:
    return _("None of its ideas was public any more when it was to open.")


def _drop_gone(session: Session, service: Service, ballot: Ballot) -> None:
    """Take off the ballot what is no longer public, and number the rest anew with the titles that
    the ideas have now."""
    options = options_of(session, ballot)
    asked = [option.idea_id for option in options]
    query = select(Idea.id, Idea.title).where(Idea.id.in_(asked), *public_ideas(service.id))
    titles = {row.id: row.title for row in session.execute(query)}
    if len(titles) == len(options):
        for option in options:
            option.title = titles[option.idea_id or 0]
        session.flush()
        return
    kept = [
        {
            "ballot_id": ballot.id,
            "code": option.code,
            "title": titles[option.idea_id],
            "idea_id": option.idea_id,
            "cost": option.cost,
        }
        for option in options
        if option.idea_id in titles
    ]
    for option in options:
        session.expunge(option)
    session.execute(delete(BallotOption).where(BallotOption.ballot_id == ballot.id))
    session.add_all(BallotOption(number=number, **values) for number, values in enumerate(kept, 1))
    _ask_no_more_than(ballot, len(kept))
    session.flush()


def _ask_no_more_than(ballot: Ballot, options: int) -> None:
    """Let no vote have to name more ideas than are left: nobody could cast any."""
    settings = settings_of(ballot)
    rules = settings.approval or settings.budget
    if rules is not None and rules.at_least > options:
        name = "approval" if settings.approval is not None else "budget"
        fewer = replace(rules, at_least=options)
        ballot.settings = written(replace(settings, **{name: fewer}))
