"""What people entered: who nominated, endorsed, judged and was recognised."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eak_core.api import Model

NAME_LENGTH, ADDRESS_LENGTH, TEXT_LENGTH = 120, 254, 4_000


class Nomination(Model):
    """Somebody nominated an agent, who is known by their address until they have agreed.

    Only the person who was nominated sees ``refused_at``. To everybody else ``agreed_at`` alone
    tells where a nomination stands, and so a refused one and one that waits are the same; once the
    time to answer is over, both lose what names anybody.
    """

    __tablename__ = "ambassadors_nomination"
    __table_args__ = (
        UniqueConstraint("nominator_id", "form_key"),
        Index("ix_ambassadors_nomination_list", "service_id", "nominated_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    nominator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH), index=True)
    nominee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    examples: Mapped[str] = mapped_column(Text)
    conflict: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(String(36))
    badge_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    nominated_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Endorsement(Model):
    """What a colleague says of somebody who agreed to be nominated, for one service.

    ``token`` is the same, signed: part of the badge, and kept when the person is erased.
    """

    __tablename__ = "ambassadors_endorsement"
    __table_args__ = (
        UniqueConstraint("nomination_id", "for_service_id"),
        UniqueConstraint("nomination_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nomination_id: Mapped[int] = mapped_column(
        ForeignKey("ambassadors_nomination.id", ondelete="CASCADE")
    )
    for_service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    comment: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text, info={"typed": False})
    endorsed_at: Mapped[datetime]


class Volunteer(Model):
    """A citizen who is ready to sit in a jury of the service."""

    __tablename__ = "ambassadors_volunteer"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    since: Mapped[datetime]


class Sitting(Model):
    """The jury of a nomination: its pool, the lot, and the decision.

    ``pool`` is what was published when the pool was closed, with the ``commitment`` to ``secret``;
    ``said`` is what ``source`` said afterwards.
    """

    __tablename__ = "ambassadors_sitting"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    nomination_id: Mapped[int] = mapped_column(
        ForeignKey("ambassadors_nomination.id", ondelete="CASCADE"), unique=True
    )
    pool: Mapped[str] = mapped_column(Text, info={"typed": False})
    secret: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    speaks_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    said: Mapped[str | None] = mapped_column(String(200))
    drawn_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    recognised: Mapped[bool | None]
    reasons: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    places: Mapped[list["Seat"]] = relationship(
        order_by="Seat.place", viewonly=True, lazy="selectin"
    )

    def relations_of(self, person_id: int) -> AbstractSet[str]:
        """Whether ``person_id`` sits in this jury."""
        seated = any(
            each.person_id == person_id and each.standing == "seated" for each in self.places
        )
        return {"ambassadors.juror"} if seated else frozenset()


class Seat(Model):
    """Somebody in the pool of a jury, known by ``mark`` to everybody else.

    ``standing``: ``pool`` until the lot is drawn, then ``seated``, ``reserve`` or ``excused``;
    ``place`` is their place in the order of the lot.
    """

    __tablename__ = "ambassadors_seat"

    sitting_id: Mapped[int] = mapped_column(
        ForeignKey("ambassadors_sitting.id", ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    origin: Mapped[str] = mapped_column(String(12))
    standing: Mapped[str] = mapped_column(String(12))
    place: Mapped[int | None]
    favourable: Mapped[bool | None]


class Ambassador(Model):
    """An agent who was recognised, for a term.

    ``shown``: they let the wall name them; ``words`` is what they say of it themselves.
    ``knows`` is what they let colleagues ask them about; empty where they do not.
    ``ended_as``: ``left``, ``revoked``, ``expired`` or ``erased``.
    """

    __tablename__ = "ambassadors_ambassador"
    __table_args__ = (Index("ix_ambassadors_ambassador_list", "service_id", "ended_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    nomination_id: Mapped[int | None] = mapped_column(
        ForeignKey("ambassadors_nomination.id", ondelete="SET NULL"), unique=True
    )
    since: Mapped[datetime]
    until: Mapped[datetime]
    shown: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text, default="")
    knows: Mapped[str] = mapped_column(Text, default="")
    subjects: Mapped[str] = mapped_column(String(400), default="", info={"typed": False})
    renewal_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(12))

    @property
    def subject(self) -> str:
        """How files, moderation and the log name it."""
        return subject_of(self.id)

    @property
    def codes(self) -> tuple[str, ...]:
        """What it is about, by the codes of the service's subjects."""
        return tuple(self.subjects.split())


class Request(Model):
    """A question to an ambassador, and the answer; between the two of them."""

    __tablename__ = "ambassadors_request"
    __table_args__ = (UniqueConstraint("asker_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    ambassador_id: Mapped[int] = mapped_column(
        ForeignKey("ambassadors_ambassador.id", ondelete="CASCADE"), index=True
    )
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    question: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(String(36))


class Revocation(Model):
    """Why a recognition was revoked, and the appeal of the person, if there is one."""

    __tablename__ = "ambassadors_revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    ambassador_id: Mapped[int] = mapped_column(
        ForeignKey("ambassadors_ambassador.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    appeal: Mapped[str] = mapped_column(Text)
    appealed_at: Mapped[datetime | None]
    upheld: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class Badge(Model):
    """A badge that was issued: its name, its place in the list of what was revoked, and what was
    signed, as a token and as a document."""

    __tablename__ = "ambassadors_badge"
    __table_args__ = (UniqueConstraint("service_id", "place"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    ambassador_id: Mapped[int] = mapped_column(
        ForeignKey("ambassadors_ambassador.id", ondelete="CASCADE"), index=True
    )
    place: Mapped[int]
    issued_at: Mapped[datetime]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    token: Mapped[str] = mapped_column(Text, info={"typed": False})
    document: Mapped[str] = mapped_column(Text, info={"typed": False})


class Rule(Model):
    """Which events are evidence in a service: those of the type ``event``, of the person in the
    field ``person`` (``actor``: of whoever acted), ``only`` where a field says so."""

    __tablename__ = "ambassadors_rule"
    __table_args__ = (UniqueConstraint("service_id", "event", "person", "only"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    event: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(String(40))
    only: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(80))


class Evidence(Model):
    """An event that is evidence of somebody by a rule: derived from the log, for those who agreed
    to be nominated and for ambassadors alone."""

    __tablename__ = "ambassadors_evidence"
    __table_args__ = (
        Index("ix_ambassadors_evidence_person", "person_id", "service_id", "position"),
    )

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(80))
    idea_id: Mapped[int | None]
    occurred_at: Mapped[datetime]


class StatusList(Model):
    """The signed list of what a service has revoked, as it is published."""

    __tablename__ = "ambassadors_status_list"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    token: Mapped[str] = mapped_column(Text, info={"typed": False})


#: What the log and moderation call an ambassador.
AMBASSADOR = "ambassadors.ambassador"


def subject_of(ambassador_id: int) -> str:
    """How files, moderation and the log name an ambassador."""
    return f"{AMBASSADOR}:{ambassador_id}"
