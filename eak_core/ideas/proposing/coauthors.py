"""Who writes an idea together with its author: invited, come, gone.

An invitation goes to an address, whether or not it has an account; nobody learns which. The link in
its letter is the proof: whoever opens it signs in and accepts, or declines without an account.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import url_for
from sqlalchemy import ColumnElement, bindparam, delete, func, select, union_all

from eak_core import clock
from eak_core.db import Session
from eak_core.db.rows import read_rows
from eak_core.db.upsert import insert_once
from eak_core.errors import Gone, Invalid, NotFound, Refused
from eak_core.events import CORE, on_schedule, publish
from eak_core.i18n import _, _l
from eak_core.ideas.content.rows import hold_idea
from eak_core.ideas.events import IdeaCoauthorJoined, IdeaCoauthorLeft
from eak_core.ideas.models import Idea, IdeaCoauthor, IdeaInvitation, Opinion
from eak_core.ideas.stages import MERGED, SCREENING, SUBMITTED, WITHDRAWN
from eak_core.ideas.visibility import check_readable, subject_of
from eak_core.moderation.decisions import hidden_reason, not_hidden
from eak_core.notices.following import follow_by_default, unfollow
from eak_core.people.accounts.account import hold_account
from eak_core.people.mail.letters import send_letter
from eak_core.people.models import Person
from eak_core.people.rights.outsiders import check_invitable
from eak_core.permissions import Actor, require
from eak_core.services.models import Service
from eak_core.web.signed_links import SignedLink

#: How many write an idea with its author, those who are invited among them.
MOST = 5
#: How long an invitation waits; no address is kept longer.
LIFETIME = timedelta(days=30)
#: Leads to an invitation from its letter, and from the space of who is invited.
ANSWER = SignedLink(CORE, "coauthor", lifetime=LIFETIME)
UPKEEP = "idea_invitations"
#: Where an idea is no longer written.
GONE = (WITHDRAWN, MERGED)


class Invited(NamedTuple):
    """An invitation with the idea that it is for."""

    invitation: IdeaInvitation
    idea: Idea


def written_by(person_id: int) -> ColumnElement[bool]:
    """The condition on `Idea` that keeps what somebody writes, alone or with others."""
    alone = select(Idea.id).where(Idea.author_id == person_id)
    together = select(IdeaCoauthor.idea_id).where(IdeaCoauthor.person_id == person_id)
    # Two short lists by an index each; an OR would read every idea on PostgreSQL.
    return Idea.id.in_(union_all(alone, together))


# Put together once: a list asks for them on each page.
_TOGETHER = (
    select(IdeaCoauthor.idea_id, Person.id, Person.name)
    .join(Person, Person.id == IdeaCoauthor.person_id)
    .where(IdeaCoauthor.idea_id.in_(bindparam("ideas", expanding=True)), Person.erased_at.is_(None))
    .order_by(IdeaCoauthor.joined_at, Person.id)
)


def coauthors_of(session: Session, idea_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Who writes each of ``idea_ids`` with its author: their names by their ids, who came first
    first; people who were erased are left out. One statement, none for no ideas."""
    found: dict[int, dict[int, str]] = {}
    if idea_ids:
        for idea_id, person_id, name in read_rows(session, _TOGETHER, {"ideas": idea_ids}):
            found.setdefault(idea_id, {})[person_id] = name
    return found


