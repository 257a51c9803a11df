"""What is due by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from flask import current_app

from eak_core.api import (
    Actor,
    Part,
    Service,
    Session,
    clock,
    next_weekly_digest,
    on_schedule,
    schedule,
)
from eak_newsletter.deliveries import running, senders, sending
from eak_newsletter.deliveries.sending import Outcome
from eak_newsletter.issues import summaries
from eak_newsletter.issues.tables import Issue, IssueKind
from eak_newsletter.manifest import plugin
from eak_newsletter.readers import leaving

#: So long a worker sends before it looks at everything else that is due: what happens in the
#: service, and the core's own letters.
SECONDS_AT_ONCE = 1.0


@on_schedule(plugin, "tidy", every=timedelta(days=1))
def tidy(session: Session, service: Service, name: str, due_at: datetime) -> bool:
    """Forget those who were asked and did not answer, and senders that died."""
    senders.forget_the_dead(session)
    return leaving.forget_unconfirmed(session, service.id)


@on_schedule(plugin, "digest")
@on_schedule(plugin, "summaries", every=timedelta(days=1))
def send_summaries(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Put the summaries together that are due, and send them; next when the core's digests leave.
    Looking each day besides begins with it, and makes up for a time when the plugin was off."""
    rhythms: tuple[IssueKind, ...] = ("weekly", "monthly")
    for rhythm in rhythms:
        issue = summaries.gather(session, service, rhythm)
        if issue is not None:
            running.plan(session, Actor.system(), service, issue.id, None)
    schedule(session, plugin.name, service.id, "digest", next_weekly_digest(clock.now()))


def begin_part(
    session: Session, service: Service, name: str, due_at: datetime
) -> Callable[[], Outcome | None] | None:
    """Send for a moment, with no transaction open: each letter is one or two of its own, and what a
    death leaves is in the ledger."""
    issue = session.get(Issue, _number(name))
    if issue is None or issue.state not in ("frozen", "sending") or service.archived_at:
        return None
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's way to the application itself
    if issue.state == "frozen":
        return lambda: None
    return partial(sending.send, app, issue.id, seconds=SECONDS_AT_ONCE)


@on_schedule(plugin, "send", reads=begin_part)
def send_part(
    session: Session, service: Service, name: str, due_at: datetime, outcome: Outcome | None
) -> Part | None:
    """Begin an issue whose instant has come; go on as long as letters wait, and when they are due
    again."""
    if outcome is None:
        running.begin(session, Actor.system(), service, _number(name))
    elif outcome.over or outcome.next_due is None:
        return None
    elif outcome.trouble or outcome.next_due > clock.now():
        wait = timedelta(minutes=1) if outcome.trouble else timedelta(0)
        at = max(outcome.next_due, clock.now() + wait)
        schedule(session, plugin.name, service.id, name, at)
        return None
    found = running.counts(session, _number(name))
    waits = found.get("queued", 0) + found.get("deferred", 0)
    return Part(done=sum(found.values()) - waits, total=max(sum(found.values()), 1))


def _number(name: str) -> int:
    return int(name.partition(":")[2])
