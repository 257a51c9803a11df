"""Deputies: somebody acts in the place of a manager who is away, from one day to another.

A deputy is invited (`invitations`), and accepts: whoever names one learns nothing about an address.
They have the rights of that manager in that service, and no more: none of their own outlasts the
time (they appoint nobody), and all end at once when the manager's role does. The manager names
their own, an administrator anybody's. What the account of a deputy says of it is copied there from
the rows (`standing`), so that `may` answers without a further statement.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select

from eak_core import clock
from eak_core.calendar import midnight
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.db.clocks import database_now
from eak_core.errors import Forbidden, Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.people.events import DeputyEnded, DeputyNamed
from eak_core.people.models import Deputy, Person, RoleGrant, RoleInvitation
from eak_core.people.names import person_names
from eak_core.people.rights.standing import keep_stand_ins
from eak_core.permissions import Actor, require
from eak_core.security_log import note
from eak_core.services.models import Service

#: How long somebody can be stood in for at most: longer is another manager.
LONGEST = timedelta(days=186)
#: So long after its end an account still knows of it, to say why something was not done.
REMEMBERED = timedelta(days=30)
#: How many may be named in a service and not be over.
MOST = 40


class Named(NamedTuple):
    """A deputy as the page of a team shows them. ``last`` is the last instant."""

    id: int
    person: str
    instead_of: str
    begins_at: datetime
    last: datetime
    mine: bool


def checked_place(
    session: Session, actor: Actor, service: Service, *, for_id: int, first: date, last: date
) -> tuple[datetime, datetime]:
    """The instants between which ``actor`` lets somebody act in the place of the manager
    ``for_id``: from the beginning of ``first`` to the end of ``last`` (days of Paris).

    `Forbidden` for anybody but that manager and administrators; `Refused` where ``for_id`` does not
    run the service; `Invalid` for days that are past, turned round, or too many.
    """
    _check_who(actor, service, for_id)
    begins, ends = _span(first, last)
    _hold_place(session, service, for_id)
    return begins, ends


def begin(
    session: Session,
    service: Service,
    person: Person,
    *,
    for_id: int,
    begins: datetime,
    ends: datetime,
    named_by: int | None,
) -> None:
    """Let ``person``, who has accepted it, act in the place of the manager ``for_id`` between two
    instants. `Refused` where that is over, where ``for_id`` no longer runs the service, and for who
    runs it anyway."""
    now = clock.now()
    if ends <= now:
        raise Refused(_l("This time is over already."))
    # The manager's role first: whoever takes it meanwhile ends what begins here, or comes first.
    _hold_place(session, service, for_id)
    session.refresh(person, with_for_update={"of": Person})
    if person.administrator or any(each.service_id == service.id for each in person.grants):
        raise Refused(_l("You run this service anyway: nobody needs to be replaced by you."))
    if len(_open(session, Deputy.service_id == service.id)) >= MOST:
        raise Refused(_l("There are very many deputies in this service: end some first."))
    begins = max(begins, now)
    session.add(
        Deputy(
            service_id=service.id,
            person_id=person.id,
            for_id=for_id,
            begins_at=begins,
            ends_at=ends,
            named_by=named_by,
            named_at=now,
        )
    )
    session.flush()
    _copy(session, person)
    named = DeputyNamed(person_id=person.id, for_id=for_id, begins_at=begins, ends_at=ends)
    publish(session, named, service_id=service.id, actor_id=named_by)
    afterwards(session, partial(note, "deputy_named", person=person.id, in_service=service.id))


def end_deputy(session: Session, actor: Actor, service: Service, deputy_id: int) -> None:
    """End it now. Whoever may name one may end it, and so may the deputy. `NotFound` where there is
    none, or it is over."""
    deputy = session.get(Deputy, deputy_id)
    if deputy is None or deputy.service_id != service.id or deputy.ends_at <= clock.now():
        raise NotFound(_l("This is over already."))
    if actor.person_id != deputy.person_id:
        _check_who(actor, service, deputy.for_id, "role.revoke")
    _end(session, [deputy], actor.person_id)


def end_all_for(
    session: Session, person_id: int, service_id: int | None, actor_id: int | None
) -> None:
    """End what rests on a role of ``person_id`` that is taken (in every service, where
    ``service_id`` is None), and what they do in somebody's place there: who has the role needs it
    not, and who is gone has neither."""
    mine = or_(Deputy.for_id == person_id, Deputy.person_id == person_id)
    there = [Deputy.service_id == service_id] if service_id is not None else []
    _end(session, _open(session, mine, *there), actor_id)
    offered = delete(RoleInvitation).where(RoleInvitation.for_id == person_id)
    if service_id is not None:
        offered = offered.where(RoleInvitation.service_id == service_id)
    session.execute(offered)


def end_own(session: Session, person_id: int, service_id: int, actor_id: int | None) -> None:
    """End what ``person_id`` does in somebody's place in a service: they have a role there."""
    here = (Deputy.person_id == person_id, Deputy.service_id == service_id)
    _end(session, _open(session, *here), actor_id)


