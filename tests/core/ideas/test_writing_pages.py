"""The pages on which ideas are written, step by step, and what becomes of what was typed."""

from random import Random
from string import ascii_letters
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.ideas.content.begun import begun
from eak_core.ideas.models import Criterion, Idea
from eak_core.ideas.proposing.proposals import Proposal
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.site import Site
from eak_core.web.drafts import keep_draft
from tests.core.ideas.pages_of_ideas import LIST, NEW, page_of
from tests.proposing import begin

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_visitor_begins_and_finds_what_they_wrote_once_they_are_signed_in(
    site: Site, people: Any
) -> None:
    assert site.service
    browser = site.browser()
    form = browser.read(NEW).form("/nouvelle")
    wrong = browser.post(NEW, data=form.filled({"title": "T" * 151, "body": "My long text."}))
    assert wrong.status_code == 422
    assert "My long text." in wrong.text
    said = {"title": "A bench", "problem": "Nowhere\r\nto sit.", "body": "<b>Oak</b>."}
    led = browser.post(NEW, data=form.filled(said))
    assert led.status_code == 302
    assert "/connexion?next=/culture/idees/nouvelle" in led.headers["Location"]
    assert "gardée dans ce navigateur" in browser.get("/compte/connexion").text
    other = site.browser()
    other.sign_in(people.manager)
    assert "A bench" not in other.get(NEW).text
    browser.sign_in(people.citizen)
    shown = browser.read(NEW)
    assert "Voici ce qui a été commencé" in shown.text
    again = shown.form("/nouvelle").filled({})
    assert again["title"] == ["A bench"]
    assert browser.post(NEW, data=again).status_code == 302
    with site.reading() as session:
        [idea] = session.scalars(select(Idea))
        assert (idea.title, idea.problem, idea.body) == (
            "A bench",
            "Nowhere\nto sit.",
            "<b>Oak</b>.",
        )
        assert idea.author_id == people.citizen.id
    assert "A bench" not in browser.get(NEW).text


def test_what_was_begun_in_a_browser_is_forgotten_by_a_button(site: Site, people: Any) -> None:
    assert site.service
    browser = site.browser()
    browser.submit(NEW, "/nouvelle", title="A bench")
    browser.sign_in(people.manager)
    browser.submit(NEW, "/commencee")
    assert "A bench" not in browser.get(NEW).text


def test_what_a_visitor_began_and_is_too_long_for_a_browser_stays_in_the_form(site: Site) -> None:
    assert site.service
    browser, chance = site.browser(), Random(7)
    form = browser.read(NEW).form("/nouvelle")
    long = " ".join(
        chance.choices(["".join(chance.choices(ascii_letters, k=9)) for _ in "x" * 400], k=900)
    )
    said = {"title": "A bench", "problem": "Nowhere to sit.", "body": long}
    answer = browser.post(NEW, data=form.filled(said))
    assert answer.status_code == 403
    assert long in answer.text
    assert "dans un autre onglet" in answer.text
    with site.reading() as session:
        assert session.scalars(select(Idea)).all() == []


@pytest.mark.parametrize(
    "kept",
    [
        None, 7, [], "x", {"title": 3}, {"title": "x" * 151}, {"subjects": ["x"]},
        {"subjects": list(range(9))}, {"statements": {"1": "x" * 1_501}}, {"unknown": "x" * 9},
        {"communes": ["92050"] * 201},
    ],
)  # fmt: skip
def test_what_a_browser_kept_is_read_like_a_form(site: Site, kept: Any) -> None:
    with site.app.test_request_context("/"):
        keep_draft(f"idea.{site.service.id}", kept)
        assert begun(site.service) in (None, Proposal())


def test_a_citizen_writes_in_steps_each_saved_by_itself_and_submits_what_they_have_read(
    author: Browser, site: Site, ideas: Any, events: Any
) -> None:
    assert site.service
    answer = author.submit(NEW, "/nouvelle", title="Half an idea")
    (draft,) = ideas()
    steps = f"{LIST}{draft.id}/ecrire/"
    last = f"{LIST}{draft.id}/soumettre"
    assert answer.location == f"{steps}details"
    answer = author.submit(f"{steps}details", "/ecrire/", action="later", needs="A ladder.")
    assert answer.location == f"{LIST}les-miennes"
    assert "Half an idea" in author.get(answer.location).text
    with site.reading() as session:
        criterion = session.scalars(select(Criterion.id)).first()
    statement = {f"criterion_{criterion}": "It pays."}
    assert author.submit(f"{steps}details", "/ecrire/", **statement).location == f"{steps}lieu"
    assert author.submit(f"{steps}lieu", "/ecrire/", communes=["92050"]).location == last

    lacking = author.read(last)
    assert "le problème auquel elle répond" in lacking.text
    sent = author.post(last, data=lacking.form("/soumettre").filled({}))
    assert (sent.status_code, ideas()[0].stage) == (422, "draft")
    assert author.get(f"{LIST}{draft.id}/modifier").location == f"{steps}essentiel"
    author.submit(f"{steps}essentiel", "/ecrire/", problem="It is hot.", body="Plant trees.")
    shown = author.get(last).text
    for said in ("Half an idea", "It is hot.", "Plant trees.", "A ladder.", "It pays.", "Nanterre"):
        assert said in shown, said
    assert events() == []
    answer = author.submit(last, "/soumettre")
    (idea,) = ideas()
    assert answer.location == page_of(idea)
    assert (idea.title, idea.needs, idea.stage) == ("Half an idea", "A ladder.", "submitted")
    assert events() == ["idea.submitted"]
    for path in (f"{steps}details", last):
        assert author.get(path).status_code == 302, "it leads to where it stands now"


