"""Accounts: joined, signed in to and out of, and their passwords."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import argon2.low_level
import pytest
from flask import Flask
from sqlalchemy import func, select

from eak_core.app import create_app
from eak_core.config import load
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import AGENT_DOMAIN, People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.models import OutboxMessage
from eak_core.people.models import Person
from eak_core.services.models import Service
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

Count = Callable[[], AbstractContextManager[Queries]]

# Joining


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


# Signing in


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    site: Site, people: People, client: Browser
) -> None:
    email = str(people.citizen.email)
    answers = [
        sign_in(client, email, "not the password"),
        sign_in(client, "nobody@example.org", "not the password"),
    ]
    blank = re.compile(r'value="[^"]*"')
    known, unknown = (blank.sub("", answer.text) for answer in answers)
    assert known == unknown
    assert {answer.status_code for answer in answers} == {422}


def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(
    people: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes time is the hash, so it is made for both; counted, since a clock proves little."""
    hashed: list[str] = []

    for name in ("hash_secret", "verify_secret"):
        original = getattr(argon2.low_level, name)

        def counting(*args: Any, of: Callable[..., Any] = original, **kwargs: Any) -> Any:
            hashed.append(of.__name__)
            return of(*args, **kwargs)

        monkeypatch.setattr(argon2.low_level, name, counting)
    counts = []
    for address in (str(people.citizen.email), "nobody@example.org"):
        hashed.clear()
        sign_in(client, address, "not the password")
        counts.append(len(hashed))
    assert counts[0] == counts[1] > 0


def test_signing_in_begins_a_new_session(site: Site, people: People, client: Browser) -> None:
    with client.session_transaction() as before:
        before["planted"] = "by a stranger"
    client.get("/compte/connexion")
    with client.session_transaction() as before:
        token = before["csrf_token"]
    client.sign_in(people.citizen)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token
        assert after["_user_id"] == account(site, str(people.citizen.email)).fs_uniquifier


def test_signing_in_leaves_a_date_and_reading_leaves_nothing(
    site: Site, people: People, client: Browser, query_count: Count
) -> None:
    client.sign_in(people.citizen)
    assert account(site, str(people.citizen.email)).last_login_at is not None
    with query_count() as queries:
        client.get("/")
        client.get("/compte/")
        client.get("/compte/connexion")
    assert not [each for each in queries.statements if not each.lstrip().startswith("SELECT")]


def test_a_request_of_a_signed_in_person_costs_three_queries_more(
    site: Site, service: Service, people: People, client: Browser, query_count: Count
) -> None:
    client.get("/culture/")
    with query_count() as visitor:
        client.get("/culture/")
    client.sign_in(people.manager)
    client.get("/culture/")
    with query_count() as manager:
        client.get("/culture/")
    # Who it is, the bell, and whether they follow the service.
    assert manager.count == visitor.count + 3


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "http:evil.example",
    ],
)
def test_signing_in_never_leads_away_from_the_site(
    people: People, client: Browser, target: str
) -> None:
    answer = sign_in(client, str(people.citizen.email), next=target)
    if answer.status_code == 302:
        # Browsers take a backslash for a slash.
        there = urljoin("http://localhost/compte/connexion", answer.location.replace("\\", "/"))
        assert urlsplit(there).netloc == "localhost"
    else:
        assert answer.status_code == 422
    answer = client.get("/compte/connexion", query_string={"next": target})
    assert "evil" not in str(answer.location)


@pytest.mark.parametrize("database", ["sqlite"])
def test_signing_in_leads_back_to_where_it_was_needed(people: People, client: Browser) -> None:
    asked = client.get("/compte/effacer")
    assert asked.location == "/compte/connexion?next=/compte/effacer"
    form = client.read(asked.location).form("/connexion")
    answer = client.post(
        form.action, data=form.filled({"email": people.citizen.email, "password": PASSWORD})
    )
    assert answer.location == "/compte/effacer"


@pytest.mark.parametrize("database", ["sqlite"])
def test_signing_out_takes_a_post_with_a_token(people: People, client: Browser) -> None:
    client.sign_in(people.citizen)
    assert client.get("/compte/deconnexion").status_code == 405
    assert client.post("/compte/deconnexion").status_code == 400
    assert client.get("/compte/").status_code == 200
    client.sign_out()
    assert client.get("/compte/").status_code == 302


