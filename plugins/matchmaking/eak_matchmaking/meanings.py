"""What texts mean, as vectors that workers make of titles of offers and of what needs say, and that
all processes read. Derived: a rebuild makes them anew."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ForeignKey, Index, String, and_, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model, Service, Session, insert_once, plugin_settings, schedule
from eak_matchmaking import encoder
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import Need, Offer

#: The work of reading, and how many texts are read at a time.
READ, PART = "read_texts", 200

Row: TypeAlias = dict[str, Any]

#: Whose text is read: by what number, which text, and which of a service. Drafts are nobody's.
TEXTS: Mapping[str, Any] = {
    "offer": (
        Offer.id,
        Offer.title,
        lambda service_id: and_(Offer.service_id == service_id, Offer.published_at.is_not(None)),
    ),
    "need": (Need.id, Need.what, lambda service_id: Need.service_id == service_id),
}


class Meaning(Model):
    """What the text of an offer or a need (``kind``) means, as `encoder.encoded` says: derived from
    events, so a rebuild empties it."""

    __tablename__ = "matchmaking_meaning"
    __table_args__ = (Index("ix_matchmaking_meaning_service", "service_id"),)

    kind: Mapped[str] = mapped_column(String(5), primary_key=True, info={"typed": False})
    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    vector: Mapped[bytes]


@dataclass(frozen=True)
class Meanings:
    """The vectors of needs and offers by their ids; of what was not read yet there is none."""

    needs: Mapping[int, bytes]
    offers: Mapping[int, bytes]
    _known: dict[str, Mapping[str, int]] = field(default_factory=dict)

    def likeness(self, need: str) -> Mapping[str, int]:
        """How alike each offer is to the need of a name, by its own, from 0 to 1,000."""
        if need not in self._known:
            one = self.needs.get(int(need))
            alike = encoder.likenesses(one, list(self.offers.values())) if one else []
            self._known[need] = dict(zip(map(str, self.offers), alike, strict=False))
        return self._known[need]


def counts(session: Session, service_id: int) -> bool:
    """Whether the meaning of texts counts in a service: it wants so, and the encoder is there."""
    settings = plugin_settings(session, service_id, plugin.name)
    return bool(settings["meaning"]) and encoder.installed()


def meanings_of(
    session: Session, service_id: int, needs: Collection[int], offers: Collection[int]
) -> Meanings | None:
    """The meanings of ``needs`` and ``offers``, with two statements; None where they do not
    count."""
    if not counts(session, service_id):
        return None
    return Meanings(_vectors(session, "need", needs), _vectors(session, "offer", offers))


def _vectors(session: Session, kind: str, ids: Collection[int]) -> Mapping[int, bytes]:
    rows = session.execute(
        select(Meaning.row_id, Meaning.vector)
        .where(Meaning.kind == kind, Meaning.row_id.in_(ids))
        .order_by(Meaning.row_id)
    )
    return dict(rows.all())


def changed(session: Session, service_id: int, kind: str, row_id: int, at: datetime) -> None:
    """Forget what a text meant that was written or changed ``at`` an instant, so that it is read
    again where that counts."""
    session.execute(delete(Meaning).where(Meaning.kind == kind, Meaning.row_id == row_id))
    if counts(session, service_id):
        schedule(session, plugin.name, service_id, READ, at)


def follow_settings(session: Session, service_id: int, at: datetime) -> None:
    """Let all texts be read where their meaning counts from an instant on, and forget it where it
    counts no more."""
    if counts(session, service_id):
        schedule(session, plugin.name, service_id, READ, at)
    else:
        forget(session, service_id)


def unread(
    session: Session, service: Service, name: str, due_at: datetime
) -> Callable[[], list[Row]] | None:
    """What is to be read, `PART` texts at most: the encoder takes its time, and nobody waits for
    the database meanwhile. None where there is nothing."""
    if not counts(session, service.id):
        return None
    texts = [each for kind in TEXTS for each in _unread(session, service.id, kind)][:PART]
    if not texts:
        return None

    def act() -> list[Row]:
        vectors = encoder.encoded([text for _kind, _id, text in texts])
        return [
            {"kind": kind, "row_id": row_id, "service_id": service.id, "vector": vector}
            for (kind, row_id, _text), vector in zip(texts, vectors, strict=True)
        ]

    return act


def _unread(session: Session, service_id: int, kind: str) -> Sequence[tuple[str, int, str]]:
    number, text, there = TEXTS[kind]
    known = select(Meaning.row_id).where(Meaning.kind == kind, Meaning.row_id == number)
    rows = session.execute(
        select(number, text)
        .where(there(service_id), ~known.exists())
        .order_by(number.desc())
        .limit(PART)
    )
    return [(kind, row_id, said) for row_id, said in rows]


def keep(session: Session, service: Service, name: str, due_at: datetime, found: list[Row]) -> bool:
    """Keep what was read; True where there may be more. A text that has changed since is forgotten
    with the event that says so, and read again."""
    for row in found:
        insert_once(session, Meaning, row, Meaning.row_id)
    return len(found) == PART


def sweep(session: Session) -> None:
    """Delete the vectors of what is there no longer: a text that was erased leaves nothing."""
    for kind, (number, _text, _there) in TEXTS.items():
        gone = Meaning.row_id.not_in(select(number))
        session.execute(delete(Meaning).where(Meaning.kind == kind, gone))


def forget(session: Session, service_id: int) -> None:
    """Delete the vectors of a service, before its events are handled anew."""
    session.execute(delete(Meaning).where(Meaning.service_id == service_id))
