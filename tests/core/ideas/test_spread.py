"""Where the ideas of a list are: the map beside it, and the same in words."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea, Subject
from eak_core.ideas.pages import spread
from eak_core.ideas.proposing.proposals import Proposal, submit_idea
from eak_core.ideas.reading.listing import Filters
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor


def propose(site: Site, author: Actor, *communes: str, subjects: tuple[int, ...] = ()) -> int:
    with site.writing() as session:
        said = Proposal(title="Bees", problem="None.", body="Some.", communes=communes)
        return submit_idea(session, author, site.service, replace(said, subjects=subjects)).id


def test_it_counts_what_the_list_lets_through_whichever_commune_it_asks_for(
    site: Site, citizen: Actor, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.reading() as session:
        subject = session.scalars(
            select(Subject).where(Subject.service_id == site.service.id).order_by(Subject.id)
        ).first()
        assert subject is not None
        about, code = (subject.id,), subject.code
    first = propose(site, citizen, "92050", "92012", subjects=about)
    propose(site, citizen, "92050", subjects=about)
    propose(site, citizen, "92051")
    hidden = propose(site, citizen, "92050")
    propose(site, citizen)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{hidden}", "It names a person.")
        idea = session.get_one(Idea, first)
        change_stage(session, manager, site.service, frozenset(), idea, "screening", "Read.")

    def counted(**asked: str) -> tuple[dict[str, int], bool]:
        with site.reading() as session:
            return spread.counted(session, site.service.id, Filters(**asked))  # type: ignore[arg-type]

    every = {"92050": 2, "92012": 1, "92051": 1}
    assert counted() == (every, True)
    assert counted(subject=code) == ({"92050": 2, "92012": 1}, True)
    assert counted(stage="screening") == ({"92050": 1, "92012": 1}, True)
    assert counted(stage="accepted") == ({}, True)
    with monkeypatch.context() as few:
        few.setattr(spread, "LOOKED_THROUGH", 1)
        assert counted(subject=code)[1] is False

    browser = site.browser()
    with Queries(site.app) as whole:
        page = browser.get("/culture/idees/").text
    assert "Parmi les" not in page
    assert sum("latitude" in each for each in whole.statements) == 1
    asked = browser.get(f"/culture/idees/?sujet={code}&commune=92012&page=1").text
    spots = asked.partition('class="idea-map__spots"')[2].partition("</ul>")[0]
    assert spots.count("<li>") == 2
    assert f'href="/culture/idees/?sujet={code}&amp;commune=92050"' in spots
    assert f'href="/culture/idees/?sujet={code}&amp;commune=92012" aria-current="true"' in spots
    assert Page(asked).inline == []
    kept = browser.get("/culture/idees/")
    propose(site, citizen, "92002")
    again = browser.get("/culture/idees/", headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status_code == 200
    assert "commune=92002" in again.text
    for _each in range(5):
        propose(site, citizen, "92004", "92007")
    with Queries(site.app) as more:
        browser.get("/culture/idees/")
    assert more.count == whole.count
