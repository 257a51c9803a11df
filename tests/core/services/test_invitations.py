"""Those who run a service invite others to run it with them."""

import re

import pytest
from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.models import RoleInvitation
from eak_core.services.models import Service


def test_inviting_looks_the_same_whether_the_address_has_an_account(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    pages = []
    for address in (str(people.citizen.email), "nobody.here@example.org"):
        answer = client.submit("/culture/gestion/equipe", "/equipe/invitations", email=address)
        assert answer.status_code == 302
        pages.append(client.get("/culture/gestion/equipe").text.replace(address, "…"))
        client.submit("/culture/gestion/equipe", "/annuler")
    site.drain()
    known, unknown = (each for each in site.sent if "invitation" in each.key)
    assert bare(known.text) == bare(unknown.text)
    assert known.subject == unknown.subject


def bare(text: str) -> str:
    """A letter without the token of its link, which no two have in common."""
    return re.sub(r"(/refuser/)\S+", r"\1…", text)


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_accepts_an_invitation_runs_the_service(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit(
        "/culture/gestion/equipe", "/equipe/invitations", email=str(people.citizen.email).upper()
    )
    invited = site.browser()
    invited.sign_in(people.citizen)
    assert invited.get("/culture/gestion/").status_code == 403
    answer = invited.submit("/compte/", "/accepter")
    assert answer.location == "/culture/gestion/"
    assert invited.get("/culture/gestion/").status_code == 200
    with site.reading() as session:
        assert session.scalars(select(RoleInvitation)).all() == []
        granted = session.execute(
            select(EventLog.subject, EventLog.actor_id).where(
                EventLog.type == "role.granted", EventLog.service_id == service.id
            )
        ).all()
    assert (f"person:{people.citizen.id}", people.manager.id) in [tuple(row) for row in granted]


def test_an_invitation_of_somebody_who_no_longer_runs_the_service_is_void(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email=people.citizen.email)
    client.submit("/culture/gestion/equipe", "/retirer")
    invited = site.browser()
    invited.sign_in(people.citizen)
    assert invited.submit("/compte/", "/accepter").status_code == 409
    assert invited.get("/culture/gestion/").status_code == 403


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_accepts_the_invitation_of_another_address(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email=people.agent.email)
    with site.reading() as session:
        invitation = session.scalars(select(RoleInvitation)).one()
    other = site.browser()
    other.sign_in(people.citizen)
    token = other.read("/compte/").form("/deconnexion").filled({})
    for answer in ("accepter", "decliner"):
        path = f"/compte/invitations/{invitation.id}/{answer}"
        assert other.post(path, data=token).status_code == 404
    with site.reading() as session:
        assert session.scalars(select(RoleInvitation)).one().email == people.agent.email


def test_an_invitation_waits_thirty_days_and_is_forgotten(
    site: Site, service: Service, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email="late@example.org")
    clock.advance(days=29)
    assert "late@example.org" in client.get("/culture/gestion/equipe").text
    clock.advance(days=2)
    assert "late@example.org" not in client.get("/culture/gestion/equipe").text
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email="other@example.org")
    with site.reading() as session:
        kept = session.scalars(select(RoleInvitation.email)).all()
    assert kept == ["other@example.org"]


def test_inviting_twice_is_one_invitation(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    form = client.read("/culture/gestion/equipe").form("/equipe/invitations")
    for _time in range(2):
        client.post(form.action, data=form.filled({"email": "a@example.org"}))
    with site.reading() as session:
        assert len(session.scalars(select(RoleInvitation)).all()) == 1


def test_a_declined_invitation_is_gone(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email=people.citizen.email)
    invited = site.browser()
    invited.sign_in(people.citizen)
    invited.submit("/compte/", "/decliner")
    assert "invitations/" not in invited.get("/compte/").text


def test_a_manager_who_leaves_no_longer_opens_the_desk(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    answer = client.submit("/culture/gestion/equipe", "/retirer")
    assert answer.location == "/culture/"
    assert client.get("/culture/gestion/").status_code == 403
