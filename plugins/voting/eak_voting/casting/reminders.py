"""Reminders of ballots: for those who ask, once, and only as long as they have not voted.

Who asks before the opening is also written to when the ballot opens. Mails say which ballot, until
when and where, and nothing of anybody's choices. A reminder is deleted once it was sent, or once
there is nothing to be reminded of.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import ColumnElement, delete, select, update

from eak_core.api import (
    Actor,
    MailingList,
    Refused,
    Service,
    Session,
    _,
    _l,
    clock,
    hold_account,
    insert_once,
    plugin_settings,
    render,
    require,
    send_mailing,
    want_again,
)
from eak_voting.ballots import timetable
from eak_voting.ballots.finding import phase
from eak_voting.casting.receipts import voter_key
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, RegisterEntry, Reminder

#: How many people one transaction writes to.
AT_ONCE = 500


def _forget_all(session: Session, person_id: int) -> None:
    """Who wants no more of these mails is not to be reminded of any ballot."""
    session.execute(delete(Reminder).where(Reminder.person_id == person_id))


REMINDERS = MailingList(plugin, "reminders", _l("Reminders of votes"), on_stop=_forget_all)


def ask(session: Session, actor: Actor, service: Service, ballot: Ballot) -> None:
    """Let ``actor`` be reminded of ``ballot``. Asking twice is asking once. `Refused` where nobody
    can vote in it any more, or where there is no time left for a reminder."""
    require(actor, "voting.vote", service)
    hold_account(session, actor)
    if phase(ballot) not in ("upcoming", "open"):
        raise Refused(_l("Nobody can vote in this ballot any more: there is nothing to remind of."))
    if phase(ballot) == "open" and not timetable.next_reminder(
        session, ballot, _before(session, service), clock.now()
    ):
        raise Refused(_l("This ballot closes in a few minutes: no reminder would come in time."))
    assert actor.person_id is not None
    want_again(session, REMINDERS, actor.person_id)
    asked = {"ballot_id": ballot.id, "person_id": actor.person_id, "asked_at": clock.now()}
    insert_once(session, Reminder, asked, Reminder.person_id)


def forget(session: Session, actor: Actor, ballot: Ballot) -> None:
    """Let ``actor`` not be reminded of ``ballot``."""
    session.execute(delete(Reminder).where(_of(ballot), Reminder.person_id == actor.person_id))


def write_that_it_is_open(session: Session, service: Service, name: str, due_at: datetime) -> bool:
    """Write to those who had asked before the opening, some of them at once; whether there are
    more."""
    ballot = session.get(Ballot, timetable.ballot_id_of(name))
    if ballot is None or phase(ballot) != "open":
        return False
    assert ballot.opened_at is not None
    before = (_of(ballot), Reminder.told_at.is_(None), Reminder.asked_at < ballot.opened_at)
    people = _some(session, *before)
    _send(session, service, ballot, people, "opened", ballot.opened_at)
    session.execute(
        update(Reminder)
        .where(_of(ballot), Reminder.person_id.in_(people))
        .values(told_at=clock.now())
    )
    return len(people) == AT_ONCE


def remind_due(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Remind those who asked for it and have not voted."""
    ballot = session.get(Ballot, timetable.ballot_id_of(name))
    if ballot is None or phase(ballot) != "open":
        return
    people = _some(session, _of(ballot))
    voted = _voted(session, ballot, people)
    _send(session, service, ballot, set(people) - voted, "reminder", due_at)
    session.execute(delete(Reminder).where(_of(ballot), Reminder.person_id.in_(people)))
    if len(people) == AT_ONCE:
        timetable.remind_now(session, ballot)


def ballot_address(service: Service, ballot: Ballot) -> str:
    """The whole address of a ballot's page, made without a request."""
    return url_for(
        "voting.show",
        service_slug=service.slug,
        ballot_id=ballot.id,
        slug=ballot.slug,
        _external=True,
    )


def _send(
    session: Session,
    service: Service,
    ballot: Ballot,
    people: Collection[int],
    letter: str,
    at: datetime,
) -> None:
    titles = {
        "opened": lambda: _("You can vote now: %(title)s", title=ballot.title),
        "reminder": lambda: _("Before it closes: %(title)s", title=ballot.title),
    }
    send_mailing(
        session,
        REMINDERS,
        people,
        service_id=service.id,
        subject=titles[letter],
        text=lambda: render(
            f"voting/letters/{letter}.txt",
            ballot=ballot,
            service=service,
            address=ballot_address(service, ballot),
        ),
        dedupe_key=f"{letter}:{ballot.id}:{int(at.timestamp())}",
    )


def _some(session: Session, *conditions: ColumnElement[bool]) -> Sequence[int]:
    query = select(Reminder.person_id).where(*conditions)
    return session.scalars(query.order_by(Reminder.person_id).limit(AT_ONCE)).all()


def _voted(session: Session, ballot: Ballot, people: Sequence[int]) -> set[int]:
    """Who of ``people`` stands in the register."""
    keys = {voter_key(ballot.key, person_id): person_id for person_id in people}
    found = session.scalars(
        select(RegisterEntry.voter_key).where(
            RegisterEntry.ballot_id == ballot.id, RegisterEntry.voter_key.in_(keys)
        )
    )
    return {keys[key] for key in found}


def _before(session: Session, service: Service) -> timedelta:
    hours: int = plugin_settings(session, service.id, plugin.name)["reminder_hours"]
    return timedelta(hours=hours)


def _of(ballot: Ballot) -> ColumnElement[bool]:
    return Reminder.ballot_id == ballot.id
