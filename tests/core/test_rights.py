"""Who has which right, and why: from what rights are asked by, and of nobody without a role."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module

import pytest

from eak_core.admin.rights import RIGHTS, rights_in, rights_on_site
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role, revoke_role
from eak_core.permissions import CORE_RULES, may
from eak_core.services.models import Service

NONE: frozenset[str] = frozenset()
#: What everybody with an account has, or with what they wrote themselves.
USUAL = {"visitor", "citizen", "author", "idea.coauthor"}


def test_each_right_that_not_everybody_has_is_said_in_words() -> None:
    assert set(RIGHTS) == {
        name for name, rule in CORE_RULES.items() if not USUAL & {rule.role, *rule.relations}
    }
    for name in ("ambassadors", "discussion", "experiments", "matchmaking", "newsletter", "voting"):
        plugin = import_module(f"eak_{name}.manifest").plugin
        told = {each for each in plugin.permissions if not USUAL & {*plugin.grantees(each)}}
        assert set(plugin.rights) == told, name


@pytest.mark.parametrize("database", ["sqlite"])
def test_those_with_a_role_are_named_with_what_the_one_function_lets_them(site: Site) -> None:
    people = site.people
    manager, top = people.actor(people.manager), people.administrator.id
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        here = {each.person_id: each for each in rights_in(session, site.service, NONE)}
        everywhere = {each.person_id: each for each in rights_on_site(session)}
        assert here.keys() == everywhere.keys() == {manager.person_id, top}
        for held in (here[people.manager.id], everywhere[people.manager.id]):
            (ground,) = held.grounds
            assert ground.reason == "because manager of “Culture”"
            told = {str(RIGHTS[each]) for each in RIGHTS if may(manager, each, site.service)}
            assert set(ground.rights) == told
            assert str(RIGHTS["service.archive"]) not in told
        for administrator in (here[top], everywhere[top]):
            (ground,) = administrator.grounds
            assert ground.reason == "because administrator of the site"


def test_a_role_that_is_taken_or_an_account_that_is_closed_has_no_right(site: Site) -> None:
    person, top = site.people.manager.id, site.people.actor(site.people.administrator)
    with site.writing() as session:
        session.get_one(Person, person).active = False
    with site.app.test_request_context("/"), site.reading() as session:
        assert person not in {each.person_id for each in rights_in(session, site.service, NONE)}
    with site.writing() as session:
        held = session.get_one(Person, person)
        held.active = True
        revoke_role(session, top, held, site.service, "manager")
    with site.app.test_request_context("/"), site.reading() as session:
        assert person not in {each.person_id for each in rights_on_site(session)}


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_pages_are_for_those_who_run_the_service_and_the_site_and_cost_the_same_for_any_team(
    site: Site, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    desk, top, other = site.browser(), site.browser(), site.browser()
    desk.sign_in(site.people.manager)
    top.sign_in(site.people.administrator)
    other.sign_in(site.people.citizen)
    name, giver = site.people.citizen.name, site.people.manager.id
    here, everywhere = "/culture/gestion/equipe/droits", "/admin/droits"

    def cost() -> list[int]:
        found = []
        for browser, page in ((desk, here), (top, everywhere)):
            with query_count() as queries:
                text = browser.get(page).text
            assert site.people.manager.name in text
            assert "parce que gestionnaire de «" in text
            assert name not in text
            found.append(queries.count)
        return found

    def join(number: int) -> None:
        person = site.people.add(f"further{number}")
        service = site.add_service(f"service-{number}")
        with site.writing() as session:
            held = session.get_one(Person, person.id)
            for place in (site.service, session.get_one(Service, service.id)):
                give_role(session, held, place, "manager", granted_by=giver)

    join(0)
    cost()
    few = cost()
    for number in (1, 2):
        join(number)
    assert cost() == few
    assert here in desk.get("/culture/gestion/equipe").text
    assert other.get(here).status_code == 403
    assert desk.get(everywhere).status_code == 403
