"""The second factor of an account: codes of an application (TOTP, RFC 6238) or passkeys, and
recovery codes.

The secret stands in the account encrypted, with a key that lies in ``secrets/`` and in no copy of
the database. Recovery codes stand as digests: shown once, and gone once used. Flask-Security asks
for the code at the sign-in, with `Codes` and `RecoveryCodes`; what people do on their page is here.
"""

import hmac
from functools import cached_property, partial
from typing import Any

from flask import current_app
from flask_security import UserMixin
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.totp import Totp
from passlib.exc import TokenError, UsedTokenError
from passlib.totp import TOTP, TotpMatch
from sqlalchemy import delete, func, select, update

from eak_core import clock
from eak_core.config import Config
from eak_core.db import Session, current_session
from eak_core.db.afterwards import afterwards
from eak_core.errors import Invalid, Refused
from eak_core.events import SITE, publish
from eak_core.i18n import _l
from eak_core.people.credentials import sessions
from eak_core.people.credentials.passwords import is_password_of
from eak_core.people.events import PersonSecured, PersonUnsecured
from eak_core.people.mail.letters import send_letter
from eak_core.people.models import Passkey, Person, RecoveryCode
from eak_core.permissions import Actor
from eak_core.plugins.secrets import plugin_secret
from eak_core.security_log import note

#: What Flask-Security calls an application that shows codes.
APPLICATION = "authenticator"
#: Seconds before and after in which a code holds: one step, as RFC 6238 (5.2) advises at most.
WINDOW = 30
#: How many recovery codes there are: 48 random bits each.
RECOVERY_CODES = 10
#: What is said of a code that is none, or no longer.
WRONG_CODE = _l("This code is wrong, was used already, or is over. Type the one shown now.")


