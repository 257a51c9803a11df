"""An issue: gathered by itself, edited by a person, frozen once, and without what is hidden."""

import re

import msgspec
import pytest

from eak_core.api import Actor, Conflict, Forbidden, Refused
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_document, a_picture
from eak_core.moderation.decisions import hide
from eak_newsletter.deliveries import running
from eak_newsletter.issues import composing, editing, freezing
from eak_newsletter.issues.content import Content, Told, read, sections, written
from eak_newsletter.issues.rendering import paragraphs
from eak_newsletter.issues.tables import Issue
from tests.plugins.newsletter.conftest import Letters

DESK = "/culture/gestion/lettre"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"])


def test_a_letter_is_written_alike_and_its_digest_tells_any_change() -> None:
    told = (Told("ideas", "idea:1", "One"), Told("", "x", "Two"))
    content = Content("culture", 3, "S", "I", "a", "b", told)
    text, digest = written(content)
    assert read(text) == content
    assert written(read(text)) == (text, digest)
    assert written(msgspec.structs.replace(content, intro="J"))[1] != digest
    assert content.without(lambda _story: False) is content
    assert [e.title for e in content.without(lambda story: story.owner == "").stories] == ["One"]


def test_stories_stand_under_their_headings_in_the_order_of_the_first() -> None:
    stories = [
        Told("a", "1", "One", heading="Results"),
        Told("", "2", "Mine"),
        Told("b", "3", "Three", heading="Results"),
    ]
    assert [(name, [each.title for each in told]) for name, told in sections(stories)] == [
        ("Results", ["One", "Three"]), ("", ["Mine"]),
    ]  # fmt: skip
    assert paragraphs("one\ntwo\n\n \nthree ") == ["one two", "three"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_issue_gathers_what_happened_since_the_last_one(
    site: Site, letters: Letters, clock: FrozenClock
) -> None:
    letters.accept("A tool library")
    clock.advance(hours=1)
    first = letters.compose()
    assert letters.titles(first) == ["Une nouvelle idée : « A tool library »"]
    letters.accept("A night bus")
    clock.advance(hours=1)
    again = letters.compose()
    assert again == first  # the draft there is, brought up to date
    assert len(letters.titles(first)) == 2
    letters.freeze(first)
    letters.accept("A shared garden")
    clock.advance(hours=1)
    second = letters.compose()
    assert second != first
    assert letters.titles(second) == ["Une nouvelle idée : « A shared garden »"]


@on_sqlite
def test_what_an_editor_left_out_moved_or_rewrote_stays_so_when_more_is_gathered(
    site: Site, letters: Letters, clock: FrozenClock
) -> None:
    for title in ("One", "Two", "Three"):
        letters.accept(title)
    clock.advance(hours=1)
    issue = letters.compose()
    stories = letters.stories(issue)
    letters.act(editing.leave_out, issue, stories[0].id, True)
    letters.act(editing.move, issue, stories[2].id, -1)
    letters.act(editing.rewrite, issue, stories[1].id, title="Mine", text="A\n\nB")
    letters.act(editing.rewrite, issue, None, title="Added", text="")
    before = letters.titles(issue)
    assert before[1:] == ["Mine", "Added"]
    assert before[0] in stories[2].title.replace("\u202f", " ")
    letters.compose()
    assert letters.titles(issue) == before


def test_an_issue_is_frozen_once_and_then_nobody_changes_it(site: Site, letters: Letters) -> None:
    issue = letters.compose()
    letters.freeze(issue)
    with pytest.raises(Conflict):
        letters.freeze(issue)
    with pytest.raises(Conflict):
        letters.act(editing.reword, issue, subject="Other", intro="")
    with site.reading() as session:
        frozen = session.get_one(Issue, issue)
        assert frozen.content is not None
        assert (frozen.number, written(read(frozen.content))[1]) == (1, frozen.digest)


def test_of_two_who_freeze_at_once_one_is_refused(site: Site, letters: Letters) -> None:
    issue = letters.compose()
    with site.app.test_request_context(), site.writing() as session:
        # Read before the other froze it.
        assert session.get_one(Issue, issue).state == "draft"
        if session.get_bind().dialect.name == "sqlite":
            freezing.freeze(session, Actor.system(), site.service, issue)
        else:
            letters.freeze(issue)
            with pytest.raises(Conflict):
                freezing.freeze(session, Actor.system(), site.service, issue)


@on_sqlite
def test_what_is_hidden_after_composing_or_freezing_is_not_in_the_letter(
    site: Site, letters: Letters, clock: FrozenClock
) -> None:
    ideas = [letters.accept(title) for title in ("One", "Two", "Three")]
    clock.advance(hours=1)
    issue = letters.compose()

    def hide_it(idea: Idea) -> None:
        with site.writing() as session:
            hide(session, Actor.system(), site.service, f"idea:{idea.id}", "Not ours.")

    hide_it(ideas[0])
    letters.freeze(issue)
    assert letters.content(issue) == ["« Three »", "« Two »"]
    hide_it(ideas[1])
    assert letters.content(issue) == ["« Three »"]


@on_sqlite
def test_only_those_who_run_the_service_compose(site: Site) -> None:
    for person in (site.people.citizen, site.people.agent):
        with pytest.raises(Forbidden), site.writing() as session:
            composing.compose(session, site.people.actor(person), site.service)
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    assert browser.get(f"{DESK}/").status_code == 403


@on_sqlite
def test_a_letter_is_edited_looked_at_tried_and_frozen_on_its_pages(
    site: Site, letters: Letters, clock: FrozenClock
) -> None:
    letters.accept("A <b>tool</b> library")
    clock.advance(hours=1)
    browser = site.browser()
    browser.sign_in(site.people.manager)
    page = browser.submit(f"{DESK}/", "composer").headers["Location"]
    browser.submit(f"{page}/modifier", "", subject="Autumn", intro="Hello.\n\nAgain.")
    browser.submit(f"{page}/ajouter", "", title="Come", text="On Monday.")
    for look, said in (("", "Autumn"), ("telephone", "360px"), ("sombre", "@media all")):
        letter = browser.get(f"{page}/apercu?vue={look}")
        assert said in letter.text
        assert "A &lt;b&gt;tool&lt;/b&gt; library" in letter.text
        assert "default-src 'none'" in letter.headers["Content-Security-Policy"]
        assert '<html lang="fr"' in letter.text
        assert len(letter.data) < 100_000
        assert "<img" not in letter.text
    text = browser.get(f"{page}/apercu?vue=texte")
    assert text.mimetype == "text/plain"
    assert "* Come\n  On Monday." in text.text
    browser.submit(page, "essai")
    site.drain()
    [sent] = site.sent
    assert sent.to == site.people.manager.email
    assert sent.subject == "Essai\u202f: Autumn"
    assert browser.submit(f"{page}/figer", "figer").status_code == 302
    assert browser.get(f"{page}/modifier").status_code == 200
    assert browser.submit(f"{page}/modifier", "", subject="Winter", intro="").status_code == 409


@on_sqlite
def test_a_picture_is_described_stands_in_the_letter_and_is_for_all_once_it_leaves(
    site: Site, letters: Letters
) -> None:
    issue = letters.compose()
    letters.act(editing.rewrite, issue, None, title="Come", text="On Monday.")
    [story] = letters.stories(issue)
    browser, visitor = site.browser(), site.browser()
    browser.sign_in(site.people.manager)
    page, files = f"{DESK}/{issue}", f"{DESK}/nouvelles/{story.id}/images"
    refused = browser.submit(files, "images", files=[a_document()])
    assert refused.status_code == 422
    assert "seules les images" in refused.text
    browser.submit(files, "images", files=[a_picture()])
    assert "<img" not in browser.get(f"{page}/apercu").text, "nobody has said what it shows"
    browser.submit(files, "images", alt_1="A <green> roof")
    seen = browser.get(f"{page}/apercu").text
    [address] = re.findall(r'<img src="http://localhost(/[^"]+)" alt="A &lt;green&gt; roof"', seen)
    words = browser.get(f"{page}/apercu?vue=sans-images").text
    assert "<img" not in words
    assert "A &lt;green&gt; roof" in words
    assert "[A <green> roof]" in browser.get(f"{page}/apercu?vue=texte").text
    assert browser.get(address).status_code == 200
    assert visitor.get(address).status_code == 404, "it is a draft"
    browser.submit(f"{page}/figer", "figer")
    assert browser.submit(files, "images", alt_1="A grey roof").status_code == 409
    letters.act(running.begin, issue)
    answer = visitor.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (
        f'src="http://localhost{address}" alt="A &lt;green&gt; roof"'
        in visitor.get("/culture/lettre/1").text
    )
    with site.app.test_request_context(), site.writing() as session:
        hide(session, Actor.system(), site.service, "file:1", "Not ours.")
    assert "<img" not in letters.written(issue).html
    assert address not in visitor.get("/culture/lettre/1").text


@on_sqlite
def test_a_letter_that_mail_programs_would_cut_off_is_not_frozen(
    site: Site, letters: Letters
) -> None:
    issue = letters.compose()
    for number in range(60):
        letters.act(editing.rewrite, issue, None, title=f"T{number}", text="x " * 900)
    with pytest.raises(Refused, match="too long"):
        letters.freeze(issue)


@on_sqlite
def test_an_archived_service_writes_no_letters(site: Site, letters: Letters) -> None:
    issue = letters.compose()
    letters.archive_service()
    for act in (letters.compose, lambda: letters.freeze(issue)):
        with pytest.raises(Refused):
            act()
