"""Deputies of managers who are away: for a time, for no more than the manager has, and told."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from eak_core.admin.journal import Asked, lines
from eak_core.admin.rights import rights_in
from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.closing import close_account
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.models import Deputy, Person, RoleInvitation
from eak_core.people.rights import deputies, invitations
from eak_core.people.rights.roles import give_role, revoke_role, runners_of
from eak_core.permissions import Actor, DeputyOver, may, require, why
from tests.core.accounts import last_letter

NONE: frozenset[str] = frozenset()
TODAY = date(2026, 3, 2)
TEAM = "/culture/gestion/equipe"
NEW = f"{TEAM}/suppleances/nouvelle"


def invite(site: Site, by: Person | None = None, **other: Any) -> None:
    """Camille is asked to stand in for Manon, today and tomorrow."""
    values = {
        "email": str(site.people.citizen.email),
        "for_id": site.people.manager.id,
        "first": TODAY,
        "last": TODAY + timedelta(days=1),
        **other,
    }
    actor = site.people.actor(by or site.people.manager)
    with site.writing() as session:
        invitations.invite_deputy(session, actor, site.service, **values)


def accept(site: Site, person: Person) -> None:
    with site.writing() as session:
        held = session.get_one(Person, person.id)
        (offer,) = invitations.offered_to(session, held)
        invitations.accept(session, held, offer.invitation.id)


def name(site: Site, by: Person | None = None, **other: Any) -> None:
    """Camille stands in for Manon, as she was asked."""
    invite(site, by, **other)
    accept(site, site.people.citizen)


def deputy(site: Site) -> Actor:
    return site.people.actor(site.people.citizen)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_deputy_has_the_managers_rights_but_appoints_nobody_and_only_for_the_time(
    site: Site, clock: FrozenClock
) -> None:
    name(site, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=1))
    assert last_letter(site).to == site.people.citizen.email
    assert not may(deputy(site), "service.manage", site.service), "not yet"
    clock.advance(days=1)
    actor, other = deputy(site), site.add_service("routes")
    assert why(actor, "idea.change_stage", site.service) == "deputy"
    with site.reading() as session:
        assert set(runners_of(session, site.service)) == {actor.person_id, site.people.manager.id}
    assert not may(actor, "idea.change_stage", other)
    for lasting in ("role.grant", "role.revoke"):
        assert not may(actor, lasting, site.service), lasting
    # Until midnight in Paris, an hour ahead of UTC in winter.
    clock.advance(hours=13, minutes=59)
    assert may(deputy(site), "service.manage", site.service)
    clock.advance(minutes=1)
    assert not may(deputy(site), "service.manage", site.service)
    with pytest.raises(DeputyOver):
        require(deputy(site), "service.manage", site.service)


def test_it_ends_at_once_with_the_role_of_the_manager(site: Site, clock: FrozenClock) -> None:
    top = site.people.actor(site.people.administrator)

    def take(session: Any, manager: Person) -> None:
        revoke_role(session, top, manager, site.service, "manager")
        give_role(session, manager, site.service, "manager", granted_by=None)

    for end in (
        take,
        lambda session, manager: close_account(session, top, manager),
        lambda session, manager: erase_person(session, top, manager.id),
    ):
        with site.writing() as session:
            session.get_one(Person, site.people.manager.id).active = True
        name(site, by=site.people.administrator)
        invite(site, by=site.people.administrator, email="other@example.org")
        assert may(deputy(site), "service.manage", site.service)
        with site.writing() as session:
            end(session, session.get_one(Person, site.people.manager.id))
        assert not may(deputy(site), "service.manage", site.service), end
        with site.reading() as session:
            assert session.query(RoleInvitation).all() == [], end
        clock.advance(seconds=1)


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_be_named_and_by_whom(site: Site, clock: FrozenClock) -> None:
    people = site.people
    _ = people.agent
    for refusal, other in (
        (Invalid, {"email": "nobody"}),
        (Invalid, {"email": str(people.manager.email)}),
        (Invalid, {"last": TODAY - timedelta(days=1)}),
        (Invalid, {"first": TODAY - timedelta(days=9), "last": TODAY - timedelta(days=1)}),
        (Invalid, {"last": TODAY + timedelta(days=190)}),
        (Forbidden, {"for_id": people.agent.id}),
        (Forbidden, {"by": people.agent}),
        (Refused, {"by": people.administrator, "for_id": people.agent.id}),
    ):
        with pytest.raises(refusal):
            invite(site, **other)
    name(site)
    with pytest.raises(Forbidden):
        invite(site, by=people.citizen, email=str(people.agent.email))
    # Who invited must still be able to: an administrator for anybody, a manager for themselves.
    invite(site, by=people.administrator, email=str(people.agent.email))
    with site.writing() as session:
        left = session.get_one(Person, people.administrator.id)
        left.administrator = False
        give_role(session, left, site.service, "manager", granted_by=None)
    with pytest.raises(Refused, match="no longer runs"):
        accept(site, people.agent)
    # Who runs the service anyway learns so themselves.
    invite(site, email=str(people.administrator.email))
    with pytest.raises(Refused):
        accept(site, people.administrator)
    with site.reading() as session:
        (named,) = deputies.deputies_in(session, deputy(site), site.service)
        assert (named.person, named.instead_of) == (people.citizen.name, people.manager.name)
    with site.writing() as session:
        deputies.end_deputy(session, deputy(site), site.service, named.id)
    assert not may(deputy(site), "service.manage", site.service)


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_pages_of_rights_and_the_journal_say_in_whose_place(
    site: Site, clock: FrozenClock
) -> None:
    name(site)
    clock.advance(minutes=1)
    idea = site.submit(author=site.people.actor(site.people.agent))
    with site.writing() as session:
        moved = session.get_one(Idea, idea.id)
        change_stage(session, deputy(site), site.service, NONE, moved, "screening", "Now.")
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        held = {each.name: each for each in rights_in(session, site.service, NONE)}
        (ground,) = held["Camille Citizen"].grounds
        assert "because deputy of Manon Manager" in ground.reason
        told, _more = lines(session, site.service, Asked(kind="ideas"))
        assert told[0].who == "Camille Citizen, deputy of Manon Manager"
        said = [each.what for each in lines(session, site.service, Asked())[0]]
        assert "Camille Citizen acts in the place of Manon Manager" in said
        copy = export_person(session, Actor.system(), site.people.citizen.id)
        assert copy["deputies"][0]["as"] == "deputy"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_time_that_ends_in_the_middle_keeps_what_was_typed(
    site: Site, clock: FrozenClock, client: Browser
) -> None:
    manager = site.browser()
    manager.sign_in(site.people.manager)
    days = {"first": "2026-03-02", "last": "2026-03-02"}
    email = str(site.people.citizen.email)
    # Whether the address has an account, neither the answer nor the page of the team tells.
    pages, mail = [], len(site.sent)
    for address in ("nobody@example.org", email):
        led = manager.submit(NEW, NEW, email=address, **days)
        assert led.location == TEAM
        shown = manager.read(TEAM)
        # A token tells the second in which it was made.
        same = re.sub(r'value="[^"]+"|/invitations/\d+', "", shown.text)
        pages.append(same.replace(address, "…"))
        manager.submit(TEAM, "annuler")
        manager.get(TEAM)
    assert pages[0] == pages[1]
    site.drain()
    assert [each.to for each in site.sent[mail:]] == ["nobody@example.org", email]
    assert site.people.citizen.name not in manager.get(TEAM).text
    invite(site, last=TODAY)
    client.sign_in(site.people.citizen)
    assert client.submit("/compte/", "/accepter").status_code == 302
    assert "à la place de Manon Manager" in client.get("/compte/").text
    shown = manager.read(TEAM)
    assert site.people.citizen.name in shown.text
    # On a phone each row is a block, whose cells name their headers.
    cells = re.findall(r'<td role="cell" data-label="([^"]+)"', shown.text)
    assert cells == ["Action", "À la place de", "Du", "Jusqu’au, inclus", "Action"]

    assert "Inviter quelqu" not in html.unescape(client.get(TEAM).text)
    settings = "/culture/gestion/reglages"
    form = client.read(settings).form(settings)
    clock.advance(hours=14)
    typed = "Un texte long, qui a pris du temps."
    answer = client.post(settings, data=form.filled({"description": typed}))
    assert answer.status_code == 403
    assert typed in answer.text
    assert "suppléance est terminée" in html.unescape(answer.text)
    assert client.get(TEAM).status_code == 403


def test_an_erased_deputy_is_named_nowhere(site: Site, clock: FrozenClock) -> None:
    name(site)
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.citizen.id)
    with site.reading() as session:
        assert session.query(Deputy).all() == []
        assert session.get_one(Person, site.people.citizen.id).deputies is None