def test_signing_out_ends_the_session_wherever_its_cookie_was_copied_to(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    copied = client.get_cookie("eak")
    assert copied is not None
    thief, elsewhere = site.browser(), site.browser()
    elsewhere.sign_in(people.citizen)
    thief.set_cookie("eak", copied.value)
    assert thief.get("/compte/").status_code == 200
    client.sign_out()
    assert thief.get("/compte/").status_code == 302
    assert elsewhere.get("/compte/").status_code == 200, "another browser stays signed in"
    client.sign_in(people.citizen)
    assert client.get("/compte/").status_code == 200
    assert thief.get("/compte/").status_code == 302


@pytest.mark.parametrize("missing", ["eak_session", "eak_used"])
def test_a_cookie_from_before_sessions_were_rows_signs_nobody_in(
    people: People, client: Browser, missing: str
) -> None:
    client.sign_in(people.citizen)
    with client.session_transaction() as kept:
        del kept[missing]
    assert client.get("/compte/").status_code == 302


def test_a_closed_account_is_signed_out_at_once(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    with site.writing() as session:
        session.get_one(Person, people.citizen.id).active = False
    assert client.get("/compte/").status_code == 302
    assert sign_in(client, str(people.citizen.email)).status_code == 422


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("body", ["{", "[1]", '{"email": ["x"]}', '{"email": 1, "password": {}}'])
def test_the_account_pages_take_forms_and_no_json(client: Browser, body: str) -> None:
    for path in ("/compte/connexion", "/compte/inscription", "/compte/mot-de-passe"):
        answer = client.post(path, data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_token_in_an_address_or_header_signs_anybody_in(
    site: Site, people: People, app: Flask, client: Browser
) -> None:
    with app.test_request_context():
        person = account(site, str(people.citizen.email))
        token = person.get_auth_token()
    assert client.get(f"/compte/?auth_token={token}").status_code == 302
    headers = {"Authentication-Token": token}
    assert client.get("/compte/", headers=headers).status_code == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_attempts_at_signing_in_are_counted(sites: Sites, database: str) -> None:
    client = sites.make((), rate_limits=True).browser()
    codes = [sign_in(client, password="not the password").status_code for _time in range(11)]
    assert codes == [422] * 10 + [429]
    # What was typed can be sent later: nothing else is blocked.
    assert client.get("/compte/connexion").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("email", ["camille.citizen@example.org", "nobody@example.org"])
def test_attempts_at_one_account_are_counted_from_however_many_computers(
    sites: Sites, database: str, email: str
) -> None:
    site = sites.make((), rate_limits=True)
    assert site.people.citizen.email == "camille.citizen@example.org"
    wrong = {"password": "not the password"}

    def attempt(computer: int, email: str) -> int:
        client = site.browser()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{computer}"
        return sign_in(client, email, **wrong).status_code

    codes = [attempt(number, email) for number in range(31)]
    assert codes == [422] * 30 + [429]
    assert attempt(40, email.upper()) == 429
    assert attempt(41, "somebody.else@example.org") == 422


@pytest.mark.parametrize("database", ["sqlite"])
def test_attempts_refused_to_one_computer_do_not_keep_others_from_the_account(
    sites: Sites, database: str
) -> None:
    site = sites.make((), rate_limits=True)
    email, wrong = str(site.people.citizen.email), {"password": "not the password"}
    one, other = site.browser(), site.browser()
    codes = [sign_in(one, email, **wrong).status_code for _time in range(35)]
    assert codes == [422] * 10 + [429] * 25
    other.environ_base["REMOTE_ADDR"] = "192.0.2.2"
    assert sign_in(other, email).status_code == 302


# Passwords


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

    monkeypatch.setattr("eak_core.people.security.hash_password", fail)
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
    monkeypatch.setattr("eak_core.people.security.send_letter", fail)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    new = "another good sentence"
    values = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post(path, data=form.filled(values)).status_code == 500
    assert sign_in(site.browser(), str(people.citizen.email)).status_code == 302
