"""Accounts: joined, signed in to, changed, copied and erased; and roles."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import argon2.low_level
import pytest
from flask import Flask
from sqlalchemy import func, select

from eak_core import clock as platform_clock
from eak_core.errors import Forbidden, Invalid, NotFound, Refused
from eak_core.events import SITE
from eak_core.events.models import EventLog, OutboxMessage
from eak_core.events.outbox import enqueue_mail
from eak_core.people import roles
from eak_core.people.accounts import change_profile, create_person, find_person, person_since
from eak_core.people.actor import actor_for
from eak_core.people.models import Person, RoleGrant
from eak_core.people.personal_data import (
    PersonalData,
    erase_person,
    export_person,
    register_personal_data,
)
from eak_core.permissions import Actor, may
from eak_core.services.models import Service
from eak_core.testing.browser import PASSWORD, Browser
from eak_core.testing.people import AGENT_DOMAIN, People
from eak_core.testing.queries import Queries
from eak_core.testing.site import Sent, Site
from eak_core.testing.sites import Sites

Count = Callable[[], AbstractContextManager[Queries]]

NAME, ADDRESS = "Zoé Martin", "zoe@example.org"


def register(browser: Browser, **values: Any) -> Any:
    answers = {
        "name": NAME,
        "email": ADDRESS,
        "password": PASSWORD,
        "password_confirm": PASSWORD,
        **values,
    }
    return browser.submit("/compte/inscription", "/inscription", **answers)


def sign_in(browser: Browser, email: str = ADDRESS, password: str = PASSWORD, **more: Any) -> Any:
    return browser.submit("/compte/connexion", "/connexion", email=email, password=password, **more)


def last_letter(site: Site) -> Sent:
    site.drain()
    return site.sent[-1]


def link_in(letter: Sent) -> str:
    found = re.search(r"http://localhost(/compte/\S+)", letter.text)
    assert found, letter.text
    return found[1]


def account(site: Site, email: str = ADDRESS) -> Person:
    with site.reading() as session:
        return session.scalars(select(Person).where(Person.email == email)).one()


def site_events(site: Site) -> list[tuple[str, str, int | None]]:
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.subject, EventLog.actor_id)
            .where(EventLog.service_id == SITE)
            .order_by(EventLog.position)
        )
        return [(row.type, row.subject, row.actor_id) for row in rows]


# Joining


def test_a_person_joins_by_the_link_in_the_mail_and_its_button(site: Site, client: Browser) -> None:
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

    assert client.submit(path, path).location == "/compte/connexion"
    assert site_events(site) == [("person.joined", f"person:{person.id}", person.id)]
    assert sign_in(client).location == "/"
    assert NAME in client.get("/").text
    client.sign_out()
    assert "confirmée" in client.get(path, follow_redirects=True).text
    assert len(site_events(site)) == 1


def test_the_password_is_kept_as_argon2_with_the_parameters_of_owasp(
    site: Site, client: Browser
) -> None:
    register(client)
    assert str(account(site).password).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b\u200b "),
        ("name", "x" * 81),
        ("name", "Zoé\u202eMartin"),
        ("email", ""),
        ("email", "zoe"),
        ("email", "zoe@example.org\nBcc: all@example.org"),
        ("email", f"{'x' * 300}@example.org"),
        ("email", "zoe\0@example.org"),
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
    assert client.submit(again, again).status_code == 302
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


def test_a_request_of_a_signed_in_person_costs_one_query_more(
    site: Site, service: Service, people: People, client: Browser, query_count: Count
) -> None:
    client.get("/culture/")
    with query_count() as visitor:
        client.get("/culture/")
    client.sign_in(people.manager)
    client.get("/culture/")
    with query_count() as manager:
        client.get("/culture/")
    assert manager.count == visitor.count + 1


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


def test_signing_in_leads_back_to_where_it_was_needed(people: People, client: Browser) -> None:
    asked = client.get("/compte/effacer")
    assert asked.location == "/compte/connexion?next=/compte/effacer"
    form = client.read(asked.location).form("/connexion")
    answer = client.post(
        form.action, data=form.filled({"email": people.citizen.email, "password": PASSWORD})
    )
    assert answer.location == "/compte/effacer"


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


def test_a_session_from_before_sessions_had_numbers_ends_with_all_others(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    with client.session_transaction() as kept:
        del kept["eak_session"]
    copied = client.get_cookie("eak")
    assert copied is not None
    thief = site.browser()
    thief.set_cookie("eak", copied.value)
    assert client.get("/compte/").status_code == 200
    client.sign_out()
    assert thief.get("/compte/").status_code == 302


def test_a_closed_account_is_signed_out_at_once(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    with site.writing() as session:
        session.get_one(Person, people.citizen.id).active = False
    assert client.get("/compte/").status_code == 302
    assert sign_in(client, str(people.citizen.email)).status_code == 422


@pytest.mark.parametrize("body", ["{", "[1]", '{"email": ["x"]}', '{"email": 1, "password": {}}'])
def test_the_account_pages_take_forms_and_no_json(client: Browser, body: str) -> None:
    for path in ("/compte/connexion", "/compte/inscription", "/compte/mot-de-passe"):
        answer = client.post(path, data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500


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


# One's own account


def test_a_person_changes_their_name_and_language(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    answer = client.submit("/compte/", "/compte/profil", name="  Camille\t C. ", locale="en")
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert "My account" in page.text
    person = account(site, str(people.citizen.email))
    assert (person.name, person.locale) == ("Camille C.", "en")
    refused = client.submit("/compte/", "/compte/profil", name="", locale="tlh")
    assert refused.status_code == 422


def test_the_account_page_leads_to_ones_own_ideas(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    site.add_service("routes")
    client.sign_in(people.citizen)
    assert "les-miennes" not in client.get("/compte/").text
    site.submit()
    text = client.get("/compte/").text
    assert "/culture/idees/les-miennes" in text
    assert "/routes/idees/les-miennes" not in text


def test_the_account_is_never_kept_by_a_browser_or_a_proxy(people: People, client: Browser) -> None:
    client.sign_in(people.citizen)
    for path in ("/compte/", "/compte/mes-donnees.json", "/compte/connexion"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_a_person_takes_a_copy_of_everything_about_them(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    answer = client.get("/compte/mes-donnees.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    data = json.loads(answer.text)
    assert data["account"]["email"] == people.manager.email
    assert [(role["service"], role["role"]) for role in data["roles"]] == [("culture", "manager")]
    assert "plugins" in data
    assert "password" not in answer.text
    assert people.manager.fs_uniquifier not in answer.text


def test_nobody_takes_a_copy_of_or_erases_somebody_else(
    site: Site, people: People, citizen: Actor, manager: Actor
) -> None:
    for actor in (manager, Actor.visitor()):
        with site.writing() as session:
            with pytest.raises(Forbidden):
                export_person(session, actor, people.citizen.id)
            with pytest.raises(Forbidden):
                erase_person(session, actor, people.citizen.id)
    with site.writing() as session, pytest.raises(NotFound):
        export_person(session, Actor.system(), 987_654)


def test_erasing_takes_the_password_and_leaves_a_number_that_means_nobody(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    person = people.manager
    elsewhere = site.browser()
    for browser in (client, elsewhere):
        browser.sign_in(person)
    asked: list[int] = []
    register_personal_data(
        site.app,
        PersonalData("test", lambda _session, _id: {}, lambda _session, id_: asked.append(id_)),
    )
    assert client.submit("/compte/effacer", "/effacer", password="wrong").status_code == 422
    assert asked == []
    assert client.submit("/compte/effacer", "/effacer", password=PASSWORD).status_code == 302
    assert asked == [person.id]
    with site.reading() as session:
        erased = session.get_one(Person, person.id)
        assert (erased.email, erased.name, erased.password, erased.active) == (
            None,
            "",
            None,
            False,
        )
        assert erased.erased_at is not None
        assert session.scalars(select(RoleGrant)).all() == []
        revoked = session.scalars(
            select(EventLog.type).where(EventLog.service_id == service.id)
        ).all()
    assert "role.revoked" in revoked
    assert site_events(site)[-1] == ("person.erased", f"person:{person.id}", person.id)
    for browser in (client, elsewhere):
        assert browser.get("/compte/").status_code == 302
    letter = last_letter(site)
    assert letter.to == person.email
    with site.reading() as session:
        assert str(person.email) not in "".join(session.scalars(select(OutboxMessage.payload)))


def test_an_erased_address_is_free_again(site: Site, people: People, client: Browser) -> None:
    email = str(people.citizen.email)
    with site.writing() as session:
        erase_person(session, Actor.system(), people.citizen.id)
        erase_person(session, Actor.system(), people.citizen.id)
    assert [name for name, *_rest in site_events(site)].count("person.erased") == 1
    register(client, email=email)
    assert account(site, email).id != people.citizen.id


def test_what_has_not_left_for_an_erased_address_never_leaves(site: Site, people: People) -> None:
    email = str(people.citizen.email)
    with site.writing() as session:
        for to in (email, f"x{email}", str(people.agent.email)):
            enqueue_mail(session, to=to, subject="News", text=f"About {email}", dedupe_key=to)
        erase_person(session, Actor.system(), people.citizen.id)
    site.drain()
    assert sorted((letter.to, letter.subject[:4]) for letter in site.sent) == [
        (people.agent.email, "News"),
        (email, "Votr"),
        (f"x{email}", "News"),
    ]


def test_where_a_room_fails_to_erase_nothing_is_erased(site: Site, people: People) -> None:
    def fail(_session: Any, _person_id: int) -> None:
        raise RuntimeError("the plugin is broken")

    register_personal_data(site.app, PersonalData("broken", lambda *_args: {}, fail))
    with pytest.raises(RuntimeError), site.writing() as session:
        erase_person(session, Actor.system(), people.citizen.id)
    assert account(site, str(people.citizen.email)).erased_at is None


def test_the_last_administrator_neither_leaves_nor_is_erased(
    site: Site, people: People, administrator: Actor
) -> None:
    with site.writing() as session:
        last = session.get_one(Person, people.administrator.id)
        with pytest.raises(Refused):
            roles.revoke_administrator(session, administrator, last)
        with pytest.raises(Refused):
            erase_person(session, administrator, last.id)
    second = people.add("Second", administrator=True)
    with site.writing() as session:
        roles.revoke_administrator(
            session, administrator, session.get_one(Person, people.administrator.id)
        )
    assert second.administrator
    assert [name for name, *_rest in site_events(site)][-1] == "role.revoked"


# Roles


def test_agents_are_told_by_the_domain_of_their_confirmed_address(
    site: Site, people: People
) -> None:
    assert people.actor(people.agent).agent
    assert not people.actor(people.citizen).agent
    with site.writing() as session:
        for email, expected in (
            (f"a@{AGENT_DOMAIN}", False),
            (f"b@sub.{AGENT_DOMAIN}", False),
            (f"c@x{AGENT_DOMAIN}", False),
        ):
            waiting = email.startswith("a")
            person = create_person(session, email, "Name", PASSWORD, confirmed=not waiting)
            assert actor_for(session, person).agent is expected


def test_an_account_that_is_closed_or_not_confirmed_has_no_rights(
    site: Site, people: People
) -> None:
    known, citizen = people.administrator, people.citizen
    with site.writing() as session:
        person = session.get_one(Person, known.id)
        person.active = False
        closed = actor_for(session, person)
        waiting = create_person(session, "w@example.org", "W", PASSWORD, confirmed=False)
        assert not may(closed, "site.administer")
        assert not may(actor_for(session, waiting), "person.erase", subject=citizen)


def test_roles_are_given_and_taken_once_each_with_an_event_of_the_service(
    site: Site, service: Service, people: People, administrator: Actor
) -> None:
    with site.writing() as session:
        person = session.get_one(Person, people.citizen.id)
        place = session.get_one(Service, service.id)
        for _time in range(2):
            roles.grant_role(session, administrator, person, place, "manager")
        assert actor_for(session, person).managed == {service.id}
        assert [each.id for each in roles.managers_of(session, place)] == [person.id]
        for _time in range(2):
            roles.revoke_role(session, administrator, person, place, "manager")
        assert actor_for(session, person).managed == frozenset()
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.subject, EventLog.actor_id)
            .where(EventLog.service_id == service.id, EventLog.type.startswith("role."))
            .order_by(EventLog.position)
        ).all()
    subject = f"person:{people.citizen.id}"
    assert [tuple(row) for row in rows] == [
        ("role.granted", subject, administrator.person_id),
        ("role.revoked", subject, administrator.person_id),
    ]


def test_roles_are_given_by_those_who_may_to_those_who_can(
    site: Site, service: Service, people: People, citizen: Actor, manager: Actor
) -> None:
    with site.writing() as session:
        person = session.get_one(Person, people.citizen.id)
        place = session.get_one(Service, service.id)
        waiting = create_person(session, "w@example.org", "W", PASSWORD, confirmed=False)
        with pytest.raises(Forbidden):
            roles.grant_role(session, citizen, person, place, "manager")
        with pytest.raises(Forbidden):
            roles.grant_administrator(session, manager, person)
        with pytest.raises(Refused):
            roles.grant_role(session, manager, waiting, place, "manager")
        with pytest.raises(Invalid):
            roles.grant_role(session, manager, person, place, "king")  # type: ignore[arg-type]
        roles.grant_administrator(session, Actor.system(), person)
        assert actor_for(session, person).administrator


@pytest.mark.parametrize(
    ("email", "name", "password", "field"),
    [
        ("nothing", "Name", PASSWORD, "email"),
        ("a@example.org", "", PASSWORD, "name"),
        ("a@example.org", "Name", "short", "password"),
        ("a@example.org", "Name", "x" * 129, "password"),
    ],
)
def test_a_command_that_makes_an_account_is_told_what_is_wrong(
    site: Site, email: str, name: str, password: str, field: str
) -> None:
    with site.writing() as session, pytest.raises(Invalid) as refusal:
        create_person(session, email, name, password)
    assert field in refusal.value.fields


def test_an_address_has_one_account_whatever_the_case(site: Site, people: People) -> None:
    email = str(people.citizen.email)
    with site.writing() as session:
        with pytest.raises(Invalid) as refusal:
            create_person(session, email.upper(), "Again", PASSWORD)
        assert "email" in refusal.value.fields
        assert find_person(session, f" {email.title()} ").id == people.citizen.id
        with pytest.raises(NotFound):
            find_person(session, "nobody@example.org")
        with pytest.raises(NotFound):
            find_person(session, "nothing")


def test_nobody_signs_in_to_an_account_without_a_password_before_one_is_chosen_by_mail(
    site: Site, client: Browser
) -> None:
    with site.writing() as session:
        create_person(session, ADDRESS, NAME, None)
    for tried in ("", PASSWORD, "None"):
        assert sign_in(client, password=tried).status_code == 422
    client.submit("/compte/mot-de-passe", "/mot-de-passe", email=ADDRESS)
    path = link_in(last_letter(site))
    client.submit(path, path, password="a much better one", password_confirm="a much better one")
    assert sign_in(site.browser(), password="a much better one").status_code == 302


def test_an_account_says_since_when_it_is_there_until_it_is_erased(
    site: Site, people: People, clock: Any
) -> None:
    made = clock.now
    citizen, manager = people.citizen, people.manager
    clock.advance(hours=3)
    with site.writing() as session:
        assert person_since(session, citizen.id) == made
        erase_person(session, Actor.system(), citizen.id)
        assert person_since(session, citizen.id) is None
        assert person_since(session, manager.id + 1) is None


def test_a_link_to_confirm_holds_for_two_days(site: Site, client: Browser) -> None:
    register(client)
    path = link_in(last_letter(site))
    site.app.config["SECURITY_CONFIRM_EMAIL_WITHIN"] = timedelta(seconds=-1)
    assert "a expiré" in client.get(path, follow_redirects=True).text
    assert account(site).confirmed_at is None
    assert platform_clock.now() > account(site).created_at


@pytest.mark.parametrize("change", ["erased", "renamed"])
def test_a_page_that_names_somebody_is_fetched_again_when_the_name_goes(
    site: Site, people: People, change: str
) -> None:
    """The person stands in the site log; what validates a page is the log of its service."""
    idea = site.submit(author=site.people.actor(people.citizen))
    path = f"/{site.service.slug}/idees/{idea.id}-{idea.slug}"
    first = site.browser().get(path)
    assert people.citizen.name in first.text
    with site.writing() as session:
        if change == "erased":
            erase_person(session, Actor.system(), people.citizen.id)
        else:
            person = session.get_one(Person, people.citizen.id)
            change_profile(session, person, name="Another Name", locale="fr")
    again = site.browser().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert people.citizen.name not in again.text
