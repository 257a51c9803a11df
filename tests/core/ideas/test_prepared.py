"""An answer is prepared, read by those who decide alone, and published once."""

import pytest
from sqlalchemy import select

from eak_core.errors import Conflict, Forbidden, Invalid, Refused
from eak_core.ideas.deciding import prepared
from eak_core.ideas.deciding.models import PreparedDecision
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor

ANSWER = "We try it in the yard of two schools."
NONE: frozenset[str] = frozenset()


def prepare(
    site: Site, idea: Idea, to: str = "screening", reason: str = ANSWER, **more: object
) -> None:
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        prepared.prepare(session, actor, site.service, NONE, held, to, reason, **more)  # type: ignore[arg-type]


def kept(site: Site) -> list[tuple[str, str]]:
    with site.reading() as session:
        return [(each.to_stage, each.reason) for each in session.scalars(select(PreparedDecision))]


def test_the_latest_is_kept_until_a_decision_is_published(site: Site) -> None:
    idea, manager = site.submit(), site.people.actor(site.people.manager)
    prepare(site, idea, "rejected", "It exists already.")
    prepare(site, idea)
    assert kept(site) == [("screening", ANSWER)]
    with site.writing() as session:
        held = session.get_one(Idea, idea.id)
        change_stage(session, manager, site.service, NONE, held, "screening", "Another reason.")
    assert kept(site) == []


def test_it_is_refused_as_the_decision_would_be(site: Site) -> None:
    idea = site.submit()
    with pytest.raises(Refused):
        prepare(site, idea, "adopted")
    with pytest.raises(Invalid):
        prepare(site, idea, reason=" \u200b ")
    with pytest.raises(Invalid):
        prepare(site, idea, reason="x" * 2_001)
    with pytest.raises(Conflict):
        prepare(site, idea, seen="screening")
    for person in (site.people.citizen, site.people.agent):
        actor = site.people.actor(person)
        with site.writing() as session, pytest.raises(Forbidden):
            prepared.prepare(session, actor, site.service, NONE, idea, "screening", ANSWER)
        with site.writing() as session, pytest.raises(Forbidden):
            prepared.discard(session, actor, site.service, idea)
    assert kept(site) == []


def test_what_was_prepared_for_an_earlier_stage_is_over(site: Site) -> None:
    idea = site.submit()
    prepare(site, idea)
    with site.writing() as session:
        session.get_one(Idea, idea.id).stage = "accepted"
    with site.reading() as session:
        held = session.get_one(Idea, idea.id)
        assert prepared.prepared_for(session, held) is None
        assert prepared.waiting_since(session, site.service.id) == (0, None)
        assert prepared.all_prepared(session, site.service.id) == []


def test_it_is_copied_and_stays_without_a_name_when_its_author_is_erased(site: Site) -> None:
    idea, person = site.submit(), site.people.manager.id
    prepare(site, idea)
    with site.reading() as session:
        copy = export_person(session, Actor.system(), person)
    assert ANSWER in str(copy)
    with site.writing() as session:
        erase_person(session, Actor.system(), person)
    with site.reading() as session:
        assert session.scalars(select(PreparedDecision.prepared_by)).all() == [None]


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_prepare_read_again_and_publish_and_nobody_else_sees_it(site: Site) -> None:
    idea = site.submit()
    page = f"/culture/idees/{idea.id}-{idea.slug}"
    desk = site.browser()
    desk.sign_in(site.people.manager)
    sent = desk.read(page).form("/etape").filled({"to": "screening", "reason": ANSWER})
    told = desk.post(f"/culture/idees/{idea.id}/etape", data={**sent, "act": "prepare"})
    assert told.headers["Location"].endswith("#decision")
    shown = desk.get(page).text
    assert "n’est pas encore publique" in shown
    assert ANSWER in shown
    assert "1 réponse préparée à publier" in desk.get("/culture/gestion/").text
    assert ANSWER in desk.get("/culture/gestion/idees/reponses-preparees").text
    for person in (None, site.people.citizen, site.people.agent):
        other = site.browser()
        if person:
            other.sign_in(person)
        for path in (page, "/culture/idees/", "/culture/", "/culture/idees.json"):
            assert ANSWER not in other.get(path).text
        assert other.get("/culture/gestion/idees/reponses-preparees").status_code in {302, 403}
    again = desk.read(page).form("/etape").filled({})
    assert again["reason"] == [ANSWER]
    assert desk.post(f"/culture/idees/{idea.id}/etape", data=again).status_code == 302
    assert ANSWER in site.browser().get(page).text
    assert kept(site) == []
    assert "réponse préparée" not in desk.get("/culture/gestion/").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_it_can_be_forgotten(site: Site) -> None:
    idea = site.submit()
    prepare(site, idea)
    desk = site.browser()
    desk.sign_in(site.people.manager)
    page = f"/culture/idees/{idea.id}-{idea.slug}"
    assert desk.submit(page, "/reponse/oublier").status_code == 302
    assert kept(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_of_two_who_decide_at_once_the_second_reads_what_the_first_prepared(site: Site) -> None:
    idea = site.submit()
    page, act = f"/culture/idees/{idea.id}-{idea.slug}", f"/culture/idees/{idea.id}/etape"
    first, second, third = site.browser(), site.browser(), site.browser()
    for browser in (first, second, third):
        browser.sign_in(site.people.manager)
    forms = [each.read(page).form("/etape") for each in (first, second, third)]
    theirs = "It exists already,\r\nin Clichy."
    sent = [
        forms[0].filled({"to": "rejected", "reason": theirs}) | {"act": "prepare"},
        forms[1].filled({"to": "screening", "reason": ANSWER}) | {"act": "prepare"},
        forms[2].filled({"to": "screening", "reason": ANSWER}),
    ]
    assert first.post(act, data=sent[0]).status_code == 302
    assert first.post(act, data=sent[0]).status_code == 302, "sent twice is sent once"
    for browser, data in ((second, sent[1]), (third, sent[2])):
        refused = browser.post(act, data=data)
        assert refused.status_code == 409
        assert "Quelqu’un d’autre a modifié" in refused.text
        assert "in Clichy." in refused.text
        assert ANSWER in refused.text
    assert kept(site) == [("rejected", "It exists already,\nin Clichy.")]
    again = Page(second.post(act, data=sent[1]).text).form("/etape").filled({}) | {"act": "prepare"}
    assert second.post(act, data=again).status_code == 302
    assert kept(site) == [("screening", ANSWER)]
