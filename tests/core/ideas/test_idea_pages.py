"""The pages of ideas, as readers, authors and managers meet them."""

import csv
import io
from random import Random
from string import ascii_letters
from typing import Any

import pytest
from sqlalchemy import select

from eak_core import clock
from eak_core.ideas.content.begun import begun
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Criterion, Idea
from eak_core.ideas.proposing.proposals import (
    Origin,
    Proposal,
    import_idea,
    save_draft,
    submit_idea,
)
from eak_core.ideas.stages import REJECTED
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_core.web.drafts import keep_draft
from tests.proposing import begin

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

LIST = "/culture/idees/"
NEW = "/culture/idees/nouvelle"
SECRET = "Secretword"


def page_of(idea: Idea) -> str:
    """The address of an idea's page."""
    return f"/culture/idees/{idea.id}-{idea.slug}"


@pytest.fixture
def author(client: Browser, people: Any) -> Browser:
    """The browser of the citizen, signed in."""
    client.sign_in(people.citizen)
    return client


@pytest.fixture
def desk(site: Site, people: Any) -> Browser:
    """The browser of the manager, signed in."""
    browser = site.browser()
    assert site.service
    browser.sign_in(people.manager)
    return browser


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


def test_the_page_shows_everything_that_was_said_and_where_the_idea_stands(
    site: Site, client: Browser, citizen: Actor, manager: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
        idea = session.get_one(Idea, saved.id)
        change_stage(
            session, manager, site.service, frozenset(), idea, "rejected", "It **exists**."
        )
    page = client.get(page_of(idea)).text
    for said in (
        proposal.title, proposal.problem, "<strong>prêter</strong>", proposal.needs,
        proposal.elsewhere, proposal.existing, "Nanterre", "Tiers-lieux", "Camille Citizen",
        *proposal.statements.values(), "Non retenue", "It <strong>exists</strong>.", "Manon",
    ):  # fmt: skip
        assert said in page.replace("&#39;", "'"), said


def test_the_criteria_are_shown_side_by_side_and_never_as_one_figure(
    client: Browser, idea: Idea
) -> None:
    page = client.get(page_of(idea)).text
    assert page.count('class="idea-profile"') == 4
    assert "moyenne" not in page


def test_a_former_title_leads_to_the_present_address(client: Browser, idea: Idea) -> None:
    for path in (f"{LIST}{idea.id}", f"{LIST}{idea.id}-former", f"{LIST}{idea.id}-a/.."):
        answer = client.get(path)
        if answer.status_code != 404:
            assert (answer.status_code, answer.location) == (301, page_of(idea))


@pytest.mark.parametrize(
    "path",
    [
        f"{LIST}0", f"{LIST}99", f"{LIST}{10**30}-x", f"{LIST}-1-x", f"{LIST}٣-x", f"{LIST}1e3-x",
        f"{LIST}?page=0", f"{LIST}?page=-1", f"{LIST}?page=999999999999", f"{LIST}?page=x",
        f"{LIST}99/modifier", "/culture/gestion/idees/99/masquer",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client: Browser, idea: Idea, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {403, 404, 302}, answer.status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "etape=nowhere",
        "sujet=nothing",
        "commune=75056",
        "tri=random",
        f"q={'x' * 101}",
        "etape=%E2%80%AE",
    ],
)
def test_a_filter_that_does_not_exist_is_an_error_with_what_was_typed(
    client: Browser, idea: Idea, query: str
) -> None:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert idea.title in answer.text


def test_filters_narrow_the_list_without_regard_to_case_and_accents(
    site: Site, client: Browser, citizen: Actor, manager: Actor, proposal: Proposal, idea: Idea
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
        change_stage(
            session, manager, site.service, frozenset(), session.get_one(Idea, saved.id),
            "screening", "We read it.",
        )  # fmt: skip
    site.drain()
    for query in (
        "q=ECOLE", "q=outiltheque+%C3%A9cole", "etape=screening", "sujet=tiers-lieux",
        "commune=92050", "q=preter&commune=92012&sujet=toits-verts",
    ):  # fmt: skip
        page = client.get(f"{LIST}?{query}").text
        assert proposal.title in page, query
        assert idea.title not in page, query
    for query in ("q=%25", "q=_", "commune=92002"):
        assert "Aucune idée ne correspond" in client.get(f"{LIST}?{query}").text, query


def test_the_list_costs_the_same_statements_for_one_idea_and_for_twenty(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal
) -> None:
    site.enable("poll")
    counts = []
    for wanted in (1, 20):
        with site.writing() as session:
            for _number in range(wanted - len(counts)):
                submit_idea(session, citizen, site.service, proposal)
        client.get(LIST)
        with Queries(site.app) as queries:
            page = client.get(LIST).text
        counts.append(queries.count)
    assert page.count("seven &lt;b&gt;votes") == 20
    assert counts[0] == counts[1], counts


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


def test_scripts_are_inert_on_every_surface(site: Site, client: Browser, citizen: Actor) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    with site.writing() as session:
        saved = submit_idea(
            session, citizen, site.service, Proposal(title=attack, problem=attack, body=attack)
        )
    for path in (LIST, f"{LIST}{saved.id}-{saved.slug}", "/culture/idees.atom"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'href="javascript:' not in text
        assert not Page(text).inline


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


def _gone_and_private(site: Site, citizen: Actor, manager: Actor) -> list[int]:
    """A draft, a withdrawn idea and a hidden one, each with a word that must not be seen."""
    text = Proposal(title=SECRET, problem=SECRET, body=SECRET)
    with site.writing() as session:
        draft = save_draft(session, citizen, site.service, text)
        withdrawn = submit_idea(session, citizen, site.service, text)
        idea = session.get_one(Idea, withdrawn.id)
        withdraw_idea(session, citizen, site.service, frozenset(), idea, "It exists.")
        hidden = submit_idea(session, citizen, site.service, text)
        hide(session, manager, site.service, f"idea:{hidden.id}", "An advertisement.")
    return [draft.id, withdrawn.id, hidden.id]


def test_what_is_private_or_gone_is_on_no_surface(
    site: Site, client: Browser, idea: Idea, citizen: Actor, manager: Actor
) -> None:
    ids = _gone_and_private(site, citizen, manager)
    surfaces = [
        LIST, f"{LIST}?q={SECRET}", f"{LIST}?tri=title", "/culture/idees.atom",
        "/culture/idees.csv",
        "/culture/idees.csv?pour=tableur", "/culture/idees.json", "/culture/", "/",
        *(f"{LIST}{number}" for number in ids), *(f"{LIST}{number}-x" for number in ids),
        *(f"{LIST}{number}/modifier" for number in ids),
        *(f"{LIST}{number}/retirer" for number in ids),
    ]  # fmt: skip
    for path in surfaces:
        answer = client.get(path)
        asked = path.endswith(f"q={SECRET}")
        assert asked or SECRET.lower() not in answer.text.lower(), path
        assert SECRET.lower() not in (answer.location or "").lower(), path
    assert idea.title in client.get(LIST).text
    assert [client.get(f"{LIST}{number}").status_code for number in ids] == [404, 410, 410]


def test_a_draft_is_shown_to_its_author_alone_not_even_to_managers(
    site: Site, author: Browser, desk: Browser, citizen: Actor, manager: Actor
) -> None:
    draft, withdrawn, hidden = _gone_and_private(site, citizen, manager)
    assert SECRET in author.get(f"{LIST}{draft}", follow_redirects=True).text
    assert desk.get(f"{LIST}{draft}").status_code == 404
    for gone in (withdrawn, hidden):
        assert author.get(f"{LIST}{gone}").status_code == 410
        assert SECRET not in author.get(f"{LIST}{gone}").text


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


def test_every_control_of_every_page_has_a_name(desk: Browser, author: Browser, idea: Idea) -> None:
    for browser, path in (
        (author, LIST), (author, NEW), (author, f"{LIST}{idea.id}/modifier"),
        (author, f"{LIST}{idea.id}/retirer"), (author, f"{LIST}les-miennes"),
        (desk, page_of(idea)), (desk, "/culture/gestion/idees"), (desk, "/culture/gestion/sujets"),
        (desk, f"/culture/gestion/idees/{idea.id}/masquer"),
    ):  # fmt: skip
        page = browser.read(path)
        assert page.unlabelled() == [], path
        assert page.inline == [], path


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


@pytest.mark.parametrize(
    ("state", "shown"),
    [("rejected", "rejetée"), ("evaluating", "en cours"), ("chosen by lot", "chosen by lot")],
)
def test_an_imported_idea_shows_where_it_comes_from_without_the_plugin_that_brought_it(
    site: Site, client: Browser, manager: Actor, state: str, shown: str
) -> None:
    there = "https://ville.example/proposals/457"
    origin = Origin("decidim", "ville.example/457", there, votes=12, comments=3, state=state)
    with site.writing() as session:
        proposal = Proposal(title="From there")
        saved = import_idea(session, manager, site.service, proposal, origin, clock.now())
        assert saved
        idea = session.get_one(Idea, saved.id)
    page = " ".join(client.get(page_of(idea)).text.replace("\u202f", " ").split())
    for said in (f'href="{there}"', shown, "12 votes", "3 commentaires"):
        assert said in page, said


# At a glance ------------------------------------------------------------------------------------


def test_the_map_counts_public_ideas_by_commune_and_its_file_says_the_same(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        for _number in range(2):
            submit_idea(session, citizen, site.service, proposal)
        gone = submit_idea(session, citizen, site.service, proposal)
    with site.writing() as session:
        hide(session, Actor.system(), site.service, f"idea:{gone.id}", "Not this.")
    page = client.get("/culture/idees/carte").text
    assert "2 idées nomment des communes" in page
    rows = dict(list(csv.reader(io.StringIO(client.get("/culture/idees/carte.csv").text)))[1:])
    named = {"Boulogne-Billancourt", "Nanterre"}
    assert {name for name, count in rows.items() if count == "2"} == named
    assert sum(map(int, rows.values())) == 4
    assert len(rows) == 36
    drawing = client.get("/culture/idees/carte.svg")
    assert drawing.content_type == "image/svg+xml; charset=utf-8"
    assert "Nanterre" in drawing.text
    assert "localhost/culture/idees/carte" in drawing.text
    assert proposal.title not in page, "counts alone"


def test_the_path_of_an_idea_shows_the_stages_of_this_service_and_where_they_lead(
    site: Site, client: Browser, idea: Idea
) -> None:
    page = client.get("/culture/idees/parcours").text
    rows = list(csv.reader(io.StringIO(client.get("/culture/idees/parcours.csv").text)))[1:]
    assert ["Déposée", "1 idée", "À l’examen, Non retenue"] in rows
    assert ["Non retenue", "0 idée", "À l’examen"] in rows
    for title, _count, _leads in rows:
        assert f">{title}</text>" in page
    assert client.get("/culture/idees/parcours.svg").status_code == 200
    assert client.get("/culture/idees/parcours.png").status_code == 404


def test_what_an_internal_service_has_at_a_glance_is_for_its_agents(
    site: Site, client: Browser
) -> None:
    site.add_service("interne", audience="internal")
    for rest in ("carte", "carte.csv", "carte.svg", "parcours", "parcours.csv", "parcours.svg"):
        assert client.get(f"/interne/idees/{rest}").status_code == 404, rest
