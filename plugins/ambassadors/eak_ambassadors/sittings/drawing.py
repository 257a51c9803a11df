"""Closing the pool of a jury, and drawing it by lot once a source has spoken.

Two steps, by whoever runs the service: first the pool is closed and published, with the commitment
to a secret and the source that will speak; then what it said is typed, and the lot follows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import select

from eak_ambassadors.events import JuryDrawn, PoolClosed
from eak_ambassadors.jury import lot
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import (
    Ambassador,
    Endorsement,
    Nomination,
    Seat,
    Sitting,
    Volunteer,
)
from eak_ambassadors.nominations.endorsing import NEEDED, is_supported
from eak_ambassadors.recognition.terms import current
from eak_core.api import (
    Actor,
    Conflict,
    Invalid,
    Refused,
    Service,
    Session,
    _,
    _l,
    clean_line,
    clock,
    hold_account,
    insert_once,
    plugin_settings,
    publish,
    require,
    row_in,
    schedule,
)

#: How long after the pool is closed the source may speak at the earliest, and how long a jury has.
PAUSE, TIME_TO_DECIDE = timedelta(hours=1), timedelta(days=30)
SOURCE_LENGTH = 200


def sitting_of(session: Session, service: Service, sitting_id: int) -> Sitting:
    """A jury of the service. `NotFound` where there is none."""
    return row_in(session, service, Sitting, sitting_id, _l("There is no jury at this address."))


def sitting_for(session: Session, nomination_id: int) -> Sitting | None:
    """The jury of a nomination; None before its pool is closed."""
    return session.scalar(select(Sitting).where(Sitting.nomination_id == nomination_id))


def close_pool(
    session: Session,
    actor: Actor,
    service: Service,
    nomination: Nomination,
    *,
    source: str,
    speaks_at: datetime | None,
) -> int:
    """Close the pool of the jury of ``nomination``, and publish it; answers the jury's id.

    ``source`` says what will be read, and where, at ``speaks_at``. Nobody who has a part in the
    nomination is in the pool, nor whoever closes it. `Refused` without the endorsements that are
    needed, or where the pool is smaller than the jury; `Conflict` where it is closed already.
    """
    require(actor, "ambassadors.run", service)
    hold_account(session, actor)
    session.refresh(nomination, with_for_update=True)
    source = _checked_source(source, speaks_at)
    if nomination.closed_at is not None:
        raise Conflict(_l("This nomination was decided."))
    if not is_supported(session, nomination.id):
        raise Refused(_("%(num)s endorsements from as many services come first.", num=NEEDED))
    settings = plugin_settings(session, service.id, plugin.name)
    seats = settings["seats"]
    people = _pool(session, service, nomination, actor)
    if len(people) < seats:
        raise Refused(
            _(
                "The pool has %(pool)s people, and the jury %(seats)s seats: more volunteers are"
                " needed.",
                pool=len(people),
                seats=seats,
            )
        )
    marks = new_marks(nomination.id, len(people))
    candidates = [
        lot.Candidate(mark, origin) for mark, (_person, origin) in zip(marks, people, strict=True)
    ]
    pool = lot.Pool(seats, min(settings["for_ambassadors"], seats), candidates)
    secret = new_secret(nomination.id)
    values = {
        "service_id": service.id,
        "nomination_id": nomination.id,
        "pool": lot.written(pool).decode(),
        "secret": secret,
        "commitment": lot.commitment(secret),
        "source": source,
        "speaks_at": speaks_at,
        "closed_at": clock.now(),
        "closed_by": actor.person_id,
        "reasons": "",
    }
    sitting_id = insert_once(session, Sitting, values, Sitting.id)
    if sitting_id is None:
        raise Conflict(_l("The pool of this jury is closed already."))
    session.add_all(
        Seat(sitting_id=sitting_id, mark=mark, person_id=person_id, origin=origin, standing="pool")
        for mark, (person_id, origin) in zip(marks, people, strict=True)
    )
    closed = PoolClosed(nomination_id=nomination.id, sitting_id=sitting_id)
    publish(session, closed, service_id=service.id, actor_id=actor.person_id)
    return sitting_id


def draw(session: Session, actor: Actor, service: Service, sitting: Sitting, said: str) -> None:
    """Draw the jury with what its source ``said``. `Refused` before the source can have spoken,
    `Conflict` once the jury is drawn: a lot is not drawn twice."""
    require(actor, "ambassadors.run", service)
    hold_account(session, actor)
    session.refresh(sitting, with_for_update=True)
    said = " ".join(clean_line(said).split())
    if not said or len(said) > SOURCE_LENGTH:
        raise Invalid(_l("The jury was not drawn."), {"said": _("Type what the source said.")})
    if sitting.drawn_at is not None:
        raise Conflict(_l("This jury is drawn already: a lot is not drawn twice."))
    if clock.now() < sitting.speaks_at:
        raise Refused(_l("The source has not spoken yet."))
    drawn = lot.draw(lot.read(sitting.pool.encode()), lot.seed_of(sitting.secret, said))
    seats = {each.mark: each for each in _seats(session, sitting)}
    for standing, those in (("seated", drawn.jury), ("reserve", drawn.reserve)):
        for candidate in those:
            seats[candidate.mark].standing = standing
    order = [*drawn.jury, *drawn.reserve]
    for place, candidate in enumerate(order, 1):
        seats[candidate.mark].place = place
    now = clock.now()
    sitting.said, sitting.drawn_at, sitting.due_at = said, now, now + TIME_TO_DECIDE
    session.flush()
    session.expire(sitting, ["places"])
    plan_reminder(session, service.id, sitting)
    event = JuryDrawn(nomination_id=sitting.nomination_id, sitting_id=sitting.id)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)


def plan_reminder(session: Session, service_id: int, sitting: Sitting) -> None:
    """Let those who have not answered be reminded a week before the time of a jury is over."""
    assert sitting.due_at is not None
    reminder = sitting.due_at - timedelta(days=7)
    schedule(session, plugin.name, service_id, f"jury:{sitting.id}", reminder)


def seed(sitting: Sitting) -> str | None:
    """The seed of the lot, which is published with it; None before."""
    return lot.seed_of(sitting.secret, sitting.said) if sitting.said is not None else None


def new_secret(_nomination_id: int) -> str:
    """What the pool is closed with, and nobody knows before the lot."""
    return token_hex(16)


def new_marks(_nomination_id: int, number: int) -> Sequence[str]:
    """Marks that say nothing of whom they stand for."""
    return [token_hex(8) for _each in range(number)]


def _seats(session: Session, sitting: Sitting) -> Sequence[Seat]:
    return session.scalars(select(Seat).where(Seat.sitting_id == sitting.id)).all()


def _pool(
    session: Session, service: Service, nomination: Nomination, actor: Actor
) -> list[tuple[int, str]]:
    """Who may be drawn, by the numbers of their accounts, and as what."""
    endorsers = session.scalars(
        select(Endorsement.person_id).where(Endorsement.nomination_id == nomination.id)
    )
    out = {nomination.nominee_id, nomination.nominator_id, actor.person_id, *endorsers}
    ambassadors = set(session.scalars(select(Ambassador.person_id).where(*current(service.id))))
    volunteers = set(
        session.scalars(select(Volunteer.person_id).where(Volunteer.service_id == service.id))
    )
    found = [(person, "ambassador") for person in ambassadors - out if person is not None]
    found += [(person, "citizen") for person in volunteers - ambassadors - out]
    return sorted(found)


def _checked_source(source: str, speaks_at: datetime | None) -> str:
    source = clean_line(source)
    errors: dict[str, str] = {}
    if not source or len(source) > SOURCE_LENGTH:
        errors["source"] = _("Name a source that everybody can read.")
    if speaks_at is None or speaks_at < clock.now() + PAUSE:
        errors["speaks_at"] = _("The source speaks later: in an hour at the earliest.")
    if errors:
        raise Invalid(_l("The pool was not closed."), errors)
    return source
