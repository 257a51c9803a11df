"""What newsletters tell of ballots: one that is open, one that ends soon, and what came of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from eak_core.api import NewsletterItem, Service, Session, _, in_paris, period, plain_summary
from eak_voting.models import Ballot

#: How much of a ballot's text is told, in characters.
TEXT_LENGTH = 300
MOST = 20

_COLUMNS = (
    Ballot.id,
    Ballot.slug,
    Ballot.title,
    Ballot.text,
    Ballot.opens_at,
    Ballot.closes_at,
    Ballot.opened_at,
    Ballot.closed_at,
    Ballot.counted_at,
    Ballot.cancelled_at,
    Ballot.cancel_reason,
)


def items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterator[NewsletterItem]:
    """What happened to ballots: the last of each that is worth telling."""
    instants = (Ballot.opened_at, Ballot.counted_at, Ballot.cancelled_at)
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            Ballot.service_id == service.id,
            Ballot.state != "draft",
            Ballot.origin.is_(None),
            or_(*((at >= since) & (at < until) for at in instants)),
        )
        .order_by(Ballot.id.desc())
        .limit(MOST)
    )
    for row in rows:
        yield _item(row, since, until)


def _item(row: Any, since: datetime, until: datetime) -> NewsletterItem:
    about = plain_summary(row.text, TEXT_LENGTH)
    if row.counted_at is not None and row.counted_at < until:
        at, weight, heading = row.counted_at, 95, _("Results")
        title = _("The result of the ballot “%(title)s”", title=row.title)
    elif row.cancelled_at is not None and row.cancelled_at < until:
        at, weight, heading = row.cancelled_at, 60, _("To vote on")
        title, about = _("The ballot “%(title)s” is cancelled", title=row.title), row.cancel_reason
    else:
        at, weight, heading = row.opened_at, 70, _("To vote on")
        title = _("The ballot “%(title)s” is open", title=row.title)
        days = period(in_paris(row.opens_at).date(), in_paris(row.closes_at).date())
        held = _("Votes are taken %(period)s.", period=days)
        about = f"{about}\n\n{held}" if about else held
    return NewsletterItem(
        key=f"ballot:{row.id}",
        at=at,
        title=title,
        endpoint="voting.show",
        values={"ballot_id": row.id, "slug": row.slug},
        text=about,
        heading=heading,
        weight=weight,
    )
