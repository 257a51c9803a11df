"""Pictures and documents of ideas, from the form to the page."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_document, a_picture
from tests.core.files.sending import (
    addresses,
    describe_all,
    events,
    files,
    kept,
    submit,
)
from tests.proposing import begin

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_an_idea_is_submitted_with_files_which_appear_once_the_pictures_are_described(
    site: Site, author: Browser
) -> None:
    answer = submit(author, files=[a_picture(width=1200, height=900), a_document()])
    assert answer.status_code == 302
    assert answer.location.endswith("/fichiers")
    (drawn, document) = files(site)
    assert (drawn.kind, drawn.width, drawn.height) == ("picture", 1200, 900)
    assert (document.kind, document.name) == ("document", "plan.pdf")

    visitor = site.browser()
    page = visitor.read("/culture/idees/1-a-tool-library")
    assert "plan.pdf" in visitor.get("/culture/idees/1-a-tool-library").text
    assert "<picture>" not in visitor.get("/culture/idees/1-a-tool-library").text
    assert page

    author.submit(answer.location, "/fichiers", **{f"alt_{drawn.id}": "Drills on a shelf"})
    html = visitor.get("/culture/idees/1-a-tool-library").text
    assert 'alt="Drills on a shelf" width="960" height="720" loading="lazy"' in html
    assert "480w" in html
    assert "1600.webp 1200w" in html
    for address in addresses(html):
        assert visitor.get(address).status_code == 200
    assert events(site) == ["idea.submitted", "file.described"]


def test_the_pictures_that_are_served_are_those_that_were_drawn_and_say_how_long_they_hold(
    site: Site, author: Browser
) -> None:
    author.submit(
        submit(author, files=[a_picture(width=2000, height=1000)]).location,
        "/fichiers",
        alt_1="A shelf",
    )
    html = site.browser().get("/culture/idees/1-a-tool-library").text
    for address in addresses(html):
        answer = site.browser().get(address)
        shown = Image.open(BytesIO(answer.data))
        side = int(re.findall(r"/(\d+)\.", address)[0])
        assert shown.size == (side, side // 2)
        assert shown.get_format_mimetype() == answer.content_type
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        again = site.browser().get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_document_is_downloaded_and_never_opened_here(site: Site, author: Browser) -> None:
    submit(author, files=[a_document("Été “réel”.pdf")])
    (address,) = addresses(site.browser().get("/culture/idees/1-a-tool-library").text)
    answer = site.browser().get(address)
    assert answer.data == a_document().content
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%C3%89t%C3%A9%20" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_form_that_is_sent_again_doubles_no_file(site: Site, author: Browser) -> None:
    draft = begin(author)
    author.submit(f"{draft}/soumettre", "/soumettre")
    place = f"{draft}/modifier"
    form = author.read(place).form("/modifier")
    for _ in range(2):
        sent = form.filled({"files": [a_picture(), a_document()]})
        assert author.post(place, data=sent).status_code == 302
    assert len(files(site)) == 2
    assert len(kept(site)) == 3
    assert events(site).count("file.added") == 2
    with site.reading() as session:
        assert len(session.scalars(select(Idea)).all()) == 1


def test_feeds_and_exports_lead_to_the_files_that_everybody_sees(
    site: Site, author: Browser
) -> None:
    submit(author, files=[a_picture(), a_document("Le plan.pdf"), a_document("x", b"2")])
    reader = site.browser()
    (record,) = reader.get("/culture/idees.json").json["ideas"]
    assert record["pictures"] == record["picture_descriptions"] == []
    describe_all(author, site)
    (record,) = reader.get("/culture/idees.json").json["ideas"]
    assert record["picture_descriptions"] == ["Picture 1"]
    assert len(record["documents"]) == 2
    for address in (*record["pictures"], *record["documents"]):
        assert reader.get(address.removeprefix("http://localhost")).status_code == 200
    feed = reader.get("/culture/idees.atom").text
    assert feed.count('rel="enclosure"') == 3
    assert 'title="Le plan.pdf"' in feed
    assert " | ".join(record["documents"]) in reader.get("/culture/idees.csv").text


def test_a_list_of_ideas_shows_the_first_picture_of_each_with_two_statements_for_all(
    site: Site, author: Browser, query_count: Any
) -> None:
    submit(author, files=[a_picture(), a_picture(colour="red")])
    describe_all(author, site)
    reader = site.browser()
    with query_count() as one:
        assert reader.get("/culture/idees/").text.count("<picture>") == 1
    for number in range(2, 5):
        answer = submit(author, title=f"Idea {number}", files=[a_picture()])
        said = {f"alt_{number + 1}": "Something"}
        author.submit(answer.location, "/fichiers", **said)
    with query_count() as several:
        assert reader.get("/culture/idees/").text.count("<picture>") == 4
    assert several.count == one.count