def test_a_step_keeps_what_was_typed_once_the_sign_in_has_run_out_and_shows_nothing_of_the_draft(
    author: Browser, site: Site, ideas: Any
) -> None:
    assert site.service
    draft = begin(author, title="Secretword")
    visitor = site.browser()
    token = {"csrf_token": visitor.read(NEW).form("/nouvelle").filled({})["csrf_token"]}
    for path in (f"{draft}/ecrire/essentiel", f"{LIST}99/ecrire/essentiel"):
        answer = visitor.post(path, data={**token, "body": ["My long text."]})
        assert answer.status_code == 403, path
        assert "dans un autre onglet" in answer.text, path
        assert "My long text." in answer.text, path
        assert "Secretword" not in answer.text
        assert "/connexion" in visitor.get(path).location
    assert ideas()[0].body != "My long text."
    for path in (f"{draft}/ecrire/ailleurs", f"{LIST}99/ecrire/essentiel", f"{LIST}99/soumettre"):
        assert author.get(path).status_code == 404, path


def test_what_is_submitted_is_what_its_author_has_read(
    author: Browser, site: Site, ideas: Any
) -> None:
    assert site.service
    draft = begin(author)
    shown = author.read(f"{draft}/soumettre").form("/soumettre").filled({})
    author.submit(f"{draft}/ecrire/essentiel", "/ecrire/", body="Lend them twice.")
    answer = author.post(f"{draft}/soumettre", data=shown)
    assert (answer.status_code, ideas()[0].stage) == (409, "draft")
    assert "Lend them twice." in answer.text


def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    author: Browser, site: Site, ideas: Any
) -> None:
    assert site.service
    answer = author.submit(NEW, "/nouvelle", title="T" * 151, body="My long text.")
    assert answer.status_code == 422
    kept = Page(answer.text).form("/nouvelle").filled({})
    assert kept["title"] == ["T" * 151]
    assert kept["body"] == ["My long text."]
    assert ideas() == []


def test_a_double_click_makes_one_idea(
    author: Browser, site: Site, ideas: Any, events: Any
) -> None:
    assert site.service
    form = author.read(NEW).form("/nouvelle")
    sent = form.filled({"title": "Once", "problem": "P", "body": "B"})
    answers = [author.post(NEW, data=sent) for _time in range(2)]
    assert answers[0].location == answers[1].location
    last = str(answers[0].location).replace("/ecrire/details", "/soumettre")
    sent = author.read(last).form("/soumettre").filled({})
    answers = [author.post(last, data=sent) for _time in range(2)]
    assert answers[0].location == answers[1].location
    assert len(ideas()) == 1
    assert events() == ["idea.submitted"]


def test_an_expired_sign_in_keeps_everything_that_was_typed(
    author: Browser, people: Any, site: Site, ideas: Any
) -> None:
    assert site.service
    form = author.read(NEW).form("/nouvelle")
    sent = form.filled({"title": "Kept", "problem": "P", "body": "My text."})
    with author.session_transaction() as cookie:
        for name in [name for name in cookie if name != "csrf_token"]:
            del cookie[name]
    answer = author.post(NEW, data=sent)
    assert "/compte/connexion" in answer.headers["Location"]
    assert ideas() == []
    author.sign_in(people.citizen)
    kept = author.read(NEW).form("/nouvelle").filled({})
    assert (kept["title"], kept["body"]) == (["Kept"], ["My text."])


def test_a_form_without_its_token_writes_nothing(
    author: Browser, site: Site, ideas: Any, idea: Idea
) -> None:
    for path, sent in (
        (NEW, {"title": "T", "problem": "P", "body": "B"}),
        (f"{LIST}{idea.id}/retirer", {"reason": "R"}),
        (f"{LIST}{idea.id}/etape", {"to": "screening", "reason": "R"}),
    ):
        assert author.post(path, data=sent).status_code == 400
    assert [each.stage for each in ideas()] == ["submitted"]


def test_twenty_megabytes_are_refused(author: Browser, site: Site, ideas: Any) -> None:
    assert site.service
    form = author.read(NEW).form("/nouvelle")
    answer = author.post(NEW, data=form.filled({"body": "x" * 20_000_000}))
    assert answer.status_code == 413
    parts = form.filled({}) | {"body": ["x" * 900_000] * 3}
    answer = author.post(NEW, data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert ideas() == []


@pytest.mark.parametrize("hostile", ["a\x00b", "a\u202eb", "a\ud7ffb\x1bc"])
def test_a_title_with_hidden_characters_is_shown_again_without_them(
    author: Browser, site: Site, ideas: Any, hostile: str
) -> None:
    assert site.service
    answer = author.submit(NEW, "/nouvelle", title=hostile, problem="P", body="B")
    assert answer.status_code in {302, 422}
    for idea in ideas():
        assert not set("\x00\u202e\x1b") & set(idea.title)


def test_submissions_are_limited(sites: Any, plugins: Any) -> None:
    site = sites.make(plugins, rate_limits=True)
    browser = site.browser()
    assert site.service
    browser.sign_in(site.people.citizen)
    draft = begin(browser)
    sent = browser.read(f"{draft}/soumettre").form("/soumettre").filled({})
    statuses = [browser.post(f"{draft}/soumettre", data=sent).status_code for _n in range(12)]
    assert statuses[0] == 302
    assert statuses[-1] == 429
