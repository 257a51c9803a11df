"""The tables of votes.

The register says who voted, the box holds what was chosen. In secret ballots the two share no key,
no order and no time finer than the hour: both have random keys and are stored in the order of their
keys (``WITHOUT ROWID`` on SQLite), no column says what was written lately, and rows are written
anew so that neither their place nor the number of their transaction does (see
`eak_voting.casting.mixing`).
"""

from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from eak_core.api import Model
from eak_voting.settings import Option, Settings

TITLE_LENGTH = 150
SLUG_LENGTH = 80
CODE_LENGTH = 40
#: What names an election in a file of Pabulib.
PLACE_NAMES = ("country", "unit", "instance", "subunit")
#: Hexadecimal digits of a SHA-256.
DIGEST = 64

State = Literal["draft", "announced", "open", "closed", "counted", "cancelled"]


class Ballot(Model):
    """A consultation over a set of ideas.

    ``settings`` (JSON of `eak_voting.settings.Settings`) can be changed while it is a draft;
    ``terms`` is the canonical JSON frozen at the opening, ``terms_hash`` its SHA-256. ``key`` (hex)
    makes the voters' keys of this ballot. What was counted is ``result`` (canonical JSON) with the
    hashes of it and of the ballots, and the ``seed`` the lot was drawn from; ``checkpoint`` is the
    head of the public log as it was signed with the result. ``origin`` names where
    an imported ballot comes from. ``version_id`` grows when a manager saves the draft, under the
    lock of the row.
    """

    __tablename__ = "voting_ballot"
    __table_args__ = (
        UniqueConstraint("created_by", "form_key"),
        UniqueConstraint("service_id", "origin"),
        Index("ix_voting_ballot_service_id", "service_id", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    text: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(String(20))
    secrecy: Mapped[str] = mapped_column(String(20))
    settings: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    key: Mapped[str] = mapped_column(String(DIGEST))
    form_key: Mapped[str | None] = mapped_column(String(36))
    origin: Mapped[str | None] = mapped_column(String(120))
    version_id: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    terms: Mapped[str | None] = deferred(mapped_column(Text))
    terms_hash: Mapped[str | None] = mapped_column(String(DIGEST))
    seed: Mapped[str | None] = mapped_column(String(DIGEST))
    result: Mapped[str | None] = deferred(mapped_column(Text))
    result_hash: Mapped[str | None] = mapped_column(String(DIGEST))
    ballots_hash: Mapped[str | None] = mapped_column(String(DIGEST))
    checkpoint: Mapped[str | None] = deferred(mapped_column(Text))

    @property
    def held_at(self) -> tuple[str, ...]:
        """Country, unit, instance and subunit of an imported ballot, as its file names them."""
        budget = msgspec.json.decode(self.settings, type=Settings).budget
        if budget is None or budget.imported is None:
            return tuple((self.origin or "").split("/")[1:])
        named = (budget.imported.meta.get(name, "") for name in PLACE_NAMES)
        return tuple(name for name in named if name)


class BallotOption(Model):
    """What can be voted for: an idea, or a project brought by an import.

    ``number`` is its place on the ballot from 1, ``code`` its name in exports, ``cost`` in whole
    units of the ballot's currency. ``summary`` is what the paper says of its idea, as that was at
    the opening, ``whole`` its whole text then (JSON of `eak_voting.ballots.frozen`), and
    ``text_hash`` the SHA-256 of it; all are empty before. What opened under an older version has no
    ``whole``.
    """

    __tablename__ = "voting_option"
    __table_args__ = (UniqueConstraint("ballot_id", "code"),)

    ballot_id: Mapped[int] = mapped_column(
        ForeignKey("voting_ballot.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    title: Mapped[str] = mapped_column(String(300))
    idea_id: Mapped[int | None] = mapped_column(
        ForeignKey("idea.id", ondelete="SET NULL"), index=True
    )
    cost: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(Text, default="", server_default="")
    whole: Mapped[str | None] = deferred(mapped_column(Text))
    text_hash: Mapped[str | None] = mapped_column(String(DIGEST))

    @property
    def term(self) -> Option:
        """This option as the terms name it."""
        return Option(
            number=self.number,
            code=self.code,
            title=self.title,
            idea=self.idea_id,
            cost=self.cost,
        )


class RegisterEntry(Model):
    """The register: somebody voted in a ballot, in the hour that began at ``hour``.

    ``voter_key`` is HMAC-SHA256 of the person's id with the ballot's key; the primary key is what
    makes one vote of one person. An erased person's entry keeps a random key.
    """

    __tablename__ = "voting_register"
    __table_args__ = ({"sqlite_with_rowid": False},)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("voting_ballot.id"), primary_key=True)
    voter_key: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    hour: Mapped[datetime]


class Paper(Model):
    """The box: one vote, as it counts now.

    ``choices`` is canonical JSON (`eak_voting.casting.choices`). In public and pseudonymous ballots
    ``mark`` is the voter's key, and ``salt`` makes ``receipt`` checkable by anyone after the close;
    ``person_id`` is there in public ones alone. In secret ballots ``mark`` is the SHA-256 of the
    code that the voter alone has, and all that could lead to a person is empty. ``source`` is a
    keyed hash of the network, kept until the count, for the detection of bursts. ``version`` is 1,
    and one more after each change.
    """

    __tablename__ = "voting_paper"
    __table_args__ = (
        Index("ix_voting_paper_person_id", "person_id"),
        {"sqlite_with_rowid": False},
    )

    ballot_id: Mapped[int] = mapped_column(ForeignKey("voting_ballot.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    choices: Mapped[str] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(DIGEST))
    receipt: Mapped[str | None] = mapped_column(String(DIGEST))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    source: Mapped[str | None] = mapped_column(String(DIGEST))
    exclusion_id: Mapped[int | None] = mapped_column(ForeignKey("voting_exclusion.id"))
    version: Mapped[int] = mapped_column(default=1)


class Receipt(Model):
    """A receipt given to a voter. ``logged`` once its leaf stands in the public log at
    ``leaf_index``; ``replaced`` where its vote was changed or taken back, which has a leaf of its
    own (``replacement_logged``)."""

    __tablename__ = "voting_receipt"
    __table_args__ = (
        Index("ix_voting_receipt_waiting", "ballot_id", "logged", "replaced"),
        {"sqlite_with_rowid": False},
    )

    ballot_id: Mapped[int] = mapped_column(ForeignKey("voting_ballot.id"), primary_key=True)
    receipt: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    logged: Mapped[bool] = mapped_column(default=False)
    leaf_index: Mapped[int | None]
    replaced: Mapped[bool] = mapped_column(default=False)
    replacement_logged: Mapped[bool] = mapped_column(default=False)


class Exclusion(Model):
    """Votes left out of the count for a public reason; ``number`` counts them in their ballot.
    ``reversal`` is the public reason why they were taken in again, at ``reversed_at``."""

    __tablename__ = "voting_exclusion"
    __table_args__ = (UniqueConstraint("ballot_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("voting_ballot.id"))
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    votes: Mapped[int]
    excluded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    excluded_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
    reversal: Mapped[str] = mapped_column(Text, default="")


class Activity(Model):
    """How many votes came from one network in one hour, of them from accounts of less than a day:
    what bursts are seen in. ``source`` is a keyed hash. At the count all is deleted but the bursts
    themselves, whose networks lose even that name (`eak_voting.casting.bursts.settle`)."""

    __tablename__ = "voting_activity"
    __table_args__ = ({"sqlite_with_rowid": False},)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("voting_ballot.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    votes: Mapped[int]
    young: Mapped[int]


class Live(Model):
    """The provisional result of a ballot whose results show while it is open."""

    __tablename__ = "voting_live"

    ballot_id: Mapped[int] = mapped_column(
        ForeignKey("voting_ballot.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    result: Mapped[str] = mapped_column(Text)


class Support(Model):
    """Somebody supports an idea, outside of any ballot."""

    __tablename__ = "voting_support"
    __table_args__ = (Index("ix_voting_support_person_id", "person_id"),)

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    given_at: Mapped[datetime]


class Declaration(Model):
    """What somebody declared to be admitted to ballots: a commune, and an age they have.

    ``changes`` is how often they declared another commune than before, ``changed_at`` the last
    time.
    """

    __tablename__ = "voting_declaration"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"))
    attested_age: Mapped[int | None]
    declared_at: Mapped[datetime]
    changes: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_at: Mapped[datetime | None]


class Reminder(Model):
    """Somebody asked to be reminded of a ballot; gone once they were. ``told_at`` is when they were
    written to that it is open, where they had asked before."""

    __tablename__ = "voting_reminder"
    __table_args__ = (Index("ix_voting_reminder_person_id", "person_id"),)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("voting_ballot.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
