"""What the plugin records: ids alone. That somebody refused is no event."""

from eak_ambassadors.manifest import plugin
from eak_core.api import Event, event

NOMINATION = "ambassadors.nomination:{nomination_id}"


@event(plugin, "ambassadors.nominated", version=1, subject=NOMINATION, quiet=True)
class Nominated(Event):
    """Somebody nominated an agent, who is asked first."""

    nomination_id: int


@event(plugin, "ambassadors.consented", version=1, subject=NOMINATION, quiet=True)
class Consented(Event):
    """The agent who was nominated agreed."""

    nomination_id: int
