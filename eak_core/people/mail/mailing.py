"""Lists: mail to many, each of whom can end it with one click, with or without an account.

Every mail of a list says at its end what it is and how to end it, and says so to mail programs too
(RFC 2919, 2369 and 8058). Who ended it gets nothing of that list any more, until they ask for it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple, Protocol

from flask import current_app, render_template, url_for
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import select

from eak_core.db import Session
from eak_core.events import CORE, SITE
from eak_core.i18n import _
from eak_core.letters.message import Part
from eak_core.letters.models import Lane
from eak_core.letters.outbox import Message, enqueue_many
from eak_core.letters.suppression import EVERY_LIST, lift, lists_without, suppress
from eak_core.people.mail.letters import said
from eak_core.people.models import Person
from eak_core.web.signed_links import SignedLink

#: How long the link of a mail ends its list: people keep mail.
STOP = SignedLink(CORE, "stop-list", lifetime=timedelta(days=730))

#: What is said beside what a list has ended: the session, and the person.
OnStop = Callable[[Session, int], None]


class Owner(Protocol):
    """A plugin, as far as lists need it."""

    @property
    def name(self) -> str: ...


class MailingList:
    """Mail of one kind, which people can end as a whole.

    ``owner`` is the plugin, ``name`` (a-z and -) tells its lists apart, and ``title`` says in the
    reader's language what it is. ``on_stop(session, person_id)`` is called in the transaction in
    which somebody ends it, so that what the plugin keeps for it can go.
    """

    known: ClassVar[dict[str, "MailingList"]] = {}

    def __init__(
        self, owner: Owner, name: str, title: Any, *, on_stop: OnStop | None = None
    ) -> None:
        self.owner, self.name, self.title = owner.name, f"{owner.name}.{name}", title
        self.on_stop = on_stop
        self.known[self.name] = self


class Letter(NamedTuple):
    """A mail of a list that was written for one person, in their ``language``: ``text``, and the
    same as ``html``. It leaves once per ``key``, of that list and person; its ``parts`` leave to
    who may read their services by then."""

    person_id: int
    language: str
    subject: str
    text: str
    html: Markup
    key: str
    parts: Sequence[Part] = ()


class _Words(NamedTuple):
    subject: str
    text: str
    end: str


def send_mailing(
    session: Session,
    mailing: MailingList,
    people: Collection[int],
    *,
    subject: Any,
    text: Any,
    dedupe_key: str,
    service_id: int = SITE,
) -> int:
    """Queue a mail of ``mailing`` to each of ``people``, given by their ids; answers how many were
    not queued before under this ``dedupe_key``.

    ``subject`` and ``text`` are said once in each language that somebody of them reads: lazy texts
    (``_l``), or functions without arguments that answer the text. It stands in the last lane,
    behind what is written to one person; nothing is sent to who ended the list, nor to an account
    that is closed, erased or not confirmed by then."""
    rows = session.execute(select(Person.id, Person.locale).where(Person.id.in_(people)))
    written: dict[str, _Words] = {}
    messages = []
    for person_id, locale in rows:
        language = locale or "fr"
        if language not in written:
            written[language] = _written(mailing, language, subject, text)
        messages.append(_message(mailing, written[language], person_id, dedupe_key))
    return queue_messages(session, mailing, messages, service_id=service_id)


def message_of(mailing: MailingList, letter: Letter) -> Message:
    """``letter`` as it is queued, with its end and its link. It takes a moment: outside of the
    transaction that queues it (`queue_messages`)."""
    with force_locale(letter.language):
        words = _Words(letter.subject, letter.text, _end_of(mailing))
        return _message(mailing, words, letter.person_id, letter.key, letter.html, letter.parts)


def queue_messages(
    session: Session, mailing: MailingList, messages: Sequence[Message], *, service_id: int = SITE
) -> int:
    """Queue what `message_of` answered, in the last lane; answers how many were not queued
    before. Nothing is sent to who ended the list, nor to an account that is closed, erased or not
    confirmed by then."""
    return enqueue_many(
        session,
        kind="mail",
        messages=messages,
        plugin=mailing.owner,
        service_id=service_id,
        lane=Lane.BULK,
    )


def _written(mailing: MailingList, language: str, subject: Any, text: Any) -> _Words:
    with force_locale(language):
        return _Words(said(subject), said(text), _end_of(mailing))


def _end_of(mailing: MailingList) -> str:
    return _(
        "You get this mail as one of “%(list)s”. To have no more of these:", list=mailing.title
    )


def _message(
    mailing: MailingList,
    words: _Words,
    person_id: int,
    key: str,
    html: Markup | None = None,
    parts: Sequence[Part] = (),
) -> Message:
    stop = url_for(
        "account.stop_list", token=STOP.token(f"{mailing.name}:{person_id}"), _external=True
    )
    payload: dict[str, Any] = {
        "person_id": person_id,
        "subject": words.subject,
        "text": f"{words.text.rstrip()}\n\n-- \n{words.end}\n{stop}\n",
        "list": mailing.name,
        "stop": stop,
    }
    if html is not None:
        payload["html"] = render_template(
            "people/list_mail.html", subject=words.subject, body=html, end=words.end, stop=stop
        )
    if parts:
        payload["parts"] = [each._asdict() for each in parts]
    return Message(f"{mailing.owner}:{key}:{person_id}", payload)


def stop_list(session: Session, subject: str) -> None:
    """End the list that a link names, for the person it names. Whoever it was that is gone, there
    is nothing to end; ending it twice is ending it once."""
    name, _colon, number = subject.rpartition(":")
    person = session.get(Person, int(number))
    if person is None or person.email is None:
        return
    suppress(session, person.email, name)
    mailing = MailingList.known.get(name)
    if mailing is not None and mailing.on_stop is not None:
        mailing.on_stop(session, person.id)


def want_again(session: Session, mailing: MailingList, person_id: int) -> None:
    """Let somebody have the mail of ``mailing`` who asks for it, and may have ended it once."""
    person = session.get(Person, person_id)
    if person is not None and person.email is not None:
        lift(session, person.email, mailing.name)


def title_of(subject: str) -> Any:
    """What the list is called that a link names."""
    mailing = MailingList.known.get(subject.rpartition(":")[0])
    return mailing.title if mailing is not None else current_app.extensions["eak_config"].site_name


def ended_lists(session: Session, address: str) -> Iterable[dict[str, Any]]:
    """For the copy of a person's data: the lists that this address gets nothing of, since when."""
    return [
        {"list": each.list if each.list != EVERY_LIST else "*", "since": each.since}
        for each in lists_without(session, address)
    ]
