"""Figures that watch nobody, and are true."""

import pytest
from sqlalchemy import select

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.web.tallies import write_tallies
from eak_newsletter import statistics
from eak_newsletter.issues import finding
from eak_newsletter.issues.views_total import Views
from eak_newsletter.readers import leaving
from tests.plugins.newsletter.conftest import Letters, Readers


def stop(site: Site, readers: Readers, address: str) -> None:
    found = readers.at(address)
    assert found is not None
    with site.writing() as session:
        leaving.stop(session, site.service, found.id, "link")


def test_who_joined_and_left_in_each_month_and_after_which_letter(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    for name in ("ada", "bob", "carl"):
        readers.take(f"{name}@example.org")
    letters.send(letters.ready())
    stop(site, readers, "ada@example.org")
    clock.advance(days=40)
    readers.take("dora@example.org")
    letters.send(letters.ready())
    stop(site, readers, "bob@example.org")
    stop(site, readers, "carl@example.org")
    site.drain()
    with site.reading() as session:
        months = statistics.growth(session, site.service.id, 1)
        assert [each[1:] for each in months[-2:]] == [(3, 1, 2), (1, 2, 1)]
        assert months[-3].readers == 0
        issues = session.scalars(finding.begun(site.service.id)).all()
        found = statistics.sent(session, site.service.id, issues)
        assert [(each.sent, each.left) for each in found] == [(3, 2), (3, 1)]
    site.replay("newsletter")
    with site.reading() as session:
        assert statistics.growth(session, site.service.id, 1) == months


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_figures_are_drawn_and_told(site: Site, letters: Letters, readers: Readers) -> None:
    write_tallies(site.app)  # what another test has read
    readers.take("ada@example.org")
    letters.send(letters.ready())
    browser = site.browser()
    browser.sign_in(site.people.manager)
    page = browser.get("/culture/gestion/lettre/chiffres")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "lues sur le site" not in page.text
    visitor = site.browser()
    for _time in range(2):
        visitor.get("/culture/lettre/1")
    visitor.head("/culture/lettre/1")
    with site.reading() as session:
        assert session.scalars(select(Views.views)).all() == [], (
            "a request that reads writes nothing"
        )
    for _time in range(2):
        write_tallies(site.app)
    visitor.get("/culture/lettre/1")
    write_tallies(site.app)
    with site.reading() as session:
        assert session.scalars(select(Views.views)).all() == [3]
    assert "lues sur le site" in browser.get("/culture/gestion/lettre/chiffres").text
    assert browser.get("/culture/gestion/lettre/chiffres/lecteurs.csv").status_code == 200
    assert site.browser().get("/culture/gestion/lettre/chiffres").status_code == 302
