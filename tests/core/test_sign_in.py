"""Accounts: signed in to and out of."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urljoin, urlsplit

import argon2.low_level
import pytest
from flask import Flask

from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.models import Person
from eak_core.services.models import Service
from tests.core.accounts import account, sign_in

Count = Callable[[], AbstractContextManager[Queries]]


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
