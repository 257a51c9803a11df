"""How a letter stands that is being sent, as its page shows it."""

from typing import Any

from eak_core.api import Progress, Session, ngettext
from eak_newsletter.deliveries import running, unknown
from eak_newsletter.issues.tables import Issue
from eak_newsletter.pages.words import DELIVERY_TITLES


def values_of(session: Session, issue: Issue) -> dict[str, Any]:
    """What the page of an issue shows once it has begun to leave."""
    return {
        "progress": progress_of(session, issue),
        "counts": running.counts(session, issue.id),
        "unknown": unknown.unknown_of(session, issue.id),
        "deliveries": DELIVERY_TITLES,
    }


def progress_of(session: Session, issue: Issue) -> Progress:
    """How far the sending of ``issue`` is."""
    found = running.counts(session, issue.id)
    done, total = unknown.done_of(found)
    ended = issue.state != "sending"
    text = ngettext(
        "%(done)s of %(num)s letter has left.", "%(done)s of %(num)s letters have left.",
        total, done=done,
    )  # fmt: skip
    return Progress(ended=ended, done=done, total=total, text=text)
