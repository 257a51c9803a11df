"""Logs that were signed before keys were the site's to keep: nothing of theirs changes."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from eak_core.api import EakError
from eak_core.db import db, migrations
from eak_core.keys.signing import Ring, rotate, signer
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service
from eak_core.transparency import checkpoint
from eak_voting.models import Ballot
from eak_voting.publishing import published
from eak_voting.publishing.stored import file_of
from eak_voting.transparency import log, recording
from eak_voting.transparency.records import CancelledLeaf
from tests.plugins.voting.conftest import Polls

PLUGINS = ("eak_voting.plugin",)


@pytest.fixture
def site(sites: Sites) -> Site:
    site = sites.make(PLUGINS, url=sites.database(PLUGINS))
    site.enable("voting")
    return site


def secrets(site: Site) -> Path:
    return Path(site.app.instance_path, "secrets", "voting")


def go_back(site: Site) -> None:
    """Have the tables and files of the version before, in which all first logs shared a key."""
    with site.app.app_context():
        found = get_host().installed["voting"].migrations
        assert found is not None
        with migrations.locked(db.engine) as connection:
            command.downgrade(found.alembic(connection), "0005")
    with site.writing() as session:
        session.execute(text("DELETE FROM signing_key"))


def upgrade(site: Site) -> None:
    with site.app.app_context():
        found = get_host().installed["voting"].migrations
        assert found is not None
        assert migrations.upgrade(db.engine, found) == ["0006"]


def record(site: Site, ballot: int, service: Service | None = None) -> str:
    where = service or site.service
    with site.app.test_request_context(), site.writing() as session:
        recording.record(session, where, [CancelledLeaf(ballot=ballot)])
    with site.reading() as session:
        note = log.signed_head(session, where.id)
    assert note is not None
    return note


def key_of(site: Site, note: str, service: Service | None = None) -> str:
    with site.reading() as session:
        return recording.key_of(session, service or site.service, note)


def share_one_key(site: Site, *services: Service) -> None:
    """Let the logs of ``services`` begin with the one key that all had."""
    (secrets(site)).mkdir(parents=True, mode=0o700, exist_ok=True)
    (secrets(site) / "log-key").write_text("2a" * 32)
    with site.writing() as session:
        for service in services:
            name = f"localhost/{service.slug}/votes"
            session.execute(
                text(
                    "INSERT INTO signing_key (service_id, plugin, purpose, number, name, public,"
                    " file, since, reason) VALUES (:service, 'voting', 'log', 1, :name, :public,"
                    " 'voting/log-key', '2024-01-02 03:04:05+00:00', '')"
                ),
                {
                    "service": service.id,
                    "name": name,
                    "public": checkpoint.verifier_key(name, b"\x2a" * 32).public,
                },
            )


def test_heads_and_verifier_keys_are_what_they_were_in_every_service(site: Site) -> None:
    other = site.add_service("routes")
    site.enable("voting", service=other)
    services = (site.service, other)
    share_one_key(site, *services)
    notes = [record(site, 1, each) for each in services]
    keys = [key_of(site, note, each) for note, each in zip(notes, services, strict=True)]
    assert all(keys)
    go_back(site)
    upgrade(site)
    with site.reading() as session:
        assert [log.signed_head(session, each.id) for each in services] == notes
    assert [key_of(site, note, each) for note, each in zip(notes, services, strict=True)] == keys
    later = [record(site, 2, each) for each in services]
    assert [key_of(site, note, each) for note, each in zip(later, services, strict=True)] == keys
    # It ends in one service and signs on in the other.
    with site.app.app_context(), site.writing() as session:
        rotate(session, Ring(site.service.id, "voting", "log"))
    assert key_of(site, record(site, 3)) != keys[0]
    assert key_of(site, record(site, 3, other), other) == keys[1]


def test_the_file_of_a_counted_ballot_is_the_same_to_the_byte(
    site: Site, clock: FrozenClock
) -> None:
    polls = Polls(site, clock)
    share_one_key(site, site.service)

    def file() -> bytes:
        with site.app.test_request_context(), site.reading() as session:
            row = session.get_one(Ballot, ballot.id)
            return published.write(file_of(session, site.service, row))

    ballot = polls.open()
    polls.vote(ballot, [1])
    polls.close(ballot)
    before = file()
    record(site, 99)  # so that its head is no longer the last one
    go_back(site)
    upgrade(site)
    assert file() == before
    with site.app.app_context(), site.writing() as session:
        rotate(session, Ring(site.service.id, "voting", "log"))
    record(site, 100)
    assert file() == before


def test_a_key_whose_file_is_missing_stops_the_upgrade_and_nothing_is_changed(site: Site) -> None:
    share_one_key(site, site.service)
    note = record(site, 1)
    go_back(site)
    file = secrets(site) / "log-key"
    seed = file.read_text()
    file.unlink()
    with pytest.raises(EakError, match="log-key is missing"):
        upgrade(site)
    assert not file.exists()
    file.write_text(seed)
    upgrade(site)
    assert key_of(site, note)


def test_a_key_that_is_said_to_be_lost_is_followed_by_another_one(site: Site) -> None:
    share_one_key(site, site.service)
    note = record(site, 1)
    go_back(site)
    (secrets(site) / "log-key").write_text("")
    upgrade(site)
    assert key_of(site, note) == ""
    after = record(site, 2)
    assert checkpoint.verified(after, checkpoint.read_key(key_of(site, after))).size == 3


def test_tables_that_a_purge_made_anew_leave_the_keys_alone(site: Site) -> None:
    share_one_key(site, site.service)
    note = record(site, 1)
    with site.app.app_context(), site.writing() as session:
        rotate(session, Ring(site.service.id, "voting", "log"))
    with site.app.app_context():
        found = get_host().installed["voting"].migrations
        assert found is not None
        with migrations.locked(db.engine) as connection:
            command.downgrade(found.alembic(connection), "0005")
    upgrade(site)
    assert key_of(site, note)
    with site.app.app_context(), site.writing() as session:
        name = f"localhost/{site.service.slug}/votes"
        assert signer(session, "voting", "log", site.service.id, name).kid
    with site.reading() as session:
        assert len(recording.keys_of(session, site.service)) == 2
