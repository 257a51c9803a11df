"""Switching on and off: data, atomic, for everybody at the next request (T19–T22, T45–T48)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eak_core.db import read_session, write_session
from eak_core.errors import Forbidden, NotFound, Refused
from eak_core.events import Context, publish, subscriber
from eak_core.events.models import Subscription
from eak_core.permissions import Actor
from eak_core.plugins.loading.installed import State
from eak_core.plugins.loading.manifest import Stage
from eak_core.plugins.per_service.activation import (
    activations,
    active_plugins,
    disabling,
    enable,
    rebuild,
    start_missing,
)
from eak_core.plugins.per_service.counters import count, counted, counts
from eak_core.plugins.per_service.events import (
    PluginConfigured,
    PluginDisabled,
    PluginEnabled,
    PluginPurged,
)
from eak_core.plugins.per_service.preview import preview
from eak_core.services.events import ServiceChanged
from tests.core.plugins.everything.models import Seen
from tests.core.plugins.making import make
from tests.core.plugins.site import (
    SYSTEM,
    MakeApp,
    add_service,
    drain,
    service_at,
    switch,
    types_in_log,
)

EVERYTHING = "tests.core.plugins.everything.plugin"


def active(app: Flask, slug: str = "culture") -> set[str]:
    with app.app_context(), read_session(app) as session:
        return {*active_plugins(session, service_at(session, slug).id)}


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of ``acts`` at the same time; their answers, or what they raised."""
    ready = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            answers[number] = act()
        except Exception as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_every_process_follows_at_its_next_request(make_app: MakeApp) -> None:
    first, second = make_app(EVERYTHING), make_app(EVERYTHING)
    add_service(first)
    assert switch(first, "everything").changed
    assert second.test_client().get("/culture/tout/").status_code == 200
    assert switch(second, "everything", on=False).changed
    assert first.test_client().get("/culture/tout/").status_code == 404


def test_switching_twice_says_so_and_does_nothing(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING)
    add_service(app)
    assert not switch(app, "everything", on=False).changed
    assert switch(app, "everything").changed
    again = switch(app, "everything")
    assert not again.changed
    assert "already" in str(again.message)
    assert switch(app, "everything", on=False).changed
    assert not switch(app, "everything", on=False).changed
    assert types_in_log(app) == ["plugin.enabled", "plugin.disabled"]


def test_two_administrators_at_once_lose_nothing(make_app: MakeApp) -> None:
    """T46, and they are six."""
    names = [f"tool{letter}" for letter in "abcdef"]
    app = make_app(*(make(name) for name in names))
    add_service(app)
    switch(app, "toola")
    acts = [lambda name=name: switch(app, name) for name in names[1:]]
    answers = at_once(lambda: switch(app, "toola", on=False), *acts)
    assert all(answer.changed for answer in answers), answers
    assert active(app) == {*names[1:]}


def test_of_two_who_switch_the_same_plugin_on_one_is_told_it_was_on(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING)
    add_service(app)
    answers = at_once(*[lambda: switch(app, "everything")] * 4)
    assert sorted(answer.changed for answer in answers) == [False, False, False, True]
    assert types_in_log(app) == ["plugin.enabled"]


def test_only_those_who_may_switch_plugins_do(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING)
    service = add_service(app)
    with app.app_context(), write_session(app) as session:
        for actor in (Actor.visitor(), Actor(person_id=5, confirmed=True)):
            with pytest.raises(Forbidden):
                enable(session, actor, service, "everything")
        manager = Actor(person_id=None, is_system=True)
        assert enable(session, manager, service, "everything").changed
    assert active(app) == {"everything"}


def test_what_is_not_installed_or_not_ready_is_not_switched_on(make_app: MakeApp) -> None:
    app = make_app(make("future", core=">=9"))
    add_service(app)
    with pytest.raises(NotFound):
        switch(app, "nothing")
    with pytest.raises(Refused, match=">=9"):
        switch(app, "future")


def test_a_plugin_goes_on_after_what_it_requires_and_off_before_it(make_app: MakeApp) -> None:
    app = make_app(make("base"), make("upper", title="Upper", requires=["base"]))
    add_service(app)
    with pytest.raises(Refused, match="Base"):
        switch(app, "upper")
    switch(app, "base")
    switch(app, "upper")
    with pytest.raises(Refused, match="Upper"):
        switch(app, "base", on=False)
    assert active(app) == {"base", "upper"}
    switch(app, "upper", on=False)
    assert switch(app, "base", on=False).changed