def forget(session: Session, person_id: int, actor_id: int | None) -> None:
    """The last part of an erasure: end all, and let no row name them as a deputy."""
    end_all_for(session, person_id, None, actor_id)
    for deputy in session.scalars(select(Deputy).where(Deputy.person_id == person_id)):
        session.delete(deputy)
    session.flush()


def deputies_in(session: Session, actor: Actor, service: Service) -> list[Named]:
    """Who acts in somebody's place in ``service`` now or later, by their beginning."""
    rows = _open(session, Deputy.service_id == service.id)
    names = person_names(session, {each for row in rows for each in (row.person_id, row.for_id)})
    return [
        Named(
            row.id,
            names.get(row.person_id, ""),
            names.get(row.for_id, ""),
            row.begins_at,
            row.ends_at - timedelta(seconds=1),
            actor.administrator or actor.person_id in {row.person_id, row.for_id},
        )
        for row in rows
    ]


def acting_in(session: Session, service: Service) -> Sequence[int]:
    """The ids of those who act in somebody's place in ``service`` now."""
    now = clock.now()
    return session.scalars(
        select(Deputy.person_id)
        .where(Deputy.service_id == service.id, Deputy.begins_at <= now, Deputy.ends_at > now)
        .distinct()
        .order_by(Deputy.person_id)
    ).all()


def acted_for(
    session: Session, service_id: int, people: Sequence[int]
) -> Mapping[int, Sequence[Deputy]]:
    """When each of ``people`` acted in somebody's place in a service. One statement."""
    found: dict[int, list[Deputy]] = {}
    if people:
        here = Deputy.service_id == service_id
        for row in session.scalars(select(Deputy).where(here, Deputy.person_id.in_(people))):
            found.setdefault(row.person_id, []).append(row)
    return found


def export(session: Session, person_id: int) -> list[dict[str, Any]]:
    """What is kept of somebody's time in others' place, and of others in theirs, for their copy."""
    rows = session.execute(
        select(Service.slug, Deputy.person_id, Deputy.begins_at, Deputy.ends_at)
        .join(Service, Service.id == Deputy.service_id)
        .where(or_(Deputy.person_id == person_id, Deputy.for_id == person_id))
        .order_by(Deputy.id)
    )
    return [
        {"service": slug, "as": "deputy" if who == person_id else "manager", "from": a, "to": b}
        for slug, who, a, b in rows
    ]


def _check_who(actor: Actor, service: Service, for_id: int, permission: str = "role.grant") -> None:
    require(actor, permission, service)
    if actor.person_id != for_id and not (actor.administrator or actor.is_system):
        raise Forbidden(_l("Only an administrator names a deputy for somebody else."))


def _hold_place(session: Session, service: Service, for_id: int) -> None:
    held = session.scalar(
        select(RoleGrant)
        .where(
            RoleGrant.person_id == for_id,
            RoleGrant.service_id == service.id,
            RoleGrant.role == "manager",
        )
        .with_for_update()
    )
    if held is None:
        raise Refused(_l("This person no longer runs this service."))


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    begins, ends = midnight(first), midnight(last + timedelta(days=1))
    if last < first:
        raise _wrong("last", _l("The last day lies before the first."))
    if ends <= clock.now():
        raise _wrong("last", _l("This day is over."))
    if ends - begins > LONGEST:
        raise _wrong("last", _l("Six months at most: for longer, invite another manager."))
    # What is named today holds from now on.
    return max(begins, clock.now()), ends


def _open(session: Session, *conditions: Any) -> Sequence[Deputy]:
    return session.scalars(
        select(Deputy)
        .where(Deputy.ends_at > clock.now(), *conditions)
        .order_by(Deputy.begins_at, Deputy.id)
    ).all()


def _end(session: Session, rows: Sequence[Deputy], actor_id: int | None) -> None:
    if not rows:
        return
    # By the clock that says whether it is over.
    now = min(clock.now(), database_now(session))
    for row in rows:
        row.ends_at = now
        row.begins_at = min(row.begins_at, now)
        ended = DeputyEnded(person_id=row.person_id, for_id=row.for_id)
        publish(session, ended, service_id=row.service_id, actor_id=actor_id)
    session.flush()
    for person_id in sorted({row.person_id for row in rows}):
        _copy(session, session.get_one(Person, person_id))


def tidy_up(session: Session) -> None:
    """Let no account keep what is long over."""
    for person in session.scalars(select(Person).where(Person.deputies.is_not(None))):
        _copy(session, person)


def _copy(session: Session, person: Person) -> None:
    kept = session.scalars(
        select(Deputy)
        .where(Deputy.person_id == person.id, Deputy.ends_at > clock.now() - REMEMBERED)
        .order_by(Deputy.id)
    )
    keep_stand_ins(
        person, ((each.service_id, each.for_id, each.begins_at, each.ends_at) for each in kept)
    )
    session.flush()


def _wrong(field: str, reason: Any) -> Invalid:
    return Invalid(_l("Nobody was named."), {field: reason})
