"""Deputies: somebody acts in the place of a manager who is away, from one day to another.

A deputy has the rights of that manager in that service, and no more: none of their own outlasts the
time (they appoint nobody), and all end at once when the manager's role does. The manager names
their own, an administrator anybody's. What the account of a deputy says of it is copied there from
the rows (`eak_core.people.standing`), so that `may` answers without a further statement.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from eak_core import clock
from eak_core.calendar import midnight
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.db.clocks import database_now
from eak_core.errors import Forbidden, Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.people.addresses import normal_address
from eak_core.people.events import DeputyEnded, DeputyNamed
from eak_core.people.letters import send_letter
from eak_core.people.models import Deputy, Person, RoleGrant
from eak_core.people.names import person_names
from eak_core.people.standing import keep_stand_ins
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


def name_deputy(
    session: Session,
    actor: Actor,
    service: Service,
    *,
    email: str,
    for_id: int,
    first: date,
    last: date,
) -> None:
    """Let whoever has the account ``email`` act in the place of the manager ``for_id``, from the
    beginning of ``first`` to the end of ``last`` (days of Paris). They are told by mail.

    `Forbidden` for anybody but that manager and administrators; `Refused` where ``for_id`` does not
    run the service; `Invalid` for an address without a confirmed account, of the manager or of
    somebody who runs the service anyway, and for days that are past, turned round, or too many.
    """
    _check_who(actor, service, for_id)
    begins, ends = _span(first, last)
    # The manager's role first: whoever takes it meanwhile ends what is named here, or comes first.
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
    person = _able(session, service, email)
    if person.id == for_id:
        raise _wrong("email", _l("Nobody stands in for themselves."))
    if len(_open(session, Deputy.service_id == service.id)) >= MOST:
        raise Refused(_l("There are very many deputies in this service: end some first."))
    session.add(
        Deputy(
            service_id=service.id,
            person_id=person.id,
            for_id=for_id,
            begins_at=begins,
            ends_at=ends,
            named_by=actor.person_id,
            named_at=clock.now(),
        )
    )
    session.flush()
    _copy(session, person)
    named = DeputyNamed(person_id=person.id, for_id=for_id, begins_at=begins, ends_at=ends)
    publish(session, named, service_id=service.id, actor_id=actor.person_id)
    afterwards(session, partial(note, "deputy_named", person=person.id, in_service=service.id))
    send_letter(
        session,
        "deputy_named",
        to=str(person.email),
        locale=person.locale,
        person=person,
        service=service,
        instead_of=person_names(session, [for_id]).get(for_id, ""),
        begins=begins,
        last=ends - timedelta(seconds=1),
    )


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


def _able(session: Session, service: Service, email: str) -> Person:
    try:
        address = normal_address(email)
    except ValueError:
        raise _wrong("email", _l("This is not an e-mail address.")) from None
    person = session.scalar(
        select(Person).where(Person.email == address).with_for_update(of=Person)
    )
    if person is None or not person.active or person.confirmed_at is None:
        raise _wrong("email", _l("No account with this address is confirmed: ask them for theirs."))
    if person.administrator or any(each.service_id == service.id for each in person.grants):
        raise _wrong("email", _l("This person runs this service anyway."))
    return person


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
