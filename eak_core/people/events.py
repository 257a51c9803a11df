"""What happens to people, told by their ids alone."""

from datetime import datetime
from typing import Literal

from eak_core.events import CORE, Event, event

Role = Literal["manager", "administrator"]


@event(CORE, "person.joined", version=1, subject="person:{person_id}")
class PersonJoined(Event):
    """A person proved that the e-mail address of their account is theirs."""

    person_id: int


@event(CORE, "person.erased", version=1, subject="person:{person_id}")
class PersonErased(Event):
    """A person's name, address and password were erased; their id stays, meaning nobody."""

    person_id: int


@event(CORE, "person.renamed", version=1, subject="person:{person_id}")
class PersonRenamed(Event):
    """A person appears under another name."""

    person_id: int


@event(CORE, "person.consulted", version=1, subject="person:{person_id}")
class PersonConsulted(Event):
    """An administrator looked up the account of a person: the address, and the last sign-in."""

    person_id: int


@event(CORE, "person.closed", version=1, subject="person:{person_id}")
class PersonClosed(Event):
    """An administrator closed an account: nobody signs in with it any more."""

    person_id: int


@event(CORE, "person.reopened", version=1, subject="person:{person_id}")
class PersonReopened(Event):
    """An administrator opened a closed account again."""

    person_id: int


@event(CORE, "person.secured", version=1, subject="person:{person_id}")
class PersonSecured(Event):
    """A person's account asks for a second factor from now on, beside the password."""

    person_id: int


@event(CORE, "person.unsecured", version=1, subject="person:{person_id}")
class PersonUnsecured(Event):
    """A person's account no longer asks for a second factor."""

    person_id: int


@event(CORE, "deputy.named", version=1, subject="person:{person_id}")
class DeputyNamed(Event):
    """A person acts in the log's service in the place of its manager ``for_id``, from ``begins_at``
    to ``ends_at``, which is over."""

    person_id: int
    for_id: int
    begins_at: datetime
    ends_at: datetime


@event(CORE, "deputy.ended", version=1, subject="person:{person_id}")
class DeputyEnded(Event):
    """A person acts no more in the place of the manager ``for_id``, sooner than was said."""

    person_id: int
    for_id: int


@event(CORE, "role.granted", version=1, subject="person:{person_id}")
class RoleGranted(Event):
    """A person received a role: in the log's service, or on the whole site in the site's log."""

    person_id: int
    role: Role


@event(CORE, "role.revoked", version=1, subject="person:{person_id}")
class RoleRevoked(Event):
    """A person no longer holds a role in the log's service, or on the site in the site's log."""

    person_id: int
    role: Role
