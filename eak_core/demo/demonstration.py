"""What a demonstration has to play with: its people, its ideas, and its days."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session
from eak_core.demo.content import AGENT_DOMAIN
from eak_core.demo.drawings import drawing
from eak_core.ideas.models import Idea
from eak_core.people.accounts.account import create_person
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.permissions import Actor

# How many days before the loading the crowd joined.
CROWD_DAYS = 120
# When people write and decide, in UTC.
WAKING = range(6, 21)


@dataclass
class Demo:
    """What a demonstration has to play with, as the hook ``load_demo`` is given it.

    ``people`` and ``ideas`` go by the keys of ``eak_core/demo/content.toml``, ideas of all services
    together. One that somebody took away since is missing, so look with ``get``. ``now`` is the
    instant of the loading, in UTC; acts of the past are played under ``clock.freeze(…)``. Where
    many people are needed, `crowd` has more.
    """

    now: datetime
    people: dict[str, Person] = field(default_factory=dict)
    ideas: dict[str, Idea] = field(default_factory=dict)
    _crowd: list[Person] = field(default_factory=list, init=False)
    _agents: list[Person] = field(default_factory=list, init=False)

    def actor(self, session: Session, key: str) -> Actor:
        """The person ``key`` with the rights they hold by now: ``gestion`` manages every service,
        ``administration`` administers the site. KeyError where there is nobody."""
        return actor_for(session, session.get_one(Person, self.people[key].id))

    def crowd(self, session: Session, size: int, *, agents: bool = False) -> list[Actor]:
        """``size`` citizens, or ``agents`` of the administration, with a number for a name, the
        same ones for all plugins. Nobody can sign in as one of them: they have no password."""
        crowd = self._agents if agents else self._crowd
        for number in range(len(crowd) + 1, size + 1):
            with clock.freeze(self.days_ago(CROWD_DAYS, f"crowd {number}")):
                address, name = f"foule-{number}@demo.example", f"Démo Personne {number}"
                if agents:
                    address, name = f"agent-{number}@{AGENT_DOMAIN}", f"Démo Agent {number}"
                there = session.scalar(select(Person).where(Person.email == address))
                crowd.append(there or create_person(session, address, name, None, locale="fr"))
        session.flush()
        return [actor_for(session, person) for person in crowd[:size]]

    def drawing(self, name: str) -> bytes:
        """A picture (PNG) or a plan (PDF) that the demonstration draws itself, for the files of a
        plugin. KeyError where there is none of this ``name`` in ``eak_core/demo/drawings.py``."""
        return drawing(name)

    def days_ago(self, days: float, what: str = "") -> datetime:
        """An instant of the day so many ``days`` ago; ``what`` happens decides on the hour."""
        spread = crc32(what.encode())
        hour, minute = WAKING[spread % len(WAKING)], spread // len(WAKING) % 60
        day = self.now - timedelta(days=days)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
