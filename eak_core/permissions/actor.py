"""Who acts: a person as far as rights go, or the platform itself."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for something, as it stood when the request or command began.

    ``person_id`` is None for a visitor, and ``name`` what pages call the person. ``confirmed``:
    they have proved that their address is theirs. ``agent``: it is one of the administration.
    ``administrator``: they run the site. ``managed`` holds the ids of the services they manage.
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

    def manages(self, service_id: int) -> bool:
        """Whether this person runs that service, as its manager or as an administrator."""
        return self.administrator or service_id in self.managed
