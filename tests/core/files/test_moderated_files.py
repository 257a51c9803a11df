"""A picture or a document that moderators hide, with a public reason, and show again."""

from io import BytesIO
from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_document, a_picture
from tests.core.files.sending import PAGE, addresses, describe_all, events, submit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(site: Site, author: Browser, people: Any) -> Browser:
    """The browser of the manager, where an idea has a picture and a document."""
    submit(author, files=[a_picture(), a_document()])
    describe_all(author, site)
    browser = site.browser()
    browser.sign_in(people.manager)
    return browser


def test_a_hidden_picture_is_replaced_by_the_reason_and_comes_back(
    site: Site, desk: Browser, author: Browser
) -> None:
    shown = addresses(site.browser().get(PAGE).text)
    assert "/culture/gestion/fichiers/1/masquer" in desk.get(PAGE).text
    assert "/masquer" not in author.get(PAGE).text
    answer = desk.submit("/culture/gestion/fichiers/1/masquer", "/masquer", reason="A face.")
    assert answer.location == PAGE
    page = site.browser().get(PAGE).text
    assert "A face." in page
    assert "<picture>" not in page
    of_it = [each for each in shown if "document" not in each]
    for browser in (site.browser(), author):
        assert {browser.get(each).status_code for each in of_it} == {404}
    assert desk.get(of_it[0]).status_code == 200
    # The author cannot put it back by sending it again.
    author.submit("/culture/idees/1/fichiers", "/fichiers", files=[a_picture()])
    assert "<picture>" not in site.browser().get(PAGE).text

    desk.submit("/culture/gestion/fichiers/1/retablir", "/retablir", reason="They agreed.")
    assert addresses(site.browser().get(PAGE).text) == shown
    assert events(site)[-1] == "file.described"


def test_only_moderators_hide_and_only_what_is_there(
    site: Site, desk: Browser, author: Browser
) -> None:
    assert author.get("/culture/gestion/fichiers/1/masquer").status_code == 403
    assert site.browser().get("/culture/gestion/fichiers/1/masquer").status_code == 302
    assert desk.get("/culture/gestion/fichiers/3/masquer").status_code == 404
    assert desk.get("/culture/gestion/fichiers/1/retablir").status_code == 404
    site.add_service("autre", "Autre")
    assert desk.get("/autre/gestion/fichiers/1/masquer").status_code == 403


def test_an_author_takes_a_file_away_once_the_idea_is_examined_but_adds_none(
    site: Site, desk: Browser, author: Browser
) -> None:
    desk.submit(PAGE, "/etape", to="screening", reason="Let us see.")
    page = author.read("/culture/idees/1/fichiers").form("/fichiers")
    sent = page.filled({"remove_2": True})
    assert author.post("/culture/idees/1/fichiers", data=sent).status_code == 302
    assert "plan.pdf" not in site.browser().get(PAGE).text
    assert "<picture>" in site.browser().get(PAGE).text
    new = author.read("/culture/idees/1/fichiers").form("/fichiers").filled({})
    new["files"] = [(BytesIO(a_document().content), "new.pdf")]
    assert author.post("/culture/idees/1/fichiers", data=new).status_code == 409


def test_a_description_is_needed_for_each_picture_that_stays(
    site: Site, desk: Browser, author: Browser
) -> None:
    answer = author.submit("/culture/idees/1/fichiers", "/fichiers", alt_1="  ")
    assert answer.status_code == 422
    assert 'id="alt_1-error"' in answer.text
    answer = author.submit("/culture/idees/1/fichiers", "/fichiers", alt_1="", remove_1=True)
    assert answer.status_code == 302
    assert "<picture>" not in site.browser().get(PAGE).text
