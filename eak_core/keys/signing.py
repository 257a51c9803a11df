"""The key that signs now, and all that did: one after the other for each purpose.

Whoever signs holds the row of the first key, and whoever ends one waits for that: nothing is signed
with a key after its end. A key is on the disk before its row is written, and its row is committed
with the first thing it signs at the latest: nothing is signed with a key that is not published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_once
from eak_core.errors import Misconfigured, NotFound
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.keys import ending, seeds
from eak_core.keys.events import KeyPublished
from eak_core.keys.models import SigningKey
from eak_core.transparency import checkpoint


@dataclass(frozen=True, slots=True)
class Signer:
    """A key to sign with in this transaction: the ``seed`` (32 bytes) it is made from, the
    ``verifier_key`` that signatures are verified with, and what lists of keys call it, its ``kid``
    (RFC 7638)."""

    seed: bytes = field(repr=False)
    kid: str
    verifier_key: checkpoint.VerifierKey


@dataclass(frozen=True, slots=True)
class Ring:
    """Whose keys they are: those of a ``plugin`` in a service, for a ``purpose``."""

    service_id: int
    plugin: str
    purpose: str

    @property
    def rows(self) -> ColumnElement[bool]:
        """Its keys, among all."""
        return (
            (SigningKey.service_id == self.service_id)
            & (SigningKey.plugin == self.plugin)
            & (SigningKey.purpose == self.purpose)
        )


def signer(session: Session, plugin: str, purpose: str, service_id: int, name: str) -> Signer:
    """The key that ``plugin`` signs with for ``purpose`` (a-z, 0-9 and -) in a service, under
    ``name``: what a signed note takes, without spaces and +. The first is made here; where it signs
    under another name so far, that one ends and another begins.

    Nobody ends the key before the transaction is over: ask late in it. `Misconfigured` where the
    private half is missing or another one; nothing is signed then. `NoteError` for another name.
    """
    ring = Ring(service_id, plugin, purpose)
    row = _current(session, ring)
    if row is None or row.name != name:
        row = begin(session, ring, name, after=row)
    seed = seeds.read(row.file, row.public)
    return Signer(seed, row.kid, row.verifier_key)


def published_keys(
    session: Session, plugin: str, purpose: str, service_id: int
) -> Sequence[SigningKey]:
    """All keys that ``plugin`` signed with for ``purpose`` in a service, the first one first: what
    its signatures are verified with, whenever they were made."""
    rows = Ring(service_id, plugin, purpose).rows
    return session.scalars(select(SigningKey).where(rows).order_by(SigningKey.number)).all()


def rotate(session: Session, ring: Ring, name: str | None = None) -> SigningKey:
    """Let another key sign from now on, which the one so far introduces where it is there still;
    under another ``name`` where one is given.

    `NotFound` where nothing was ever signed.
    """
    newest = session.scalars(
        select(SigningKey).where(ring.rows).order_by(SigningKey.number.desc()).limit(1)
    ).first()
    if newest is None:
        raise NotFound(_l("Nothing has been signed there yet: the first signature makes a key."))
    current = _current(session, ring)
    return begin(session, ring, name or newest.name, after=current)


def rotate_key(
    session: Session, plugin: str, purpose: str, service_id: int, *, name: str | None = None
) -> SigningKey:
    """Let another key sign what ``plugin`` signs for ``purpose`` in a service, from now on; what
    was signed so far stays valid. Answers the key. Its signatures bear the same name, or ``name``,
    where that has changed. `NotFound` where nothing was ever signed."""
    return rotate(session, Ring(service_id, plugin, purpose), name)


def begin(session: Session, ring: Ring, name: str, *, after: SigningKey | None) -> SigningKey:
    """Publish a key of ``ring`` under ``name``, ``after`` one that signs no more; of two who begin
    at once, one does, and both get that key."""
    checkpoint.check_name(name)
    made = seeds.make(ring.plugin, ring.purpose)
    introduction, now = None, clock.now()
    if after is not None:
        introduction = _introduction(after, name, made.seed, now)
        ending.end(session, after, now)
    number = session.scalar(select(func.max(SigningKey.number)).where(ring.rows)) or 0
    values = {
        "service_id": ring.service_id,
        "plugin": ring.plugin,
        "purpose": ring.purpose,
        "number": number + 1,
        "name": name,
        "public": made.public,
        "file": made.file,
        "since": now,
        "reason": "",
        "introduction": introduction,
    }
    if insert_once(session, SigningKey, values, SigningKey.number) is None:
        seeds.forget(made.file)
    else:
        event = KeyPublished(
            plugin=ring.plugin,
            purpose=ring.purpose,
            number=number + 1,
            public=made.public.hex(),
        )
        publish(session, event, service_id=ring.service_id)
    found = _current(session, ring)
    assert found is not None
    return found


def _current(session: Session, ring: Ring) -> SigningKey | None:
    """The key that signs now, which nobody ends before this transaction is over."""
    # The row of the first key stays what it is. Who waited for that of the key itself would find
    # it ended, and would not see the one that has begun.
    first = select(SigningKey.number).where(ring.rows, SigningKey.number == 1)
    session.execute(first.with_for_update())
    query = select(SigningKey).where(ring.rows, SigningKey.until.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _introduction(before: SigningKey, name: str, seed: bytes, now: datetime) -> str | None:
    """A note in which the key ``before`` names the one after it, signed by both. None where the
    private half of the former is lost."""
    try:
        old = seeds.read(before.file, before.public)
    except Misconfigured:
        return None
    new = checkpoint.verifier_key(name, seed)
    text = f"{before.verifier_key}\n{new}\n{now.isoformat(timespec='seconds')}\n"
    signed = checkpoint.signed_note(text, before.name, old)
    return signed + checkpoint.signed_note(text, name, seed).rpartition("\n\n")[2]
