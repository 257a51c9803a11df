"""Mails that tell what has waited for them: one for each person, kind and rhythm.

They are written before the transaction that queues them, since ten thousand take a while; what they
tell of is taken off with it, so each is told once, wherever a worker dies. What was read on the
site meanwhile, or may not be seen any more, is in no mail. A digest that a letter is about to tell
(`together`) is put off for it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from flask import current_app, render_template, url_for
from flask_babel import force_locale
from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import selectinload

from eak_core import clock
from eak_core.config import Config
from eak_core.db import Session
from eak_core.events import CORE, SITE, Moved, on_schedule, schedule
from eak_core.i18n import _, ngettext
from eak_core.letters.message import Part
from eak_core.letters.outbox import Message
from eak_core.notices.kinds import NoticeKind
from eak_core.notices.mail_times import NAME, plan_mails
from eak_core.notices.models import Notice, Occasion
from eak_core.notices.reading import Shelf, Told
from eak_core.notices.together import DIGESTS, PUT_OFF, told_by_letters
from eak_core.notices.together import MOST as LONGEST
from eak_core.people.mail.mailing import Letter, MailingList, message_of, queue_messages
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.web.acts import fragment

#: How many notices that are due one run looks at, and so how many mails it writes at most.
AT_ONCE = 100
#: How many notices one statement takes off: databases take some tens of thousands of values.
TAKEN_AT_ONCE = 2_000

_Group = tuple[int, str, str]


class Draft(NamedTuple):
    """A mail to be queued, None where there is nothing to say; ``ids`` are the occasions that it
    tells of, or leaves to the site. ``later``: a letter is about to tell them."""

    person_id: int
    kind: str
    rhythm: str
    ids: frozenset[int]
    message: Message | None
    later: bool = False


def read_due(
    session: Session, service: Any, name: str, due_at: datetime
) -> Callable[[], list[Draft]] | None:
    """Write the mails that are due, some at a time."""
    drafts = _drafts(session, _due(session))
    return partial(list, drafts) if drafts else None


@on_schedule(CORE, NAME, reads=read_due)
def queue_due(
    session: Session, service: Any, name: str, due_at: datetime, drafts: list[Draft]
) -> None:
    """Queue what was written, and go on at once where more is due."""
    again = clock.now() + PUT_OFF
    for later in (False, True):
        some = [draft for draft in drafts if draft.later == later]
        told = [(draft.person_id, each, draft.rhythm) for draft in some for each in draft.ids]
        for first in range(0, len(told), TAKEN_AT_ONCE):
            _take_off(session, told[first : first + TAKEN_AT_ONCE], again if later else None)
        if told and later:
            plan_mails(session, [again])
    messages: dict[str, list[Message]] = {}
    for draft in drafts:
        if draft.message is not None:
            messages.setdefault(draft.kind, []).append(draft.message)
    for kind, written in messages.items():
        queue_messages(session, MailingList.known[kind], written)
    if _due(session):
        schedule(session, CORE.name, SITE, name, clock.now())


def _take_off(
    session: Session, told: Sequence[tuple[int, int, str]], until: datetime | None
) -> None:
    """Take notices off what waits for a mail, for good or ``until`` that instant. `Moved` where one
    does not wait any more as it did: it was read, its person was erased or wants it otherwise, or a
    letter has taken it."""
    key = tuple_(Notice.person_id, Notice.occasion_id, Notice.rhythm)
    taken = session.execute(
        update(Notice)
        .where(key.in_(told), Notice.mail_due_at.is_not(None))
        .values(mail_due_at=until)
        .returning(Notice.person_id)
    ).all()
    if len(taken) != len(told):
        raise Moved


def _due(session: Session) -> list[_Group]:
    """Of whom, of what kind and in which rhythm a mail is due, those that wait longest first."""
    rows = session.execute(
        select(Notice.person_id, Occasion.kind, Notice.rhythm)
        .join(Occasion, Occasion.id == Notice.occasion_id)
        .where(Notice.mail_due_at <= clock.now())
        .order_by(Notice.mail_due_at, Notice.person_id)
        .limit(AT_ONCE)
    )
    return list(dict.fromkeys((row[0], row[1], row[2]) for row in rows))


def _drafts(session: Session, due: Sequence[_Group]) -> list[Draft]:
    """A mail for each of ``due``, with all that waits for it: of ten comments in an hour the first
    one alone is due."""
    people = {person_id for person_id, _kind, _rhythm in due}
    rows = session.execute(
        select(Notice, Occasion)
        .join(Occasion, Occasion.id == Notice.occasion_id)
        .where(Notice.person_id.in_(people), Notice.mail_due_at.is_not(None))
        .order_by(Notice.person_id, Occasion.kind, Notice.rhythm, Notice.occasion_id)
    )
    waiting: dict[_Group, list[tuple[Notice, Occasion]]] = {
        group: [(notice, occasion) for notice, occasion in found]
        for group, found in groupby(
            rows, lambda row: (row[0].person_id, row[1].kind, row[0].rhythm)
        )
        if group in set(due)
    }
    accounts = _accounts(session, people)
    digests = {person for person, _kind, rhythm in waiting if rhythm in DIGESTS} & accounts.keys()
    later = told_by_letters(session, {each: accounts[each].email or "" for each in digests})
    put_off = {group for group in waiting if group[0] in later and group[2] in DIGESTS}
    at_once = {group: found for group, found in waiting.items() if group not in put_off}
    shelf = Shelf(session, [o for found in at_once.values() for _n, o in found[-LONGEST:]])
    return [
        *_written(shelf, accounts, at_once),
        *(
            Draft(*group, frozenset(o.id for _n, o in waiting[group]), None, later=True)
            for group in sorted(put_off)
        ),
    ]


def _written(
    shelf: Shelf,
    accounts: dict[int, Person],
    waiting: dict[_Group, list[tuple[Notice, Occasion]]],
) -> Iterator[Draft]:
    for (person_id, kind, rhythm), rows in waiting.items():
        ids = frozenset(occasion.id for _notice, occasion in rows)
        person, known = accounts.get(person_id), MailingList.known.get(kind)
        letter = None
        if person is not None and isinstance(known, NoticeKind):
            letter = _letter(shelf, person, known, rows)
        message = message_of(known, letter) if known is not None and letter is not None else None
        yield Draft(person_id, kind, rhythm, ids, message)


def _letter(
    shelf: Shelf, person: Person, kind: NoticeKind, rows: Sequence[tuple[Notice, Occasion]]
) -> Letter | None:
    """What ``person`` is told, the oldest first; None where they may not see any of it now."""
    config: Config = current_app.extensions["eak_config"]
    language = person.locale or "fr"
    with force_locale(language):
        told = shelf.told(actor_for(shelf.session, person), rows[-LONGEST:], external=True)
        if not told:
            return None
        more = max(0, len(rows) - LONGEST)
        parts = [
            Part(
                each.service_id,
                render_template("notices/told.txt", each=each),
                fragment("notices/told.html", each=each),
            )
            for each in told
        ]
        title = _title(kind, told, more)
        values = {
            "title": title,
            "parts": parts,
            "more": more,
            "inbox": url_for("notices.index", _external=True),
            "preferences": url_for("notices.preferences", _external=True),
        }
        return Letter(
            person.id,
            language,
            _("%(subject)s – %(site)s", subject=title, site=config.site_name),
            render_template("notices/mail.txt", **values),
            fragment("notices/mail.html", **values),
            f"notice:{kind.name}:{rows[-1][1].id}",
            parts,
        )


def _title(kind: NoticeKind, told: Sequence[Told], more: int) -> str:
    """What the mail is called. Of several services no number is said: some of them may have been
    closed to the reader by the time it leaves, and what it says of these does not leave."""
    number = len(told) + more
    if number == 1:
        return told[0].text
    if len({each.service_id for each in told}) > 1:
        return str(kind.title)
    return ngettext(
        "%(kind)s: %(num)s notice", "%(kind)s: %(num)s notices", number, kind=kind.title
    )


def _accounts(session: Session, people: set[int]) -> dict[int, Person]:
    rows = session.scalars(
        select(Person)
        .where(
            Person.id.in_(people),
            Person.active,
            Person.confirmed_at.is_not(None),
            Person.erased_at.is_(None),
        )
        .options(selectinload(Person.grants))
    )
    return {person.id: person for person in rows}
