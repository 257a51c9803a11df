"""After a purge the public log of a service is another one, and says how the one before ended."""

import pytest
from flask import g

from eak_core.api import publish
from eak_core.db import db, migrations
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.plugins.host import get_host
from eak_core.plugins.purge import purge
from eak_voting import publishing
from eak_voting.commands.log import _faults
from eak_voting.events import LogSigned
from eak_voting.transparency import checkpoint, log
from eak_voting.transparency.records import CancelledLeaf, ContinuesLeaf, decode


@pytest.fixture
def site(sites: Sites) -> Site:
    return sites.make(("eak_voting.plugin",))


def record(site: Site, ballot: int) -> None:
    with site.app.test_request_context(), site.writing() as session:
        publishing.record(session, site.service, [CancelledLeaf(ballot=ballot)])


def head(site: Site) -> tuple[str, str]:
    with site.app.test_request_context(), site.reading() as session:
        note = log.head(session, site.service.id).checkpoint
        assert note is not None
        return note, publishing.current_key(session, site.service)


def purge_and_begin_anew(site: Site) -> None:
    site.disable("voting")
    with site.app.app_context():
        with site.writing() as session:
            purge(session, Actor.system(), "voting")
        found = get_host().installed["voting"].migrations
        assert found is not None
        migrations.upgrade(db.engine, found)
    site.enable("voting")


def faults(site: Site) -> list[str]:
    with site.app.test_request_context():
        g.service = site.service
        found = log.head(db.session, site.service.id)
        return list(_faults(found.size, found.root))


@pytest.fixture
def purged(site: Site) -> tuple[Site, str, str]:
    """A site that was purged after one entry, its last head and its key; one entry since."""
    site.enable("voting")
    record(site, 1)
    note, key = head(site)
    purge_and_begin_anew(site)
    record(site, 2)
    return site, note, key


def test_a_new_log_has_a_new_name_and_key_and_begins_with_the_end_of_the_old_one(
    purged: tuple[Site, str, str],
) -> None:
    site, old_note, old_key = purged
    note, key = head(site)
    old = checkpoint.verified(old_note, checkpoint.read_key(old_key))
    new = checkpoint.verified(note, checkpoint.read_key(key))
    assert new.origin == f"{old.origin}/2"
    assert checkpoint.read_key(key).public != checkpoint.read_key(old_key).public
    with site.reading() as session:
        first = decode(log.leaves(session, site.service.id, 0, 1)[0].data)
    assert first == ContinuesLeaf(
        log=old.origin,
        size=old.size,
        root=old.root.hex(),
        key=checkpoint.read_key(old_key).key_id.hex(),
    )
    assert faults(site) == []


def test_the_end_of_the_old_log_stays_readable_to_the_byte(purged: tuple[Site, str, str]) -> None:
    site, old_note, _key = purged
    browser = site.browser()
    address = f"/{site.service.slug}/votes/journal"
    assert browser.get(f"{address}/tete-precedente.txt").text == old_note
    assert "tete-precedente.txt" in browser.get(address).text


def test_two_roots_under_one_name_are_noticed(purged: tuple[Site, str, str]) -> None:
    site = purged[0]
    with site.writing() as session:
        forked = LogSigned(service_id=site.service.id, number=2, size=2, root="0" * 64)
        publish(session, forked, service_id=site.service.id)
    assert "two roots were signed for 2 entries of log 2" in faults(site)
