"""The tables of partners: who they are, who acts for them, what they offer, and what ideas need.

An organisation stands on the site once, however many services it serves; that it is there for one
of them, and what that service knows of it, is its `Presence`.
"""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eak_core.api import Model

#: What an organisation is.
OrganisationKind = Literal["association", "company", "school", "public_body", "collective"]
ORGANISATION_KINDS: tuple[OrganisationKind, ...] = get_args(OrganisationKind)

#: What somebody is in an organisation: a referent also answers for it, and lets others in.
MemberRole = Literal["referent", "member"]
MEMBER_ROLES: tuple[MemberRole, ...] = get_args(MemberRole)

#: What can be offered, and what can be missing.
ResourceKind = Literal["place", "equipment", "skill", "money", "public", "data"]
RESOURCE_KINDS: tuple[ResourceKind, ...] = get_args(ResourceKind)

#: Why an offer has ended: it was taken back, its period passed, or its organisation is no partner
#: any more.
EndedBecause = Literal["taken_back", "period", "organisation"]

#: How a need was met: somebody said so, or a pilot brings it.
MetBecause = Literal["said", "pilot"]

#: Why a proposal was withdrawn, or a pilot ended: somebody said so, or the organisation or the idea
#: is there no longer.
StoppedBecause = Literal["said", "organisation", "idea"]

#: Of names and titles, in characters.
NAME_LENGTH = 200
#: Of texts, in characters.
TEXT_LENGTH = 4_000
#: Of addresses on the web, in characters.
ADDRESS_LENGTH = 300
#: INSEE codes of communes, each with a space before and behind it: all 36 have room.
CODES_LENGTH = 400
#: Of units, in characters.
UNIT_LENGTH = 40


class Organisation(Model):
    """A partner: an association, a company, a school, a public body, a collective of inhabitants.

    ``identifier`` is the SIRET (14 figures) or SIREN (9) it is known by, if it has one. ``origin``
    (``<source>/<key>``) tells one that was imported when it comes again. ``communes`` are the INSEE
    codes where it works, in order, each between spaces. ``pioneering`` is what it was among the
    first to do, ``motivation`` why the common good matters to it. One that was merged into another
    keeps its page, which leads there.
    """

    __tablename__ = "matchmaking_organisation"
    __table_args__ = (
        UniqueConstraint("origin"),
        # A number belongs to who is at work: what closed keeps it in its history.
        Index(
            "uq_matchmaking_organisation_identifier",
            "identifier",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        UniqueConstraint("registered_by", "form_key"),
        Index("ix_matchmaking_organisation_folded", "folded", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    #: The name as lists sort it and duplicates are found by: no accents, small letters.
    folded: Mapped[str] = mapped_column(String(NAME_LENGTH), info={"typed": False})
    kind: Mapped[str] = mapped_column(String(20))
    identifier: Mapped[str | None] = mapped_column(String(14))
    communes: Mapped[str] = mapped_column(String(CODES_LENGTH), default="", info={"typed": False})
    site: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    pioneering: Mapped[str] = mapped_column(Text, default="")
    motivation: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str | None] = mapped_column(String(120), info={"typed": False})
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})
    registered_at: Mapped[datetime]
    registered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    closed_because: Mapped[str] = mapped_column(Text, default="")
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("matchmaking_organisation.id", name="fk_matchmaking_organisation_merged_into")
    )

    members: Mapped[list["Member"]] = relationship(viewonly=True)
    presences: Mapped[list["Presence"]] = relationship(viewonly=True)

    @property
    def codes(self) -> list[str]:
        """The INSEE codes of its communes."""
        return self.communes.split()

    def relations_of(self, person_id: int) -> frozenset[str]:
        """What a person is to it: a referent is a member, too."""
        roles = {each.role for each in self.members if each.person_id == person_id}
        every = {"member", "referent"} if "referent" in roles else roles
        return frozenset(f"matchmaking.{role}" for role in every)

    def stands_in(self) -> list[int]:
        """The ids of the services that it is there for: what is done to it is done in all."""
        return [each.service_id for each in self.presences]