def invite(session: Session, actor: Actor, service: Service, idea: Idea, email: str) -> None:
    """Ask whoever holds ``email`` to write ``idea`` with its author. The same happens whether or
    not the address has an account; asking again begins anew.

    `Invalid` as `check_invitable` and for the author's own, `Refused` beyond `MOST` people.
    """
    require(actor, "idea.share", service, idea)
    hold_account(session, actor)
    hold_idea(session, service, idea)
    check_readable(session, actor, service, idea)
    address = check_invitable(service, email)
    author = session.get(Person, idea.author_id)
    if author is not None and author.email == address:
        raise _not_sent(_l("This is your own address: you write this idea already."))
    session.execute(
        delete(IdeaInvitation).where(
            IdeaInvitation.idea_id == idea.id,
            (IdeaInvitation.email == address) | (IdeaInvitation.invited_at <= _oldest()),
        )
    )
    waiting = select(func.count()).where(IdeaInvitation.idea_id == idea.id)
    if len(idea.coauthors) + (session.scalar(waiting) or 0) >= MOST:
        raise Refused(
            _(
                "%(most)s people at most write an idea with its author, those who are invited"
                " among them: nobody was invited. Take an invitation back first.",
                most=MOST,
            )
        )
    invitation = IdeaInvitation(idea_id=idea.id, email=address, invited_at=clock.now())
    session.add(invitation)
    session.flush()
    link, decline_link = (
        url_for(endpoint, service_slug=service.slug, token=token_of(invitation), _external=True)
        for endpoint in ("ideas.join", "ideas.decline")
    )
    send_letter(
        session,
        "coauthor_invitation",
        to=address,
        service=service,
        title=idea.title or _("Untitled draft"),
        author=author.name if author is not None else "",
        link=link,
        decline_link=decline_link,
    )


def waiting_for(session: Session, idea: Idea) -> Sequence[IdeaInvitation]:
    """Who has not answered yet, the oldest invitation first."""
    return session.scalars(
        select(IdeaInvitation)
        .where(IdeaInvitation.idea_id == idea.id, IdeaInvitation.invited_at > _oldest())
        .order_by(IdeaInvitation.invited_at, IdeaInvitation.id)
    ).all()


def take_back(
    session: Session, actor: Actor, service: Service, idea: Idea, invitation_id: int
) -> None:
    """Take an invitation back; nothing happens where it was answered meanwhile."""
    require(actor, "idea.share", service, idea)
    session.execute(
        delete(IdeaInvitation).where(
            IdeaInvitation.id == invitation_id, IdeaInvitation.idea_id == idea.id
        )
    )


def offered_to(session: Session, person_id: int) -> Sequence[tuple[IdeaInvitation, str, str]]:
    """What somebody is invited to write, as far as it can be answered: each invitation with the
    title of the idea and the service. None before their address is confirmed."""
    rows = session.execute(
        select(IdeaInvitation, Idea.title, Service.slug)
        .join(Idea, Idea.id == IdeaInvitation.idea_id)
        .join(Service, Service.id == Idea.service_id)
        .join(Person, Person.email == IdeaInvitation.email)
        .where(
            Person.id == person_id,
            Person.confirmed_at.is_not(None),
            IdeaInvitation.invited_at > _oldest(),
            Service.archived_at.is_(None),
            Idea.stage.not_in(GONE),
            not_hidden(Idea.service_id, "idea", Idea.id),
        )
        .order_by(IdeaInvitation.invited_at, IdeaInvitation.id)
        .limit(MOST)
    )
    return [(invitation, title, slug) for invitation, title, slug in rows]


def token_of(invitation: IdeaInvitation) -> str:
    """What stands in the address at which ``invitation`` is answered."""
    return ANSWER.token(name_of(invitation))


def invited(session: Session, service: Service, name: str) -> Invited:
    """The invitation that a link names. `Gone` where it was answered or taken back, has ended, or
    where its idea is gone."""
    found = session.get(IdeaInvitation, int(name.partition("-")[0]))
    if found is None or name_of(found) != name or found.invited_at <= _oldest():
        raise _answered()
    idea = session.get_one(Idea, found.idea_id)
    if idea.service_id != service.id or idea.stage in GONE or _is_hidden(session, idea):
        raise _answered()
    return Invited(found, idea)


