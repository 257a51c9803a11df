"""A running server notices at its next request what another process has purged."""

import pytest

from eak_core.db import db, migrations
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_core.plugins.host import get_host
from eak_core.plugins.purge import purge

PLUGINS = ("eak_discussion.plugin", "eak_voting.plugin")
NAMES = ("discussion", "voting")


@pytest.fixture
def two(sites: Sites) -> tuple[Site, Site]:
    """Two processes of one site, as good as: both have answered with the plugins on."""
    here = sites.make(PLUGINS)
    with here.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    there = sites.make(PLUGINS, url=url)
    _ = here.service
    for name in NAMES:
        here.enable(name)
    for site in (here, there):
        assert site.browser().get(f"/{here.service.slug}/votes/").status_code == 200
    return here, there


def purge_all(site: Site) -> None:
    for name in NAMES:
        site.disable(name)
        with site.app.app_context(), site.writing() as session:
            purge(session, Actor.system(), name)


def test_pages_copies_and_erasures_go_on_after_a_purge_by_another_process(
    two: tuple[Site, Site],
) -> None:
    here, there = two
    person = here.people.citizen.id
    purge_all(here)
    slug = here.service.slug
    for address in ("/", f"/{slug}/", f"/{slug}/idees/"):
        assert there.browser().get(address).status_code == 200
    assert there.browser().get(f"/{slug}/votes/").status_code == 404
    with there.app.app_context():
        with there.reading() as session:
            assert export_person(session, Actor.system(), person)["plugins"] == {}
        with there.writing() as session:
            erase_person(session, Actor.system(), person)


def test_what_is_switched_on_again_elsewhere_is_there_at_the_next_request(
    two: tuple[Site, Site],
) -> None:
    here, there = two
    person = here.people.citizen.id
    purge_all(here)
    with there.app.app_context(), there.reading() as session:
        export_person(session, Actor.system(), person)
    with here.app.app_context():
        for name in NAMES:
            found = get_host().installed[name].migrations
            assert found is not None
            migrations.upgrade(db.engine, found)
        get_host().check_migrations(db.engine)
    for name in NAMES:
        here.enable(name)
    assert there.browser().get(f"/{here.service.slug}/votes/").status_code == 200
