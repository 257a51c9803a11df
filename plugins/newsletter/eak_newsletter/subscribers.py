"""What the letter derives from events: how many readers came and went in each month."""

from eak_core.api import Context, count, in_paris, subscriber
from eak_newsletter.events import Subscribed, Unsubscribed
from eak_newsletter.manifest import plugin

JOINED, LEFT = "joined", "left"


@subscriber(plugin, Subscribed)
def note_joined(event: Subscribed, ctx: Context) -> None:
    """One more, in the month in which they agreed."""
    count(ctx, JOINED, subject=_month(ctx))


@subscriber(plugin, Unsubscribed)
def note_left(event: Unsubscribed, ctx: Context) -> None:
    """One less, in the month in which they left."""
    count(ctx, LEFT, subject=_month(ctx))


def _month(ctx: Context) -> str:
    assert ctx.occurred_at is not None  # each event has an instant
    return f"{in_paris(ctx.occurred_at):%Y-%m}"
