"""Who acts: a person as far as rights go, or the platform itself."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self, get_args

from eak_core import clock

#: What somebody can be suspended for, and then from: writing what is shown, or reporting.
Abuse = Literal["content", "reports"]
ABUSES: tuple[Abuse, ...] = get_args(Abuse)


@dataclass(frozen=True, slots=True)
class Suspension:
    """Somebody may not do what they misused in the service ``service_id`` before ``until``, by the
    measure ``measure_id``; ``said`` tells them so in a sentence."""

    service_id: int
    abuse: Abuse
    until: datetime
    measure_id: int
    said: Any = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody acts in the service ``service_id`` in the place of its manager ``for_id``, until
    ``until``; over, where ``over``."""

    service_id: int
    for_id: int
    until: datetime
    over: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for something, as it stood when the request or command began.

    ``person_id`` is None for a visitor, and ``name`` what pages call the person. ``confirmed``:
    they have proved that their address is theirs. ``agent``: it is one of the administration.
    ``administrator``: they run the site. ``managed`` holds the ids of the services they manage, and
    ``suspensions`` from what moderators have suspended them. Who is ``unsecured`` holds a role too,
    but has none of its rights here until their account has a second factor. Of ``stands_in`` those
    that are not over are in ``managed`` too: services that they run in somebody's place.
    Where ``is_system``, a command or a worker acts: it may do everything, and stands in no log as a
    person.
    """

    person_id: int | None = None
    name: str = ""
    confirmed: bool = False
    agent: bool = False
    administrator: bool = False
    managed: frozenset[int] = frozenset()
    is_system: bool = False
    suspensions: tuple[Suspension, ...] = ()
    unsecured: bool = False
    stands_in: tuple[StandIn, ...] = ()

    @classmethod
    def visitor(cls) -> Self:
        """Somebody without an account, or not signed in."""
        return cls()

    @classmethod
    def system(cls) -> Self:
        """The platform itself: the command line, a worker, an import."""
        return cls(is_system=True)

    @property
    def signed_in(self) -> bool:
        """Whether this is a person with an account."""
        return self.person_id is not None

    def suspended(self, service_id: int, abuse: Abuse | None = None) -> list[Suspension]:
        """From what this person is suspended now in a service (for one ``abuse``); nothing where
        they run it."""
        if not self.suspensions or self.manages(service_id):
            return []
        now = clock.now()
        return [
            each
            for each in self.suspensions
            if each.service_id == service_id and abuse in {None, each.abuse} and now < each.until
        ]

    def deputy_in(self, service_id: int) -> StandIn | None:
        """In whose place they act in that service, where they have no role of their own there; the
        last one, where it is over."""
        here = [each for each in self.stands_in if each.service_id == service_id]
        return max(here, key=lambda each: (not each.over, each.until), default=None)

    def manages(self, service_id: int) -> bool:
        """Whether this person runs that service, as its manager or as an administrator."""
        return self.administrator or service_id in self.managed
