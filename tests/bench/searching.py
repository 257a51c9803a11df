"""How long a search takes, and finding what resembles an idea, among many ideas.

The limit of a search is one statement that asks the index of the database for the latest that have
all of its words, and nothing of who may read them or which is best.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert, select, text

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.indexing import IDEAS
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.search.finding import asked, find
from eak_core.search.index import keep
from eak_core.search.kinds import Document
from eak_core.search.resembling import resembling
from eak_core.search.words import Query
from tests.bench.alike_pairs import PAIRS
from tests.bench.filling import START, Real, fill, real_ideas
from tests.bench.report import Figure

T = TypeVar("T")

IDEAS_MADE = 100_000
SEARCHES = 60
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
            some = IDEAS.read(session, site.service.id, dice.sample(list(ids), SEARCHES))
            alike = _median(
                list(some.items()), lambda each: _alike(session, site, each[0], each[1])
            )
            found = sum(
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
            found,
            len(PAIRS),
        )
        yield Figure(f"a search in {number:,} ideas, {kind}", "ms", ours, limit, ceiling=50)
        yield Figure(f"what resembles one of them, {kind}", "ms", alike, ceiling=100)


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
    wanted = asked(session, site.service.id, IDEAS, Query(query).words)
    sqlite = session.get_bind().dialect.name == "sqlite"
    session.execute(text(_BARE["sqlite" if sqlite else "postgresql"]), {"wanted": wanted}).all()


_BARE = {
    "sqlite": "SELECT rowid FROM search_index WHERE search_index MATCH :wanted"
    " ORDER BY rowid DESC LIMIT 1001",
    "postgresql": "SELECT id FROM search_document"
    " WHERE array_to_tsvector(string_to_array(stems, ' ')) @@ CAST(:wanted AS tsquery)"
    " ORDER BY id DESC LIMIT 1001",
}


def _alike(session: Session, site: Site, idea_id: int, document: Document) -> None:
    resembling(session, site.service.id, Actor(), IDEAS, document, most=5, but=idea_id)


def _median(given: Sequence[T], act: Callable[[T], object]) -> float:
    taken = []
    for each in given:
        started = time.perf_counter()
        act(each)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
