"""A matching round of 500 ideas and 100 partners, from the tables: reading, computing, and the
transaction that keeps others from writing; then the page of everybody."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from eak_core import clock
from eak_core.db import write_session
from eak_core.ideas.models import Idea
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.search.index import keep
from eak_matchmaking.matching import closing
from eak_matchmaking.matching.tables import MatchingRound, RoundIdea, Wish
from eak_matchmaking.models import Need, Offer, Organisation, Presence
from eak_matchmaking.subscribers import OFFERS as KIND
from tests.bench.report import Figure
from tests.plugins.matchmaking.grading import rows

T = TypeVar("T")

#: Every offer could answer every idea.
IDEAS, PARTNERS, OFFERS, WISHES = 500, 100, 300, 10
WHEN = datetime(2026, 1, 5, tzinfo=UTC)
#: Seconds: all that is computed with no transaction open, and the transaction.
COMPUTING, WRITING, PAGE = 20, 1, 1


def measure(databases: Databases, kind: Kind, folder: Path) -> Iterator[Figure]:
    """The figures of one kind of database."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=["eak_matchmaking.plugin"])
        site.enable("matchmaking")
        held = _fill(site, random.Random(11))
        name, about = f"match_round:{held}", f"{IDEAS} ideas × {PARTNERS} partners, {kind}"
        with site.app.test_request_context("/"):
            with site.reading() as session:
                reading, compute = _timed(
                    lambda: closing.read_round(session, site.service, name, WHEN)
                )
            assert compute is not None
            computing, found = _timed(compute)
            with site.writing() as session:
                writing, _none = _timed(
                    lambda: closing.close_due(session, site.service, name, WHEN, found)
                )
        yield Figure(f"read what a round is made of: {about}", "s", reading, ceiling=WRITING)
        yield Figure(
            f"match it, with no transaction open: {about}", "s", computing, ceiling=COMPUTING
        )
        yield Figure(f"keep it, while nobody else writes: {about}", "s", writing, ceiling=WRITING)
        address = f"/culture/partenaires/appels/{held}"
        browser = site.browser()
        browser.read(address)
        taken, _page = _timed(lambda: browser.read(address))
        yield Figure(f"its page, proved anew: {about}", "s", taken, ceiling=PAGE)


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found


def _fill(site: Site, dice: random.Random) -> int:
    words = [
        word for row in rows("offers.csv") for word in f"{row['title']} {row['details']}".split()
    ]
    service_id = site.service.id
    with site.app.app_context(), write_session(site.app) as session:
        partners = session.scalars(
            insert(Organisation).returning(Organisation.id),
            [{"name": f"Club {n}", "folded": f"club {n}", "kind": "association",
              "registered_at": WHEN} for n in range(PARTNERS)],
        ).all()  # fmt: skip
        session.execute(insert(Presence), [
            {"service_id": service_id, "organisation_id": each, "joined_at": WHEN,
             "verified_at": WHEN} for each in partners
        ])  # fmt: skip
        offers = session.scalars(
            insert(Offer).returning(Offer.id),
            [{"service_id": service_id, "organisation_id": partners[n % PARTNERS],
              "kind": "place", "capacity": 2, "taken": 0,
              "title": " ".join(dice.choices(words, k=6)),
              "details": " ".join(dice.choices(words, k=30)),
              "created_at": WHEN, "published_at": WHEN + timedelta(seconds=n)}
             for n in range(OFFERS)],
        ).all()  # fmt: skip
        keep(session, "matchmaking", KIND, service_id, list(offers))
        ideas = session.scalars(
            insert(Idea).returning(Idea.id),
            [{"service_id": service_id, "title": f"Idée {n}", "slug": f"idee-{n}",
              "stage": "accepted", "created_at": WHEN, "updated_at": WHEN,
              "submitted_at": WHEN + timedelta(seconds=n)} for n in range(IDEAS)],
        ).all()  # fmt: skip
        session.execute(insert(Need), [
            {"service_id": service_id, "idea_id": each, "kind": "place", "stated_at": WHEN,
             "what": " ".join(dice.choices(words, k=8))} for each in ideas
        ])  # fmt: skip
        held = MatchingRound(
            service_id=service_id, title="Appel", state="open", opened_at=WHEN,
            closes_at=clock.now() - timedelta(hours=1),
        )  # fmt: skip
        session.add(held)
        session.flush()
        session.execute(
            insert(RoundIdea), [{"round_id": held.id, "idea_id": each} for each in ideas]
        )
        session.execute(insert(Wish), [
            {"round_id": held.id, "by": "partner", "organisation_id": partner, "idea_id": each,
             "place": place, "declared_at": WHEN}
            for partner in partners
            for place, each in enumerate(dice.sample(list(ideas), WISHES), start=1)
        ])  # fmt: skip
        return held.id
