"""Which words a text has for a search, and which what is typed has."""

from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.proposing.proposals import submit_idea
from eak_core.ideas.reading.indexing import IDEAS
from eak_core.kit.testing import Site
from eak_core.permissions import Actor
from eak_core.plugins.per_service.activation import start_missing
from eak_core.search.finding import find
from eak_core.search.words import Query, stems
from eak_core.services.models import Service

VISITOR = Actor()


def test_a_huge_text_and_endless_words_are_bounded() -> None:
    assert all(len(each) <= 40 for each in stems("a" * 100_000 + " " + "б" * 100_000))
    assert len(Query(" ".join(f"mot{number}" for number in range(1000))).words) == 10


def test_a_number_finds_itself_and_neither_a_longer_one_nor_the_service_that_has_it(
    site: Site, citizen: Actor
) -> None:
    with site.writing() as session:
        # SQLite's index says of each document in which service it is.
        service = Service(id=2026, slug="loin", name="Loin")
        session.add(service)
        session.flush()
        for title in ("Un jardin en 20260", "Un bus", "Fêter 1789"):
            proposal = Proposal(title=title, problem="Un problème.", body="Un texte.")
            submit_idea(session, citizen, service, proposal)
    with site.writing() as session:
        start_missing(session)
    site.drain()
    with site.reading() as session:
        for typed, number in (("20260", 1), ("2026", 0), ("202", 0), ("178", 0), ("1789", 1)):
            assert len(find(session, 2026, VISITOR, [IDEAS], typed).hits) == number, typed
