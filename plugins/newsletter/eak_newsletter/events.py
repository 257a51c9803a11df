"""What happens with the letter, as facts in the log: numbers and machine words, no address."""

from eak_core.api import Code, Event, event
from eak_newsletter.manifest import plugin

SUBSCRIBER = "newsletter.subscriber:{subscriber_id}"
ISSUE = "newsletter.issue:{issue_id}"


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


@event(plugin, "newsletter.issue_composed", version=1, subject=ISSUE)
class IssueComposed(Event):
    """The draft of a letter was put together from what happened."""

    issue_id: int


@event(plugin, "newsletter.issue_dropped", version=1, subject=ISSUE)
class IssueDropped(Event):
    """A draft was thrown away."""

    issue_id: int


@event(plugin, "newsletter.issue_frozen", version=1, subject=ISSUE)
class IssueFrozen(Event):
    """A letter is as it will be sent, under its ``number``."""

    issue_id: int
    number: int


@event(plugin, "newsletter.issue_begun", version=1, subject=ISSUE)
class IssueBegun(Event):
    """A letter has begun to leave, and stands in the archive from now on."""

    issue_id: int
    number: int


@event(plugin, "newsletter.issue_paused", version=1, subject=ISSUE)
class IssuePaused(Event):
    """Nothing more of a letter leaves for now; or, where it is not ``paused``, it goes on."""

    issue_id: int
    paused: bool


@event(plugin, "newsletter.issue_cancelled", version=1, subject=ISSUE)
class IssueCancelled(Event):
    """Nothing more of a letter leaves."""

    issue_id: int


@event(plugin, "newsletter.issue_ended", version=1, subject=ISSUE)
class IssueEnded(Event):
    """A letter has left: to how many readers, how many servers ``failed`` to take, and of how many
    it is ``unknown``."""

    issue_id: int
    sent: int
    failed: int
    unknown: int
