"""Addresses that get nothing: of a list, because somebody said so by its link, or of anything but
what they ask for, because there is no such mailbox.

An address is kept as a digest with a key of the site (HMAC-SHA-256): so a wish outlives the account
that it was made with, and who has the database alone learns no address from it. With another
``secret_key`` all of it is forgotten.
"""

import hmac
from collections.abc import Collection, Iterable
from hashlib import sha256

from flask import current_app
from sqlalchemy import Exists, bindparam, delete, exists, literal, orm, select

from eak_core import clock
from eak_core.db.upsert import insert_once
from eak_core.letters.models import Suppression

#: The list that stands for all of them: there is no such mailbox.
EVERY_LIST = ""


def mark_of(address: str) -> str:
    """What is kept of ``address``."""
    key = hmac.digest(current_app.config["SECRET_KEY"].encode(), b"eak.mail-address", sha256)
    return hmac.new(key, address.lower().encode(), sha256).hexdigest()


def suppress(session: orm.Session, address: str, name: str) -> None:
    """Send nothing of the list ``name`` to ``address`` any more."""
    row = {"mark": mark_of(address), "list": name, "since": clock.now()}
    insert_once(session, Suppression, row, Suppression.mark)


def lift(session: orm.Session, address: str, name: str) -> None:
    """Let ``address`` have mail of the list ``name`` again: they ask for it, or it was taken."""
    session.execute(
        delete(Suppression).where(Suppression.mark == mark_of(address), Suppression.list == name)
    )


def suppressed(
    session: orm.Session, wanted: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Which of these pairs, an address and the name of a list, get nothing."""
    marks = {address: mark_of(address) for address, _name in wanted}
    found = session.execute(
        select(Suppression.mark, Suppression.list).where(Suppression.mark.in_(marks.values()))
    )
    kept = {(mark, name) for mark, name in found}
    return frozenset(
        (address, name)
        for address, name in wanted
        if {(marks[address], name), (marks[address], EVERY_LIST)} & kept
    )


def suppression(name: str, mark: str = "mark") -> Exists:
    """Whether an address gets nothing of the list ``name`` (``<plugin>.<list>``), as a part of a
    statement whose parameter ``mark`` is its `mark_of`: somebody ended that, or there is no such
    mailbox. So it is asked for each letter of a list, in the very statement that claims it."""
    return exists().where(
        Suppression.mark == bindparam(mark), Suppression.list.in_((literal(name), literal("")))
    )


def lists_without(session: orm.Session, address: str) -> Iterable[Suppression]:
    """Of which lists ``address`` gets nothing."""
    return session.scalars(
        select(Suppression).where(Suppression.mark == mark_of(address)).order_by(Suppression.list)
    )
