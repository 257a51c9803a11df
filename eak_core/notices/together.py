"""A digest of notices within a letter of a plugin, where both are due at the same time.

The letter belongs to the plugin, which sends it by an account of its own, at most once. Its notices
stay the room's: whoever writes the letter takes them (`take_digest`), for as long as a lease lasts,
and says whether the letter has left (`settle_digest`). If it has not, or nobody says so because the
sender died, they leave by a mail of their own. So each is told at least once, as all mails of this
room are, and never by two letters at the same time.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from flask import url_for
from flask_babel import force_locale
from sqlalchemy import Select, select, update
from sqlalchemy.orm import selectinload

from eak_core import clock
from eak_core.db import Session
from eak_core.letters.suppression import EVERY_LIST, lists_without
from eak_core.notices.mail_times import plan_mails
from eak_core.notices.models import Notice, Occasion
from eak_core.notices.reading import Shelf, Told
from eak_core.notices.rhythms import Rhythm, last_digest
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_in
from eak_core.services.models import Service

_HOOK = "digest_letters"
#: The rhythms whose mails are digests: the others do not wait for anything.
DIGESTS = (Rhythm.DAILY.value, Rhythm.WEEKLY.value)
#: Stands as the rhythm of notices that a letter is about to tell.
TAKEN = "letter"
#: A letter takes what is due by then: what was put off for its sake, too.
WITHIN = timedelta(hours=1)
#: So long notices are left to a letter of which nothing is heard.
LEASE = timedelta(minutes=30)
#: So long a digest waits for a letter before it asks again, and in all.
PUT_OFF, LONGEST = timedelta(minutes=10), timedelta(hours=6)
#: How many notices one mail or letter tells of; the others are on the site.
MOST = 30


class Digest(NamedTuple):
    """What a letter tells somebody beside its own: notices as they are ``told``, in the order in
    which they happened, each with ``text``, ``detail`` (plain, often empty), ``url``, the name of
    its ``service`` and ``because``, and how many ``more`` are on the site.

    ``inbox`` and ``preferences`` are whole addresses, where the reader signs in: of all that is
    new, and of how they are told.
    """

    person_id: int
    ids: frozenset[int]
    told: Sequence[Told]
    more: int
    inbox: str
    preferences: str


def told_by_letters(session: Session, addresses: Mapping[int, str]) -> set[int]:
    """Who of these people, given by the addresses of their accounts, is about to get a letter that
    tells their digest. A digest does not wait for long: what is `LONGEST` late leaves by itself."""
    now = clock.now()
    if not addresses or now - last_digest(Rhythm.DAILY, now) > LONGEST:
        return set()
    host, wanted = get_host(), set(addresses.values())
    asked = host.answering(_HOOK)
    services = session.scalars(select(Service).order_by(Service.id)).all() if asked else ()
    active = active_in(session, [each.id for each in services])
    found: set[str] = set()
    for service in services:
        on = active[service.id].intersection(asked)
        answers = host.call_each(_HOOK, on, session=session, service=service, addresses=wanted)
        found.update(each for _owner, several in answers for each in several)
    return {person for person, address in addresses.items() if address in found}


def due_digests(session: Session, addresses: Collection[str]) -> frozenset[str]:
    """Of these ``addresses``, those of accounts whose digest is due: most are not, so who writes to
    many asks for some of them at once, and calls `take_digest` for these alone."""
    return frozenset(
        session.scalars(
            _readers()
            .with_only_columns(Person.email)
            .join(Notice, Notice.person_id == Person.id)
            .where(
                Person.email.in_(addresses),
                Notice.rhythm.in_(DIGESTS),
                Notice.mail_due_at <= clock.now() + WITHIN,
            )
            .distinct()
        )
    )


def take_digest(session: Session, address: str, language: str) -> Digest | None:
    """Take the digest that is due of the account at ``address``, to be told in a letter to that
    address, in its ``language``; None where there is nothing to tell.

    The transaction is committed before the letter is given to a server. `settle_digest` says what
    became of it.
    """
    person = session.scalar(
        _readers()
        .where(Person.email == address)
        .options(selectinload(Person.grants))
        .with_for_update(read=True, key_share=True)
    )
    ended = {each.list for each in lists_without(session, address)}
    if person is None or EVERY_LIST in ended:
        return None
    until = clock.now() + LEASE
    ids = session.scalars(
        update(Notice)
        .where(
            Notice.person_id == person.id,
            Notice.rhythm.in_(DIGESTS),
            Notice.mail_due_at <= clock.now() + WITHIN,
            Notice.occasion_id.in_(select(Occasion.id).where(Occasion.kind.not_in(ended))),
        )
        .values(rhythm=TAKEN, mail_due_at=until)
        .returning(Notice.occasion_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not ids:
        return None
    digest = _digest(session, person, frozenset(ids), language)
    if not digest.told:
        settle_digest(session, digest, told=True)
        return None
    plan_mails(session, [until])
    return digest


def settle_digest(session: Session, digest: Digest, *, told: bool) -> None:
    """Say whether the letter has left, and ``digest`` is ``told``. If it is not, or nobody knows,
    it waits for the next letter for a moment, and then leaves by itself."""
    again = clock.now() + PUT_OFF
    values = {"mail_due_at": None} if told else {"rhythm": Rhythm.DAILY.value, "mail_due_at": again}
    session.execute(
        update(Notice)
        .where(
            Notice.person_id == digest.person_id,
            Notice.occasion_id.in_(digest.ids),
            Notice.rhythm == TAKEN,
            Notice.mail_due_at.is_not(None),
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if not told:
        plan_mails(session, [again])


def _digest(session: Session, person: Person, ids: frozenset[int], language: str) -> Digest:
    rows = [
        (notice, occasion)
        for notice, occasion in session.execute(
            select(Notice, Occasion)
            .join(Occasion, Occasion.id == Notice.occasion_id)
            .where(Notice.person_id == person.id, Notice.occasion_id.in_(ids))
            .order_by(Occasion.id)
            .execution_options(populate_existing=True)
        )
    ]
    shown = rows[-MOST:]
    with force_locale(language):
        told = Shelf(session, [occasion for _notice, occasion in shown]).told(
            actor_for(session, person), shown, external=True
        )
    return Digest(
        person.id,
        ids,
        told,
        len(rows) - len(shown),
        url_for("notices.index", _external=True),
        url_for("notices.preferences", _external=True),
    )


def _readers() -> Select[Person]:
    return select(Person).where(
        Person.active, Person.confirmed_at.is_not(None), Person.erased_at.is_(None)
    )
