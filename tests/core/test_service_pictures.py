"""The picture of a service: chosen by those who run it, seen by those who may see the service."""

import re

import pytest
from sqlalchemy import select

from eak_core.errors import Forbidden, Invalid
from eak_core.events.models import EventLog
from eak_core.files.models import StoredFile
from eak_core.files.staging import stage_file
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_picture, picture
from eak_core.portal.picture import change_picture, pictures_of, remove_picture
from eak_core.services.models import Service

PAGE = "/culture/gestion/image"
SOURCE = re.compile(r'(?:src|srcset)="(/[\w-]+/fichiers/[^" ]+)')


def choose(site: Site, raw: bytes | None, alt: str | None, service: Service | None = None) -> None:
    manager = site.people.actor(site.people.administrator)
    with site.app.test_request_context(), site.writing() as session:
        staged = stage_file(raw, "p.png") if raw is not None else None
        change_picture(session, manager, service or site.service, staged, alt)


def shown(client: Browser, path: str) -> list[str]:
    """The addresses of pictures on a page."""
    return SOURCE.findall(client.get(path).text)


def test_a_service_has_one_picture_with_its_words_or_none(site: Site) -> None:
    with pytest.raises(Invalid):
        choose(site, None, "A hall")
    choose(site, picture(), "A hall")
    choose(site, picture(colour="navy"), "A *library*")
    choose(site, None, None)
    with site.reading() as session:
        (file,) = session.scalars(select(StoredFile)).all()
        assert (file.alt, file.decorative, file.is_shown) == ("", True, True)
    for _time in range(2):
        choose(site, picture(colour="navy"), "A library")
    with site.reading() as session:
        told = select(EventLog).where(EventLog.type == "service.picture_changed")
        assert len(session.scalars(told).all()) == 4, "what stays as it is, is no change"
        found = pictures_of(session, [site.service.id])
        assert [each.alt for each in found.values()] == ["A library"]
    citizen = site.people.actor(site.people.citizen)
    with site.writing() as session:
        with pytest.raises(Forbidden):
            remove_picture(session, citizen, site.service)
        remove_picture(session, site.people.actor(site.people.manager), site.service)
        assert not pictures_of(session, [site.service.id])


@pytest.mark.parametrize("database", ["sqlite"])
def test_it_is_sent_described_and_taken_away_by_those_who_run_the_service(site: Site) -> None:
    desk, visitor = site.browser(), site.browser()
    desk.sign_in(site.people.manager)
    assert visitor.get(PAGE).status_code in {302, 403}
    for path in ("/", "/culture/"):
        assert not shown(visitor, path)
    assert desk.submit(PAGE, PAGE, files=[a_picture()], alt="").status_code == 422
    assert desk.submit(PAGE, PAGE, files=[a_picture()], alt="A <hall>").status_code == 302
    for path in ("/", "/culture/"):
        page = visitor.get(path).text
        assert 'alt="A &lt;hall&gt;"' in page, path
        for address in shown(visitor, path):
            assert visitor.get(address).content_type.startswith("image/"), address
    asked = desk.get(PAGE).text
    assert re.search(r'class="eak-ask".*?/retirer-image', asked, re.DOTALL)
    assert desk.submit(PAGE, PAGE, alt="A hall", decorative="y").status_code == 422
    assert desk.submit(PAGE, PAGE, alt="", decorative="y").status_code == 302
    assert 'alt=""' in visitor.get("/culture/").text
    addresses = shown(visitor, "/culture/")
    assert desk.submit(PAGE, "/retirer-image").status_code == 302
    for path in ("/", "/culture/"):
        assert not shown(visitor, path)
    assert {visitor.get(each).status_code for each in addresses} == {404}
    journal = desk.get("/culture/gestion/journal").text
    assert journal.count("L’image du service, ou ce qui la décrit, est modifiée") == 2
    assert journal.count("L’image du service est retirée") == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("audience", ["internal", "preparing"])
def test_whoever_may_not_see_the_service_sees_no_picture_of_it(site: Site, audience: str) -> None:
    hidden = site.add_service("coulisses", audience=audience)
    choose(site, picture(), "Behind the scenes", hidden)
    outside, inside = site.browser(), site.browser()
    outside.sign_in(site.people.citizen)
    inside.sign_in(site.people.administrator)
    addresses = shown(inside, "/coulisses/")
    assert addresses
    assert shown(inside, "/") == addresses
    assert not shown(outside, "/")
    for each in addresses:
        assert inside.get(each).headers["Cache-Control"] == "private, no-cache"
        assert outside.get(each).status_code == 404
