"""A search within a list that is narrowed, and among more documents than one portion has."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from alembic import command
from sqlalchemy import func, select, update

from eak_core.db import db
from eak_core.db.migrations import CORE, locked, upgrade
from eak_core.ideas.content.rows import idea_of
from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.proposing.proposals import edit_idea, submit_idea
from eak_core.ideas.reading import listing
from eak_core.ideas.reading.indexing import IDEAS
from eak_core.ideas.reading.listing import Filters
from eak_core.kit.testing import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import PORTION, SearchDocument, SearchTerm
from eak_core.search import finding
from eak_core.search.finding import find, matching
from eak_core.search.index import keep
from eak_core.search.kinds import Document
from eak_core.search.resembling import resembling
from eak_core.web import pagination

VISITOR = Actor()


@pytest.fixture
def codes(site: Site) -> Sequence[Any]:
    """The subjects of the service."""
    with site.reading() as session:
        return subjects_of(session, site.service.id)


def submit(site: Site, actor: Actor, title: str, **chosen: Any) -> int:
    with site.writing() as session:
        proposal = Proposal(title=title, problem="Un problème.", body="Un jardin.", **chosen)
        return submit_idea(session, actor, site.service, proposal).id


def within(site: Site, **filters: str) -> set[int]:
    """The ids of the ideas in a narrowed list that have a word which all have."""
    with site.reading() as session:
        asked = Filters(text="jardin", sort="relevance", **filters)
        found = listing.found(session, site.service.id, VISITOR, asked)
        assert found is not None
        return {hit.id for hit in found.hits}


def kept(site: Site) -> dict[int, str]:
    with site.reading() as session:
        rows = session.execute(select(SearchDocument.subject_id, SearchDocument.stems))
        return dict(rows.all())


def spread(site: Site, *numbers: int) -> None:
    """Give the documents these numbers in place of theirs, as if others stood between them."""
    with site.writing() as session:
        for document, number in zip(
            session.scalars(select(SearchDocument.id).order_by(SearchDocument.id.desc())).all(),
            sorted(numbers, reverse=True),
            strict=True,
        ):
            session.execute(
                update(SearchDocument).where(SearchDocument.id == document).values(id=number)
            )


def test_a_list_is_searched_within_its_stage_its_subject_and_its_commune(
    site: Site, citizen: Actor, manager: Actor, codes: Sequence[Any]
) -> None:
    one = submit(site, citizen, "Une", subjects=(codes[0].id,), communes=("92050",))
    two = submit(site, citizen, "Deux", subjects=(codes[0].id, codes[1].id))
    site.drain()
    assert within(site) == {one, two}
    assert within(site, subject=codes[0].code) == {one, two}
    assert within(site, subject=codes[1].code) == {two}
    assert within(site, subject=codes[0].code, commune="92050") == {one}
    assert within(site, commune="92012") == within(site, stage="accepted") == set()
    assert within(site, subject="no such") == set()

    with site.writing() as session:
        change_stage(
            session, manager, site.service, frozenset(), idea_of(session, site.service, one),
            "screening", "Elle est examinée.",
        )  # fmt: skip
        idea = idea_of(session, site.service, two)
        again = Proposal(title="Deux", problem="Un problème.", body="Un jardin.")
        edit_idea(session, citizen, site.service, idea, replace(again, communes=("92012",)))
    site.drain()
    assert within(site, stage="screening") == {one}
    assert within(site, stage="submitted") == within(site, commune="92012") == {two}
    assert within(site, subject=codes[1].code) == set()


def test_what_a_list_is_narrowed_by_is_looked_up_and_no_word_of_a_document(
    site: Site, citizen: Actor, codes: Sequence[Any]
) -> None:
    one = submit(site, citizen, "Une tonnelle", subjects=(codes[0].id,), communes=("92050",))
    two = submit(site, citizen, "Une tonnelle", communes=("92050",))
    site.drain()
    assert kept(site)[one].split()[:4] == [
        f"{site.service.id}/idea", "_commune/92050", "_stage/submitted",
        f"_subject/{codes[0].id}",
    ]  # fmt: skip
    with site.reading() as session:
        assert not [each for each in session.scalars(select(SearchTerm.stem)) if "_" in each]
        for typed in ("stage", "_stage/submitted", "92050", "commune", "subject"):
            assert not find(session, site.service.id, VISITOR, [IDEAS], typed).hits
        [alike] = resembling(
            session, site.service.id, VISITOR, IDEAS, Document("Une tonnelle", "Un problème."),
            most=5, but=two,
        )  # fmt: skip
        [same] = resembling(
            session, site.service.id, VISITOR, IDEAS,
            Document("Une tonnelle", "Un problème.\n\nUn jardin."), most=5, but=two,
        )  # fmt: skip
    # What both are narrowed by makes them no more alike, and nothing less.
    assert alike.score < same.score == pytest.approx(1)
    # It is the index that narrows: of what it does not have, no table is asked.
    with site.writing() as session:
        bare = func.replace(SearchDocument.stems, " _stage/submitted", "")
        session.execute(
            update(SearchDocument).where(SearchDocument.subject_id == one).values(stems=bare)
        )
    assert within(site, stage="submitted") == {two}


@pytest.mark.parametrize("tag", ["stage/x' | 'jardin", 'a" OR "jardin', "", "é", "x" * 81, "a b"])
def test_what_cannot_be_a_tag_is_refused_by_whoever_keeps_it_and_found_by_nobody(
    site: Site, citizen: Actor, tag: str
) -> None:
    idea = submit(site, citizen, "Une")
    site.drain()
    with site.writing() as session:
        assert not find(session, site.service.id, VISITOR, [IDEAS], "jardin", tags=[tag]).hits
        kind = replace(IDEAS, tags=lambda *_: {idea: [tag]})
        with pytest.raises(ValueError, match="a tag is of letters"):
            keep(session, "core", kind, site.service.id, [idea])


def test_the_latest_are_found_whatever_portion_of_the_documents_they_stand_in(
    site: Site, citizen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ideas = [submit(site, citizen, f"Idée {number}") for number in range(6)]
    site.drain()
    spread(site, 1, PORTION - 1, PORTION, 2 * PORTION, 5 * PORTION + 7, 5 * PORTION + 8)
    assert within(site) == set(ideas)
    with site.reading() as session:
        condition = matching(session, site.service.id, IDEAS, "jardin")
        assert set(session.scalars(select(IDEAS.key).where(*condition))) == set(ideas)
    for most, allowed in itertools.product((1, 2, 3, 5), (ideas, ideas[::2])):
        monkeypatch.setattr(finding, "MOST", most)
        monkeypatch.setattr(finding, "MOST_TITLED", 0)
        with site.reading() as session:
            answer = find(
                session, site.service.id, VISITOR, [IDEAS], "jardin", IDEAS.key.in_(allowed)
            )
        assert [hit.id for hit in answer.hits] == allowed[::-1][:most]
        assert bool(answer.more) == (len(allowed) > most)


def test_a_list_in_an_order_of_its_own_shows_the_latest_that_have_the_words(
    site: Site, citizen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ideas = [submit(site, citizen, f"Idée {name}", communes=("92050",)) for name in "dcbae"]
    submit(site, citizen, "Sans", communes=("92012",))
    site.drain()
    reader, path = site.browser(), f"/{site.service.slug}/idees"

    def titles(**asked: str) -> list[str]:
        page = reader.get(f"{path}/?" + urlencode({"q": "idees jardin", **asked})).text
        return re.findall(r">Idée (\w)<", page)

    assert titles(tri="title") == list("abcde")
    assert titles(tri="oldest", commune="92050") == list("dcbae")
    assert titles(tri="oldest", commune="92012") == []
    monkeypatch.setattr(listing, "LISTED", 3)
    monkeypatch.setattr(pagination, "COUNTED", 2)
    with site.reading() as session:
        asked = Filters(text="idees jardin", sort="title")
        ids = listing.latest_ids(session, site.service.id, asked)
        found = session.execute(listing.listed(session, site.service.id, asked, ids)).all()
    assert [row.id for row in found] == [ideas[3], ideas[2], ideas[4]]
    page = reader.get(f"{path}/?q=idees+jardin&tri=title").text
    assert "Plus de 2 idées correspondent\u00a0: voici les plus récentes." in page
    feed = reader.get(f"{path}.atom?q=idees+jardin").text
    assert feed.count("<entry>") == 3


def test_the_upgrade_tags_what_was_found_before_as_the_worker_would(sites: Sites) -> None:
    site = sites.make(plugins=(), url=sites.database(()))
    citizen = site.people.actor(site.people.citizen)
    with site.reading() as session:
        codes = subjects_of(session, site.service.id)
    submit(site, citizen, "Une", subjects=(codes[1].id, codes[0].id), communes=("92050", "92012"))
    submit(site, citizen, "Deux")
    site.drain()
    before = kept(site)
    with site.app.app_context(), locked(db.engine) as connection:
        command.downgrade(CORE.alembic(connection), "0055")
    assert not [each for each in kept(site).values() if "_" in each]
    with site.app.app_context():
        assert upgrade(db.engine, CORE) == ["0056"]
    assert kept(site) == before
    assert len(within(site, stage="submitted", commune="92012")) == 1
