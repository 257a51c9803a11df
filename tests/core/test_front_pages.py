"""The front pages say what was decided: to those who may read it, with the reason."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_picture
from eak_core.moderation.decisions import hide
from eak_core.people.models import RoleGrant
from eak_core.permissions import Actor
from eak_core.portal import overview
from tests.core.files.sending import describe_all, submit

Count = Callable[[], AbstractContextManager[Queries]]


def decide(site: Site, manager: Actor, title: str, *stages: str, service: Any = None) -> Idea:
    """An idea that was brought through ``stages``, each for a reason that names it."""
    idea = site.submit(title, service=service, author=manager if service else None)
    for to in stages:
        with site.writing() as session:
            now = session.get_one(Idea, idea.id)
            at = service or site.service
            change_stage(session, manager, at, frozenset(), now, to, f"{title}: {to}, because.")
    return idea


def told(page: str) -> str:
    """What the page says of decisions."""
    start = page.find('id="decisions"')
    return page[start : page.index("</section>", start)] if start >= 0 else ""


@pytest.mark.parametrize("path", ["/", "/culture/"])
def test_the_latest_decision_of_each_idea_is_told_with_its_reason_the_newest_first(
    site: Site, client: Browser, manager: Actor, path: str
) -> None:
    decide(site, manager, "Adopted", "screening", "accepted", "adopted")
    decide(site, manager, "Refused", "rejected")
    decide(site, manager, "Looked at", "screening")
    shown = told(client.get(path).text)
    assert shown.index("Refused: rejected") < shown.index("Adopted: adopted")
    for other in ("accepted, because", "screening, because", "Looked at"):
        assert other not in shown


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["/", "/culture/"])
def test_what_is_hidden_or_of_a_service_for_others_is_not_told(
    site: Site, client: Browser, manager: Actor, path: str
) -> None:
    idea = decide(site, manager, "Hidden", "rejected")
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "It names somebody.")
    inside = site.add_service("inside", audience="internal")
    with site.writing() as session:
        grant = {"person_id": site.people.manager.id, "service_id": inside.id, "role": "manager"}
        session.add(RoleGrant(**grant))
    there = site.people.actor(site.people.manager)
    decide(site, there, "Internal", "rejected", service=inside)
    page = client.get(path).text
    assert told(page) == ""
    assert "Hidden" not in page
    assert "Internal: rejected" not in page


@pytest.mark.parametrize("path", ["/", "/culture/"])
def test_decisions_cost_the_same_however_many_there_are(
    site: Site, client: Browser, manager: Actor, query_count: Count, path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(overview, "LOOKED_AT", 4)
    decide(site, manager, "First", "rejected")
    client.get(path)
    decide(site, manager, "Second", "rejected")
    with query_count() as few:
        client.get(path)
    for number in range(5):
        decide(site, manager, f"More {number}", "rejected")
    with query_count() as many:
        assert told(client.get(path).text).count("eak-card__title") == overview.DECISIONS
    assert many.count == few.count


def test_the_latest_ideas_show_where_they_stand_and_a_picture_or_a_pattern(
    site: Site, client: Browser, manager: Actor, query_count: Count
) -> None:
    client.sign_in(site.people.citizen)
    submit(client, files=[a_picture()])
    describe_all(client, site)
    site.drain()
    client.get("/culture/")
    with query_count() as few:
        page = client.get("/culture/").text
    latest = page[page.index('id="latest"') :]
    assert latest.count("<img") == 1
    assert "eak-pattern" not in latest
    decide(site, manager, "Plain", "screening")
    with query_count() as more:
        page = client.get("/culture/").text
    latest = page[page.index('id="latest"') :]
    assert [latest.count(each) for each in ("<img", "eak-pattern", "eak-dots__filled")] == [1, 1, 3]
    assert more.count == few.count
