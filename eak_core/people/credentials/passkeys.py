"""Passkeys (WebAuthn): keys of a telephone, a computer or a stick that sign somebody in.

Each asks its owner who they are (a finger, a face, a PIN), so it is two factors by itself: it opens
the account without the password, and serves in the place of a code after it. Flask-Security's own
passkeys are either for the one or for the other, and its challenges are not tied to the browser
that asked; so what is here rests on the library beneath (`webauthn`, in `ceremonies.py`), and
Flask-Security learns of it as one more second factor (`AsSecondFactor`).
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, redirect, url_for
from flask import session as cookie
from flask_security import UserMixin
from flask_security.tf_plugin import TfPluginBase
from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode
from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from eak_core import clock
from eak_core.config import Config
from eak_core.db import Session, current_session
from eak_core.db.afterwards import afterwards
from eak_core.errors import Invalid, NotFound, Refused
from eak_core.i18n import _l
from eak_core.people.credentials import second_factor
from eak_core.people.models import Passkey, Person
from eak_core.plugins.secrets import plugin_secret
from eak_core.security_log import note

#: Where the browser keeps the challenge it was given, and when (seconds).
CHALLENGE = "passkey"
#: How long it may be answered.
WITHIN = timedelta(minutes=10)
MOST = 20
#: Of what is asked, in bytes.
_CHALLENGE = 64


class AsSecondFactor(TfPluginBase):
    """Lets a password ask for a passkey, where there is no application for codes: the page for
    codes leads to that for passkeys as well."""

    def create_blueprint(self, app: Any, bp: Any, state: Any) -> None:
        """The page is one of the account."""

    def get_setup_methods(self, user: UserMixin) -> list[tuple[str, str]]:
        """That there is one."""
        alone = user.tf_primary_method is None and passkeys_of(current_session(), user.id)
        return [("passkey", "passkey")] if alone else []

    def tf_login(self, user: UserMixin, json_payload: Any, next_loc: str | None) -> Any:
        """Lead to the page."""
        cookie["tf_state"] = "ready"
        return redirect(url_for("account.passkey", next=next_loc))


def passkeys_of(session: Session, person_id: int) -> Sequence[Passkey]:
    """The passkeys of somebody, the oldest first."""
    return session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    ).all()


def creation_options(session: Session, person: Person) -> str:
    """What a browser is asked to make a passkey of ``person`` by, in JSON."""
    from eak_core.people.credentials import ceremonies

    return ceremonies.ask_to_make(
        _site()[0],
        _config().site_name,
        handle=_handle(person.id),
        email=str(person.email),
        name=person.name,
        challenge=_new_challenge(),
        known=_known(session, person.id),
    )


def request_options(session: Session, person_id: int | None) -> str:
    """What a browser is asked to show a passkey by, in JSON: any of this site, or one of somebody
    whose password was right."""
    from eak_core.people.credentials import ceremonies

    known = () if person_id is None else _known(session, person_id)
    return ceremonies.ask_to_show(_site()[0], challenge=_new_challenge(), known=known)


def add_passkey(
    session: Session, person: Person, name: str, credential: str, password: str
) -> list[str]:
    """Keep the passkey that the browser has made (``credential``, in JSON) under ``name``; where it
    is the first second factor, answers recovery codes, to be shown this once, and ends the other
    sessions. `Invalid` where the password or the answer is wrong."""
    second_factor.check_password(person, password)
    if len(passkeys_of(session, person.id)) >= MOST:
        raise Refused(_l("You have very many passkeys: take one away first."))
    from eak_core.people.credentials import ceremonies

    challenge = _take_challenge()
    rp_id, origin = _site()
    try:
        made = ceremonies.made(credential, challenge=challenge, rp_id=rp_id, origin=origin)
    except ceremonies.WrongAnswer as error:
        raise _unknown() from error
    try:
        with session.begin_nested():
            session.add(
                Passkey(
                    person_id=person.id,
                    name=name,
                    credential_id=made.credential_id,
                    public_key=made.credential_public_key,
                    sign_count=made.sign_count,
                    added_at=clock.now(),
                )
            )
    except IntegrityError:
        raise _unknown() from None
    afterwards(session, partial(note, "passkey_added", person=person.id))
    return second_factor.secure(session, person, "passkey_added")


def who_shows(session: Session, credential: str, person_id: int | None) -> Person:
    """Who has shown the passkey in ``credential`` (JSON), and must be ``person_id`` where that is
    known. `Invalid` where it is none of this site, or the answer is not to what was asked."""
    from eak_core.people.credentials import ceremonies

    challenge = _take_challenge()
    rp_id, origin = _site()
    passkey = session.scalar(select(Passkey).where(Passkey.credential_id == _named(credential)))
    if passkey is None or person_id not in {None, passkey.person_id}:
        raise _unknown()
    try:
        times = ceremonies.shown(
            credential,
            challenge=challenge,
            rp_id=rp_id,
            origin=origin,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
        )
    except ceremonies.WrongAnswer as error:
        raise _unknown() from error
    session.execute(
        update(Passkey)
        .where(Passkey.id == passkey.id)
        .values(sign_count=times, used_at=clock.now())
    )
    person = session.get_one(Person, passkey.person_id)
    if not person.is_active or person.confirmed_at is None:
        raise _unknown()
    return person


def remove_passkey(session: Session, person: Person, passkey_id: int, password: str) -> None:
    """Take a passkey of ``person`` away; the account asks for its password alone where it was the
    last second factor. `Invalid` where the password is wrong, `NotFound` where it is gone."""
    second_factor.check_password(person, password)
    gone = session.scalar(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.person_id == person.id)
        .returning(Passkey.id)
    )
    if gone is None:
        raise NotFound(_l("There is no such passkey any more."))
    afterwards(session, partial(note, "passkey_removed", person=person.id))
    left = session.scalar(select(exists().where(Passkey.person_id == person.id)))
    if not left and person.tf_primary_method is None:
        second_factor.reset_own(session, person)


def export(session: Session, person_id: int) -> list[dict[str, Any]]:
    """What is kept of somebody's passkeys, for their copy."""
    return [
        {"name": each.name, "added_at": each.added_at, "used_at": each.used_at}
        for each in passkeys_of(session, person_id)
    ]


