"""After a purge the public log of a service is another one, and says how the one before ended."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from flask import g
from msgspec.structs import replace
from sqlalchemy import insert, text

from eak_core import clock
from eak_core.api import plugin_secret, publish
from eak_core.db import db, migrations
from eak_core.events.core import get_event_core
from eak_core.events.models import PurgeMark
from eak_core.events.reading import verify
from eak_core.keys.signing import Ring, rotate
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.purge import purge
from eak_core.transparency import checkpoint
from eak_voting.commands.log import _faults
from eak_voting.events import BallotOpened, LogSigned
from eak_voting.transparency import log, recording
from eak_voting.transparency.records import CancelledLeaf, ContinuesLeaf, decode, encode


@pytest.fixture
def site(sites: Sites) -> Site:
    return sites.make(("eak_voting.plugin",))


def record(site: Site, ballot: int) -> None:
    with site.app.test_request_context(), site.writing() as session:
        recording.record(session, site.service, [CancelledLeaf(ballot=ballot)])


def head(site: Site) -> tuple[str, str]:
    with site.app.test_request_context(), site.reading() as session:
        note = log.head(session, site.service.id).checkpoint
        assert note is not None
        return note, recording.key_of(session, site.service, note)


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
        found = log.head(db.session, site.service.id)  # type: ignore[arg-type]
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
        forked = LogSigned(
            service_id=site.service.id, number=2, size=2, root="0" * 64, log=None, signature=None
        )
        publish(session, forked, service_id=site.service.id)
    assert "two roots were signed for 2 entries of log 2" in faults(site)


def end_before(site: Site) -> str:
    return site.browser().get(f"/{site.service.slug}/votes/journal/tete-precedente.txt").text


def move(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the site another address."""
    moved = replace(site.app.extensions["eak_config"], base_url="https://elsewhere.example")
    monkeypatch.setitem(site.app.extensions, "eak_config", moved)


def test_a_log_keeps_its_name_and_key_when_the_site_moves(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.enable("voting")
    record(site, 1)
    _note, key = head(site)
    move(site, monkeypatch)
    record(site, 2)
    note, same = head(site)
    assert same == key
    assert checkpoint.verified(note, checkpoint.read_key(key)).size == 2


def test_the_end_of_the_old_log_needs_neither_its_address_nor_its_key_any_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.enable("voting")
    record(site, 1)
    note, _key = head(site)
    move(site, monkeypatch)
    purge_and_begin_anew(site)
    for file in Path(site.app.instance_path, "secrets", "voting").iterdir():
        file.unlink()
    assert end_before(site) == note  # before anything stands in the new one
    replace_lost_key(site)
    record(site, 2)
    assert end_before(site) == note
    assert head(site)[0].startswith("elsewhere.example/culture/votes/2\n")
    assert faults(site) == []


def replace_lost_key(site: Site) -> None:
    with site.app.app_context(), site.writing() as session:
        rotate(session, Ring(site.service.id, "voting", "log"))


def test_a_mark_that_is_set_in_the_middle_of_a_log_leaves_it_its_name_and_key(site: Site) -> None:
    site.enable("voting")
    record(site, 1)
    _note, key = head(site)
    with site.writing() as session:  # as the upgrade does where a purge had left none
        mark = {"service_id": site.service.id, "plugin": "voting", "position": 1}
        session.execute(insert(PurgeMark).values(mark))
    record(site, 2)
    note, same = head(site)
    assert same == key
    assert checkpoint.verified(note, checkpoint.read_key(key)).size == 2


@pytest.fixture
def earlier(sites: Sites) -> Site:
    """A site whose tables of voting are those of before logs kept their names."""
    plugins = ("eak_voting.plugin",)
    site = sites.make(plugins, url=sites.database(plugins))
    site.enable("voting")
    with site.app.app_context():
        found = get_host().installed["voting"].migrations
        assert found is not None
        with migrations.locked(db.engine) as connection:
            command.downgrade(found.alembic(connection), "0004")
    return site


def seed_of(number: int) -> bytes:
    """What the logs of this number were signed with, then."""
    return plugin_secret("voting", "log-key" if number == 1 else f"log-key-{number}")


def signed_earlier(site: Site, *leaves: Any, name: str, number: int) -> str:
    """A log with ``leaves``, as it was signed then; its signed head."""
    data = [encode(leaf) for leaf in leaves]
    with site.app.test_request_context(), site.writing() as session:
        service = site.service.id
        rows: dict[str, Any] = {"service": service, "size": len(data), "now": clock.now()}
        session.execute(
            text("INSERT INTO voting_head (service_id, size) VALUES (:service, 0)"), rows
        )
        log.append(session, service, data)
        root = log.root(session, service, len(data))
        state = checkpoint.Checkpoint(name, len(data), root)
        note = checkpoint.sign(state, seed_of(number))
        session.execute(
            text(
                "UPDATE voting_head SET checkpoint = :note, signed_size = :size, signed_at = :now"
            ),
            rows | {"note": note},
        )
    return note


def upgraded(site: Site) -> None:
    with site.app.app_context():
        found = get_host().installed["voting"].migrations
        assert found is not None
        assert migrations.upgrade(db.engine, found) == ["0005", "0006"]


def whole(site: Site) -> list[str]:
    with site.app.app_context(), site.reading() as session:
        return list(verify(session, get_event_core().registry))


OLD_NAME = "participer.example/culture/votes"


def test_an_upgrade_leaves_a_log_its_name_and_key_and_tells_how_it_stood(earlier: Site) -> None:
    note = signed_earlier(earlier, CancelledLeaf(ballot=1), name=OLD_NAME, number=1)
    upgraded(earlier)
    assert whole(earlier) == []
    assert head(earlier)[0] == note
    assert head(earlier)[1].startswith(f"{OLD_NAME}+")
    purge_and_begin_anew(earlier)  # nothing was signed in between
    assert end_before(earlier) == note
    record(earlier, 2)
    assert end_before(earlier) == note
    assert faults(earlier) == whole(earlier) == []


def test_an_upgrade_keeps_what_a_second_log_says_of_the_first(earlier: Site) -> None:
    with earlier.app.test_request_context():
        key = seed_of(1)
    ended = checkpoint.sign(checkpoint.Checkpoint(OLD_NAME, 7, bytes(32)), key)
    signed_earlier(earlier, recording.continuing(ended), name=f"{OLD_NAME}/2", number=2)
    upgraded(earlier)
    assert end_before(earlier) == ended
    record(earlier, 2)
    assert head(earlier)[0].startswith(f"{OLD_NAME}/2\n2\n")
    assert faults(earlier) == whole(earlier) == []


def test_an_upgrade_of_a_service_without_a_log_leaves_it_none(earlier: Site) -> None:
    with earlier.writing() as session:
        session.execute(
            text("INSERT INTO voting_head (service_id, size) VALUES (:id, 0)"),
            {"id": earlier.service.id},
        )
    upgraded(earlier)
    assert faults(earlier) == whole(earlier) == []
    record(earlier, 1)
    assert head(earlier)[0].partition("\n")[0].endswith("/culture/votes")


def test_behind_a_purge_that_told_no_end_the_name_is_another_one_all_the_same(site: Site) -> None:
    site.enable("voting")
    opened = BallotOpened(ballot_id=1, method="approval", secrecy="public", terms_hash="0" * 64)
    with site.writing() as session:
        publish(session, opened, service_id=site.service.id)
    record(site, 2)
    assert head(site)[0].partition("\n")[0].endswith("/culture/votes/2")
    assert faults(site) == []
