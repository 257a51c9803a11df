"""The meaning of texts as one more part of a score: off by default, made by workers, the same for
all."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import delete, select

from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.per_service.settings import configure, stored_settings
from eak_matchmaking import encoder, meanings
from eak_matchmaking.meanings import Meaning
from eak_matchmaking.models import Need
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import offering
from eak_matchmaking.suggestions.exposure import counted, lists_of
from eak_matchmaking.suggestions.finding import needs_for_organisation, offers_for_idea
from tests.plugins.matchmaking.encoding import Encoder, install
from tests.plugins.matchmaking.resources import Resources, needed, offered

FAIRNESS = "/culture/partenaires/equite"
SETTINGS = "/culture/gestion/plugins/matchmaking/reglages"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    return install(monkeypatch)


def switch(site: Site, *, on: bool) -> None:
    with site.writing() as session:
        version = stored_settings(session, site.service.id, "matchmaking").version
        values = {"meaning": on}
        configure(session, Actor.system(), site.service, "matchmaking", values, version=version)


def parts(resources: Resources) -> dict[str, dict[str, int]]:
    """The points of the parts of each offer for the idea, by its title."""
    with resources.site.reading() as session:
        [found] = offers_for_idea(session, resources.service, resources.idea)
        return {
            found.offers[each.name].title: {
                part.kind: part.points for part in each.score.parts
            }
            for each in found.suggestions.best
        }  # fmt: skip


def vectors(site: Site) -> dict[tuple[str, int], bytes]:
    with site.reading() as session:
        rows = session.execute(select(Meaning.kind, Meaning.row_id, Meaning.vector)).all()
        return {(kind, row_id): vector for kind, row_id, vector in rows}


def some(resources: Resources) -> Need:
    """A hall that is needed, and three that are offered: alike, somewhat, not at all."""
    need = resources.state(what="salle des fêtes")
    for title in ("Salle des fêtes", "Salle obscure", "Friche"):
        resources.publish(title=title, details="")
    return need


def test_it_counts_where_a_service_wants_it_and_nowhere_else(
    resources: Resources, installed: Encoder
) -> None:
    some(resources)
    resources.site.drain()
    assert all("meaning" not in each for each in parts(resources).values())
    before = parts(resources)
    switch(resources.site, on=True)
    resources.site.drain()
    now = parts(resources)
    # 20 of 100 points, taken from the others in proportion.
    assert {title: each["meaning"] for title, each in now.items()} == {
        "Salle des fêtes": 2_000, "Salle obscure": 816, "Friche": 0,
    }  # fmt: skip
    assert now["Friche"]["kind"] < before["Friche"]["kind"]
    switch(resources.site, on=False)
    assert parts(resources) == before


def test_both_sides_and_what_is_counted_give_a_pair_one_score(
    resources: Resources, installed: Encoder
) -> None:
    some(resources)
    switch(resources.site, on=True)
    resources.site.drain()
    with resources.site.reading() as session:
        [answers] = offers_for_idea(session, resources.service, resources.idea)
        asked = needs_for_organisation(session, resources.service, resources.organisation.id)
        lists = lists_of(session, resources.service)
    of_offer = {each.offer.title: each.suggestions.best[0].score.points for each in asked}
    of_need = {
        answers.offers[each.name].title: each.score.points for each in answers.suggestions.best
    }
    assert of_need == of_offer
    assert counted(lists).shown == {resources.organisation.id: 1}
    assert lists.scale.with_meaning


def test_workers_read_what_changes_and_pages_read_nothing(
    resources: Resources, installed: Encoder
) -> None:
    need = some(resources)
    switch(resources.site, on=True)
    assert vectors(resources.site) == {}
    assert parts(resources)["Friche"].keys() & {"meaning"} == set(), "none before a worker came"
    resources.site.drain()
    assert len(vectors(resources.site)) == 4
    told = list(installed.texts)
    browser = resources.site.browser()
    browser.sign_in(resources.person)
    assert "textes de sens proche" in browser.read("/culture/partenaires/suggestions").text
    assert installed.texts == told
    resources.act(stating.edit_need, resources.author, need, needed(what="friche"))
    resources.site.drain()
    assert installed.texts[len(told) :] == ["friche"]
    assert parts(resources)["Friche"]["meaning"] > 1_900
    offer = resources.publish(title="Autre", details="")
    resources.act(offering.edit_offer, resources.member, offer, offered(title="friche", details=""))
    resources.site.drain()
    assert parts(resources)["friche"]["meaning"] > 1_900


def test_a_rebuild_makes_the_same_vectors(resources: Resources, installed: Encoder) -> None:
    some(resources)
    switch(resources.site, on=True)
    resources.site.drain()
    before = vectors(resources.site)
    resources.site.replay("matchmaking")
    assert vectors(resources.site) == before
    assert len(before) == 4


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_there_before_is_read_when_it_is_switched_on(
    resources: Resources, installed: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings, "PART", 3)
    some(resources)
    resources.site.drain()
    assert (vectors(resources.site), installed.texts) == ({}, []), "nobody wants it yet"
    switch(resources.site, on=True)
    resources.site.drain()
    assert len(vectors(resources.site)) == 4
    switch(resources.site, on=False)
    resources.site.drain()
    assert vectors(resources.site) == {}


def test_drafts_are_not_read_and_what_is_gone_leaves_nothing(
    resources: Resources, installed: Encoder
) -> None:
    resources.draft(title="A quiet draft")
    need = some(resources)
    switch(resources.site, on=True)
    resources.site.drain()
    assert "A quiet draft" not in installed.texts
    with resources.site.writing() as session:
        session.execute(delete(Need).where(Need.id == need.id))
        meanings.sweep(session)
    assert {kind for kind, _id in vectors(resources.site)} == {"offer"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_it_cannot_be_switched_on_where_it_is_not_installed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "installed", lambda: False)
    manager = site.browser()
    manager.sign_in(site.people.manager)
    answer = manager.submit(SETTINGS, "/reglages", meaning="y")
    assert answer.status_code == 422
    assert "Aucun encodeur de phrases" in answer.text
    install(monkeypatch)
    assert manager.submit(SETTINGS, "/reglages", meaning="y").status_code == 302


def test_where_it_is_no_longer_installed_scores_are_those_without(
    resources: Resources, installed: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(resources)
    resources.site.drain()
    before = parts(resources)
    switch(resources.site, on=True)
    monkeypatch.setattr(encoder, "installed", lambda: False)
    assert parts(resources) == before


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_on_suggestions_says_what_it_is_worth(site: Site, installed: Encoder) -> None:
    def said() -> tuple[bool, bool]:
        page = site.browser().read(FAIRNESS).text
        return "encodeur de phrases" in page, "2\u202f000" in page

    assert said() == (False, False)
    switch(site, on=True)
    assert said() == (True, True)


def test_lists_ask_the_same_however_long_they_are(
    resources: Resources,
    installed: Encoder,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    def ask() -> int:
        with query_count() as queries:
            parts(resources)
        return queries.count

    some(resources)
    switch(resources.site, on=True)
    resources.site.drain()
    ask()
    few = ask()
    for number in range(5):
        resources.publish(title=f"Salle {number}")
    resources.site.drain()
    assert ask() == few


def vector(*numbers: int) -> bytes:
    return bytes(each % 256 for each in (*numbers, *[0] * (encoder.LENGTH - len(numbers))))


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (vector(127), 1_000),
        (vector(-127), 0),
        (vector(0, 127), 0),
        (vector(64, 110), 502),
        (vector(0), 0),
    ],
)
def test_a_likeness_is_in_thousandths_and_never_below_nothing(other: bytes, alike: int) -> None:
    assert encoder.likenesses(vector(127), [other, other]) == [alike, alike]
    assert encoder.likenesses(other, []) == []
