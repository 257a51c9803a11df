"""The tables of accounts, of their sessions, of roles, and of the invitations to hold one."""

from datetime import datetime
from uuid import uuid4

from flask_security import UserMixin
from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eak_core import clock
from eak_core.db import Base

#: The longest display name, in characters.
NAME_LENGTH = 80


def new_uniquifier() -> str:
    """What a session is tied to: changing it signs a person out everywhere."""
    return uuid4().hex


class Person(Base, UserMixin):
    """An account. ``name`` is what the public sees; an erased person keeps only the id.

    Nothing of a sign-in is kept but its date, which tells accounts that sleep.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Flask-Security believes that neither the address nor the last sign-in is ever empty.
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # type: ignore[assignment]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    administrator: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=new_uniquifier)
    locale: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    erased_at: Mapped[datetime | None]
    #: When they were told that their account is erased unless they use it.
    sleep_warned_at: Mapped[datetime | None]
    #: From what moderators have suspended them, as `eak_core.people.rights.standing` writes it.
    suspensions: Mapped[str | None] = mapped_column(Text)
    #: Whom they stand in for, as `eak_core.people.rights.deputies` writes it.
    deputies: Mapped[str | None] = mapped_column(Text)
    #: Since when their password alone does not open it (`credentials.second_factor`).
    secured_at: Mapped[datetime | None]
    # The first two are called so by Flask-Security; the secret is encrypted.
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(Text, deferred=True)
    #: The step of the last code that was taken, which is taken once.
    totp_counter: Mapped[int | None]

    grants: Mapped[list["RoleGrant"]] = relationship(viewonly=True)

    @property
    def author_id(self) -> int:
        """An account belongs to the person it stands for."""
        return self.id


class PersonSession(Base):
    """Somebody is signed in somewhere. ``number`` stands in the cookie, ``id`` on the account page.

    ``browser`` is two words at most, by which people know their own; no address of a computer.
    """

    __tablename__ = "person_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    used_at: Mapped[datetime] = mapped_column(default=clock.now)
    browser: Mapped[str] = mapped_column(String(40), default="")


class RecoveryCode(Base):
    """A recovery code that nobody has used, as a keyed digest."""

    __tablename__ = "recovery_code"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class Passkey(Base):
    """A passkey of somebody, under the ``name`` that they gave it: its public half."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role that a person holds in one service."""

    __tablename__ = "role_grant"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    granted_by: Mapped[int | None]


class Deputy(Base):
    """``person_id`` acts in the place of the manager ``for_id`` in a service, from one instant to
    another (which is over). Rows stay: they say in which part a decision was taken."""

    __tablename__ = "deputy"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    for_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    named_by: Mapped[int | None]
    named_at: Mapped[datetime] = mapped_column(default=clock.now)


class RoleInvitation(Base):
    """An offer of a role to whoever holds an address, account or not; gone once answered. To act in
    the place of the manager ``for_id``, from one instant to another, where the role is ``deputy``.
    """

    __tablename__ = "role_invitation"
    __table_args__ = (UniqueConstraint("service_id", "email", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(20))
    invited_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    for_id: Mapped[int | None]
    begins_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
