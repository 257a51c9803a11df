"""What the front pages show, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from eak_core.db import Session
from eak_core.ideas.listing import Card, Filters, cards, listed
from eak_core.ideas.totals import shown_totals
from eak_core.permissions import Actor
from eak_core.services.directory import list_services
from eak_core.services.models import Service
from eak_core.web.markdown import plain_summary

LATEST = 6
SUMMARY_LENGTH = 180


@dataclass(frozen=True, slots=True)
class Entry:
    """A service on the portal, with how many public ideas it has."""

    service: Service
    ideas: int

    @property
    def summary(self) -> str:
        """The beginning of what the service says of itself."""
        return plain_summary(self.service.description, SUMMARY_LENGTH)


def portal_entries(session: Session, actor: Actor) -> list[Entry]:
    """The open services that ``actor`` may read, by name, with their ideas: two statements."""
    services = list_services(session, actor)
    counts = shown_totals(session, [service.id for service in services])
    return [Entry(service, counts.get(service.id, 0)) for service in services]


def latest_ideas(session: Session, service: Service) -> Sequence[Card]:
    """The ideas submitted last, as cards."""
    return cards(
        session, session.execute(listed(session, service.id, Filters()).limit(LATEST)).all()
    )


def idea_count(session: Session, service: Service) -> int:
    """How many public ideas ``service`` has."""
    return shown_totals(session, [service.id]).get(service.id, 0)