def _named(credential: str) -> bytes:
    """Which passkey an answer says that it is of. `Invalid` where it says nothing of the kind."""
    try:
        return base64_decode(json.loads(credential)["id"])
    except (BadData, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unknown() from error


def _new_challenge() -> bytes:
    challenge = secrets.token_bytes(_CHALLENGE)
    kept = base64_encode(challenge).decode()
    cookie[CHALLENGE] = [kept, int(clock.now().timestamp())]
    return challenge


def _take_challenge() -> bytes:
    """What was asked; once. `Invalid` where nothing was, or long ago."""
    kept = cookie.pop(CHALLENGE, None)
    if not isinstance(kept, list) or clock.now().timestamp() - kept[1] > WITHIN.total_seconds():
        raise _unknown()
    return base64_decode(kept[0])


def _unknown() -> Invalid:
    reason = _l("The passkey is not known here, or it came too late. Please try again.")
    return Invalid(_l("Nothing was changed."), {"credential": reason})


def _known(session: Session, person_id: int) -> list[bytes]:
    return [each.credential_id for each in passkeys_of(session, person_id)]


def _handle(person_id: int) -> bytes:
    """What stands for somebody on their keys: it says nothing about them (WebAuthn, 14.6.1)."""
    key = plugin_secret("core", "second-factor")
    return hmac.new(key, f"passkeys of {person_id}".encode(), "sha256").digest()


def _site() -> tuple[str, str]:
    """The domain that passkeys are for, and the origin that browsers name: those of ``base_url``,
    whatever host a request claims."""
    address = urlsplit(_config().base_url)
    return address.hostname or "", f"{address.scheme}://{address.netloc}"


def _config() -> Config:
    config: Config = current_app.extensions["eak_config"]
    return config