class Codes(Totp):
    """The codes of applications, by the clock of the platform. A code is taken once."""

    def __init__(self, secrets: object, issuer: str) -> None:
        # The names in an address otpauth: are divided by it.
        self._issuer = " ".join(issuer.replace(":", " ").split())

    @cached_property
    def _totp(self) -> Any:
        return TOTP.using(
            issuer=self._issuer,
            secrets={"1": plugin_secret("core", "second-factor").hex()},
            now=lambda: clock.now().timestamp(),
        )

    def counter_of(self, secret: str, code: str) -> int | None:
        """The step that ``code`` is of; None where it is none of ``secret`` now."""
        try:
            match: TotpMatch = self._totp.verify(code, secret, window=WINDOW)
        except TokenError:
            return None
        return int(match.counter)

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Note the step of a code; `UsedTokenError` where another request was first with it."""
        taken = current_session().scalar(
            update(Person)
            .where(
                Person.id == user.id,
                func.coalesce(Person.totp_counter, 0) < int(tmatch.counter),
            )
            .values(totp_counter=int(tmatch.counter))
            .returning(Person.id)
        )
        if taken is None:
            raise UsedTokenError


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes as Flask-Security asks for them at the sign-in."""

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Take ``code`` of ``user``: whether it was there. Of two who send it at once, one has."""
        session = current_session()
        taken = session.scalar(
            delete(RecoveryCode)
            .where(RecoveryCode.person_id == user.id, RecoveryCode.digest == _digest(code))
            .returning(RecoveryCode.person_id)
        )
        if taken is not None:
            afterwards(session, partial(note, "recovery_code_used", person=user.id))
        return taken is not None

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """It is gone: see `check_recovery_code`."""
        return True


def codes() -> Codes:
    """What makes and checks codes in the running application."""
    factory: Codes = current_app.extensions["security"].totp_factory
    return factory


def switch_on(session: Session, person: Person, secret: str, code: str, password: str) -> list[str]:
    """Ask ``person`` from now on for a code of the application that holds ``secret`` (as
    `Codes.generate_totp_secret` made it), and end their other sessions. Answers as `secure`.
    `Invalid` where ``code`` or ``password`` is wrong."""
    check_password(person, password)
    counter = codes().counter_of(secret, code)
    if counter is None:
        raise Invalid(_l("Nothing was changed."), {"code": WRONG_CODE})
    person.tf_primary_method, person.tf_totp_secret = APPLICATION, secret
    person.totp_counter = counter
    return secure(session, person, "second_factor_on")


def secure(session: Session, person: Person, letter: str) -> list[str]:
    """``person`` has one more second factor: end their other sessions, and tell them by mail (the
    ``letter``, where it is not the first). Answers the recovery codes that come with the first, to
    be shown this once; none with a further one."""
    sessions.end_others(session, person)
    if person.secured_at is not None:
        _write(session, letter, person)
        session.flush()
        return []
    person.secured_at = clock.now()
    publish(session, PersonSecured(person_id=person.id), service_id=SITE, actor_id=person.id)
    afterwards(session, partial(note, "second_factor_on", person=person.id))
    _write(session, "second_factor_on", person)
    return make_recovery_codes(session, person)


def renew_recovery_codes(session: Session, person: Person, password: str) -> list[str]:
    """Other recovery codes for ``person``; those from before end. `Invalid` where ``password`` is
    wrong, `Refused` without a second factor."""
    check_password(person, password)
    if person.secured_at is None:
        raise Refused(_l("Your account has no second factor yet."))
    return make_recovery_codes(session, person)


def switch_off(session: Session, person: Person, password: str) -> None:
    """Ask ``person`` for their password alone. `Invalid` where ``password`` is wrong."""
    check_password(person, password)
    reset_own(session, person)


def reset_own(session: Session, person: Person) -> None:
    """As `reset`, by ``person`` themselves."""
    reset(session, Actor(person_id=person.id), person)


def reset(session: Session, actor: Actor, person: Person) -> None:
    """Take the second factor off the account of ``person``, who has lost it; they are told by mail.
    Nothing happens where there is none."""
    if person.secured_at is None:
        return
    forget(session, person)
    publish(
        session, PersonUnsecured(person_id=person.id), service_id=SITE, actor_id=actor.person_id
    )
    afterwards(session, partial(note, "second_factor_off", person=person.id))
    _write(session, "second_factor_off", person)


def forget(session: Session, person: Person) -> None:
    """Delete what an account holds of its second factor."""
    person.tf_primary_method = person.tf_totp_secret = person.totp_counter = None
    person.secured_at = None
    for table in (RecoveryCode, Passkey):
        session.execute(delete(table).where(table.person_id == person.id))
    session.flush()


def make_recovery_codes(session: Session, person: Person) -> list[str]:
    """New codes for ``person`` in the place of all others, as they are to be typed."""
    made: list[str] = codes().generate_recovery_codes(RECOVERY_CODES)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    session.add_all(RecoveryCode(person_id=person.id, digest=_digest(code)) for code in made)
    session.flush()
    return made


def recovery_codes_left(session: Session, person_id: int) -> int:
    """How many recovery codes somebody has not used."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.person_id == person_id)) or 0


def is_missing(person: Person, actor: Actor) -> bool:
    """Whether ``person``, who is ``actor``, holds a role that the instance gives to nobody without
    a second factor (`Config.second_factor_required`), and has none."""
    config: Config = current_app.extensions["eak_config"]
    if not config.second_factor_required or person.secured_at is not None:
        return False
    return actor.administrator or bool(actor.managed)


def _write(session: Session, letter: str, person: Person) -> None:
    if person.email is not None:
        send_letter(session, letter, to=person.email, locale=person.locale, person=person)


def check_password(person: Person, password: str) -> None:
    """`Invalid` where ``password`` is not that of ``person``."""
    if not is_password_of(person, password):
        raise Invalid(_l("Nothing was changed."), {"password": _l("The password is wrong.")})


def _digest(code: str) -> str:
    """What is kept of a recovery code, however it was typed."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    key = plugin_secret("core", "second-factor")
    return hmac.new(key, plain.encode(), "sha256").hexdigest()
