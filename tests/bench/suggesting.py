"""Suggestions for one need among ten thousand offers, from the tables, and how good they are.

The limits of a list are the bare statement that reads its rows, and the pure scorer over them.
Offers are of six kinds, in two of 36 communes or everywhere.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert, text, update

from eak_core.api import communes, idea_labels
from eak_core.db import Session, write_session
from eak_core.ideas.models import Idea, IdeaCommune
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.search.index import keep
from eak_matchmaking import encoder
from eak_matchmaking.models import RESOURCE_KINDS, Need, Offer, Organisation, Presence
from eak_matchmaking.needs.finding import missing_for
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.scoring.suggesting import offers_for
from eak_matchmaking.subscribers import OFFERS as KIND
from eak_matchmaking.suggestions.finding import (
    MOST_COMPARED,
    able_to_answer,
    offer_rows,
    offers_for_idea,
)
from eak_matchmaking.suggestions.sides import OfferRow, need_side, offer_sides, scale_of, terms_of
from eak_matchmaking.suggestions.thesaurus import thesaurus_of
from tests.bench import calls
from tests.bench.report import Figure
from tests.plugins.matchmaking.grading import Quality, Rankings, rows

T = TypeVar("T")

OFFERS, ORGANISATIONS, NEEDS = 10_000, 500, 12
#: Milliseconds that one list may take.
CEILING = 100
PUBLISHED = datetime(2026, 1, 5, tzinfo=UTC)
_PART = 1_000


def measure(databases: Databases, kind: Kind, folder: Path) -> Iterator[Figure]:
    """The median list of one need, on one kind of database."""
    dice = random.Random(11)
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=["eak_matchmaking.plugin"])
        site.enable("matchmaking")
        ideas = _fill(site, dice)
        with site.app.test_request_context("/"), site.reading() as session:
            found = [session.get_one(Idea, each) for each in ideas]
            ours = _median(found, lambda idea: offers_for_idea(session, site.service, idea))
            bare = _median(found, lambda idea: _bare(session, site, idea))
            scored = [_scored(session, site, idea) for idea in found]
        yield Figure(
            f"offers for a need among {OFFERS:,}, {kind}, beside the bare statement",
            "ms", ours, bare, ceiling=CEILING,
        )  # fmt: skip
        alone = _median(scored, lambda each: each())
        everywhere = {"kind": "place", "taken": 0, "communes": ""}
        with site.writing() as session:
            session.execute(update(Offer).values(everywhere))
            session.execute(update(Need).values(kind="place"))
        with site.app.test_request_context("/"), site.reading() as session:
            found = [session.get_one(Idea, each) for each in ideas]
            worst = _median(found, lambda idea: offers_for_idea(session, site.service, idea))
        yield Figure(
            f"the same where all {OFFERS:,} could answer, {kind}", "ms", worst, ceiling=CEILING
        )
        yield Figure(
            f"the same, beside the pure scorer over those rows, {kind}", "ms", ours, alone,
            ceiling=CEILING,
        )  # fmt: skip

    yield from calls.measure(databases, kind, folder / "calls")


def _fill(site: Site, dice: random.Random) -> list[int]:
    """Offers with the words of the graded ones, and ideas that need one thing each; answers the
    ideas."""
    words = [
        word for row in rows("offers.csv") for word in f"{row['title']} {row['details']}".split()
    ]
    needed = [row["what"] for row in rows("queries.csv")]
    with write_session(site.app) as session:
        codes = [each.code for each in communes(session)]
        made = [{"name": f"Club {n}", "folded": f"club {n}", "kind": "association",
                 "registered_at": PUBLISHED} for n in range(ORGANISATIONS)]  # fmt: skip
        theirs = session.scalars(insert(Organisation).returning(Organisation.id), made).all()
        there = [{"service_id": site.service.id, "organisation_id": each, "joined_at": PUBLISHED}
                 for each in theirs]  # fmt: skip
        session.execute(insert(Presence), there)
    for first in range(0, OFFERS, _PART):
        offers = [
            {
                "service_id": site.service.id, "organisation_id": dice.choice(theirs),
                "kind": dice.choice(RESOURCE_KINDS), "capacity": 2, "taken": dice.randrange(3),
                "title": " ".join(dice.choices(words, k=6)),
                "details": " ".join(dice.choices(words, k=30)),
                "communes": f" {' '.join(sorted(dice.sample(codes, 2)))} " if n % 3 else "",
                "created_at": PUBLISHED, "published_at": PUBLISHED + timedelta(seconds=n),
            }
            for n in range(first, first + _PART)
        ]  # fmt: skip
        with write_session(site.app) as session:
            ids = session.scalars(insert(Offer).returning(Offer.id), offers).all()
            keep(session, "matchmaking", KIND, site.service.id, list(ids))
    with site.app.app_context(), write_session(site.app) as session:
        session.execute(text("ANALYZE"))
    return [_idea(site, dice, codes, dice.choice(needed)) for _number in range(NEEDS)]


def _idea(site: Site, dice: random.Random, codes: Sequence[str], what: str) -> int:
    idea = site.submit("Une bibliothèque d’outils")
    with site.writing() as session:
        for code in dice.sample(list(codes), 2):
            session.add(IdeaCommune(idea_id=idea.id, commune_code=code))
        session.add(
            Need(
                service_id=site.service.id, idea_id=idea.id, kind=dice.choice(RESOURCE_KINDS),
                what=what, stated_at=PUBLISHED, starts_on=date(2030, 3, 1),
                ends_on=date(2030, 3, 31),
            )
        )  # fmt: skip
    return idea.id


def _bare(session: Session, site: Site, idea: Idea) -> None:
    session.execute(text(_BARE), {"service": site.service.id, "idea": idea.id}).all()


_BARE = (
    "SELECT o.id, o.title, o.communes, o.published_at, d.stems FROM matchmaking_offer o"
    " JOIN matchmaking_need n ON n.idea_id = :idea AND n.kind = o.kind"
    " JOIN search_document d ON d.kind = 'matchmaking.offer' AND d.subject_id = o.id"
    " WHERE o.service_id = :service AND o.taken < o.capacity AND o.ended_at IS NULL"
    " AND (o.communes = '' OR EXISTS (SELECT 1 FROM idea_commune c WHERE c.idea_id = :idea"
    " AND o.communes LIKE '% ' || c.commune_code || ' %'))"
)


def _scored(session: Session, site: Site, idea: Idea) -> Callable[[], object]:
    """The pure scorer, over what was read before."""
    [need] = missing_for(session, site.service.id, [idea.id])[idea.id]
    words = thesaurus_of(session, site.service.id)
    side = need_side(need, idea.title, idea_labels(session, [idea.id])[idea.id], words)
    able = offer_rows(*open_offers(site.service.id), able_to_answer(need, side))
    read = [OfferRow(*row) for row in session.execute(able.limit(MOST_COMPARED))]
    offered = list(offer_sides(session, site.service.id, read, words).values())
    scale = scale_of(session, site.service.id, terms_of([side], words), words, None)
    return lambda: offers_for(scale, side, offered, seed="", most=20)


def _median(given: Sequence[T], act: Callable[[T], object]) -> float:
    """In milliseconds."""
    taken = []
    for each in given:
        started = time.perf_counter()
        act(each)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def quality() -> Iterator[Figure]:
    """How good each way to rank is on the graded set, in hundredths: the blend, the others."""
    rankings = Rankings()
    blend = rankings.blend
    others: dict[str, Quality] = {
        "chance": rankings.chance, "the words alone": rankings.text,
        "what is stated alone": rankings.structure,
    }  # fmt: skip
    if encoder.installed():
        meant = rankings.meant
        yield Figure(
            "nDCG@5 of suggestions with the meaning of texts, beside without", "/ 100",
            100 * meant.ndcg, 100 * blend.ndcg, floor=1.02,
        )  # fmt: skip
    for name, other in others.items():
        for measure, ours, limit in (
            ("nDCG@5", blend.ndcg, other.ndcg), ("MRR", blend.mrr, other.mrr),
        ):  # fmt: skip
            yield Figure(
                f"{measure} of suggestions, beside {name}", "/ 100", 100 * ours, 100 * limit,
                floor=1.08,
            )  # fmt: skip
