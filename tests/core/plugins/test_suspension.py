"""A plugin that fails again and again is put aside, where it fails (T50)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from eak_core import clock
from eak_core.db import current_session, read_session, write_session
from eak_core.events.models import ScheduledWork
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request import breaker
from eak_core.plugins.per_service import faults
from eak_core.plugins.per_service.models import PluginActivation, PluginFault, PluginFaultSource
from eak_core.plugins.per_service.suspension import SUSPENDED, resume, resume_upgraded
from tests.core.plugins.failing import active, fail, failing
from tests.core.plugins.making import make
from tests.core.plugins.site import SYSTEM, MakeApp, add_service, service_at, switch, types_in_log


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    app = make_app(failing("slot_service_home"))
    for slug in ("culture", "routes"):
        add_service(app, slug)
        switch(app, "bad", slug)
    return app


PAGES = ("/", "/idees/1", "/idees/2", "/idees/3", "/idees/4")


def visit(app: Flask, times: int, slug: str = "culture", *, first: int = 0) -> None:
    """Open ``times`` pages of the service, each for the first time and from another network."""
    for number in range(first, first + times):
        path = f"/{slug}{PAGES[number % len(PAGES)]}"
        came = {"REMOTE_ADDR": f"192.0.{number}.1"}
        assert app.test_client().get(path, environ_base=came).status_code == 200


def test_five_failures_put_a_plugin_aside_in_that_service_alone(site: Flask) -> None:
    visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}
    visit(site, 1, first=breaker.LIMIT - 1)
    assert active(site) == frozenset()
    assert active(site, "routes") == {"bad"}
    assert types_in_log(site)[-1] == "plugin.suspended"
    assert "plugin.suspended" not in types_in_log(site, "routes")


def test_while_a_plugin_is_worked_on_its_failures_put_nothing_aside(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(site.config, "EAK_DEVELOPMENT", True)
    visit(site, breaker.LIMIT + 2)
    assert active(site) == {"bad"}
    with read_session(site) as session:
        [fault] = faults.faults_of(session, service_at(session).id, "bad")
    assert fault["count"] == breaker.LIMIT + 2


def test_failures_are_kept_with_their_traceback_and_counted(site: Flask) -> None:
    visit(site, 3)
    with read_session(site) as session:
        [fault] = faults.faults_of(session, service_at(session).id, "bad")
        other = faults.faults_of(session, service_at(session, "routes").id, "bad")
    assert fault["count"] == 3
    assert fault["hook"] == "slot_service_home"
    assert "on purpose" in fault["traceback"]
    assert other == []


def test_failures_that_lie_far_apart_suspend_nothing(site: Flask) -> None:
    start = clock.now()
    for failure in range(8):
        with clock.freeze(start + failure * timedelta(minutes=4)):
            visit(site, 1, first=failure)
    assert active(site) == {"bad"}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("paths", "networks"),
    [
        (["/?a={}"], ["192.0.2.1"]),
        (["/idees/{}"], ["192.0.2.1"]),
        (["/idees/{}"], ["192.0.2.1", "198.51.100.1"]),
        (["/?a={}"], ["192.0.{}.1"]),
        (["/?a={}", "/idees/1?a={}"], ["192.0.{}.1"]),
    ],
)
def test_no_reader_switches_a_plugin_off_for_all_the_others(
    site: Flask, paths: list[str], networks: list[str]
) -> None:
    """Not with many addresses of one page, nor from one place, however often they come."""
    for number in range(4 * breaker.LIMIT):
        path = paths[number % len(paths)].format(number)
        came = {"REMOTE_ADDR": networks[number % len(networks)].format(number)}
        answer = site.test_client().get(f"/culture{path}", environ_base=came)
        assert answer.status_code == 200
    assert active(site) == {"bad"}
    assert "plugin.suspended" not in types_in_log(site)


def test_trouble_of_the_database_is_no_fault_of_a_plugin(make_app: MakeApp) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("lost"), connection_invalidated=True)

    app = make_app(make("bad", slot_service_home=away))
    add_service(app)
    switch(app, "bad")
    visit(app, 2 * breaker.LIMIT)
    assert active(app) == {"bad"}
    with read_session(app) as session:
        assert session.scalars(select(PluginFault)).all() == []


@pytest.mark.parametrize("reason", ["a ballot is open", fail])
def test_a_plugin_that_must_stay_now_stays_though_it_fails_all_over(
    make_app: MakeApp, reason: Any
) -> None:
    """So does one that cannot say whether it must."""
    must = [True]

    def must_stay(session: Any, service_id: int) -> Any:
        return (reason() if callable(reason) else reason) if must[0] else None

    app = make_app(make("bad", slot_service_home=fail_anywhere, must_stay=must_stay))
    add_service(app)
    switch(app, "bad")
    visit(app, 2 * breaker.LIMIT)
    assert active(app) == {"bad"}
    must[0] = False
    visit(app, 1)
    assert active(app) == frozenset()


def fail_anywhere() -> Any:
    return fail()


def test_those_who_run_the_service_are_to_be_told_once_it_is_put_aside_there(site: Flask) -> None:
    def due() -> list[tuple[int, str]]:
        with read_session(site) as session:
            return [(row.service_id, row.name) for row in session.scalars(select(ScheduledWork))]

    with read_session(site) as session:
        here = service_at(session).id
    visit(site, breaker.LIMIT - 1)
    assert due() == []
    visit(site, 2 * breaker.LIMIT)
    assert due() == [(here, f"{SUSPENDED}:bad")]


def test_another_version_is_let_back_by_itself_and_the_same_is_not(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(version: str) -> None:
        installed = get_host(site).installed
        of_version = replace(installed["bad"], version=version)
        monkeypatch.setattr(get_host(site), "installed", {**installed, "bad": of_version})

    def restart() -> int:
        with site.app_context(), write_session(site) as session:
            return resume_upgraded(session)

    install("1.2.0")
    visit(site, breaker.LIMIT)
    assert restart() == 0
    assert active(site) == frozenset()
    install("1.2.1")
    assert restart() == 1
    assert active(site) == {"bad"}
    assert types_in_log(site)[-1] == "plugin.resumed"
    visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}, "it begins with a clean sheet"


def test_nothing_is_kept_that_tells_who_came_and_no_more_than_is_needed(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "MOST_SOURCES", 3)
    visit(site, 2 * breaker.LIMIT)
    with read_session(site) as session:
        sources = session.scalars(select(PluginFaultSource)).all()
    assert len(sources) == 3
    assert len({source.client for source in sources}) == 3
    assert not any("192.0" in f"{source.page} {source.client}" for source in sources)


def test_failures_in_a_worker_count_by_themselves(make_app: MakeApp) -> None:
    app = make_app(failing("nav_items"))
    service = add_service(app)
    switch(app, "bad")
    with app.app_context():
        for _ in range(breaker.LIMIT):
            list(get_host().call_each("nav_items", {"bad"}, service=service))
    assert active(app) == frozenset()


def test_a_suspended_plugin_is_resumed_with_a_clean_record(site: Flask) -> None:
    visit(site, breaker.LIMIT)
    with site.app_context(), write_session(site) as session:
        answer = resume(session, SYSTEM, service_at(session), "bad")
        again = resume(session, SYSTEM, service_at(session), "bad")
    assert answer.changed
    assert not again.changed
    assert types_in_log(site)[-1] == "plugin.resumed"
    visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}
    visit(site, 1, first=breaker.LIMIT - 1)
    assert active(site) == frozenset()


def test_switching_off_and_on_lets_a_suspended_plugin_begin_anew(site: Flask) -> None:
    start = clock.now()
    visit(site, breaker.LIMIT)
    with clock.freeze(start + timedelta(minutes=1)):
        switch(site, "bad", on=False)
        assert switch(site, "bad").changed
        visit(site, breaker.LIMIT - 1)
    assert active(site) == {"bad"}


def test_a_failure_in_a_changing_request_is_written_after_its_session_is_closed(
    make_app: MakeApp,
) -> None:
    app = make_app(failing("slot_service_home"))
    add_service(app)
    switch(app, "bad")

    @app.post("/<service_slug>/change")
    def change(service_slug: str) -> str:
        from eak_core.plugins.per_request.slots import slot

        current_session().execute(text("UPDATE service SET name = 'Changed'"))
        page = slot("service_home")
        current_session().commit()
        current_session().execute(text("UPDATE service SET name = 'Forgotten'"))
        return str(page)

    assert app.test_client().post("/culture/change").status_code == 200
    with read_session(app) as session:
        assert service_at(session).name == "Changed"
        assert len(session.scalars(select(PluginFault)).all()) == 1


def test_a_record_that_cannot_be_written_does_not_spoil_the_answer(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "write_session", fail)
    visit(site, 1)
    with read_session(site) as session:
        assert session.scalars(select(PluginFault)).all() == []
        assert session.scalars(select(PluginActivation.suspended_at)).all() == [None, None]