def test_requirements_hold_when_both_ends_are_switched_at_once(make_app: MakeApp) -> None:
    app = make_app(make("base"), make("upper", requires=["base"]))
    add_service(app)
    for _ in range(8):
        switch(app, "base")
        at_once(lambda: switch(app, "upper"), lambda: switch(app, "base", on=False))
        assert active(app) in ({"base", "upper"}, set())
        switch(app, "upper", on=False)
        switch(app, "base", on=False)


def test_a_refused_switch_leaves_nothing_behind(make_app: MakeApp) -> None:
    app = make_app(make("base"), make("upper", requires=["base"]))
    service = add_service(app)
    switch(app, "base")
    switch(app, "upper")
    with (
        app.app_context(),
        write_session(app) as session,
        pytest.raises(Refused),
        disabling(session, SYSTEM, service, "base"),
    ):
        pytest.fail("nothing is done where it stays on")
    assert active(app) == {"base", "upper"}


def test_a_plugin_whose_package_is_gone_can_still_be_switched_off(make_app: MakeApp) -> None:
    with_it = make_app(make("leaving"))
    add_service(with_it)
    switch(with_it, "leaving")
    without = make_app()
    assert active(without) == set()
    assert without.test_client().get("/culture/leaving/").status_code == 404
    assert switch(without, "leaving", on=False).changed


def seen(app: Flask) -> list[tuple[int, bool]]:
    with read_session(app) as session:
        rows = session.execute(select(Seen.position, Seen.replaying).order_by(Seen.position))
        return [(position, replaying) for position, replaying in rows]


def test_a_plugin_switched_on_late_catches_up_with_what_happened_before(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING, make("other"))
    add_service(app)
    for _ in range(2):
        switch(app, "other")
        switch(app, "other", on=False)
    assert switch(app, "everything").catching_up == 4
    drain(app)
    assert seen(app) == [(1, True), (2, True), (3, True), (4, True), (5, False)]


def test_off_its_handlers_rest_and_on_again_it_goes_on_where_it_stopped(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING, make("other"))
    add_service(app)
    switch(app, "everything")
    drain(app)
    switch(app, "everything", on=False)
    switch(app, "other")
    drain(app)
    assert [position for position, _ in seen(app)] == [1]
    switch(app, "everything")
    drain(app)
    assert seen(app) == [(1, False), (2, True), (3, True), (4, False)]


def test_in_a_service_where_it_is_off_nothing_is_handled(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING)
    add_service(app, "culture")
    routes = add_service(app, "routes")
    switch(app, "everything")
    drain(app)
    with read_session(app) as session:
        assert session.scalars(select(Subscription.service_id)).all() != [routes.id]
        assert routes.id not in session.scalars(select(Seen.service_id)).all()


def counted_in(app: Flask) -> int:
    with read_session(app) as session:
        return sum(counts(session, service_at(session).id, "everything", "seen", SUBJECTS).values())


SUBJECTS = ["plugin:everything", "plugin:other"]


def test_on_from_the_start_or_late_or_built_anew_a_plugin_comes_to_the_same(
    make_app: MakeApp,
) -> None:
    app = make_app(EVERYTHING, make("other"))
    for slug in ("culture", "routes"):
        add_service(app, slug)
    switch(app, "everything", "culture")
    for _ in range(3):
        for slug in ("culture", "routes"):
            switch(app, "other", slug)
            switch(app, "other", slug, on=False)
        drain(app)
    switch(app, "everything", "routes")
    drain(app)

    def state(slug: str) -> tuple[list[str], int]:
        with read_session(app) as session:
            service = service_at(session, slug)
            types = session.scalars(
                select(Seen.type).where(Seen.service_id == service.id).order_by(Seen.position)
            )
            return sorted(types), counted(session, service.id, "everything", "seen", SUBJECTS[1])

    assert state("culture") == state("routes")
    assert state("culture")[1] == 6
    before = state("culture")
    with app.app_context(), write_session(app) as session:
        answer = rebuild(session, SYSTEM, service_at(session), "everything")
    assert answer.catching_up == 7
    drain(app)
    assert state("culture") == before
    assert types_in_log(app)[-1] == "plugin.rebuilt"


def test_what_is_off_is_not_built_anew(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING)
    service = add_service(app)
    with (
        app.app_context(),
        write_session(app) as session,
        pytest.raises(Refused, match="off"),
    ):
        rebuild(session, SYSTEM, service, "everything")


