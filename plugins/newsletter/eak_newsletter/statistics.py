"""Figures that watch nobody: what was sent and refused, who came and who left, in sums."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import case, func, select

from eak_core.api import Session, clock, counts, in_paris, midnight, months_after
from eak_newsletter.bounces.tables import Returned
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues.tables import Issue
from eak_newsletter.issues.views_total import views_of
from eak_newsletter.manifest import plugin
from eak_newsletter.models import Consent
from eak_newsletter.subscribers import JOINED, LEFT

#: So many months are drawn.
MONTHS = 12


class Month(NamedTuple):
    """How many readers ``joined`` and ``left`` in a ``month`` (2026-11), and how many there were at
    its end."""

    month: str
    joined: int
    left: int
    readers: int


class Sent(NamedTuple):
    """What became of an issue: how many letters a server took, how many it refused, of how many
    nobody knows, how many came back, how many readers left before the next one, and how often it
    was read in the archive (``views``), by people and programs alike."""

    issue: Issue
    sent: int
    failed: int
    unknown: int
    returned: int
    left: int
    views: int = 0


def growth(session: Session, service_id: int, readers: int) -> list[Month]:
    """The last months, the earliest first; ``readers`` is how many there are now."""
    first = midnight(in_paris(clock.now()).date().replace(day=1))
    names = [f"{in_paris(months_after(first, -back)):%Y-%m}" for back in range(MONTHS)]
    joined = counts(session, service_id, plugin.name, JOINED, names)
    left = counts(session, service_id, plugin.name, LEFT, names)
    found = []
    for name in names:
        found.append(Month(name, joined[name], left[name], readers))
        readers -= joined[name] - left[name]
    return found[::-1]


def sent(session: Session, service_id: int, issues: Sequence[Issue]) -> list[Sent]:
    """What became of each of ``issues``, the latest first, in four statements."""
    ids = [each.id for each in issues]
    states = _by_issue(session, Delivery, Delivery.state, ids)
    kinds = _by_issue(session, Returned, Returned.kind, ids)
    views = views_of(session, issues)
    left = _left(session, service_id, [each.begun_at for each in issues if each.begun_at])
    return [
        Sent(
            each,
            states.get((each.id, "sent"), 0),
            states.get((each.id, "failed"), 0),
            states.get((each.id, "unknown"), 0),
            sum(number for (issue, _kind), number in kinds.items() if issue == each.id),
            left.get(each.begun_at, 0) if each.begun_at else 0,
            views.get(each.id, 0),
        )
        for each in issues
    ]


def _by_issue(session: Session, model, column, ids):  # type: ignore[no-untyped-def]  # of two tables alike
    rows = session.execute(
        select(model.issue_id, column, func.count())
        .where(model.issue_id.in_(ids))
        .group_by(model.issue_id, column)
    )
    return {(issue, name): number for issue, name, number in rows}


def _left(
    session: Session, service_id: int, begun: Sequence[datetime]
) -> dict[datetime | None, int]:
    """How many readers said that they had enough after each of these instants, and before the
    next."""
    if not begun:
        return {}
    edges = [*sorted(begun), None]
    sums = [
        func.sum(case(((Consent.at >= at) & (Consent.at < until if until else True), 1), else_=0))
        for at, until in pairwise(edges)
    ]
    row = session.execute(
        select(*sums).where(
            Consent.service_id == service_id,
            Consent.at >= min(begun),
            Consent.act.in_(("stopped", "complained")),
        )
    ).one()
    return dict(zip(edges, (each or 0 for each in row), strict=False))
