"""How often each partner stands among the first five, counted once a day from the lists as they
are, and the place that newcomers have.

Reading a page counts nothing: whoever is shown more would be read more. The lists are computed with
no transaction open, and what comes of them is written in a short one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import delete, select

from eak_core.api import (
    Idea,
    Service,
    Session,
    clock,
    idea_labels,
    publish,
    upsert,
)
from eak_matchmaking.events import ExposureCounted
from eak_matchmaking.meanings import meanings_of
from eak_matchmaking.models import Need, Organisation, Presence
from eak_matchmaking.needs.finding import waiting
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.resources import today
from eak_matchmaking.scoring import sides
from eak_matchmaking.scoring.features import obstacles
from eak_matchmaking.scoring.scores import Scale
from eak_matchmaking.scoring.suggesting import WELCOMED
from eak_matchmaking.suggestions.finding import MOST_COMPARED, offer_rows
from eak_matchmaking.suggestions.sides import (
    OfferRow,
    need_side,
    offer_sides,
    scale_of,
    terms_of,
)
from eak_matchmaking.suggestions.tables import Exposure, Newcomer
from eak_matchmaking.suggestions.thesaurus import thesaurus_of

#: So many of the latest needs, and of the latest offers, are counted.
MOST_NEEDS, MOST_OFFERS = 2_000, 10_000
#: A partner is a newcomer for so long.
NEW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Lists:
    """All that the lists of a service are made of, as plain values."""

    scale: Scale
    seed: str
    needs: Sequence[sides.Need]
    #: By kind, the latest first.
    offers: Mapping[str, Sequence[sides.Offer]]
    #: By the name of an offer.
    organisations: Mapping[str, int]
    newcomers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each organisation stands among the first five, and where newcomers do who would
    not: by the ids of organisations, those of needs."""

    shown: Mapping[int, int]
    newcomers: Mapping[int, int]


def lists_of(session: Session, service: Service, ideas: Collection[int] | None = None) -> Lists:
    """What the lists of a service are made of now; those for the needs of some ``ideas`` alone,
    all of them, where these are given."""
    thesaurus = thesaurus_of(session, service.id)
    these = () if ideas is None else (Need.idea_id.in_(ideas),)
    needed = session.execute(
        select(Need, Idea.title)
        .where(*waiting(service.id), *these)
        .order_by(Need.stated_at.desc(), Need.id.desc())
        .limit(MOST_NEEDS if ideas is None else None)
    ).all()
    labels = idea_labels(session, {need.idea_id for need, _title in needed})
    needs = [
        need_side(need, title, labels[need.idea_id], thesaurus) for need, title in needed
    ]  # fmt: skip
    found = session.execute(offer_rows(*open_offers(service.id)).limit(MOST_OFFERS))
    rows = [OfferRow(*row) for row in found]
    offered = offer_sides(session, service.id, rows, thesaurus)
    offers: dict[str, list[sides.Offer]] = {}
    for row in rows:
        offers.setdefault(row.kind, []).append(offered[row.id])
    joined = select(Presence.organisation_id).where(
        Presence.service_id == service.id, Presence.joined_at > clock.now() - NEW
    )
    meant = meanings_of(session, service.id, [need.id for need, _title in needed], offered)
    return Lists(
        scale_of(session, service.id, terms_of(needs, thesaurus), thesaurus, meant),
        service.slug,
        needs,
        offers,
        {str(row.id): row.organisation_id for row in rows},
        frozenset(session.scalars(joined)),
    )


def counted(lists: Lists) -> Counted:
    """Who stands among the first five of each list, newcomers' places included. Each list gives one
    such place at most: to the newcomer with the most points of those who stand in no list so far
    up, and who has it nowhere else."""
    first: dict[int, list[int]] = {}
    chances: list[tuple[int, int, int]] = []
    for need in lists.needs:
        order = _in_order(lists, need)
        first[int(need.candidate.name)] = [who for who, _points in order[:WELCOMED]]
        best = dict(reversed(order[WELCOMED:]))
        chances += (
            (-points, int(need.candidate.name), who)
            for who, points in best.items()
            if who in lists.newcomers
        )
    seen = {who for each in first.values() for who in each}
    placed: dict[int, int] = {}
    for _points, need_id, who in sorted(chances):
        if who not in seen and who not in placed and need_id not in placed.values():
            placed[who] = need_id
            first[need_id][WELCOMED - 1] = who
    # Who offers something and is never that far up counts, too.
    shown = Counter(dict.fromkeys(lists.organisations.values(), 0)) if first else Counter[int]()
    shown.update(who for each in first.values() for who in set(each))
    return Counted(shown, placed)


def _in_order(lists: Lists, need: sides.Need) -> list[tuple[int, int]]:
    """Whose offers answer ``need``, best first, each with its points."""
    sought = lists.scale.sought(need)
    [kind] = need.kinds
    able = (each for each in lists.offers.get(kind, ()) if not obstacles(need, each))
    places = sorted(
        (each.candidate.place(lists.scale.points(need, each, sought), lists.seed),
         lists.organisations[each.candidate.name])
        for each in islice(able, MOST_COMPARED)
    )  # fmt: skip
    return [(who, -place[0]) for place, who in places if place[0]]


def read_lists(
    session: Session, service: Service, name: str, due_at: datetime
) -> Callable[[], Counted]:
    """What is to be computed today; nothing where it was before."""
    if _counted_today(session, service.id):
        return lambda: Counted({}, {})
    lists = lists_of(session, service)
    return lambda: counted(lists)


def keep_counted(
    session: Session, service: Service, name: str, due_at: datetime, found: Counted
) -> None:
    """Add what was counted to the month, and let newcomers have their places."""
    if _counted_today(session, service.id) or not (found.shown or _newcomers(session, service.id)):
        return
    day = today()
    there = set(
        session.scalars(
            select(Organisation.id).where(Organisation.id.in_([*found.shown, *found.newcomers]))
        )
    )
    rows = [
        {"service_id": service.id, "month": f"{day:%Y-%m}", "organisation_id": who,
         "shown": shown, "counted_on": day}
        for who, shown in sorted(found.shown.items()) if who in there
    ]  # fmt: skip
    upsert(session, Exposure, rows, add=["shown"])
    session.execute(delete(Newcomer).where(Newcomer.service_id == service.id))
    needs = set(session.scalars(select(Need.id).where(Need.id.in_(found.newcomers.values()))))
    upsert(session, Newcomer, [
        {"service_id": service.id, "organisation_id": who, "need_id": need_id}
        for who, need_id in sorted(found.newcomers.items()) if who in there and need_id in needs
    ])  # fmt: skip
    publish(session, ExposureCounted(), service_id=service.id)


def _counted_today(session: Session, service_id: int) -> bool:
    last = select(Exposure.service_id).where(
        Exposure.service_id == service_id, Exposure.counted_on == today()
    )
    return session.scalar(last.limit(1)) is not None


def _newcomers(session: Session, service_id: int) -> bool:
    there = select(Newcomer.need_id).where(Newcomer.service_id == service_id)
    return session.scalar(there.limit(1)) is not None
