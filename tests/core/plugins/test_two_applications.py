"""A host never changes what a plugin handed it: two applications made in one process from the same
modules know nothing of each other."""

import importlib
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask import Blueprint, Flask

from eak_core.app import create_app
from eak_core.cli import cli
from eak_core.config import load
from eak_core.db import db, write_session
from eak_core.db.migrations import upgrade_all
from eak_core.demo import load as load_demonstration
from eak_core.demo.content import AGENT_DOMAIN
from eak_core.events.worker import Worker
from eak_core.permissions import Actor
from eak_core.plugins.loading import candidates
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.manifest import Plugin
from eak_core.plugins.per_service.activation import enable
from eak_core.services.directory import list_services

MODULES = ("eak_discussion.plugin", "eak_voting.plugin")

FILES_ALONE = """
from eak_core.api import Plugin, hookimpl

plugin = Plugin(name="paint", title="Paint", core=">=0.1,<1")


@hookimpl
def style_sheets():
    return ["paint.css"]
"""


@pytest.fixture
def paint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A plugin that has files and no pages."""
    package = tmp_path / "eak_paint"
    (package / "static").mkdir(parents=True)
    (package / "static" / "paint.css").write_text("p { color: blue }")
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(FILES_ALONE)
    monkeypatch.syspath_prepend(tmp_path)
    return import_module("eak_paint.plugin")


def application(folder: Path, *modules: ModuleType) -> Flask:
    folder.mkdir()
    config = load(folder, agent_domains=(AGENT_DOMAIN,))
    made = create_app(config, plugins=modules)
    with made.app_context():
        upgrade_all(made)
        db.engine.dispose()
    return create_app(config, plugins=modules)


def run(app: Flask) -> None:
    """Fill the site, switch all on, read pages, and let a worker do what there is to do."""
    assert load_demonstration(app)
    with app.app_context(), write_session(app) as session:
        for service in list_services(session, Actor.system()):
            for name in get_host().ready:
                enable(session, Actor.system(), service, name)
    assert Worker(app).drain()
    client = app.test_client()
    for address in ("/laboratoire/", "/laboratoire/idees/", "/laboratoire/votes/"):
        page = client.get(address)
        assert page.status_code == 200, address
        (sheet,) = re.findall(r'href="(/static/p/[^"]*\.paint[^"]*\.css)"', page.text)
    assert "p { color: blue }" in client.get(sheet).text
    with app.app_context():
        db.engine.dispose()


def handed(module: ModuleType) -> dict[str, Any]:
    """All that a plugin hands over, taken apart so that no later change can reach it."""
    plugin = module.plugin
    hooks = {name: each for name, each in vars(module).items() if hasattr(each, "eak_impl")}
    commands = module.register_commands() if hasattr(module, "register_commands") else []
    return {
        "manifest": taken_apart(plugin),
        "blueprints": {area: taken_apart(each) for area, each in plugin.blueprints.items()},
        "hooks": {name: taken_apart(each) for name, each in hooks.items()},
        "commands": [taken_apart(each) for each in commands],
    }


def taken_apart(value: Any) -> Any:
    """The object's own state, and what containers and commands hold, in new containers."""
    if isinstance(value, (Plugin, Blueprint, click.Command, click.Parameter, FunctionType)):
        return (id(value), {name: _held(each) for name, each in vars(value).items()})
    return _held(value)


def _held(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _held(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_held(each) for each in value]
    if isinstance(value, (click.Command, click.Parameter)):
        return taken_apart(value)
    return value


def test_running_a_site_leaves_everything_as_the_plugins_handed_it_over(
    tmp_path: Path, paint: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = [*map(importlib.import_module, MODULES), paint]
    first = application(tmp_path / "first", *modules)
    # Files that register themselves are imported when a host first loads the plugin.
    before = [handed(module) for module in modules]
    second = application(tmp_path / "second", *modules)
    run(first)
    assert [handed(module) for module in modules] == before
    addresses = sorted(map(str, first.url_map.iter_rules()))
    run(second)
    monkeypatch.setattr(candidates, "from_entry_points", lambda: candidates.from_modules(modules))
    assert CliRunner().invoke(cli, ["voting", "--help"]).exit_code == 0
    assert [handed(module) for module in modules] == before
    assert sorted(map(str, second.url_map.iter_rules())) == addresses
    assert sorted(map(str, first.url_map.iter_rules())) == addresses


def test_what_a_plugin_declares_later_is_for_the_applications_made_later(tmp_path: Path) -> None:
    """A blueprint that is in one application takes another view, as in an author's own tests."""
    module = ModuleType("made_late")
    plugin = Plugin(name="late", title="Late", core=">=0.1,<1")
    module.plugin = plugin  # type: ignore[attr-defined]
    pages = PluginBlueprint(plugin, __name__)
    pages.get("/")(lambda: "first")
    first = application(tmp_path / "first", module)
    pages.get("/second", endpoint="second")(lambda: "second")
    second = application(tmp_path / "second", module)
    assert "late.second" not in first.view_functions
    assert "late.second" in second.view_functions
    assert first.blueprints["late"] is not second.blueprints["late"]
