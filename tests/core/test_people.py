"""Accounts: changed, copied and erased; and roles."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eak_core import clock as platform_clock
from eak_core.errors import Forbidden, Invalid, NotFound, Refused
from eak_core.events.models import EventLog
from eak_core.ideas import personal_data as personal_data_of_ideas
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.people import AGENT_DOMAIN, People
from eak_core.kit.testing.site import Site
from eak_core.letters.models import OutboxMessage
from eak_core.letters.outbox import enqueue_mail
from eak_core.people.accounts.account import (
    change_profile,
    create_person,
    find_person,
    person_address,
    person_since,
)
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Person, RoleGrant
from eak_core.people.rights import roles
from eak_core.people.rights.actor import actor_for
from eak_core.permissions import Actor, may
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
    taken_copy,
)

# One's own account


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_person_changes_their_name_and_language(
    site: Site, people: People, client: Browser
) -> None:
    client.sign_in(people.citizen)
    answer = client.submit("/compte/", "/compte/profil", name="  Camille\t C. ", locale="en")
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert "My space" in page.text
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
    for path in ("/compte/", "/compte/mes-donnees", "/compte/connexion"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_a_person_takes_a_copy_of_everything_about_them(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    page = "/compte/mes-donnees"
    assert client.submit(page, page, password="not the password").status_code == 422
    sent = client.submit(page, page, password=PASSWORD)
    assert "attachment" in sent.headers["Content-Disposition"]
    assert sent.headers["Cache-Control"] == "no-store, private"
    data, files = taken_copy(client)
    answer = files.read("mes-donnees.json").decode()
    assert data["account"]["email"] == people.manager.email
    assert [(role["service"], role["role"]) for role in data["roles"]] == [("culture", "manager")]
    sections = ["exported_at", "account", "roles", "invitations", "sessions"]
    sections += ["consulted", "mail_ended"]
    assert list(data)[: len(sections)] == sections
    assert {"plugins", "ideas"} <= data.keys()
    assert "ideas" not in data["plugins"]
    assert "password" not in answer
    assert people.manager.fs_uniquifier not in answer


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
    site: Site,
    service: Service,
    people: People,
    client: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = people.manager
    elsewhere = site.browser()
    for browser in (client, elsewhere):
        browser.sign_in(person)
    asked: list[int] = []
    monkeypatch.setattr(
        personal_data_of_ideas, "erase_person", lambda _session, person_id: asked.append(person_id)
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


def test_where_a_room_fails_to_erase_nothing_is_erased(
    site: Site, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: Any, _person_id: int) -> None:
        raise RuntimeError("the room is broken")

    monkeypatch.setattr(personal_data_of_ideas, "erase_person", fail)
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


@pytest.mark.parametrize("database", ["sqlite"])
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


@pytest.mark.parametrize("database", ["sqlite"])
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


@pytest.mark.parametrize("database", ["sqlite"])
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


def test_an_account_has_its_address_until_it_is_erased(site: Site, people: People) -> None:
    citizen = people.citizen
    with site.writing() as session:
        assert person_address(session, citizen.id) == citizen.email
        erase_person(session, Actor.system(), citizen.id)
        assert person_address(session, citizen.id) is None
        assert person_address(session, citizen.id + 1) is None


def test_a_link_to_confirm_holds_for_two_days(site: Site, client: Browser) -> None:
    register(client)
    path = link_in(last_letter(site))
    site.app.config["SECURITY_CONFIRM_EMAIL_WITHIN"] = timedelta(seconds=-1)
    assert "a expiré" in client.get(path, follow_redirects=True).text
    assert account(site).confirmed_at is None
    assert platform_clock.now() > account(site).created_at


@pytest.mark.parametrize("database", ["sqlite"])
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
