"""A plugin's settings: declared by its form, kept as JSON, and never overwritten unseen."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from wtforms import FileField, Form

from eak_core.db import read_session, write_session
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound
from eak_core.permissions import Actor
from eak_core.plugins.loading.installed import State
from eak_core.plugins.per_service.settings import configure, plugin_settings, stored_settings
from tests.core.plugins.making import make
from tests.core.plugins.site import SYSTEM, MakeApp, add_service, service_at, types_in_log
from tests.core.plugins.test_activation import at_once

EVERYTHING = "tests.core.plugins.everything.plugin"
DEFAULTS = {
    "size": 3,
    "share": Decimal("0.5"),
    "opens": date(2026, 1, 1),
    "loud": True,
    "motto": "Essayons",
}
CHANGED = {
    "size": 12,
    "share": Decimal("0.1"),
    "opens": date(2027, 6, 30),
    "loud": False,
    "motto": "« Osons » 🎉",
}


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    app = make_app(EVERYTHING, make("plain"))
    for slug in ("culture", "routes"):
        add_service(app, slug)
    return app


def settings(app: Flask, slug: str = "culture", name: str = "everything") -> dict[str, Any]:
    with app.app_context(), read_session(app) as session:
        return dict(plugin_settings(session, service_at(session, slug).id, name))


def save(app: Flask, values: dict[str, Any], version: int, actor: Actor = SYSTEM) -> int:
    with app.app_context(), write_session(app) as session:
        place = service_at(session)
        return configure(session, actor, place, "everything", values, version=version)


@pytest.mark.parametrize("database", ["sqlite"])
def test_until_somebody_saves_the_defaults_of_the_form_hold(app: Flask) -> None:
    assert settings(app) == DEFAULTS
    assert settings(app, name="plain") == {}
    assert settings(app, name="nothing") == {}


def test_values_come_back_with_their_types_and_in_that_service_alone(app: Flask) -> None:
    assert save(app, CHANGED, 0) == 1
    assert settings(app) == CHANGED
    assert settings(app, "routes") == DEFAULTS
    assert types_in_log(app) == ["plugin.configured"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_setting_that_was_not_saved_keeps_its_default(app: Flask) -> None:
    save(app, {"size": 9}, 0)
    assert settings(app) == {**DEFAULTS, "size": 9}


def test_a_form_opened_before_somebody_elses_change_is_refused(app: Flask) -> None:
    save(app, {"size": 1}, 0)
    for stale in (0, 7):
        with pytest.raises(Conflict):
            save(app, {"size": 2}, stale)
    assert settings(app)["size"] == 1
    assert save(app, {"size": 2}, 1) == 2
    with app.app_context(), read_session(app) as session:
        stored = stored_settings(session, service_at(session).id, "everything")
    assert (stored.version, stored.values["size"]) == (2, 2)


@pytest.mark.parametrize("version", [0, 1])
def test_of_two_who_save_at_once_one_is_told(app: Flask, version: int) -> None:
    if version:
        save(app, {"size": 0}, 0)
    answers = at_once(*[lambda size=size: save(app, {"size": size}, version) for size in (1, 2)])
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "int"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_no_setting_is_refused_by_name(app: Flask) -> None:
    with pytest.raises(Invalid) as refusal:
        save(app, {"size": 1, "colour": "red"}, 0)
    assert list(refusal.value.fields) == ["colour"]
    assert settings(app) == DEFAULTS


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_those_who_may_switch_plugins_set_them(app: Flask) -> None:
    with pytest.raises(Forbidden):
        save(app, {"size": 1}, 0, Actor(person_id=4, confirmed=True))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_without_a_form_has_nothing_to_save(app: Flask) -> None:
    with app.app_context(), write_session(app) as session, pytest.raises(NotFound):
        configure(session, SYSTEM, service_at(session), "plain", {}, version=0)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_field_that_cannot_be_kept_is_refused_when_the_plugin_is_loaded(
    make_app: MakeApp,
) -> None:
    class Odd(Form):  # type: ignore[misc]  # WTForms ships no types
        picture = FileField()

    app = make_app(make("odd", settings=Odd))
    found = app.extensions["eak_plugins"].installed["odd"]
    assert found.state is State.INVALID
    assert "picture" in str(found.reason)


def test_a_value_that_no_longer_fits_its_field_falls_back_to_the_default(app: Flask) -> None:
    from sqlalchemy import update

    from eak_core.plugins.per_service.models import PluginSetting

    save(app, CHANGED, 0)
    with write_session(app) as session:
        session.execute(update(PluginSetting).values(values='{"size": "many", "gone": 1}'))
    assert settings(app) == DEFAULTS