def accept(session: Session, actor: Actor, service: Service, name: str) -> Idea:
    """Let ``actor`` write the idea of an invitation with its author. `Gone` as `invited` says;
    `Refused` for the author."""
    require(actor, "idea.submit", service)
    hold_account(session, actor)
    assert actor.person_id is not None
    invitation, idea = invited(session, service, name)
    hold_idea(session, service, idea)
    if idea.author_id == actor.person_id:
        raise Refused(_l("It is your own idea: nobody else can be invited in your place."))
    # One answer for one invitation, however many hold its link: it was read before the lock.
    if idea.stage in GONE or not _forget(session, invitation.id):
        raise _answered()
    row = {"idea_id": idea.id, "person_id": actor.person_id, "joined_at": clock.now()}
    if insert_once(session, IdeaCoauthor, row, IdeaCoauthor.person_id) is None:
        return idea
    if idea.stage in (SUBMITTED, SCREENING):
        # Nobody advises on what they write; what ties them to it stays, should they leave it.
        session.execute(
            delete(Opinion).where(
                Opinion.idea_id == idea.id,
                Opinion.reviewer_id == actor.person_id,
                Opinion.conflict.is_(None),
            )
        )
    follow_by_default(session, service.id, subject_of(idea.id), actor.person_id)
    _tell(session, actor, service, idea, IdeaCoauthorJoined, actor.person_id)
    return idea


def decline(session: Session, service: Service, name: str) -> None:
    """Forget an invitation, and the address it went to; nobody is told."""
    _forget(session, invited(session, service, name).invitation.id)


def leave(session: Session, actor: Actor, service: Service, idea: Idea, person_id: int) -> None:
    """Let somebody no longer write ``idea``: themselves, or whom its author takes off. They are
    told no more of what happens to it. `NotFound` where they do not write it."""
    own = person_id == actor.person_id
    require(actor, "idea.leave" if own else "idea.share", service, idea)
    hold_account(session, actor)
    hold_idea(session, service, idea)
    gone = session.scalar(
        delete(IdeaCoauthor)
        .where(IdeaCoauthor.idea_id == idea.id, IdeaCoauthor.person_id == person_id)
        .returning(IdeaCoauthor.person_id)
    )
    if gone is None:
        raise NotFound(_l("This person does not write this idea."))
    unfollow(session, service.id, subject_of(idea.id), person_id)
    _tell(session, actor, service, idea, IdeaCoauthorLeft, person_id)


@on_schedule(CORE, UPKEEP, every=timedelta(days=1))
def forget_old(session: Session, service: object, name: str, due_at: datetime) -> None:
    """Delete invitations that nobody answered in time."""
    session.execute(delete(IdeaInvitation).where(IdeaInvitation.invited_at <= _oldest()))


def _tell(
    session: Session,
    actor: Actor,
    service: Service,
    idea: Idea,
    event: type[IdeaCoauthorJoined | IdeaCoauthorLeft],
    person_id: int,
) -> None:
    happened = event(idea_id=idea.id, person_id=person_id)
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)
    session.expire(idea, ["coauthors"])


def name_of(invitation: IdeaInvitation) -> str:
    """A name for ``invitation`` and for no later one: numbers of rows that are gone come again."""
    return f"{invitation.id}-{invitation.invited_at.timestamp():.6f}"


def _forget(session: Session, invitation_id: int) -> bool:
    query = delete(IdeaInvitation).where(IdeaInvitation.id == invitation_id)
    return session.scalar(query.returning(IdeaInvitation.id)) is not None


def _is_hidden(session: Session, idea: Idea) -> bool:
    return hidden_reason(session, idea.service_id, subject_of(idea.id)) is not None


def _not_sent(why: object) -> Invalid:
    return Invalid(_l("The invitation was not sent."), {"email": why})


def _answered() -> Gone:
    return Gone(_l("This invitation was answered, taken back, or has ended."))


def _oldest() -> datetime:
    return clock.now() - LIFETIME
