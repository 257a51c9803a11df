"""The administrators’ screens of services and people."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.people.models import RoleGrant
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.services.models import Service
from tests.core.desk import one, signed_in, token_of, types_of

Count = Callable[[], AbstractContextManager[Queries]]


def test_a_service_is_opened_archived_and_opened_again(
    site: Site, administrator: Browser, service: Service
) -> None:
    answer = administrator.submit(
        "/admin/services/nouveau", "/nouveau",
        name="Routes", slug="routes", audience="internal", description="Roads.", plugins="gauge",
    )  # fmt: skip
    assert answer.status_code == 302
    assert administrator.get(answer.location).status_code == 200
    assert administrator.submit("/admin/services/", "/routes/archiver").status_code == 302
    with site.reading() as session:
        routes = session.scalars(select(Service).where(Service.slug == "routes")).one()
        assert routes.archived_at is not None
        assert routes.audience == "internal"
        assert active_plugins(session, routes.id) == {"gauge"}
    assert administrator.submit("/admin/services/", "/routes/rouvrir").status_code == 302
    with site.reading() as session:
        assert session.get_one(Service, routes.id).archived_at is None


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("slug", "name"),
    [("admin", "Admin"), ("culture", "Again"), ("../x", "X"), ("É", "X"), ("", "X"),
     ("x" * 41, "X"), ("routes", ""), ("routes", "\u202e\0"), ("routes", "x" * 200)],
)  # fmt: skip
def test_a_service_that_cannot_be_is_refused_and_stays_in_the_form(
    site: Site, administrator: Browser, service: Service, slug: str, name: str
) -> None:
    answer = administrator.submit(
        "/admin/services/nouveau", "/nouveau", name=name, slug=slug, description="Kept text."
    )
    assert answer.status_code == 422
    assert "Kept text." in answer.text
    assert one(site, Service).slug == "culture"


def test_people_are_found_by_name_and_address_and_neither_stands_in_an_address(
    site: Site, people: People, administrator: Browser
) -> None:
    people.add("Élodie Été")
    people.add("Anne‑Marie D’Ys", address="anne.dys")
    assert people.citizen
    for wanted in ("élodie", "camille.citizen@", "CITIZEN", "d'ys", "anne-marie"):
        answer = administrator.submit("/admin/personnes/", "/personnes/", text=wanted)
        assert answer.status_code == 200
        assert "example.org" in answer.text
    nobody = administrator.submit("/admin/personnes/?lang=en", "/personnes/", text="%%")
    assert (
        "No account has this"
        in administrator.post(
            "/admin/personnes/?lang=en", data={"csrf_token": token_of(administrator), "text": "%%"}
        ).text
    )
    assert nobody.status_code == 200
    assert [form.method for form in administrator.read("/admin/personnes/").forms].count("get") == 0


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("wanted", ["", "x", " ", "\0\0", "x" * 300, "\u202excam"])
def test_a_search_that_says_nothing_is_refused(administrator: Browser, wanted: str) -> None:
    answer = administrator.submit("/admin/personnes/", "/personnes/", text=wanted)
    assert answer.status_code == 422


def test_roles_are_given_and_taken(
    site: Site, people: People, administrator: Browser, service: Service
) -> None:
    page = f"/admin/personnes/{people.citizen.id}"
    citizen = signed_in(site, people.citizen)
    assert citizen.get("/culture/gestion/").status_code == 403
    assert administrator.submit(page, f"{page}/gestion", service="culture").status_code == 302
    assert citizen.get("/culture/gestion/").status_code == 200, "at the next request"
    assert administrator.submit(page, "/gestion/culture/retirer").status_code == 302
    assert one_grant(site) == []
    assert administrator.submit(page, f"{page}/administration").status_code == 302
    assert citizen.get("/admin/").status_code == 200
    assert administrator.submit(page, "/administration/retirer").status_code == 302
    assert citizen.get("/admin/").status_code == 403


def one_grant(site: Site) -> list[RoleGrant]:
    with site.reading() as session:
        return list(session.scalars(select(RoleGrant)))


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_last_administrator_neither_leaves_nor_is_closed(
    site: Site, people: People, administrator: Browser
) -> None:
    page = f"/admin/personnes/{people.administrator.id}"
    assert administrator.submit(page, "/administration/retirer").status_code == 409
    assert administrator.submit(page, "/fermer").status_code == 409
    assert administrator.get("/admin/").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("service_slug", ["", "nowhere", "' OR 1=1 --"])
def test_a_role_in_no_service_is_refused(
    site: Site, people: People, administrator: Browser, service_slug: str
) -> None:
    page = f"/admin/personnes/{people.citizen.id}"
    answer = administrator.submit(page, f"{page}/gestion", service=service_slug)
    assert answer.status_code == (404 if service_slug else 422)
    assert one_grant(site) == []


def test_a_closed_account_is_signed_out_at_once_and_can_be_opened_again(
    site: Site, people: People, administrator: Browser
) -> None:
    page = f"/admin/personnes/{people.citizen.id}"
    citizen = signed_in(site, people.citizen)
    assert citizen.get("/compte/").status_code == 200
    assert administrator.submit(page, "/fermer").status_code == 302
    assert citizen.get("/compte/").status_code == 302, "as for a visitor"
    with pytest.raises(AssertionError, match="could not sign in"):
        site.browser().sign_in(people.citizen)
    assert administrator.submit(page, "/rouvrir").status_code == 302
    assert citizen.get("/compte/").status_code == 302, "a session that was ended stays so"
    site.browser().sign_in(people.citizen)
    assert types_of(site)[-2:] == ["person.closed", "person.reopened"]
