"""Accounts are joined by the link in a letter, by whoever owns the address."""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eak_core.app import create_app
from eak_core.config import load
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import AGENT_DOMAIN, People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.models import OutboxMessage
from eak_core.people.models import Person
from tests.core.accounts import (
    ADDRESS,
    NAME,
    account,
    last_letter,
    link_in,
    register,
    sign_in,
    site_events,
)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_person_joins_by_the_link_in_the_mail_and_their_password(
    site: Site, client: Browser
) -> None:
    assert register(client).status_code == 302
    person = account(site)
    assert (person.name, person.confirmed_at, person.locale) == (NAME, None, "fr")
    assert sign_in(client).status_code == 422
    letter = last_letter(site)
    assert letter.to == ADDRESS
    assert letter.subject.startswith("Confirmez votre adresse")
    path = link_in(letter)

    assert NAME in client.get(path).text
    assert account(site).confirmed_at is None, "a link that a mail filter follows confirms nothing"
    assert site_events(site) == []

    assert client.submit(path, path, password="not the password").status_code == 422
    assert site_events(site) == []
    assert client.submit(path, path, password=PASSWORD).location == "/"
    assert site_events(site) == [("person.joined", f"person:{person.id}", person.id)]
    assert NAME in client.get("/compte/").text
    client.sign_out()
    assert sign_in(client).location == "/"
    client.sign_out()
    assert "confirmée" in client.get(path, follow_redirects=True).text
    assert len(site_events(site)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_password_is_kept_as_argon2_with_the_parameters_of_owasp(
    site: Site, tmp_path: Path
) -> None:
    # The kit hashes at less than full strength; this application is as an instance has it.
    settings = load(tmp_path, database_url=site.url, base_url="http://localhost", rate_limits=False)
    served = create_app(settings, plugins=(), testing=True)
    served.test_client_class = Browser
    register(served.test_client())  # type: ignore[arg-type]
    assert str(account(site).password).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b\u200b "),
        ("name", "x" * 81),
        ("name", "Zoé\u202eMartin"),
        ("name", "\u3164\u2800\u00ad"),
        ("email", ""),
        ("email", "zoe"),
        ("email", "zoe@example.org\nBcc: all@example.org"),
        ("email", f"{'x' * 300}@example.org"),
        ("email", "zoe\0@example.org"),
        ("email", "=?utf-8?q?victim=40evil.example=2c?=@example.org"),
        ("email", "=?utf-8?q?zoe?=@example.org"),
        ("password", ""),
        ("password", "too short"),
        ("password", "x" * 129),
        ("password", f"{PASSWORD}\0"),
        ("password_confirm", "another password"),
        ("next", "//evil.example/"),
    ],
)
def test_a_wrong_answer_is_said_and_what_was_typed_is_kept(
    site: Site, client: Browser, field: str, value: str
) -> None:
    answer = register(client, **{field: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    kept = ADDRESS if field == "name" else NAME
    assert kept in answer.text
    assert PASSWORD not in answer.text
    with site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_registering_a_known_address_looks_like_registering_a_new_one(
    site: Site, people: People, client: Browser
) -> None:
    new = register(client)
    seen_new = client.get("/compte/connexion").text
    other = site.browser()
    known = register(other, email=str(people.citizen.email).upper())
    seen_known = other.get("/compte/connexion").text
    assert (known.status_code, known.location) == (new.status_code, new.location)
    blank = re.compile(r'value="[^"]*"|[\w.]+@example\.org')
    assert blank.sub("", seen_known) == blank.sub("", seen_new)
    letter = last_letter(site)
    assert letter.to == people.citizen.email
    assert "Il en existe déjà un" in letter.text


def test_a_stranger_is_not_written_what_somebody_typed_for_a_name(
    site: Site, client: Browser
) -> None:
    register(client, name="Win at http://evil.example today")
    client.submit("/compte/confirmation", "/confirmation", email=ADDRESS)
    client.submit("/compte/mot-de-passe", "/mot-de-passe", email=ADDRESS)
    site.drain()
    assert len(site.sent) == 3
    assert [each.text.split("\n\n")[0] for each in site.sent] == ["Bonjour,"] * 3


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_address_confirmed_by_its_owner_lets_nobody_in_who_registered_it_for_them(
    site: Site, client: Browser
) -> None:
    theirs = "the thief knows this"
    register(client, email=f"agathe@{AGENT_DOMAIN}", password=theirs, password_confirm=theirs)
    path = link_in(last_letter(site))
    owner = site.browser()
    page = owner.get(path)
    assert "/compte/mot-de-passe" in page.text, "the owner is shown how to have the account"
    for guess in ({}, {"password": PASSWORD}):
        assert owner.submit(path, path, **guess).status_code == 422
    assert account(site, f"agathe@{AGENT_DOMAIN}").confirmed_at is None
    assert sign_in(client, f"agathe@{AGENT_DOMAIN}", theirs).status_code == 422


@pytest.mark.parametrize("database", ["sqlite"])
def test_guesses_at_the_password_behind_a_link_are_counted(sites: Sites, database: str) -> None:
    site = sites.make((), rate_limits=True)
    client = site.browser()
    register(client)
    path = link_in(last_letter(site))
    codes = [client.submit(path, path, password="a wrong guess").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_confirming_an_account_signs_out_whoever_else_is_signed_in(
    site: Site, people: People, client: Browser
) -> None:
    register(client)
    path = link_in(last_letter(site))
    client.sign_in(people.citizen)
    assert client.submit(path, path, password=PASSWORD).location == "/"
    assert ADDRESS in client.get("/compte/").text


def test_whoever_registered_a_strangers_address_loses_it_to_its_owner(
    site: Site, client: Browser
) -> None:
    register(
        client,
        name="Thief",
        password="the thief knows this",
        password_confirm="the thief knows this",
    )
    owner = site.browser()
    register(owner, name="Owner")
    path = link_in(last_letter(site))
    answer = owner.submit(path, path, password=PASSWORD, password_confirm=PASSWORD)
    assert answer.status_code == 302
    assert account(site).confirmed_at is not None
    assert [name for name, *_rest in site_events(site)] == ["person.joined"]
    assert sign_in(client, password="the thief knows this").status_code == 422
    assert sign_in(owner).status_code == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_link_with_a_wrong_or_old_token_says_so_and_offers_another(
    site: Site, client: Browser
) -> None:
    register(client)
    path = link_in(last_letter(site))
    for wrong in (f"{path}x", "/compte/confirmation/nothing"):
        assert "pas valable" in client.get(wrong, follow_redirects=True).text
    assert account(site).confirmed_at is None
    client.submit("/compte/confirmation", "/confirmation", email=ADDRESS)
    again = link_in(last_letter(site))
    assert client.submit(again, again, password=PASSWORD).status_code == 302
    assert account(site).confirmed_at is not None


def test_the_links_in_mail_lead_to_the_site_whatever_host_the_request_claims(
    site: Site, people: People, client: Browser
) -> None:
    headers = {"Host": "evil.example"}
    page = client.get("/compte/mot-de-passe", headers=headers)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    client.post(
        "/compte/mot-de-passe",
        data={"email": people.citizen.email, "csrf_token": token[1]},
        headers=headers,
    )
    site.drain()
    for letter in site.sent:
        assert "evil.example" not in letter.text
