"""What is written to those whom a proposal concerns: whose turn it is, what was decided, and
reminders."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import select

from eak_core.api import (
    Idea,
    Service,
    Session,
    _l,
    clock,
    managers_of,
    public_ideas,
    schedule,
    send_mail,
)
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import Member, Organisation
from eak_matchmaking.proposals.keeping import reminder
from eak_matchmaking.proposals.reminders import days_due, next_reminder
from eak_matchmaking.proposals.tables import Proposal

#: What is asked of whom a proposal waits for.
_ASKED: Mapping[str, Any] = {
    "author": _l("What do you think of a proposal to pilot your idea?"),
    "manager": _l("A proposal of a partner waits for a decision"),
    "organisation": _l("You were asked something about your proposal"),
}
#: What is asked of an organisation that a matching round has brought together with an idea.
_MATCHED = _l("A matching round gives you an idea to pilot: say what you bring")
#: What is told of what happened.
_TOLD: Mapping[str, Any] = {
    "accepted": _l("The pilot is accepted"),
    "declined": _l("The proposal is declined"),
    "withdrawn": _l("The proposal is withdrawn"),
    "ended": _l("The pilot has ended"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written to one person, in their language."""

    person_id: int
    subject: Any
    text: Any


def of_step(
    session: Session, proposal_id: int, kind: str, actor_id: int | None
) -> Iterator[Letter]:
    """The letters about what has just happened (a kind of a step): to whom it is the turn of now,
    or to all concerned where it is decided; never to who did it."""
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        return
    idea = session.get_one(Idea, proposal.idea_id)
    service = session.get_one(Service, proposal.service_id)
    if kind in _TOLD:
        subject, people = _TOLD[kind], concerned(session, proposal, idea)
    else:
        subject, people = _turn(session, service, proposal, idea)
    for person_id in people:
        if person_id != actor_id:
            yield Letter(person_id, subject, _text(session, service, proposal, idea, subject))


def remind_due(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Remind those whom an open proposal waits for, once for all that was missed, and let the next
    reminder follow. Nobody is reminded of an idea that not everybody may read."""
    proposal = session.get(Proposal, int(name.partition(":")[2]))
    if proposal is None or proposal.standing != "open" or proposal.waits_since is None:
        return
    now, since = clock.now(), proposal.waits_since
    later = next_reminder(since, now)
    if later is not None:
        schedule(session, plugin.name, service.id, reminder(proposal), later)
    days = days_due(since, now)
    shown = select(Idea).where(Idea.id == proposal.idea_id, *public_ideas(service.id))
    idea = session.scalar(shown)
    if not days or idea is None:
        return
    subject, people = _turn(session, service, proposal, idea)
    for person_id in people:
        send_mail(
            session,
            plugin.name,
            person_id=person_id,
            subject=_l("Reminder: %(subject)s", subject=subject),
            text=_text(session, service, proposal, idea, subject),
            dedupe_key=f"pilot:{proposal.id}:{int(since.timestamp())}:{days}:{person_id}",
            service_id=service.id,
        )


def _turn(
    session: Session, service: Service, proposal: Proposal, idea: Idea
) -> tuple[Any, Collection[int]]:
    """What is asked of whom an open proposal waits for, and who they are: those who run the
    service, too, where nobody acts for the organisation any more."""
    whom = proposal.waits_for
    if whom is None:
        return "", ()
    if whom == "organisation" and not proposal.brings:
        return _MATCHED, _members(session, proposal) or _managers(session, service)
    if whom == "author" and idea.author_id is not None:
        return _ASKED[whom], [idea.author_id]
    people = _members(session, proposal) if whom == "organisation" else ()
    if people:
        return _ASKED[whom], people
    return _ASKED["manager"], _managers(session, service)


def _managers(session: Session, service: Service) -> Sequence[int]:
    return [each.id for each in managers_of(session, service)]


def _members(session: Session, proposal: Proposal) -> Sequence[int]:
    query = select(Member.person_id).where(Member.organisation_id == proposal.organisation_id)
    return session.scalars(query.order_by(Member.person_id)).all()


def concerned(session: Session, proposal: Proposal, idea: Idea) -> Collection[int]:
    """The author of the idea, and those who act for the organisation."""
    author = [] if idea.author_id is None else [idea.author_id]
    return sorted({*_members(session, proposal), *author})


def _text(
    session: Session,
    service: Service,
    proposal: Proposal,
    idea: Idea,
    subject: Any,
) -> Any:
    name = session.scalar(
        select(Organisation.name).where(Organisation.id == proposal.organisation_id)
    )
    address = url_for(
        "matchmaking.proposal", service_slug=service.slug, proposal_id=proposal.id, _external=True
    )
    return _l(
        "%(subject)s\n\nOrganisation: %(name)s\nIdea: %(title)s\n\n"
        "Everything is on its page, with what you can do: %(address)s",
        subject=subject, name=name, title=idea.title, address=address,
    )  # fmt: skip
