"""How long a search takes, and finding what resembles an idea, among many ideas.

The limit of a search is the one statement that asks the index of the database for the latest that
have all of its words, and nothing of who may read them or which is best. Its pages are asked for in
process by somebody who is signed in, so none comes from memory.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from sqlalchemy import insert, select

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.indexing import IDEAS
from eak_core.ideas.reading.listing import Filters, found
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.search.finding import MOST, find
from eak_core.search.index import keep
from eak_core.search.kinds import Document
from eak_core.search.lookup import AT_MOST, WANTED, asked, latest_having
from eak_core.search.resembling import resembling
from eak_core.search.words import Query
from tests.bench.alike_pairs import PAIRS
from tests.bench.filling import START, Real, fill, real_ideas
from tests.bench.report import Figure

T = TypeVar("T")

IDEAS_MADE = 100_000
SEARCHES = 60
#: What a search may take, and a page that shows what was found, in milliseconds.
SEARCH_MS, PAGE_MS = 50.0, 100.0
#: Among how many a title that is typed is to find the idea that it means (recall@5).
FIRST = 5


def measure(
    databases: Databases, kind: Kind, folder: Path, number: int = IDEAS_MADE
) -> Iterator[Figure]:
    """The median search and the median resemblance among ``number`` ideas."""
    dice = random.Random(7)
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=())
        # Before all others: what is found of them is not found for being the latest.
        pairs = _submitted(site)
        started = time.perf_counter()
        fill(site, number, searched=True)
        filled = time.perf_counter() - started
        print(f"{kind}: {number:,} ideas indexed in {filled:.0f} s")
        queries = _queries(real_ideas(), dice)
        with site.reading() as session:
            ids = session.scalars(select(Idea.id).order_by(Idea.id)).all()
            limit = _median(queries, lambda query: _bare(session, site, query))
            ours = _median(
                queries, lambda query: find(session, site.service.id, Actor(), [IDEAS], query)
            )
            yield from _narrowed(session, site, kind, queries, number)
            yield from _pages(site, kind, queries, number)
            some = IDEAS.read(session, site.service.id, dice.sample(list(ids), SEARCHES))
            alike = _median(
                list(some.items()), lambda each: _alike(session, site, each[0], each[1])
            )
            recalled = sum(
                idea_id
                in {
                    hit.id
                    for hit in resembling(
                        session, site.service.id, Actor(), IDEAS, Document(typed), most=FIRST
                    )
                }
                for idea_id, typed in pairs.items()
            )
        yield Figure(
            f"of {len(PAIRS)} ideas meant by other words, in the first {FIRST}, {kind}",
            "ideas",
            recalled,
            len(PAIRS),
        )
        yield Figure(f"a search in {number:,} ideas, {kind}", "ms", ours, limit, ceiling=SEARCH_MS)
        yield Figure(f"what resembles one of them, {kind}", "ms", alike, ceiling=100)


def _narrowed(
    session: Session, site: Site, kind: Kind, queries: Sequence[str], number: int
) -> Iterator[Figure]:
    """A search of the ideas in a list that is narrowed."""
    service_id = site.service.id
    subject = next(each.code for each in subjects_of(session, service_id))
    for name, narrowed in (
        ("a stage", Filters(sort="relevance", stage="accepted")),
        ("a stage and a subject", Filters(sort="relevance", stage="accepted", subject=subject)),
    ):

        def search(query: str, filters: Filters = narrowed) -> None:
            found(session, service_id, Actor(), replace(filters, text=query))

        took = _median(queries, search)
        yield Figure(
            f"a search within {name}, {number:,} ideas, {kind}", "ms", took, ceiling=SEARCH_MS
        )


def _pages(site: Site, kind: Kind, queries: Sequence[str], number: int) -> Iterator[Figure]:
    """The page of the search with its marks, and lists of ideas that have the words."""
    reader = site.browser()
    reader.sign_in(site.people.citizen)
    for name, path, filters in (
        ("page of the search, with its marks", "recherche", {}),
        ("page of ideas searched for, in the order of days", "idees/", {"tri": "oldest"}),
        ("page of ideas searched for, within a stage", "idees/", {"etape": "accepted"}),
    ):

        def ask(query: str, path: str = path, filters: Mapping[str, str] = filters) -> None:
            given = urlencode({"q": query, **filters})
            assert reader.get(f"/{site.service.slug}/{path}?{given}").status_code == 200

        took = _median(queries, ask)
        yield Figure(f"{name}, {number:,} ideas, {kind}", "ms", took, ceiling=PAGE_MS)


def _submitted(site: Site) -> dict[int, str]:
    """The ideas of the pairs, each with the title that means it."""
    with site.writing() as session:
        rows = [
            {
                "service_id": site.service.id, "title": title, "slug": f"paire-{number}",
                "problem": text, "body": "", "needs": "", "elsewhere": "", "existing": "",
                "stage": "submitted", "created_at": START, "submitted_at": START,
                "updated_at": START,
            }
            for number, (title, text, _typed) in enumerate(PAIRS)
        ]  # fmt: skip
        ids = session.scalars(insert(Idea).returning(Idea.id), rows).all()
        keep(session, CORE.name, IDEAS, site.service.id, list(ids))
        return dict(zip(ids, (typed for _title, _text, typed in PAIRS), strict=True))


def _queries(real: Sequence[Real], dice: random.Random) -> list[str]:
    """One to three words of titles, as people type them; common and rare ones."""
    found = []
    while len(found) < SEARCHES:
        words = dice.choice(real)[0].split()
        query = " ".join(dice.sample(words, min(len(words), dice.randint(1, 3))))[:100]
        if Query(query).words:
            found.append(query)
    return found


def _bare(session: Session, site: Site, query: str) -> None:
    wanted = asked(session, site.service.id, IDEAS.name, Query(query).words)
    session.execute(latest_having(session), {WANTED: wanted, AT_MOST: MOST + 1}).all()


def _alike(session: Session, site: Site, idea_id: int, document: Document) -> None:
    resembling(session, site.service.id, Actor(), IDEAS, document, most=5, but=idea_id)


def _median(given: Sequence[T], act: Callable[[T], object]) -> float:
    taken = []
    for each in given:
        started = time.perf_counter()
        act(each)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
