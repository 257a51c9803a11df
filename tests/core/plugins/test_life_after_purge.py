"""After a purge a plugin begins anew: nothing of before counts, no number comes again."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, text

from eak_core import clock
from eak_core.db import db, migrations, read_session, write_session
from eak_core.events import SITE, Context, Event, event, publish, subscriber
from eak_core.events.core import get_event_core
from eak_core.events.models import PurgeMark
from eak_core.events.reading import head, verify
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.manifest import Plugin
from eak_core.plugins.per_service.counters import count, counted
from eak_core.plugins.per_service.events import PluginEnabled, PluginPurged
from eak_core.plugins.per_service.purge import purge
from tests.core.plugins.making import module_of
from tests.core.plugins.site import SYSTEM, MakeApp, add_service, drain, service_at, switch
from tests.core.plugins.test_purge import shelf  # noqa: F401  # a fixture

bell = Plugin("bell", "Bell", ">=0.1,<1")


@event(bell, "bell.rung", version=1, subject="bell:1")
class Rung(Event):
    """The bell was rung."""


@subscriber(bell, Rung)
def ring(rung: Rung, ctx: Context) -> None:
    count(ctx, "rings")


@subscriber(bell, PluginEnabled)
def see(enabled: PluginEnabled, ctx: Context) -> None:
    count(ctx, "enabled", subject="all")


def ring_it(app: Flask, times: int) -> None:
    with write_session(app) as session:
        for _time in range(times):
            publish(session, Rung(), service_id=service_at(session).id)


def number(app: Flask, name: str, subject: str) -> int:
    with read_session(app) as session:
        return counted(session, service_at(session).id, "bell", name, subject)


def faults(app: Flask) -> list[str]:
    with app.app_context(), read_session(app) as session:
        return list(verify(session, get_event_core(app).registry))


def purge_it(app: Flask, name: str) -> None:
    with app.app_context(), write_session(app) as session:
        purge(session, SYSTEM, name)


@pytest.fixture
def rung(make_app: MakeApp) -> Flask:
    """A site whose bell was rung three times, purged, and rung twice again."""
    app = make_app(module_of(bell))
    add_service(app)
    switch(app, "bell")
    ring_it(app, 3)
    switch(app, "bell", on=False)
    purge_it(app, "bell")
    switch(app, "bell")
    ring_it(app, 2)
    drain(app)
    return app


def test_what_a_plugin_published_before_its_purge_is_not_counted_again(rung: Flask) -> None:
    assert number(rung, "rings", "bell:1") == 2


def test_what_others_published_before_the_purge_is_handed_to_it(rung: Flask) -> None:
    assert number(rung, "enabled", "all") == 2


def test_a_purge_is_told_in_each_log_and_its_mark_is_whole(rung: Flask) -> None:
    assert faults(rung) == []
    with read_session(rung) as session:
        assert len(session.scalars(select(PurgeMark.position)).all()) == 2


def test_a_purge_without_its_mark_is_noticed(rung: Flask) -> None:
    with write_session(rung) as session:
        session.execute(delete(PurgeMark))
    assert any("“bell” was purged, and no mark" in each for each in faults(rung))


def test_a_purge_that_the_sites_log_alone_tells_of_is_noticed_in_every_other(
    make_app: MakeApp,
) -> None:
    app = make_app(module_of(bell))
    add_service(app)
    switch(app, "bell")
    ring_it(app, 2)
    with write_session(app) as session:  # as it was told before there were marks
        publish(session, PluginPurged(plugin="bell"), service_id=SITE)
        service_id = service_at(session).id
    assert any(each.startswith(f"log {service_id}: “bell” was purged") for each in faults(app))
    with write_session(app) as session:
        mark = PurgeMark(plugin="bell", service_id=service_id, position=head(session, service_id))
        session.add(mark)
        # What is published since may say the hour alone.
        hour = clock.now() - timedelta(hours=1)
        publish(session, Rung(), service_id=service_id, occurred_at=hour)
    assert faults(app) == []


def run_migrations(app: Flask) -> None:
    with app.app_context():
        found = get_host().installed["shelf"].migrations
        assert found is not None
        migrations.upgrade(db.engine, found)


def add_book(app: Flask, number: int | None = None) -> int:
    values = "(id) VALUES (:number)" if number else "DEFAULT VALUES"
    with write_session(app) as session:
        return session.scalar(
            text(f"INSERT INTO shelf_book {values} RETURNING id"), {"number": number}
        )


def test_no_number_is_given_out_twice_though_the_tables_were_made_anew(
    make_app: MakeApp,
    shelf: str,  # noqa: F811
) -> None:
    app = make_app(shelf)
    run_migrations(app)
    for expected in (1, 2, 3):
        assert add_book(app) == expected
    with write_session(app) as session:
        # What nobody holds any more was known to somebody.
        session.execute(text("DELETE FROM shelf_book WHERE id = 3"))
    for _purge in range(2):
        purge_it(app, "shelf")
        run_migrations(app)
    assert faults(app) == []
    assert add_book(app) == 4
    assert faults(app) == []


def test_a_number_that_came_again_is_noticed(make_app: MakeApp, shelf: str) -> None:  # noqa: F811
    app = make_app(shelf)
    run_migrations(app)
    add_book(app)
    purge_it(app, "shelf")
    run_migrations(app)
    add_book(app, 1)
    (fault,) = faults(app)
    assert fault.startswith("shelf_book: the number 1 was given out again")
