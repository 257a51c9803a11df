"""The guides of those who run a service or the site stand in their pages, which lead to them."""

import re

import pytest

from eak_core.admin import guide
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from tests.core.desk import signed_in

sqlite = pytest.mark.parametrize("database", ["sqlite"])


@sqlite
def test_every_page_that_a_section_helps_with_exists(sites: Sites) -> None:
    app = sites.make().app
    known = {*app.view_functions, *app.blueprints}
    assert set(guide.helping()) <= known
    assert len(guide.helping()) > 30


@sqlite
def test_a_page_leads_to_its_section_of_the_guide(site: Site, people: People) -> None:
    manager = signed_in(site, people.manager)
    page = manager.get("/culture/gestion/idees?lang=fr").text
    (place,) = re.findall(r'<a href="([^"]+)">Aide sur cette page', page)
    assert place == "/culture/gestion/aide#les-etapes-d-une-idee"
    shown = manager.get("/culture/gestion/aide").text
    assert 'id="les-etapes-d-une-idee"' in shown
    assert shown.count("<h2 id=") == len(guide.sections("managing"))
    assert "/admin/aide" not in shown
    # Not as it is written: wrapped, with links into the documentation, with comments and pictures.
    assert "helps:" not in shown
    assert "](" not in shown
    assert "<br>" not in shown[shown.index("<article") : shown.index("</article")]
    administrator = signed_in(site, people.administrator)
    page = administrator.get("/admin/obligations?lang=fr").text
    assert 'href="/admin/aide#les-obligations-du-site"' in page
    own = administrator.get("/admin/aide").text
    assert 'id="les-obligations-du-site"' in own
    assert "les-etapes-d-une-idee" not in own
    # Administrators read both, from each to the other.
    (other,) = re.findall(r'href="(/admin/aide/[^"]+)"', own)
    assert 'id="les-etapes-d-une-idee"' in administrator.get(other).text
    assert 'href="/admin/aide"' in administrator.get("/culture/gestion/aide").text


@sqlite
def test_the_guide_is_for_those_whom_it_helps(site: Site, people: People) -> None:
    assert site.service.slug == "culture"
    citizen = signed_in(site, people.citizen)
    assert citizen.get("/culture/gestion/aide").status_code == 403
    assert citizen.get("/admin/aide").status_code == 403
    assert "/admin/aide" not in signed_in(site, people.manager).get("/admin/obligations").text
    for own in ("/admin/aide", "/admin/aide/gerer-un-service"):
        assert signed_in(site, people.manager).get(own).status_code == 403
    assert "Aide sur cette page" not in citizen.get("/culture/?lang=fr").text


def test_words_are_put_together_again_and_lists_are_kept() -> None:
    text = "One\ntwo.\n\n- three\n  four\n- five\n\n| a | b |\n|---|---|\n| c | d |\n"
    html = guide._section("Title", text).html
    assert "<p>One two.</p>" in html
    assert "three four" in html
    assert html.count("<li>") == 2
    assert "<td>c</td>" in html
