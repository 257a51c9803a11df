"""Applications that are lent from one test to the next: nothing of one reaches the other."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine.interfaces import CacheStats

from eak_core.api import Plugin
from eak_core.db import db, new_session
from eak_core.events.models import EventLog
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Kept, Pool
from eak_core.kit.testing.site import Site
from eak_core.services.models import Service


@pytest.fixture
def own_pool(databases: Databases) -> Iterator[Pool]:
    with Pool(databases) as pool:
        yield pool


def services(kept: Kept) -> list[str]:
    with Site(kept.app).reading() as session:
        return list(session.scalars(select(Service.slug)))


def test_what_one_test_did_is_gone_for_the_next(own_pool: Pool, database: Kind) -> None:
    first = own_pool.lend(database, [], {})
    app = first.app
    site = Site(app)
    number = site.service.id
    assert services(first) == ["culture"]
    app.config["SITE"] = "changed"
    app.extensions["eak_transports"]["mail"] = print
    app.extensions["eak_plugins"].purges_noticed = 7
    app.extensions["eak_digests"]["left"] = "behind"
    app.jinja_env.globals["left"] = "behind"
    (first.instance / "mail").mkdir()
    (first.instance / "mail" / "1.eml").write_text("Dear reader")
    own_pool.take_back(first)

    again = own_pool.lend(database, [], {})
    assert again.app is app
    assert "SITE" not in app.config
    assert app.extensions["eak_transports"]["mail"] is not print
    assert app.extensions["eak_plugins"].purges_noticed == 0
    assert "left" not in app.extensions["eak_digests"]
    assert "left" not in app.jinja_env.globals
    assert list(again.instance.iterdir()) == []
    assert services(again) == []
    with Site(app).reading() as session:
        assert session.scalars(select(EventLog)).all() == []
    assert Site(app).service.id == number, "numbers begin again"
    own_pool.take_back(again)


def test_attempts_are_counted_anew(own_pool: Pool) -> None:
    """An application that counts attempts is not kept, see `Beginning.restore`."""
    for _ in range(2):
        kept = own_pool.lend("sqlite", [], {"rate_limits": True})
        browser = Site(kept.app).browser()
        form = "/compte/connexion"
        answers = [
            browser.submit(form, form, email="nobody@example.org", password="x" * 12).status_code
            for _ in range(11)
        ]
        assert answers == [422] * 10 + [429]
        own_pool.take_back(kept)


def test_an_application_that_was_built_upon_is_not_lent_again(own_pool: Pool) -> None:
    kept = own_pool.lend("sqlite", [], {})
    app = kept.app
    app.add_url_rule("/more", "more", lambda: "more")
    own_pool.take_back(kept)
    again = own_pool.lend("sqlite", [], {})
    assert again.app is not app
    assert "more" not in again.app.view_functions
    own_pool.take_back(again)


def module(name: str) -> ModuleType:
    made = ModuleType(f"eak_{name}")
    made.plugin = Plugin(name=name, title=name.capitalize(), core=">=0.1,<1")  # type: ignore[attr-defined]
    return made


def test_other_plugins_settings_and_surroundings_are_another_application(
    own_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = module("applause")
    lent = [
        own_pool.lend("sqlite", [], {}),
        own_pool.lend("sqlite", [plugin], {}),
        own_pool.lend("sqlite", [module("applause")], {}),
        own_pool.lend("sqlite", [], {"site_name": "Essai"}),
    ]
    own_pool.take_back(lent[1])
    plugin.more = "put there by a test"  # type: ignore[attr-defined]
    lent.append(own_pool.lend("sqlite", [plugin], {}))
    own_pool.take_back(lent[0])
    monkeypatch.setenv("EAK_SITE_NAME", "Essai")
    lent.append(own_pool.lend("sqlite", [], {}))
    assert len({id(each.app) for each in lent}) == len(lent)
    for each in lent[2:]:
        own_pool.take_back(each)


def test_no_more_wait_than_memory_allows_nor_with_connections_than_there_are(
    own_pool: Pool, database: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("eak_core.kit.testing.pool")
    monkeypatch.setattr(module, "KEPT", 3)
    monkeypatch.setattr(module, "CONNECTED", 1)
    lent = [own_pool.lend(database, [], {}) for _ in range(5)]
    for each in lent:
        assert services(each) == []
        own_pool.take_back(each)
    assert sum(each.instance.exists() for each in lent) == 3
    assert [connected(each) for each in lent[2:]] == [0, 0, database == "postgresql"]


def connected(kept: Kept) -> int:
    with kept.app.app_context():
        return db.engine.pool.checkedin()  # type: ignore[attr-defined]  # a QueuePool


@pytest.mark.parametrize("database", ["postgresql"])
def test_tables_that_a_test_changed_are_copied_anew(own_pool: Pool, database: Kind) -> None:
    for change in (
        "ALTER TABLE event_log DISABLE TRIGGER USER",
        "ALTER TABLE idea ADD COLUMN colour text",
        "ALTER TABLE idea ALTER COLUMN title DROP NOT NULL",
        "CREATE TABLE colour (name text)",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        kept = own_pool.lend(database, [], {})
        with Site(kept.app).writing() as session:
            before = session.scalar(text("SELECT version_num FROM alembic_version"))
            session.execute(text(change))
        own_pool.take_back(kept)
        again = own_pool.lend(database, [], {})
        assert again.app is kept.app
        with Site(again.app).reading() as session:
            off = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'"
            assert session.scalar(text(off)) == 0
            assert not session.scalar(
                text("SELECT count(*) FROM pg_attribute WHERE attname = 'colour'")
            )
            assert not session.scalar(
                text("SELECT count(*) FROM pg_class WHERE relname = 'colour'")
            )
            assert session.scalar(
                text(
                    "SELECT attnotnull FROM pg_attribute WHERE attname = 'title'"
                    " AND attrelid = 'idea'::regclass"
                )
            )
            assert session.scalar(text("SELECT version_num FROM alembic_version")) == before
        own_pool.take_back(again)


def test_an_application_with_a_plugin_that_cannot_be_imported_is_lent_again(
    own_pool: Pool, database: Kind
) -> None:
    kept = own_pool.lend(database, ["tests.core.rusty"], {})
    own_pool.take_back(kept)
    assert own_pool.lend(database, ["tests.core.rusty"], {}) is kept
    other = own_pool.lend(database, ["tests.core.not_there"], {})
    assert other is not kept
    for each in (kept, other):
        own_pool.take_back(each)


def test_a_transaction_that_a_test_left_open_keeps_nothing(own_pool: Pool, database: Kind) -> None:
    kept = own_pool.lend(database, [], {})
    site = Site(kept.app)
    assert site.service
    with kept.app.app_context():
        forgotten = new_session()
    forgotten.writes = True
    forgotten.execute(text("UPDATE service SET name = 'Held'"))
    own_pool.take_back(kept)
    again = own_pool.lend(database, [], {})
    assert services(again) == []
    assert Site(again.app).service.name == "Culture"
    forgotten.invalidate()
    own_pool.take_back(again)


def test_what_one_application_has_compiled_no_other_compiles(
    own_pool: Pool, database: Kind
) -> None:
    asked = select(Service.slug).where(Service.slug != "compiled once")
    for name, compiled in (("One", True), ("Another", False)):
        kept = own_pool.lend(database, [], {"site_name": name})
        with Site(kept.app).reading() as session:
            found = session.connection().execute(asked.with_only_columns(Service.id))
            assert (found.context.cache_hit is CacheStats.CACHE_MISS) == compiled
            assert found.all() == []
        kept.close()
