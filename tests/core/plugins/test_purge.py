"""What a plugin leaves in the database: migrations that are pending, and everything, deleted."""

import shutil
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

import tests.core.plugins.everything.plugin  # noqa: F401  # its table is made with the others
from eak_core.db import db, migrations, read_session, write_session
from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.events import SITE, publish
from eak_core.events.models import EventLog, Subscription
from eak_core.people.events import PersonJoined
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.installed import State
from eak_core.plugins.per_service.events import PluginPurged
from eak_core.plugins.per_service.models import PluginActivation, PluginCounter, PluginSetting
from eak_core.plugins.per_service.purge import notice_purges, purge, remains
from tests.core.plugins.making import make
from tests.core.plugins.site import SYSTEM, MakeApp, add_service, drain, switch

EVERYTHING = "tests.core.plugins.everything.plugin"

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "shelf1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("shelf_book", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("shelf_book")
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of a plugin with one migration, which another one requires."""
    package = tmp_path / "eak_shelf"
    (package / "migrations" / "versions").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(
        "from eak_core.plugins.loading.manifest import Plugin\n"
        "from eak_core.plugins.hooks.hookspecs import hookimpl\n"
        "plugin = Plugin('shelf', 'Shelf', '>=0.1,<1')\n"
        "@hookimpl\n"
        "def slot_service_home(service):\n"
        "    return 'a shelf'\n"
    )
    (package / "migrations" / "versions" / "shelf1.py").write_text(REVISION)
    monkeypatch.syspath_prepend(tmp_path)
    yield "eak_shelf.plugin"
    for name in [name for name in sys.modules if name.startswith("eak_shelf")]:
        del sys.modules[name]
    shutil.rmtree(package)


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return set(inspect(db.engine).get_table_names())


def check(app: Flask) -> None:
    with app.app_context():
        get_host().check_migrations(db.engine)


def test_a_plugin_with_pending_migrations_is_not_ready_and_says_why(
    make_app: MakeApp, shelf: str
) -> None:
    app = make_app(shelf, make("reader", requires=["shelf"]), make("other"))
    add_service(app)
    check(app)
    host = get_host(app)
    assert host.installed["shelf"].state is State.PENDING
    assert " db upgrade”" in str(host.installed["shelf"].reason)
    assert host.installed["reader"].state is State.MISSING
    assert list(host.ready) == ["other"]
    with pytest.raises(Refused, match=" db upgrade”"):
        switch(app, "shelf")
    migrations_of(app)
    check(app)
    assert list(host.ready) == ["other", "shelf", "reader"]
    switch(app, "shelf")
    assert "a shelf" in app.test_client().get("/culture/").text


def migrations_of(app: Flask) -> None:
    with app.app_context():
        found = get_host().installed["shelf"].migrations
        assert found is not None
        migrations.upgrade(db.engine, found)


def test_what_is_on_and_lacks_a_migration_is_off_until_it_has_run(
    make_app: MakeApp, shelf: str
) -> None:
    app = make_app(shelf)
    add_service(app)
    switch(app, "shelf")
    check(app)
    assert "a shelf" not in app.test_client().get("/culture/").text
    migrations_of(app)
    check(app)
    assert "a shelf" in app.test_client().get("/culture/").text


def test_migrations_that_cannot_be_read_put_their_plugin_aside_alone(
    make_app: MakeApp, shelf: str, tmp_path: Path
) -> None:
    (tmp_path / "eak_shelf" / "migrations" / "versions" / "shelf1.py").write_text("1 / 0")
    app = make_app(shelf, make("other"))
    check(app)
    assert get_host(app).installed["shelf"].state is State.PENDING
    assert "division" in str(get_host(app).installed["shelf"].reason)
    assert list(get_host(app).ready) == ["other"]


def purge_in(app: Flask, name: str, actor: Actor = SYSTEM) -> list[str]:
    with app.app_context(), write_session(app) as session:
        return list(purge(session, actor, name))


def test_other_processes_stop_offering_what_was_purged_until_its_migrations_run(
    make_app: MakeApp, shelf: str
) -> None:
    here, elsewhere = make_app(shelf), make_app(shelf)
    add_service(here)
    migrations_of(here)
    purge_in(here, "shelf")
    assert "shelf" in get_host(elsewhere).ready
    with pytest.raises(Refused, match=" db upgrade”"):
        switch(elsewhere, "shelf")
    assert get_host(elsewhere).installed["shelf"].state is State.PENDING
    migrations_of(here)
    check(elsewhere)
    switch(elsewhere, "shelf")
    assert "a shelf" in elsewhere.test_client().get("/culture/").text


def test_the_log_is_looked_through_for_purges_once(make_app: MakeApp, shelf: str) -> None:
    app = make_app(shelf)
    with app.app_context(), write_session(app) as session:
        for _time in range(3):
            publish(session, PluginPurged(plugin="other"), service_id=SITE)
        publish(session, PersonJoined(person_id=1), service_id=SITE)
    with app.app_context(), read_session(app) as session:
        notice_purges(session)
        assert get_host(app).purges_noticed == 4


def test_a_purge_deletes_all_that_a_plugin_stored_and_nothing_else(
    make_app: MakeApp, shelf: str
) -> None:
    app = make_app(shelf, EVERYTHING)
    service = add_service(app)
    migrations_of(app)
    for name in ("shelf", "everything"):
        switch(app, name)
    drain(app)
    before = tables(app)
    with pytest.raises(Refused):
        purge_in(app, "everything")
    switch(app, "everything", on=False)
    with app.app_context(), read_session(app) as session:
        assert remains(session, "everything").tables == {"everything_seen": 2}
    assert purge_in(app, "everything") == ["everything_seen"]
    assert tables(app) == before - {"everything_seen"}
    with read_session(app) as session:
        for model in (PluginActivation, PluginCounter, PluginSetting, Subscription):
            assert "everything" not in session.scalars(select(model.plugin)).all()
        assert session.scalars(select(PluginActivation.plugin)).all() == ["shelf"]
        types = session.execute(
            select(EventLog.service_id, EventLog.type).order_by(EventLog.service_id)
        ).all()
    assert (0, "plugin.purged") in types
    assert (service.id, "plugin.enabled") in types


def test_a_purge_works_when_the_package_is_gone(make_app: MakeApp, shelf: str) -> None:
    with_it = make_app(shelf)
    migrations_of(with_it)
    with with_it.app_context(), write_session(with_it) as session:
        session.execute(text("INSERT INTO shelf_book (id) VALUES (1)"))
    without = make_app()
    assert {*purge_in(without, "shelf")} == {"shelf_book", "shelf_alembic_version"}
    assert not {name for name in tables(without) if name.startswith("shelf")}


@pytest.mark.parametrize("name", ["idea", "plugin", "event", "service", "", "x' OR 1", "alembic"])
def test_no_name_lets_a_purge_touch_the_cores_tables(make_app: MakeApp, name: str) -> None:
    app = make_app()
    before = tables(app)
    with pytest.raises(Invalid):
        purge_in(app, name)
    assert tables(app) == before


def test_only_administrators_purge(make_app: MakeApp) -> None:
    app = make_app()
    with pytest.raises(Forbidden):
        purge_in(app, "shelf", Actor(person_id=3, confirmed=True, managed=frozenset({1})))
