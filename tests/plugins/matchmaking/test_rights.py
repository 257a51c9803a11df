"""Who may change an organisation that serves several services: each address as each role."""

from typing import Any

import pytest

from eak_core.errors import Forbidden
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.services.models import Service
from eak_matchmaking.models import Organisation, Presence
from eak_matchmaking.organisations import members, registering, rights, standing
from tests.plugins.matchmaking.acts import profile
from tests.plugins.matchmaking.conftest import Partners

# Who may do what is settled in Python; that the queries of these pages are some for both databases
# is for conformance to see.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])

HERE = "/culture/partenaires/"
DESK = "/culture/gestion/partenaires/"
#: What those who may not change an organisation are answered by its pages: a visitor is led to
#: sign in.
OUT, REFUSED, SHOWN = 302, 403, 200


class Shared:
    """An organisation of the citizen, a partner of ``culture`` and of ``routes``."""

    def __init__(self, site: Site, partners: Partners, **values: Any) -> None:
        self.site, self.partners = site, partners
        self.routes = site.add_service("routes", "Routes", **values)
        site.enable("matchmaking", service=self.routes)
        self.made = partners.register()
        with site.writing() as session:
            known = session.get_one(Organisation, self.made.id)
            registering.come_too(session, partners.citizen, self.routes, known)

    def manager_of(self, *services: Service) -> Person:
        person = self.site.people.add(f"Manages {len(services)} {services[-1].slug}")
        with self.site.writing() as session:
            known = session.get_one(Person, person.id)
            for service in services:
                give_role(session, known, service, "manager", granted_by=None)
        return person

    def browser(self, person: Person | None) -> Browser:
        browser = self.site.browser()
        if person is not None:
            browser.sign_in(person)
        return browser


@pytest.fixture
def shared(site: Site, partners: Partners) -> Shared:
    return Shared(site, partners)


def roles(shared: Shared) -> dict[str, Person | None]:
    people = shared.site.people
    shared.partners.join(shared.made, shared.partners.agent)
    return {
        "visitor": None,
        "citizen": people.add("Another Citizen"),
        "member": people.agent,
        "referent": people.citizen,
        "manager": people.manager,
        "manager elsewhere": shared.manager_of(shared.routes),
        "manager of all": shared.manager_of(shared.site.service, shared.routes),
        "administrator": people.administrator,
    }


def send(browser: Browser, path: str, **values: object) -> int:
    """Send ``values`` to an address whose form one has not seen."""
    token = browser.read("/").form("/compte/deconnexion").filled({})
    return browser.post(path, data=token | values).status_code


#: The pages of an organisation, and who gets them, in the order of `roles`.
ANSWERED = [OUT, REFUSED, REFUSED, SHOWN, REFUSED, REFUSED, SHOWN, SHOWN]
PAGES = {
    "{here}": [SHOWN] * 8,
    "{here}/modifier": ANSWERED,
    "{here}/fichiers": ANSWERED,
    "{here}/membres": ANSWERED,
    "{here}/fermer": ANSWERED,
    # A service verifies for itself.
    "{desk}/verifier": [OUT, REFUSED, REFUSED, REFUSED, SHOWN, REFUSED, SHOWN, SHOWN],
    "{desk}/fusionner": [OUT, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, SHOWN, SHOWN],
}


def test_each_page_is_for_those_who_may_do_what_it_asks(shared: Shared) -> None:
    places = {"here": f"{HERE}{shared.made.id}", "desk": f"{DESK}{shared.made.id}"}
    browsers = {name: shared.browser(person) for name, person in roles(shared).items()}
    answers = {
        page: [each.get(page.format(**places)).status_code for each in browsers.values()]
        for page in PAGES
    }
    assert answers == PAGES


def test_nothing_is_offered_that_would_be_refused(shared: Shared) -> None:
    """Each address that the page of an organisation, the directory and the desk lead somebody to
    answers them."""
    place = f"{HERE}{shared.made.id}"
    for name, person in roles(shared).items():
        browser = shared.browser(person)
        for page in (place, HERE, DESK):
            if browser.get(page).status_code != SHOWN:
                continue
            for link in browser.read(page).links:
                if link.startswith((place, DESK)) and not link.endswith("/connexion"):
                    assert browser.get(link).status_code == SHOWN, (name, page, link)


def test_what_is_sent_all_the_same_is_refused_and_changes_nothing(shared: Shared) -> None:
    manager, place = shared.browser(shared.site.people.manager), f"{HERE}{shared.made.id}"
    citizen = shared.partners.citizen.person_id
    other = shared.partners.register("The same")
    before = shared.partners.now(shared.made.id)
    desk, said = f"{DESK}{shared.made.id}/fusionner", {"reason": "Twice.", "into": other.id}
    acts: list[tuple[str, dict[str, object]]] = [
        (f"{place}/modifier", {"name": "Mine now", "kind": "company", "about": "x"}),
        (f"{place}/fermer", {"reason": "Enough."}),
        (f"{place}/membres", {"email": "friend@example.org", "role": "referent"}),
        (f"{place}/membres/{citizen}/retirer", {}),
        (f"{place}/membres/{citizen}/role", {"role": "member"}),
        (desk, said),
        # Its members would act for the other one from then on.
        (f"{DESK}{other.id}/fusionner", {**said, "into": shared.made.id}),
    ]
    answers = [send(manager, path, **values) for path, values in acts]
    assert answers == [REFUSED] * 6 + [422]
    now = shared.partners.now(shared.made.id)
    assert (now.name, now.kind, now.closed_at) == (before.name, before.kind, None)
    assert [(each.person_id, each.role) for each in now.members] == [(citizen, "referent")]
    with shared.site.reading() as session:
        assert members.invited(session, now.id) == []
    assert shared.partners.now(other.id).closed_at is None


