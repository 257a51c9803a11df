"""How people want to be told, kind by kind; what they have not chosen is as for everybody."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import upsert
from eak_core.letters.suppression import lift
from eak_core.notices.mail_times import plan_mails
from eak_core.notices.models import Notice, Occasion, Preference
from eak_core.notices.rhythms import USUAL, Rhythm, mail_due
from eak_core.people.models import Person


def rhythms_of(session: Session, person_id: int) -> dict[str, Rhythm]:
    """What somebody has chosen, by the kind."""
    rows = session.execute(
        select(Preference.kind, Preference.rhythm).where(Preference.person_id == person_id)
    )
    return {kind: Rhythm(rhythm) for kind, rhythm in rows}


def rhythms_for(session: Session, people: Collection[int], kind: str) -> Mapping[int, Rhythm]:
    """How each of ``people`` wants to be told of ``kind``."""
    rows = session.execute(
        select(Preference.person_id, Preference.rhythm).where(
            Preference.person_id.in_(people), Preference.kind == kind
        )
    )
    return dict.fromkeys(people, USUAL) | {person: Rhythm(rhythm) for person, rhythm in rows}


def choose(session: Session, person_id: int, kind: str, rhythm: Rhythm) -> None:
    """Let somebody be told of ``kind`` in ``rhythm`` from now on; what waits for a mail follows."""
    upsert(session, Preference, [{"person_id": person_id, "kind": kind, "rhythm": rhythm.value}])
    due = mail_due(rhythm, clock.now())
    of_kind = select(Occasion.id).where(Occasion.kind == kind)
    moved = session.scalars(
        update(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.mail_due_at.is_not(None),
            Notice.occasion_id.in_(of_kind),
        )
        .values(rhythm=rhythm.value, mail_due_at=due)
        .returning(Notice.occasion_id)
    ).all()
    if moved and due is not None:
        plan_mails(session, [due])


def want(session: Session, person_id: int, kind: str, rhythm: Rhythm) -> None:
    """`choose` for whoever asks for it themselves: mails that were ended by their link are sent
    again where they ask for some."""
    choose(session, person_id, kind, rhythm)
    address = session.scalar(select(Person.email).where(Person.id == person_id))
    if address is not None and mail_due(rhythm, clock.now()) is not None:
        lift(session, address, kind)


def no_mail(session: Session, person_id: int, kind: str) -> None:
    """Write no more mail of ``kind``; on the site it goes on."""
    choose(session, person_id, kind, Rhythm.SITE)
