"""The discussion as readers, authors and moderators meet it: without any script."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from xml.etree import ElementTree as ET

import pytest

from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_discussion.comments import hide_comment, withdraw_comment
from eak_discussion.thread import CONVERSATIONS
from tests.plugins.discussion.conftest import Talk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="alert(1)">'


def test_a_citizen_comments_from_the_page_of_the_idea(
    client: Browser, people: People, talk: Talk
) -> None:
    client.sign_in(people.citizen)
    answer = client.submit(talk.path, "commenter", stance="against", body="Too **dear** for us.")
    [comment] = talk.all()
    assert answer.status_code == 302
    assert answer.location.endswith(f"{talk.path}#commentaire-{comment.id}")
    page = client.get(talk.path).text
    assert "Too <strong>dear</strong> for us." in page
    assert "Camille Citizen" in page
    assert "Contre" in page


def test_a_form_sent_twice_is_one_comment(client: Browser, people: People, talk: Talk) -> None:
    client.sign_in(people.citizen)
    form = client.read(talk.path).form("commenter")
    filled = form.filled({"body": "Once."})
    places = [client.post(form.action, data=filled).location for _time in range(2)]
    assert places[0] == places[1]
    assert len(talk.all()) == 1


def test_what_is_refused_is_shown_again_as_typed(
    client: Browser, people: People, talk: Talk
) -> None:
    client.sign_in(people.citizen)
    answer = client.submit(talk.path, "commenter", stance="for", body="x" * 4_001)
    assert answer.status_code == 422
    assert "x" * 4_001 in answer.text
    assert "aria-invalid" in answer.text
    assert talk.all() == []
    answer = client.submit(talk.path, "commenter", stance=None, body="I keep my words.")
    assert answer.status_code == 422
    assert "I keep my words." in answer.text


def test_visitors_read_everything_and_are_led_to_sign_in(client: Browser, talk: Talk) -> None:
    comment = talk.say()
    page = client.get(talk.path)
    assert "A good idea." in page.text
    assert f"/culture/discussion/idees/{talk.idea.id}/commenter" in page.text
    assert not [form for form in Page(page.text).forms if "commenter" in form.action]
    assert "Set-Cookie" not in page.headers
    for act in ("repondre", "modifier", "retirer", "masquer"):
        answer = client.get(f"/culture/discussion/commentaires/{comment.id}/{act}")
        assert answer.status_code in {302, 403}, act
        assert "A good idea." not in answer.text


def test_somebody_answers_and_the_answer_stands_below(
    client: Browser, people: People, talk: Talk
) -> None:
    comment = talk.say("The first word.")
    client.sign_in(people.agent)
    path = f"/culture/discussion/commentaires/{comment.id}/repondre"
    assert "The first word." in client.get(path).text
    client.submit(path, "repondre", stance="neutral", body="An answer.")
    html = client.get(talk.path).text
    assert re.search(
        rf'id="commentaire-{comment.id}".*<ol class="discussion-answers".*An answer\.', html, re.S
    )


def test_the_author_changes_and_withdraws(client: Browser, people: People, talk: Talk) -> None:
    comment = talk.say("First words.")
    client.sign_in(people.citizen)
    path = f"/culture/discussion/commentaires/{comment.id}"
    client.submit(f"{path}/modifier", "modifier", body="Second words.")
    page = client.get(talk.path).text
    assert "Second words." in page
    assert "(modifié)" in page
    client.submit(f"{path}/retirer", "retirer")
    page = client.get(talk.path).text
    assert "Second words." not in page
    assert "retiré par son auteur" in page


def test_after_five_minutes_the_form_says_what_can_still_be_done(
    client: Browser, people: People, talk: Talk, clock: FrozenClock
) -> None:
    comment = talk.say()
    client.sign_in(people.citizen)
    path = f"/culture/discussion/commentaires/{comment.id}/modifier"
    form = client.read(path).form("modifier")
    clock.advance(minutes=6)
    assert path not in client.get(talk.path).text
    answer = client.post(form.action, data=form.filled({"body": "Late words."}))
    assert answer.status_code == 409
    assert "5\u00a0minutes" in answer.text
    assert "Late words." in answer.text
    assert client.get(path).status_code == 409


def test_a_moderator_hides_and_restores_with_public_reasons(
    client: Browser, people: People, talk: Talk, site: Site
) -> None:
    comment = talk.say("Rude words.")
    talk.say("Polite answer.", answering=comment)
    client.sign_in(people.manager)
    path = f"/culture/discussion/commentaires/{comment.id}"
    client.submit(f"{path}/masquer", "masquer", reason="An insult.")
    for reader in (client, site.browser()):
        page = reader.get(talk.path).text
        assert "Rude words." not in page
        assert "An insult." in page
        assert "Polite answer." in page
    answer = client.get(f"{path}/retablir")
    assert "Rude words." in answer.text
    client.submit(f"{path}/retablir", "retablir", reason="Taken too strictly.")
    assert "Rude words." in site.browser().get(talk.path).text


def test_moderation_pages_are_for_moderators_alone(
    client: Browser, people: People, talk: Talk, manager: Actor
) -> None:
    comment = talk.say("Rude words.")
    talk.act(hide_comment, manager, comment, "An insult.")
    client.sign_in(people.agent)
    path = f"/culture/discussion/commentaires/{comment.id}"
    for act in ("masquer", "retablir"):
        answer = client.get(f"{path}/{act}")
        assert answer.status_code == 403
        assert "Rude words." not in answer.text


def test_hidden_and_withdrawn_words_are_nowhere(
    client: Browser, talk: Talk, site: Site, citizen: Actor, manager: Actor
) -> None:
    hidden, withdrawn = talk.say("Hidden words."), talk.say("Withdrawn words.")
    talk.act(hide_comment, manager, hidden, "An insult.")
    talk.act(withdraw_comment, citizen, withdrawn)
    site.drain()
    for path in (
        talk.path,
        "/culture/",
        "/culture/discussion/",
        "/culture/discussion/commentaires.atom",
        "/culture/donnees/commentaires.csv",
        "/culture/idees/",
        "/culture/idees.json",
        "/culture/idees.csv",
        "/culture/idees.atom",
        f"/culture/discussion/commentaires/{hidden.id}",
        f"/culture/discussion/commentaires/{withdrawn.id}",
    ):
        page = client.get(path, follow_redirects=True)
        assert page.status_code == 200, path
        assert "Hidden words" not in page.text, path
        assert "Withdrawn words" not in page.text, path
    assert client.get("/culture/donnees/commentaires.json").get_json()["comments"] == []
    feed = client.get("/culture/discussion/commentaires.atom").text
    assert "An insult." in feed
    assert "retiré par son auteur" in feed


def test_an_idea_that_is_gone_takes_its_comments_along(
    client: Browser, talk: Talk, site: Site, manager: Actor
) -> None:
    comment = talk.say("Under a hidden idea.")
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{talk.idea.id}", "Not an idea.")
    lists = ("discussion/", "discussion/commentaires.atom", "donnees/commentaires.csv")
    for path in ("/culture/", *(f"/culture/{each}" for each in lists)):
        assert "Under a hidden idea." not in client.get(path).text
    assert client.get(f"/culture/discussion/commentaires/{comment.id}").status_code == 404
    assert client.get(talk.path).status_code == 410


def test_what_people_write_cannot_act(client: Browser, talk: Talk, manager: Actor) -> None:
    talk.say(HOSTILE)
    talk.act(hide_comment, manager, talk.say("Rude."), HOSTILE)
    for path in (talk.path, "/culture/", "/culture/discussion/"):
        page = client.get(path).text
        assert "alert(1)" in page, path
        assert "<script>" not in page, path
        assert 'href="javascript' not in page, path
        assert "<img src=x" not in page, path
        assert Page(page).inline == []
    entries = ET.fromstring(  # noqa: S314 – our own answer
        client.get("/culture/discussion/commentaires.atom").data
    ).findall(f"{ATOM}entry")
    for entry in entries:
        content = entry.findtext(f"{ATOM}content") or ""
        assert "<script" not in content
        assert "<img" not in content


def test_the_feed_is_atom_with_absolute_lasting_addresses(client: Browser, talk: Talk) -> None:
    comment = talk.say("Words & <signs>.", "against")
    feed = ET.fromstring(  # noqa: S314 – our own answer
        client.get("/culture/discussion/commentaires.atom").data
    )
    [entry] = feed.findall(f"{ATOM}entry")
    assert (
        entry.findtext(f"{ATOM}id")
        == f"http://localhost/culture/discussion/commentaires/{comment.id}"
    )
    assert "Words &amp; &lt;signs&gt;." in (entry.findtext(f"{ATOM}content") or "")
    assert entry.find(f"{ATOM}category").attrib["term"] == "against"  # type: ignore[union-attr]


def test_an_internal_service_keeps_its_comments_to_itself(
    client: Browser, site: Site, people: People, talk: Talk
) -> None:
    talk.say("Between us.")
    with site.writing() as session:
        session.get_one(type(site.service), site.service.id).audience = "internal"
    feed = client.get("/culture/discussion/commentaires.atom")
    assert feed.status_code == 404
    client.sign_in(people.citizen)
    for path in ("/culture/discussion/", talk.path, "/culture/discussion/commentaires/1"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Between us." not in answer.text


def test_pages_of_conversations_and_their_lasting_addresses(
    client: Browser, talk: Talk, clock: FrozenClock
) -> None:
    said = []
    for number in range(CONVERSATIONS + 3):
        said.append(talk.say(f"Comment number {number}."))
        clock.advance(minutes=1)
    first, second = client.get(talk.path).text, client.get(f"{talk.path}?page=2").text
    assert f"Comment number {CONVERSATIONS + 2}." in first
    assert "Comment number 2." not in first
    assert "Comment number 2." in second
    assert f"{talk.path}?page=2#discussion" in first
    place = client.get(f"/culture/discussion/commentaires/{said[1].id}").location
    assert place.endswith(f"{talk.path}?page=2#commentaire-{said[1].id}")
    place = client.get(f"/culture/discussion/commentaires/{said[-1].id}").location
    assert place.endswith(f"{talk.path}#commentaire-{said[-1].id}")


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "9" * 30, "١"])
def test_a_page_of_conversations_that_does_not_exist_leaves_the_idea_readable(
    client: Browser, talk: Talk, site: Site, number: str
) -> None:
    talk.say()
    page = client.get(f"{talk.path}?page={number}")
    assert page.status_code == 200
    assert "A good idea." in page.text
    with site.reading() as session:
        from eak_core.plugins.per_service.models import PluginFault

        assert session.query(PluginFault).count() == 0


def test_where_nobody_has_commented_nothing_is_asked_about_comments_but_that(
    client: Browser, talk: Talk, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with query_count() as queries:
        assert client.get(talk.path).status_code == 200
    asked = [each for each in queries.statements if "root_id IN" in each or "_setting" in each]
    assert len(asked) == 1, asked


def test_the_queries_of_a_page_do_not_grow_with_the_comments(
    client: Browser,
    talk: Talk,
    site: Site,
    manager: Actor,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    def asked(path: str) -> int:
        client.get(path)
        with query_count() as queries:
            assert client.get(path).status_code == 200
        return queries.count

    pages = "/culture/", "/culture/discussion/", "/culture/discussion/commentaires.atom"
    paths = (talk.path, *pages)
    root = talk.say()
    talk.say(answering=root)
    talk.act(hide_comment, manager, talk.say(), "An insult.")
    before = [asked(path) for path in paths]
    for _more in range(8):
        parent = talk.say()
        for _answer in range(3):
            parent = talk.say(answering=parent, author=manager)
    assert [asked(path) for path in paths] == before


def test_lists_say_how_many_comments_there_are(
    client: Browser, talk: Talk, site: Site, manager: Actor
) -> None:
    talk.say(stance="for")
    talk.say(stance="against")
    talk.act(hide_comment, manager, talk.say(stance="for"), "An insult.")
    quiet = site.submit("A quiet idea")
    site.drain()
    assert "2\u00a0commentaires" in client.get("/culture/idees/").text
    record, other = client.get("/culture/idees.json").json["ideas"]  # type: ignore[index]
    assert {key: record[key] for key in record if key.startswith("discussion.")} == {
        "discussion.comments": 2,
        "discussion.for": 1,
        "discussion.neutral": 0,
        "discussion.against": 1,
    }
    assert other["id"] == quiet.id
    assert other["discussion.comments"] == 0
    assert "discussion.comments" in client.get("/culture/idees.csv").text


def test_comments_are_limited_in_number(sites: object, plugins: list[str]) -> None:
    site = sites.make(plugins, rate_limits=True)  # type: ignore[attr-defined]
    site.enable("discussion")
    talk = Talk(site, site.submit())
    client = site.browser()
    client.sign_in(site.people.citizen)
    answers = [
        client.submit(talk.path, "commenter", body=f"Number {number}.") for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Number 10." in answers[-1].text
    assert len(talk.all()) == 10


def test_off_means_gone_and_on_again_means_back(client: Browser, talk: Talk, site: Site) -> None:
    talk.say("Kept words.")
    site.disable("discussion")
    page = client.get(talk.path).text
    assert "Kept words." not in page
    assert "discussion" not in page.lower()
    assert client.get("/culture/discussion/").status_code == 404
    site.enable("discussion")
    assert "Kept words." in client.get(talk.path).text


def test_drafts_have_no_discussion(client: Browser, site: Site, people: People, talk: Talk) -> None:
    with site.writing() as session:
        idea = session.get_one(Idea, talk.idea.id)
        idea.stage, idea.submitted_at = "draft", None
    client.sign_in(people.citizen)
    assert 'id="discussion"' not in client.get(talk.path).text


@pytest.mark.parametrize("reader", ["visitor", "citizen", "author"])
def test_an_empty_form_does_not_bring_back_hidden_words(
    client: Browser, people: People, talk: Talk, manager: Actor, agent: Actor, reader: str
) -> None:
    author = people.actor(people.citizen) if reader == "author" else agent
    comment = talk.say("Words that nobody may read.", author=author)
    talk.act(hide_comment, manager, comment, "Insulting.")
    if reader != "visitor":
        client.sign_in(people.citizen)
    page = client.read("/" if reader != "visitor" else "/compte/connexion")
    form = page.form("/compte/deconnexion" if reader != "visitor" else "/compte/connexion")
    sent = {"csrf_token": form.filled({})["csrf_token"][0]}
    answer = client.post(f"/culture/discussion/commentaires/{comment.id}/modifier", data=sent)
    assert answer.status_code >= 400
    assert "nobody may read" not in answer.text
