"""Services are shown to those they are for, and the desk to those who run them."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.people.models import RoleGrant
from eak_core.permissions import Actor, may
from eak_core.services.directory import change_service, list_services
from eak_core.services.models import Service
from tests.core.links import links_of
from tests.core.services.written import as_it_is, events_of, stored

Count = Callable[[], AbstractContextManager[Queries]]


# Seeing


def test_the_portal_lists_what_the_reader_may_open(
    site: Site, service: Service, people: People
) -> None:
    site.add_service("laboratoire", audience="internal")
    other = site.add_service("routes", audience="internal")
    with site.writing() as session:
        session.add(RoleGrant(person_id=people.citizen.id, service_id=other.id, role="manager"))
    seen = {
        "visitor": {"culture"},
        "citizen": {"culture", "routes"},
        "agent": {"culture", "laboratoire", "routes"},
        "administrator": {"culture", "laboratoire", "routes"},
    }
    for name, expected in seen.items():
        browser = site.browser()
        if name != "visitor":
            browser.sign_in(getattr(people, name))
        text = browser.get("/").text
        shown = {slug for slug in ("culture", "laboratoire", "routes") if f'"/{slug}/"' in text}
        assert shown == expected, name


def test_a_service_is_prepared_by_those_who_run_it_until_they_open_it(
    site: Site, people: People, manager: Actor
) -> None:
    place = site.add_service("routes", "Routes", audience="preparing")
    names = ("citizen", "agent", "manager", "administrator")
    with site.writing() as session:
        session.add(RoleGrant(person_id=people.manager.id, service_id=place.id, role="manager"))
    readers = {"visitor": site.browser()}
    for name in names:
        readers[name] = site.browser()
        readers[name].sign_in(getattr(people, name))

    def who_sees() -> set[str]:
        with site.reading() as session, site.app.app_context():
            for name in names:
                actor = people.actor(getattr(people, name))
                seen = place.id in {each.id for each in list_services(session, actor)}
                assert seen == may(actor, "service.read", session.get_one(Service, place.id)), name
        shown = {name for name, each in readers.items() if '"/routes/"' in each.get("/").text}
        assert shown == {
            name for name, each in readers.items() if each.get("/routes/").status_code == 200
        }
        return shown

    assert who_sees() == {"manager", "administrator"}
    desk = readers["manager"]
    settings = "/routes/gestion/reglages"
    for path in ("/", "/routes/", "/routes/gestion/"):
        assert "En préparation" in desk.get(path).text, path
    assert settings in links_of(desk.get("/routes/gestion/").text)
    form = desk.read(settings).form("/reglages")
    assert form.filled({})["audience"] == ["preparing"]
    before = events_of(site, place)
    assert desk.submit(settings, settings).status_code == 302
    assert events_of(site, place) == before, "nothing was changed"
    for audience, seen in (
        ("internal", {"agent", "manager", "administrator"}),
        ("public", set(readers)),
        ("preparing", {"manager", "administrator"}),
    ):
        assert desk.submit(settings, settings, audience=audience).status_code == 302
        assert who_sees() == seen
        assert '"changed":["audience"]' in events_of(site, place)[-1][1]


def test_the_portal_counts_public_ideas_with_as_many_queries_for_one_service_as_for_ten(
    site: Site, service: Service, client: Browser, query_count: Count
) -> None:
    site.submit()
    client.get("/")
    with query_count() as one:
        assert "1 idée" in client.get("/").text
    for number in range(9):
        site.add_service(f"service-{number}")
    with query_count() as ten:
        assert "0 idée" in client.get("/").text
    # The services, the ideas and the pictures of all, where plugins are on that tell what goes on,
    # and decisions.
    assert ten.count == one.count == 5


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_visitor_of_an_internal_service_can_sign_in_and_come_back(
    site: Site, people: People, client: Browser
) -> None:
    site.add_service("laboratoire", audience="internal")
    answer = client.get("/laboratoire/?page=2")
    assert answer.status_code == 404
    assert "/compte/connexion?next=/laboratoire/?page%3D2" in links_of(answer.text)
    client.sign_in(people.citizen)
    refused = client.get("/laboratoire/")
    assert refused.status_code == 404
    assert not [link for link in links_of(refused.text) if "next=" in link]
    agent = site.browser()
    agent.sign_in(people.agent)
    assert agent.get("/laboratoire/").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_an_internal_service_answers_depends_on_who_asks(site: Site, people: People) -> None:
    internal = site.add_service("laboratoire", audience="internal")
    with site.app.app_context():
        for actor in (Actor.visitor(), people.actor(people.citizen)):
            assert not may(actor, "service.read", internal)
        assert may(people.actor(people.agent), "service.read", internal)
    citizen, agent = site.browser(), site.browser()
    citizen.sign_in(people.citizen)
    agent.sign_in(people.agent)
    for path in ("", "idees/", "idees.atom", "idees.json", "idees.csv"):
        for reader, status in ((site.browser(), 404), (citizen, 404), (agent, 200)):
            assert reader.get(f"/laboratoire/{path}").status_code == status, path


def test_the_home_of_a_service_shows_what_it_says_and_its_latest_ideas(
    site: Site, administrator: Actor, client: Browser
) -> None:
    described = site.add_service("routes", description="**Routes** <script>alert(1)</script>")
    site.submit("A bicycle street", service=described)
    text = client.get("/routes/").text
    assert "<strong>Routes</strong>" in text
    assert "<script>alert" not in text
    assert "A bicycle street" in text


# The managers' desk


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_change_the_settings_of_their_service(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    answer = client.submit(
        "/culture/gestion/reglages", "/reglages", name="Arts", description="Tout."
    )
    assert answer.status_code == 302
    assert (stored(site, service).name, stored(site, service).description) == ("Arts", "Tout.")


def test_what_is_typed_stays_where_somebody_else_was_faster(
    site: Site, service: Service, people: People, manager: Actor, client: Browser
) -> None:
    client.sign_in(people.manager)
    form = client.read("/culture/gestion/reglages").form("/reglages")
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        change_service(session, manager, known, **as_it_is(known, name="Faster"))
    answer = client.post(
        "/culture/gestion/reglages", data=form.filled({"description": "What I typed"})
    )
    assert answer.status_code == 409
    assert "What I typed" in answer.text
    assert '<div class="eak-field__now" id="name-now">' in answer.text
    assert stored(site, service).name == "Faster"
    again = client.post(
        "/culture/gestion/reglages", data=Page(answer.text).form("/reglages").filled({})
    )
    assert again.status_code == 302
    assert stored(site, service).description == "What I typed"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 121), ("audience", "nobody"), ("theme", "no-such-theme")],
)
def test_a_wrong_setting_is_said_beside_its_field_and_nothing_is_saved(
    site: Site, service: Service, people: People, client: Browser, field: str, value: str
) -> None:
    client.sign_in(people.manager)
    answer = client.submit(
        "/culture/gestion/reglages", "/reglages", **{"description": "Kept", field: value}
    )
    assert answer.status_code == 422
    assert "Kept" in answer.text
    assert f'id="{field}-error"' in answer.text
    assert stored(site, service).description == ""


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["", "reglages", "equipe"])
def test_the_desk_is_for_those_who_run_the_service(
    site: Site, service: Service, people: People, path: str
) -> None:
    address = f"/culture/gestion/{path}"
    assert site.browser().get(address).location.startswith("/compte/connexion")
    for person, status in ((people.citizen, 403), (people.manager, 200)):
        browser = site.browser()
        browser.sign_in(person)
        assert browser.get(address).status_code == status
