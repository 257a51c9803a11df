"""Passwords: forgotten, changed, and what that ends."""

import re
from typing import Any

import pytest

from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from tests.core.accounts import last_letter, link_in, sign_in


def test_a_forgotten_password_is_replaced_once_by_the_link_in_the_mail(
    site: Site, people: People, client: Browser
) -> None:
    email = str(people.citizen.email)
    elsewhere = site.browser()
    elsewhere.sign_in(people.citizen)
    client.submit("/compte/mot-de-passe", "/mot-de-passe", email=email)
    path = link_in(last_letter(site))
    new = {"password": "another good sentence", "password_confirm": "another good sentence"}
    assert client.submit(path, path, **new).status_code == 302
    assert last_letter(site).subject.startswith("Votre mot de passe a été changé")
    assert elsewhere.get("/compte/").status_code == 302, "other sessions end"
    assert sign_in(client, email).status_code == 422
    assert sign_in(client, email, "another good sentence").status_code == 302
    client.sign_out()
    assert "a déjà servi" in client.get(path, follow_redirects=True).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_asking_for_a_new_password_says_nothing_about_the_address(
    site: Site, people: People, client: Browser
) -> None:
    pages = []
    for email in (str(people.citizen.email), "nobody@example.org"):
        answer = client.submit("/compte/mot-de-passe", "/mot-de-passe", email=email)
        pages.append(re.sub(r'value="[^"]*"|[\w.]+@example\.org', "", answer.text))
    assert pages[0] == pages[1]
    site.drain()
    assert [letter.to for letter in site.sent] == [people.citizen.email]


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    site: Site, people: People, client: Browser
) -> None:
    elsewhere = site.browser()
    for browser in (client, elsewhere):
        browser.sign_in(people.citizen)
    path = "/compte/changer-de-mot-de-passe"
    new = {"new_password": "another good sentence", "new_password_confirm": "another good sentence"}
    assert client.submit(path, path, password="wrong", **new).status_code == 422
    assert elsewhere.get("/compte/").status_code == 200
    assert client.submit(path, path, password=PASSWORD, **new).status_code == 302
    assert client.get("/compte/").status_code == 200
    assert elsewhere.get("/compte/").status_code == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_letter_is_in_the_language_of_whoever_receives_it(
    site: Site, people: People, client: Browser
) -> None:
    with site.writing() as session:
        session.get_one(Person, people.citizen.id).locale = "en"
    client.submit("/compte/mot-de-passe", "/mot-de-passe", email=people.citizen.email)
    assert last_letter(site).subject.startswith("Choose a new password")


def test_a_letter_that_is_not_committed_never_leaves(
    site: Site, people: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("eak_core.people.signing_in.signals.hash_password", fail)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.submit("/compte/mot-de-passe", "/mot-de-passe", email=people.citizen.email)
    assert answer.status_code == 500
    site.drain()
    assert site.sent == []


def test_a_change_of_password_that_breaks_halfway_changes_nothing(
    site: Site, people: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("the letter cannot be written")

    client.sign_in(people.citizen)
    path = "/compte/changer-de-mot-de-passe"
    form = client.read(path).form(path)
    monkeypatch.setattr("eak_core.people.signing_in.security.send_letter", fail)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    new = "another good sentence"
    values = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post(path, data=form.filled(values)).status_code == 500
    assert sign_in(site.browser(), str(people.citizen.email)).status_code == 302
