"""Mail about accounts and roles: written in the language of whoever receives it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from flask import current_app, render_template
from flask_babel import force_locale, get_locale
from sqlalchemy import orm, select

from eak_core.config import Config
from eak_core.db import Session
from eak_core.events import SITE
from eak_core.i18n import _, _l
from eak_core.letters.models import Lane
from eak_core.letters.outbox import enqueue, enqueue_mail, forget
from eak_core.people.models import Person

#: What each letter is about; its text stands in ``templates/security/email/<name>.txt``.
SUBJECTS = {
    "welcome": _l("Confirm your e-mail address"),
    "welcome_existing": _l("You already have an account"),
    "confirmation_instructions": _l("Confirm your e-mail address"),
    "reset_instructions": _l("Choose a new password"),
    "reset_notice": _l("Your password was changed"),
    "change_notice": _l("Your password was changed"),
    "second_factor_on": _l("Your account asks for a second factor"),
    "second_factor_off": _l("Your account no longer asks for a second factor"),
    "deputy_invitation": _l("You are asked to stand in for somebody"),
    "passkey_added": _l("A passkey opens your account"),
    "role_invitation": _l("You are invited to run a service"),
    "coauthor_invitation": _l("You are invited to write an idea together"),
    "erased": _l("Your account was erased"),
    "erased_asleep": _l("Your account was erased"),
    "sleeping": _l("Do you still want your account?"),
}


def send_letter(
    session: Session,
    letter: str,
    *,
    to: str,
    locale: str | None = None,
    lane: Lane = Lane.AWAITED,
    **context: Any,
) -> None:
    """Queue the letter ``letter`` with the current transaction.

    ``locale`` is the receiver's language where it is known, else that of whoever asks.
    """
    config: Config = current_app.extensions["eak_config"]
    with force_locale(locale or str(get_locale() or "fr")):
        subject = _("%(subject)s – %(site)s", subject=SUBJECTS[letter], site=config.site_name)
        text = render_template(
            f"security/email/{letter}.txt", site_name=config.site_name, **context
        )
    enqueue_mail(
        session,
        to=to,
        subject=subject,
        text=text,
        dedupe_key=f"{letter}:{uuid4()}",
        lane=lane,
    )


def mail_to(session: Session, person_id: int, *, subject: Any, text: Any) -> dict[str, Any]:
    """A mail to a person who is known by their id alone, for ``ctx.send("mail", …)``.

    ``subject`` and ``text`` are said in the person's language: give lazy texts (``_l``), or
    functions without arguments that answer the text, such as one that renders a template.
    """
    locale = session.scalar(select(Person.locale).where(Person.id == person_id))
    with force_locale(locale or "fr"):
        return {"person_id": person_id, "subject": said(subject), "text": said(text)}


def send_mail(
    session: Session,
    plugin: str,
    *,
    person_id: int,
    subject: Any,
    text: Any,
    dedupe_key: str,
    service_id: int = SITE,
    owed: bool = False,
) -> bool:
    """Queue a mail of ``plugin`` to a person, with the current transaction; outside of handlers of
    events, which have ``ctx.send``.

    Once per ``dedupe_key`` of the plugin: False where it was queued before. ``subject`` and
    ``text`` as for `mail_to`. What waits holds the id alone: the address is looked up when it
    leaves, and nothing is sent to an account that is closed, erased or not confirmed by then, nor
    to who may not read the service ``service_id`` by then, unless the law has it told to them
    (``owed``).
    """
    payload = mail_to(session, person_id, subject=subject, text=text)
    if owed:
        payload["owed"] = True
    return enqueue(
        session,
        kind="mail",
        payload=payload,
        dedupe_key=f"{plugin}:{dedupe_key}",
        plugin=plugin,
        service_id=service_id,
    )


def send_mail_to_address(
    session: Session,
    plugin: str,
    *,
    address: str,
    subject: Any,
    text: Any,
    dedupe_key: str,
    html: str | None = None,
    service_id: int = SITE,
    owed: bool = False,
) -> bool:
    """Queue a mail of ``plugin`` to somebody of whom only their ``address`` is known (in the form
    of `normal_address`), such as whoever is invited.

    ``subject`` and ``text`` as for `mail_to`, but in the language of whoever asks; ``html`` is the
    text with more than words. Once per ``dedupe_key`` of the plugin, as `send_mail`, which says who
    it is not sent to, and what ``owed`` is. The address is wiped once it has left.
    """
    return enqueue_mail(
        session,
        to=address,
        subject=said(subject),
        text=said(text),
        html=html,
        dedupe_key=f"{plugin}:{dedupe_key}",
        plugin=plugin,
        service_id=service_id,
        owed=owed,
    )


def forget_mail_to(session: Session, address: str) -> None:
    """Drop the mails to ``address`` (in the form of `normal_address`) that have not left: whoever
    it is has asked to be forgotten."""
    forget(session, None, address)


def addresses_of(session: orm.Session, people: Collection[int]) -> Mapping[int, str]:
    """Where mail to these people goes; those left out whose account is closed, erased or not
    confirmed."""
    rows = session.execute(
        select(Person.id, Person.email).where(
            Person.id.in_(people),
            Person.active,
            Person.confirmed_at.is_not(None),
            Person.erased_at.is_(None),
        )
    )
    return {number: email for number, email in rows if email is not None}


def said(text: Any) -> str:
    """What a lazy text, or a function that answers one, says in the language at hand."""
    return str(text() if callable(text) else text)
