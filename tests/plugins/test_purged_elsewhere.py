"""Other processes keep up with a purge and with what follows: pages, copies, erasures, handlers."""

import pytest
from sqlalchemy import select

from eak_core.db import db, migrations
from eak_core.events.worker import Worker
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.models import PluginCounter
from eak_core.plugins.per_service.purge import purge
from eak_voting.casting import support

PLUGINS = ("eak_discussion.plugin", "eak_voting.plugin")
NAMES = ("discussion", "voting")


@pytest.fixture
def here(sites: Sites) -> Site:
    site = sites.make(PLUGINS)
    for name in NAMES:
        site.enable(name)
    return site


def another(sites: Sites, site: Site) -> Site:
    """Another process of the same site, as good as, which is started now."""
    with site.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    other = sites.make(PLUGINS, url=url)
    other.people, other.service = site.people, site.service
    return other


def purge_all(site: Site) -> None:
    for name in NAMES:
        site.disable(name)
        with site.app.app_context(), site.writing() as session:
            purge(session, Actor.system(), name)


def begin_anew(site: Site) -> None:
    with site.app.app_context():
        for name in NAMES:
            found = get_host().installed[name].migrations
            assert found is not None
            migrations.upgrade(db.engine, found)
        get_host().check_migrations(db.engine)
    for name in NAMES:
        site.enable(name)


def give_support(site: Site) -> int:
    """The citizen supports an idea; who that is."""
    idea = site.submit()
    actor = site.people.actor(site.people.citizen)
    with site.writing() as session:
        support.give(session, actor, site.service, session.get_one(Idea, idea.id))
    return site.people.citizen.id


def votes_page(site: Site) -> int:
    return site.browser().get(f"/{site.service.slug}/votes/").status_code


def copied(site: Site, person_id: int) -> dict[str, object]:
    with site.app.app_context(), site.reading() as session:
        plugins: dict[str, object] = export_person(session, Actor.system(), person_id)["plugins"]
    return plugins


def test_pages_copies_and_erasures_go_on_behind_a_purge_by_another_process(
    here: Site, sites: Sites
) -> None:
    there = another(sites, here)
    person = give_support(here)
    assert votes_page(there) == 200
    purge_all(here)
    slug = here.service.slug
    for address in ("/", f"/{slug}/", f"/{slug}/idees/"):
        assert there.browser().get(address).status_code == 200
    assert votes_page(there) == 404
    assert copied(there, person) == {}
    with there.app.app_context(), there.writing() as session:
        erase_person(session, Actor.system(), person)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_switched_on_again_elsewhere_is_there_at_the_next_request_and_whole(
    here: Site, sites: Sites
) -> None:
    there = another(sites, here)
    person = give_support(here)
    purge_all(here)
    assert copied(there, person) == {}
    begin_anew(here)
    assert votes_page(there) == 200
    give_support(here)
    assert "voting" in copied(there, person)


def test_a_process_that_was_started_behind_a_purge_takes_up_pages_and_handlers_afterwards(
    here: Site, sites: Sites
) -> None:
    purge_all(here)
    there = another(sites, here)
    worker = Worker(there.app)
    assert worker.drain(timeout=10)
    assert votes_page(there) == 404
    begin_anew(here)
    give_support(here)
    assert worker.drain(timeout=10)
    with here.reading() as session:
        counted = select(PluginCounter.value).where(PluginCounter.name == "supports")
        assert session.scalars(counted).all() == [1]
    assert votes_page(there) == 200


def test_a_server_that_was_started_behind_a_purge_finds_the_plugin_at_a_request(
    here: Site, sites: Sites
) -> None:
    purge_all(here)
    there = another(sites, here)
    begin_anew(here)
    assert votes_page(there) == 200