class Presence(Model):
    """An organisation is there for a service, which may have verified it, with a public reason."""

    __tablename__ = "matchmaking_presence"
    __table_args__ = (Index("ix_matchmaking_presence_organisation", "organisation_id"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(
            "matchmaking_organisation.id", ondelete="CASCADE", name="fk_matchmaking_presence_of"
        ),
        primary_key=True,
    )
    joined_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    verified_because: Mapped[str] = mapped_column(Text, default="")


class Member(Model):
    """A person acts for an organisation."""

    __tablename__ = "matchmaking_member"
    __table_args__ = (Index("ix_matchmaking_member_person", "person_id"),)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]


class Invitation(Model):
    """An offer to act for an organisation, to whoever holds an address; gone once answered."""

    __tablename__ = "matchmaking_invitation"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        Index("ix_matchmaking_invitation_email", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(
            "matchmaking_organisation.id", ondelete="CASCADE", name="fk_matchmaking_invitation_of"
        )
    )
    email: Mapped[str] = mapped_column(String(254), info={"typed": False})
    role: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime]


class Acting(Model):
    """The organisation that a person acts for, of those that they are a member of."""

    __tablename__ = "matchmaking_acting"
    __table_args__ = (Index("ix_matchmaking_acting_organisation", "organisation_id"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE")
    )


#: What the log, moderation and a search call an offer.
OFFER_NAME = "matchmaking.offer"


class Offer(Model):
    """What an organisation can bring to so many pilots (``capacity``) of a service, of which
    ``taken`` have it already.

    ``quantity`` counts ``unit``, for each pilot; money is in euros. Without ``starts_on`` or
    ``ends_on`` (the last day) it holds from now on, or for as long as it may; ``communes`` as those
    of an organisation, the whole territory where it names none. ``conditions`` are public,
    ``private_conditions`` for its own members and those who run the service. A draft is not
    published yet. What was taken stays counted when it has ended.
    """

    __tablename__ = "matchmaking_offer"
    __table_args__ = (
        UniqueConstraint("created_by", "form_key"),
        CheckConstraint("capacity >= 1 AND taken >= 0 AND taken <= capacity", name="places"),
        Index("ix_matchmaking_offer_list", "service_id", "published_at", "id"),
        Index("ix_matchmaking_offer_organisation", "organisation_id", "service_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    details: Mapped[str] = mapped_column(Text, default="")
    quantity: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH), default="")
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    communes: Mapped[str] = mapped_column(String(CODES_LENGTH), default="", info={"typed": False})
    conditions: Mapped[str] = mapped_column(Text, default="")
    private_conditions: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str] = mapped_column(String(20), default="", info={"typed": False})
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})

    @property
    def subject(self) -> str:
        """How moderation and the log name it."""
        return f"{OFFER_NAME}:{self.id}"

    @property
    def places(self) -> int:
        """For how many pilots more there is enough of it."""
        return self.capacity - self.taken

    @property
    def codes(self) -> list[str]:
        """The INSEE codes of its communes."""
        return self.communes.split()


#: What the log and moderation call a need.
NEED_NAME = "matchmaking.need"


class Need(Model):
    """What is missing to try an idea: ``what``, so much of it (``quantity`` in ``unit``, money in
    euros), in a period as that of an `Offer`. One that was withdrawn is shown nowhere."""

    __tablename__ = "matchmaking_need"
    __table_args__ = (
        UniqueConstraint("stated_by", "form_key"),
        Index("ix_matchmaking_need_idea", "idea_id", "id"),
        Index("ix_matchmaking_need_list", "service_id", "stated_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(NAME_LENGTH))
    quantity: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH), default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    stated_at: Mapped[datetime]
    stated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    edited_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    met_because: Mapped[str] = mapped_column(String(20), default="", info={"typed": False})
    withdrawn_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})

    @property
    def subject(self) -> str:
        """How moderation and the log name it."""
        return f"{NEED_NAME}:{self.id}"


#: What the log, moderation, files and a search call an organisation.
ORGANISATION_NAME = "matchmaking.organisation"


def subject_of(organisation_id: int) -> str:
    """How they name the one."""
    return f"{ORGANISATION_NAME}:{organisation_id}"