def test_the_rule_is_asked_below_the_pages_too(shared: Shared) -> None:
    other = shared.partners.register("The same")
    for function, first, rest in (
        (registering.edit, shared.made, (profile("Mine now"),)),
        (standing.close, shared.made, ("Enough.",)),
        (standing.merge, shared.made, (other, "Twice.")),
        (standing.merge, other, (shared.made, "Twice.")),
        (members.invite, shared.made, ("a@example.org", "referent")),
        (members.take_back, shared.made, (1,)),
        (members.give_role, shared.made, (shared.partners.citizen.person_id, "member")),
        (members.leave, shared.made, (shared.partners.citizen.person_id,)),
    ):
        with pytest.raises(Forbidden, match="Routes"):
            shared.partners.act(function, first, *rest, actor=shared.partners.manager)


def test_who_runs_the_service_is_told_who_can(shared: Shared) -> None:
    manager, place = shared.browser(shared.site.people.manager), f"{HERE}{shared.made.id}"
    said = "Cette organisation est aussi partenaire de Routes\u202f: son référent ou"
    assert said in manager.read(place).text
    assert said in manager.get(f"{place}/modifier").text
    for other in (shared.site.people.citizen, shared.site.people.administrator, None):
        assert "est aussi partenaire" not in shared.browser(other).read(place).text


def test_nobody_learns_so_of_a_service_that_they_may_not_read(
    site: Site, partners: Partners
) -> None:
    hidden = site.add_service("interne", "Cabinet", audience="internal")
    site.enable("matchmaking", service=hidden)
    made = partners.register(actor=partners.agent)
    with site.writing() as session:
        known = session.get_one(Organisation, made.id)
        registering.come_too(session, partners.agent, hidden, known)
    manager = site.browser()
    manager.sign_in(site.people.manager)
    page = manager.read(f"{HERE}{made.id}").text
    assert "Seuls son référent et l’administration du site peuvent la modifier." in page
    for address in (f"{HERE}{made.id}", f"{HERE}{made.id}/modifier", DESK):
        assert "Cabinet" not in manager.get(address).text


def test_a_manager_of_the_only_service_it_is_there_for_may_all(
    site: Site, partners: Partners
) -> None:
    made = partners.register()
    with site.app.app_context():
        assert rights.answers(partners.manager, site.service, made)
    partners.act(registering.edit, made, profile("Renamed"), actor=partners.manager)
    assert partners.now(made.id).name == "Renamed"


def test_coming_to_a_further_service_ends_the_rights_of_one_manager(
    site: Site, partners: Partners
) -> None:
    """Asked in the transaction in which it came to a further service."""
    routes = site.add_service("routes", "Routes")
    site.enable("matchmaking", service=routes)
    made = partners.register()
    with site.writing() as session:
        known = session.get_one(Organisation, made.id)
        assert rights.answers(partners.manager, site.service, known)
        registering.come_too(session, partners.citizen, routes, known)
        assert not rights.answers(partners.manager, site.service, known)


def test_each_service_verifies_for_itself(shared: Shared) -> None:
    shared.partners.act(standing.verify, shared.made, "I called.", actor=shared.partners.manager)
    with shared.site.reading() as session:
        there = session.get_one(Presence, (shared.routes.id, shared.made.id))
        assert there.verified_at is None
    assert "Vérifié" not in shared.site.browser().read(f"/routes/partenaires/{shared.made.id}").text


def test_who_may_not_bring_it_to_a_further_service_is_not_offered_to(
    site: Site, partners: Partners
) -> None:
    made = partners.register()
    partners.join(made, partners.agent)
    routes = site.add_service("routes", "Routes")
    site.enable("matchmaking", service=routes)
    for person, offered in ((site.people.agent, False), (site.people.citizen, True)):
        browser = site.browser()
        browser.sign_in(person)
        page = browser.read("/routes/partenaires/")
        assert any("/venir" in form.action for form in page.forms) is offered
        assert made.name in page.text
        assert send(browser, f"/routes/partenaires/{made.id}/venir") == (302 if offered else 403)


def test_a_desk_of_many_asks_no_more(shared: Shared, query_count: Any) -> None:
    manager = shared.browser(shared.site.people.manager)

    def statements() -> int:
        with query_count() as queries:
            manager.read(DESK)
        return int(queries.count)

    statements()
    few = statements()
    for number in range(6):
        shared.partners.register(f"Another {number}")
    assert statements() <= few


def test_the_directory_asks_for_ones_own_organisations_once(
    site: Site, partners: Partners, query_count: Any
) -> None:
    partners.register()
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    browser.read(HERE)
    with query_count() as queries:
        browser.read(HERE)
    asked = [each for each in queries.statements if "matchmaking_member.person_id =" in each]
    assert len(asked) == 1, asked
