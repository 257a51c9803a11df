"""Readers write to whoever runs the site; what is still to be said of it is counted."""

import json

import pytest
from sqlalchemy import select

from eak_core.duties.gaps import duties
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.composing import compose
from eak_core.letters.message import Claimed
from eak_core.letters.models import OutboxMessage
from tests.core.desk import signed_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

TYPED = {
    "about": "question",
    "message": "La page des idées\nest-elle ouverte aux enfants ?",
    "name": "Une lectrice",
    "email": "Lectrice@Exemple.FR ",
}


@pytest.fixture
def site(sites: Sites) -> Site:
    return sites.make(
        (), contact_email="contact@site.example", data_protection_email="dpo@site.example"
    )


def waiting(site: Site) -> list[OutboxMessage]:
    with site.reading() as session:
        return list(session.scalars(select(OutboxMessage)))


def test_a_message_reaches_who_runs_the_site_whose_answer_reaches_who_wrote_it(
    site: Site, client: Browser
) -> None:
    for _ in range(2):  # sent again by going back: once is enough
        assert client.submit("/contact", **TYPED).status_code == 302
    (message,) = waiting(site)
    payload = json.loads(message.payload)
    mail = compose(Claimed(1, "k", "mail", payload), "EAK <nul@site.example>", "site.example")
    assert mail.to == "contact@site.example"
    assert b"\r\nReply-To: lectrice@exemple.fr\r\n" in mail.content
    assert "est-elle ouverte aux enfants" in payload["text"]
    assert "Une lectrice" in payload["text"]
    assert "lectrice" not in message.dedupe_key


def test_what_is_about_personal_data_reaches_the_officer(site: Site, client: Browser) -> None:
    client.submit("/contact", **TYPED | {"about": "data"})
    (message,) = waiting(site)
    assert json.loads(message.payload)["to"] == "dpo@site.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"email": "=?utf-8?q?b=40c.org?=@exemple.fr"},
        {"email": ""},
        {"message": "\u200b"},
        {"message": "a" * 5_001},
        {"about": "x"},
    ],
)
def test_what_is_no_message_is_refused_and_kept_on_the_page(
    site: Site, client: Browser, wrong: dict[str, str]
) -> None:
    page = client.submit("/contact", **TYPED | wrong)
    assert page.status_code == 422
    assert "Une lectrice" in page.text
    assert waiting(site) == []


def test_an_account_need_not_say_again_who_it_is(site: Site, people: People) -> None:
    browser = signed_in(site, people.citizen)
    assert f'value="{people.citizen.email}"' in browser.get("/contact").text


class TestNothingIsSaidYet:
    """A site that was just made."""

    @pytest.fixture
    def site(self, sites: Sites) -> Site:
        return sites.make(())

    def test_nobody_can_write_and_it_is_said(self, site: Site, client: Browser) -> None:
        page = client.get("/contact")
        assert "contact_email" in page.text
        assert "<textarea" not in page.text

    def test_administrators_read_how_much_is_missing_and_where_it_is_written(
        self, site: Site, people: People
    ) -> None:
        browser = signed_in(site, people.administrator)
        owed = duties(site.app.extensions["eak_config"])
        assert f"{len(owed)} things that the law asks" in browser.get("/admin/?lang=en").text
        page = browser.get("/admin/obligations").text
        assert page.count("Still to be written") == len(owed)
        for duty in owed:
            assert f"<code>{duty.setting}</code>" in page


def test_what_a_service_for_others_is_called_is_in_no_plan(site: Site, client: Browser) -> None:
    assert site.service.slug == "culture"
    site.add_service("inside", audience="internal")
    page = client.get("/plan-du-site").text
    assert 'href="/culture/"' in page
    assert "inside" not in page


@pytest.mark.parametrize("path", ["/nowhere", "/culture/gestion/"])
def test_a_page_that_refuses_leads_to_somebody(client: Browser, path: str) -> None:
    page = client.get(path, follow_redirects=True).text
    assert 'href="/contact"' in page
