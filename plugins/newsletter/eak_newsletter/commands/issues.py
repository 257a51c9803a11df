"""A letter from the terminal: put together, frozen, sent, followed."""

import signal
from collections.abc import Mapping
from datetime import timedelta
from threading import Event
from types import FrameType
from typing import Any

import click
import msgspec
from flask import current_app, g
from sqlalchemy import select

from eak_core.api import Session, acts_where, current_session, progress_bars, require
from eak_newsletter.deliveries import running, senders, sending
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues import composing, editing, freezing
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber

#: A command waits so long for a letter that a server would not have now; what is due later is
#: left to a worker, or to the next call.
PATIENCE = timedelta(minutes=3)
_PORTION = 2_000


def service_of_issue(session: Session, arguments: Mapping[str, Any]) -> int | None:
    """The service that the issue named on the command line belongs to."""
    return session.scalar(select(Issue.service_id).where(Issue.id == arguments["issue"]))


_issue = click.argument("issue", type=click.IntRange(1, 2**31 - 1))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def compose(as_json: bool) -> None:
    """Put the next letter together from what happened since the last one."""
    issue = composing.compose(current_session(), g.actor, g.service)
    told = sum(not each.left_out for each in issue.stories)
    if as_json:
        _show({"id": issue.id, "subject": issue.subject, "stories": told})
    else:
        click.echo(f"Letter {issue.id}: “{issue.subject}”, {told} stories.")


@acts_where(service_of_issue)
@click.command()
@_issue
def freeze(issue: int) -> None:
    """Freeze a letter: nobody changes it any more."""
    frozen = freezing.freeze(current_session(), g.actor, g.service, issue)
    click.echo(f"Letter {issue} is frozen as number {frozen.number}, {frozen.digest}.")


@acts_where(service_of_issue)
@click.command()
@_issue
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Letters a second at most."
)
def send(issue: int, rate: float | None) -> None:
    """Send a letter that is frozen, or go on with one that was begun, until nothing is left.

    Any number of these may run at once, on any machine: each letter is sent by one of them. What
    dies leaves one letter of which nobody knows; `deliveries` lists it. Ctrl-C ends it in order.
    """
    session = current_session()
    running.begin(session, g.actor, g.service, issue)
    waiting = sending.expected(session, editing.issue_of(session, g.service, issue))
    session.commit()
    stop = Event()
    handlers = {
        each: signal.signal(each, _ending(stop)) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with progress_bars() as begin:
            outcome = sending.send(
                current_app._get_current_object(),  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's way to the application itself
                issue,
                rate=rate,
                patience=PATIENCE,
                stop=stop,
                told=begin("letters", waiting),
            )
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    counts = running.counts(session, issue)
    said = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    click.echo(f"Sent {outcome.sent} here; in all: {said or 'no reader'}.", err=True)
    if outcome.trouble:
        raise click.ClickException(
            f"The mail server cannot be reached: {outcome.trouble} Nothing is lost: the same"
            " command goes on."
        )
    if outcome.next_due is not None and not stop.is_set():
        running.go_on(session, g.service, issue, outcome.next_due)
        click.echo(f"Others are due again from {outcome.next_due:%H:%M} UTC on.", err=True)


def _ending(stop: Event) -> "signal._HANDLER":
    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    return end


@acts_where(service_of_issue)
@click.command()
@_issue
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def deliveries(issue: int, as_json: bool) -> None:
    """What became of a letter, reader by reader; or, without --json, how many in each state."""
    session = current_session()
    require(g.actor, "newsletter.edit", g.service)
    senders.find_the_dead(session, issue)
    running.close(session, issue)
    if not as_json:
        for state, number in sorted(running.counts(session, issue).items()):
            click.echo(f"{state}\t{number}")
        return
    last, first = 0, True
    click.echo("[", nl=False)
    while rows := session.execute(_rows(issue, last)).all():
        for row in rows:
            document = msgspec.json.encode(
                {
                    "id": row.id,
                    "address": row.address,
                    "state": row.state,
                    "attempts": row.attempts,
                    "at": row.changed_at,
                    "said": row.error,
                }
            )
            click.echo(f"{'' if first else ','}\n{document.decode()}", nl=False)
            first = False
        last = rows[-1].id
    click.echo("\n]")


def _rows(issue: int, last: int):  # type: ignore[no-untyped-def]  # of the five columns below
    return (
        select(
            Delivery.id,
            Subscriber.address,
            Delivery.state,
            Delivery.attempts,
            Delivery.changed_at,
            Delivery.error,
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id, isouter=True)
        .where(Delivery.issue_id == issue, Delivery.id > last)
        .order_by(Delivery.id)
        .limit(_PORTION)
    )


@acts_where(service_of_issue)
@click.command()
@_issue
def pause(issue: int) -> None:
    """Let no further letter leave until `resume`."""
    running.pause(current_session(), g.actor, g.service, issue)
    click.echo(f"Letter {issue} is paused.")


@acts_where(service_of_issue)
@click.command()
@_issue
def resume(issue: int) -> None:
    """Let a paused letter go on: by a worker, or by `send`."""
    running.resume(current_session(), g.actor, g.service, issue)
    click.echo(f"Letter {issue} goes on.")


@acts_where(service_of_issue)
@click.command()
@_issue
def cancel(issue: int) -> None:
    """Let nothing more of a letter leave, ever."""
    running.cancel(current_session(), g.actor, g.service, issue)
    click.echo(f"Letter {issue} is cancelled.")


def _show(document: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
