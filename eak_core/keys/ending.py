"""Ending keys: what they signed stays valid, unless they were in other hands."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session, read_session
from eak_core.db.afterwards import afterwards
from eak_core.errors import Invalid, NotFound
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.keys import seeds
from eak_core.keys.events import KeyEnded
from eak_core.keys.models import SigningKey
from eak_core.security_log import note
from eak_core.web.text import REASON_LENGTH, clean_line


def end(session: Session, key: SigningKey, now: datetime) -> None:
    """Let ``key``, whose row the caller holds, sign no more from ``now`` on. What it is made from
    is deleted after the commit: whoever breaks in later cannot sign what was before."""
    key.until = now
    session.flush()
    _tell(session, key, revoked=False)


def revoke(session: Session, kid: str, since: datetime, reason: str) -> Sequence[SigningKey]:
    """Say that the key ``kid`` was in other hands ``since`` then, for a public ``reason``, and let
    it sign no more. The next signature makes another one.

    Answers the key in each of its places. `NotFound` where there is none, `Invalid` without a
    reason or with an instant to come.
    """
    reason = clean_line(reason)
    if not reason or len(reason) > REASON_LENGTH:
        raise Invalid(_l("Please say why in one line: everybody will read it."))
    if since > clock.now():
        raise Invalid(_l("A key is revoked from an instant that has passed."))
    found = [each for each in _held(session) if each.kid == kid]
    if not found:
        raise NotFound(_l("There is no such key."))
    for key in found:
        key.until = key.until or clock.now()
        key.revoked_since, key.reason = since, reason
        session.flush()
        _tell(session, key, revoked=True)
    return found


def left_over(session: Session) -> Sequence[str]:
    """The files of private halves that sign no more and should be gone."""
    ended = select(SigningKey.file).where(SigningKey.until.is_not(None))
    # A key may serve in several services, and end in one.
    signing = select(SigningKey.file).where(SigningKey.until.is_(None))
    files = session.scalars(ended.where(SigningKey.file.not_in(signing)).distinct())
    return [file for file in files if seeds.is_there(file)]


def _held(session: Session) -> Sequence[SigningKey]:
    rows = select(SigningKey).with_for_update()
    return session.scalars(rows.execution_options(populate_existing=True)).all()


def _tell(session: Session, key: SigningKey, *, revoked: bool) -> None:
    event = KeyEnded(plugin=key.plugin, purpose=key.purpose, number=key.number, revoked=revoked)
    publish(session, event, service_id=key.service_id)
    note(
        "key_revoked" if revoked else "key_ended",
        plugin=key.plugin,
        secret=key.kid,
        in_service=key.service_id,
    )
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # outlives the request
    afterwards(session, lambda: _forget_left_over(app))


def _forget_left_over(app: Flask) -> None:
    with app.app_context(), read_session(app) as session:
        for file in left_over(session):
            seeds.forget(file)
