"""What switching votes on or off in a service changes for people, in sentences."""

from collections.abc import Iterator

from sqlalchemy import func, select

from eak_core.api import Service, Session, clock, ngettext
from eak_voting.models import Ballot, Support


def preview(session: Session, service: Service, *, enabling: bool) -> Iterator[str]:
    """The sentences for an administrator who is about to do it."""
    now = clock.now()
    going = Ballot.state.in_(("announced", "open"))
    query = select(
        func.count().filter(Ballot.state != "draft"),
        func.count().filter(going, Ballot.opens_at <= now, Ballot.closes_at > now),
        func.count().filter(going, Ballot.opens_at > now),
        func.count().filter(going, Ballot.closes_at <= now),
    ).where(Ballot.service_id == service.id)
    known, running, upcoming, overdue = session.execute(query).one()
    supports = session.scalar(
        select(func.count()).select_from(Support).where(Support.service_id == service.id)
    )
    yield from (_on if enabling else _off)(known, supports or 0)
    if enabling and overdue:
        yield ngettext(
            "%(num)s ballot whose close has passed meanwhile is counted at once.",
            "%(num)s ballots whose close has passed meanwhile are counted at once.",
            overdue,
        )
    if not enabling and running:
        yield ngettext(
            "%(num)s open ballot takes no votes while votes are off, and its close stays where it"
            " is.",
            "%(num)s open ballots take no votes while votes are off, and their close stays where it"
            " is.",
            running,
        )
    if not enabling and upcoming:
        yield ngettext(
            "%(num)s announced ballot does not open while votes are off.",
            "%(num)s announced ballots do not open while votes are off.",
            upcoming,
        )


def _on(known: int, supports: int) -> Iterator[str]:
    if known:
        yield ngettext(
            "%(num)s ballot of before is shown again, with its votes and its result.",
            "%(num)s ballots of before are shown again, with their votes and their results.",
            known,
        )
    if supports:
        yield ngettext(
            "%(num)s support for an idea counts again.",
            "%(num)s supports for ideas count again.",
            supports,
        )


def _off(known: int, supports: int) -> Iterator[str]:
    if known:
        yield ngettext(
            "%(num)s ballot is no longer shown; its votes and its result are kept.",
            "%(num)s ballots are no longer shown; their votes and their results are kept.",
            known,
        )
    if supports:
        yield ngettext(
            "%(num)s support for an idea is no longer shown; it is kept.",
            "%(num)s supports for ideas are no longer shown; they are kept.",
            supports,
        )