def test_switching_off_waits_for_the_batch_and_then_nothing_of_it_runs(make_app: MakeApp) -> None:
    module = make("slow")
    handling, go_on = threading.Event(), threading.Event()
    handled: list[int] = []

    @subscriber(module.plugin, PluginEnabled, PluginDisabled, PluginConfigured)
    def handle(event: Any, ctx: Context) -> None:
        handling.set()
        assert go_on.wait(20)
        handled.append(ctx.position)

    app = make_app(module, make("other"))
    add_service(app)
    switch(app, "slow")
    worker = threading.Thread(target=drain, args=[app])
    worker.start()
    assert handling.wait(20)
    off = threading.Thread(target=switch, args=[app, "slow"], kwargs={"on": False})
    off.start()
    off.join(0.3)
    assert off.is_alive(), "it did not wait for the batch"
    go_on.set()
    off.join(20)
    worker.join(20)
    until = list(handled)
    assert until
    switch(app, "other")
    drain(app)
    assert handled == until


def test_the_preview_says_what_switching_on_changes(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING, make("other"))
    service = add_service(app)
    switch(app, "other")
    switch(app, "other", on=False)
    with app.app_context(), read_session(app) as session:
        found = preview(session, service, "everything", {})
    assert found.enabling
    assert (found.gone, found.events, found.obstacles) == ([], 2, [])
    text = " ".join(found.sentences)
    for said in ("the page of each idea", "2 events", "Trial", "everything appears"):
        assert said in text


def test_the_preview_counts_what_is_claimed_by_its_beginning_or_altogether(
    make_app: MakeApp,
) -> None:
    modules = {claim: make(name) for claim, name in (("plugin.", "some"), ("*", "all"))}
    for claim, module in modules.items():
        subscriber(module.plugin, claim)(lambda event, ctx: None)
    app = make_app(EVERYTHING, *modules.values())
    service = add_service(app)
    switch(app, "everything")
    with write_session(app) as session:
        publish(session, PluginPurged(plugin="gone"), service_id=service.id)
        changed = ServiceChanged(changed_id=service.id, changed=("name",))
        publish(session, changed, service_id=service.id)
    with app.app_context(), read_session(app) as session:
        assert preview(session, service, "some", {}).events == 2
        assert preview(session, service, "all", {}).events == 3


def test_the_preview_says_what_switching_off_changes(make_app: MakeApp) -> None:
    app = make_app(EVERYTHING, make("upper", requires=["everything"]))
    service = add_service(app)
    switch(app, "everything")
    switch(app, "upper")
    with app.app_context(), read_session(app) as session:
        found = preview(session, service, "everything", {"trial": 3, "submitted": 9})
    assert not found.enabling
    assert found.ideas == {"trial": 3}
    assert "3 ideas" in " ".join(found.sentences)
    assert "everything goes" in found.sentences
    assert "Upper" in found.obstacles[0]


def test_the_preview_of_what_cannot_be_switched_on_says_why(make_app: MakeApp) -> None:
    def effect_preview(enabling: bool) -> list[str]:
        raise ZeroDivisionError

    app = make_app(
        make("future", core=">=9"), make("needy", requires=["base"]), make("base"),
        make("bad", effect_preview=effect_preview),
    )  # fmt: skip
    service = add_service(app)
    with app.app_context(), read_session(app) as session:
        assert ">=9" in preview(session, service, "future", {}).obstacles[0]
        assert "Base" in preview(session, service, "needy", {}).obstacles[0]
        assert preview(session, service, "bad", {}).sentences == []
        with pytest.raises(NotFound):
            preview(session, service, "nothing", {})


def test_who_switched_and_when_is_kept(make_app: MakeApp) -> None:
    app = make_app(make("base"))
    service = add_service(app)
    switch(app, "base")
    with read_session(app) as session:
        row = activations(session, service.id)["base"]
    assert row.active
    assert row.since is not None
    assert row.suspended_at is None


def test_a_plugin_with_stages_is_ready() -> None:
    stage = Stage("voting", "Vote", outcomes=(Stage("chosen", "Chosen"),))
    assert make("votes", stages=[stage]).plugin.stage_names == ("voting", "chosen")
    assert State.READY == "ready"


def test_a_plugin_that_gains_its_first_handler_reads_from_the_beginning(
    make_app: MakeApp,
) -> None:
    """An upgrade of its package brings the handler; nobody switches anything."""
    before = make_app(make("growing"))
    add_service(before)
    switch(before, "growing")
    grown = make("growing")

    @subscriber(grown.plugin, PluginEnabled)
    def seen(event: PluginEnabled, ctx: Context) -> None:
        count(ctx, "enabled", subject="plugin:growing")

    after = make_app(grown)
    for expected in (2, 0):  # and the core, as this service was not opened by `create_service`
        with after.app_context(), write_session(after) as session:
            assert start_missing(session) == expected
    drain(after)
    with after.app_context(), read_session(after) as session:
        service = service_at(session, "culture")
        assert counted(session, service.id, "growing", "enabled", "plugin:growing") == 1
