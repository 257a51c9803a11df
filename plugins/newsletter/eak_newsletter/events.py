"""What happens with the letter, as facts in the log: numbers and machine words, no address."""

from eak_core.api import Code, Event, event
from eak_newsletter.manifest import plugin

SUBSCRIBER = "newsletter.subscriber:{subscriber_id}"


@event(plugin, "newsletter.subscribed", version=1, subject=SUBSCRIBER, quiet=True)
class Subscribed(Event):
    """A reader gets the letter from now on; ``source`` says how they agreed."""

    subscriber_id: int
    source: Code


@event(plugin, "newsletter.unsubscribed", version=1, subject=SUBSCRIBER, quiet=True)
class Unsubscribed(Event):
    """A reader gets no letter any more: they said so, their mailbox is gone, or they were
    erased; ``act`` says which, ``source`` how it became known."""

    subscriber_id: int
    act: Code
    source: Code
