"""Pages of what many take part in: an idea with a thousand comments, a ballot with as many options
as there may be and very many votes; each beside itself when few had come.

Time is that of the processor in this process, as of lists.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, text

from eak_core.db.session import expect_long_work
from eak_core.ideas.models import Idea
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_discussion.models import Comment, Count
from eak_voting.ballots.preparing import MOST_OPTIONS
from eak_voting.models import Ballot
from tests.bench.casting import open_ballot
from tests.bench.filling import fill
from tests.bench.lists import MOST_GROWN, PLUGINS, as_served, least
from tests.bench.report import Figure

FEW_COMMENTS, COMMENTS = 50, 1_000
VOTES = 1_000_000

_VOTES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :votes)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, :votes))",
}


def measure(databases: Databases, kind: Kind, folder: Path, votes: int) -> Iterator[Figure]:
    """The figures of one kind of database, with so many ``votes``."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=[f"eak_{name}.plugin" for name in PLUGINS])
        for name in PLUGINS:
            site.enable(name)
        fill(site, 2 * MOST_OPTIONS)
        ideas = _accepted(site)
        ballot = open_ballot(site, ideas[:MOST_OPTIONS])
        as_served(site)
        yield _commented(site, kind, ideas[-1])
        yield _voted(site, kind, ballot, votes)


def _accepted(site: Site) -> Sequence[int]:
    with site.reading() as session:
        query = select(Idea.id).where(
            Idea.service_id == site.service.id, Idea.stage.in_(("submitted", "accepted"))
        )
        return session.scalars(query.where(Idea.id % 100 != 50).order_by(Idea.id)).all()


def _commented(site: Site, kind: Kind, idea_id: int) -> Figure:
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    path = browser.get(f"/{site.service.slug}/idees/{idea_id}").headers["Location"]
    _comment(site, idea_id, FEW_COMMENTS)
    few = least(browser, path)
    _comment(site, idea_id, COMMENTS - FEW_COMMENTS)
    name = f"an idea with {COMMENTS:,} comments, {kind}, beside {FEW_COMMENTS}"
    return Figure(name, "ms", least(browser, path), few, at_most=MOST_GROWN)


def _comment(site: Site, idea_id: int, number: int) -> None:
    """So many more comments, and the count that the worker would keep of them."""
    now = datetime.now(UTC)
    row = {
        "service_id": site.service.id, "idea_id": idea_id, "author_id": site.people.citizen.id,
        "depth": 1, "stance": "for", "body": "Bonne idée.",
    }  # fmt: skip
    with site.writing() as session:
        session.execute(
            insert(Comment),
            [{**row, "posted_at": now + timedelta(milliseconds=each)} for each in range(number)],
        )
        session.merge(
            Count(service_id=site.service.id, idea_id=idea_id, stance="for", comments=number)
        )
        session.execute(text("ANALYZE"))


def _voted(site: Site, kind: Kind, ballot: Ballot, votes: int) -> Figure:
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    path = browser.get(f"/{site.service.slug}/votes/{ballot.id}").headers["Location"]
    none = least(browser, path)
    with site.writing() as session:
        expect_long_work(session)
        session.execute(
            text(
                f"{_VOTES[kind]} INSERT INTO voting_paper"  # written here
                " (ballot_id, mark, choices, version)"
                " SELECT :ballot, CAST(i AS VARCHAR(20)), '[1,3]', 1 FROM n"
            ),
            {"ballot": ballot.id, "votes": votes},
        )
        session.execute(text("ANALYZE"))
    name = f"a ballot with {MOST_OPTIONS} options and {votes:,} votes, {kind}, beside none"
    return Figure(name, "ms", least(browser, path), none, at_most=MOST_GROWN)
