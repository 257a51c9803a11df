"""The pages on which managers decide, and authors withdraw."""

from typing import Any

import pytest

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.ideas.stages import REJECTED
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from tests.core.ideas.pages_of_ideas import LIST, page_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_manager_moves_an_idea_and_reads_the_refusal_where_the_form_is(
    desk: Browser, site: Site, idea: Idea, events: Any
) -> None:
    answer = desk.submit(page_of(idea), "/etape", to="screening", reason=" ")
    assert answer.status_code == 422
    assert "Donnez un motif" in answer.text
    answer = desk.submit(page_of(idea), "/etape", to="screening", reason="We read it.")
    assert answer.location == page_of(idea)
    assert "We read it." in desk.get(page_of(idea)).text
    assert events() == ["idea.submitted", "idea.stage_changed"]


def test_a_guard_is_read_in_the_form_with_the_reason_that_was_typed(
    desk: Browser, site: Site
) -> None:
    site.enable("poll")
    idea = site.submit("An open question")
    for to in ("screening", "accepted", "polling"):
        desk.submit(page_of(idea), "/etape", to=to, reason="Onwards.")
    answer = desk.submit(page_of(idea), "/etape", to="rejected", reason="A long explanation.")
    assert answer.status_code == 409
    assert "The poll is still open." in answer.text
    assert "A long explanation." in answer.text


def test_a_manager_who_is_late_is_told_where_the_idea_stands(
    desk: Browser, site: Site, idea: Idea, manager: Actor
) -> None:
    form = desk.read(page_of(idea)).form("/etape")
    with site.writing() as session:
        now = session.get_one(Idea, idea.id)
        change_stage(session, manager, site.service, frozenset(), now, "rejected", "It exists.")
    sent = form.filled({"to": "screening", "reason": "We read it."})
    answer = desk.post(form.action, data=sent)
    assert answer.status_code == 409
    assert "Non retenue" in answer.text
    assert "We read it." in answer.text


def test_readers_and_authors_see_no_form_to_decide(
    client: Browser, author: Browser, idea: Idea
) -> None:
    assert "/etape" not in client.get(page_of(idea)).text
    assert "/etape" not in author.get(page_of(idea)).text


def test_the_author_withdraws_on_a_page_that_says_what_it_means(
    author: Browser, site: Site, idea: Idea
) -> None:
    path = f"{LIST}{idea.id}/retirer"
    assert author.submit(path, "/retirer", reason="").status_code == 422
    assert author.submit(path, "/retirer", reason="It exists.").location == page_of(idea)
    gone = site.browser().get(page_of(idea))
    assert gone.status_code == 410
    assert "It exists." in gone.text
    assert idea.title not in gone.text


def test_a_rule_that_keeps_an_author_from_withdrawing_is_no_wrong_answer(
    author: Browser, site: Site, idea: Idea
) -> None:
    path = f"{LIST}{idea.id}/retirer"
    with site.writing() as session:
        session.get_one(Idea, idea.id).stage = REJECTED
    answer = author.submit(path, "/retirer", reason="It exists.")
    assert answer.status_code == 409
    assert "It exists." in answer.text


def test_a_moderator_hides_an_idea_and_shows_it_again(
    desk: Browser, client: Browser, idea: Idea
) -> None:
    desk.submit(f"/culture/gestion/idees/{idea.id}/masquer", "/masquer", reason="An advertisement.")
    gone = client.get(page_of(idea))
    assert gone.status_code == 410
    assert "An advertisement." in gone.text
    assert "Masquée" in desk.get("/culture/gestion/idees").text
    desk.submit(f"/culture/gestion/idees/{idea.id}/retablir", "/retablir", reason="It was none.")
    assert client.get(page_of(idea)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/culture/gestion/idees", "/culture/gestion/sujets", "/culture/gestion/idees/1/masquer"],
)
def test_managers_pages_are_closed_to_others(
    client: Browser, site: Site, people: Any, idea: Idea, path: str
) -> None:
    assert client.get(path).status_code == 302
    client.sign_in(people.citizen)
    assert client.get(path).status_code == 403


def test_managers_keep_the_lists_of_subjects_and_criteria(
    desk: Browser, client: Browser, site: Site, idea: Idea
) -> None:
    path = "/culture/gestion/sujets"
    page = desk.read(path)
    add = next(form for form in page.forms if form.action.endswith("/sujets"))
    desk.post(path, data=add.filled({"new-name": "Jardins"}))
    assert "Jardins" in client.get(LIST).text
    criterion = next(form for form in desk.read(path).forms if "/criteres/" in form.action)
    name = next(c.name for c in criterion.controls if c.name.endswith("-name"))
    desk.post(criterion.action, data=criterion.filled({name: "Sobriété"}))
    assert "Sobriété" in client.get(page_of(idea)).text


def test_the_latest_decision_stands_under_the_title_with_its_reason(
    site: Site, desk: Browser, client: Browser, idea: Idea, manager: Actor
) -> None:
    assert "idea-answer" not in client.get(page_of(idea)).text
    reasons = ["We look at it.", f"It exists <b>already</b>. {'Word ' * 90}"]
    for to, reason in zip(("screening", "rejected"), reasons, strict=True):
        with site.writing() as session:
            now = session.get_one(Idea, idea.id)
            change_stage(session, manager, site.service, frozenset(), now, to, reason)
    page = client.get(page_of(idea)).text
    answer = page[page.index("idea-answer") : page.index("idea__columns")]
    assert "It exists &lt;b&gt;already&lt;/b&gt;." in answer
    assert reasons[0] not in answer
    assert 'href="#history"' in answer, "a long one is read where the history tells it"
    assert page.index("</h1>") < page.index("idea-answer") < page.index("idea__main")
