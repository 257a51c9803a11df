"""Plugins from the command line: listed, switched, purged, and their own commands."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest

from eak_core.plugins.loading import candidates
from tests.core.cli.conftest import Eak

APPLAUSE = '''
import click
from types import SimpleNamespace
from flask import g, has_app_context, url_for
from eak_core.api import (
    Event, Plugin, PluginBlueprint, Refused, Service, current_session, event, hookimpl, idea_url,
    open_site, publish, site_url, standalone,
)

plugin = Plugin(name="applause", title="Applause", version="1.2", core=">=0.1,<1")


@click.command()
@click.option("--service", default="mobilites")
def sneak(service):
    """Act without being asked where."""
    click.echo(f"in {service}")


@click.command()
@click.argument("hands", type=int)
def clap(hands):
    """Clap."""
    click.echo(f"{hands} in {g.service.slug} by {g.actor.is_system}")


@standalone
@click.command()
@click.argument("hands", type=int)
def add(hands):
    """Add hands."""
    click.echo(f"{hands + 1} by {'service' in g if has_app_context() else 'nobody'}")


@standalone
@click.command()
def places():
    """Say in which services one could clap."""
    with open_site() as session:
        click.echo(" ".join(sorted(each.slug for each in session.query(Service))))


@click.group()
def measure():
    """Measure."""


@standalone
@measure.group()
def far():
    """From far."""


@far.command()
def loudness():
    """Say how loud it is."""
    click.echo("loud")


@measure.command()
def near():
    """Say how near it is."""
    click.echo(f"near {g.service.slug}")


@event(plugin, "applause.clapped", version=1, subject="service:{service_id}")
class Clapped(Event):
    """Somebody clapped."""

    service_id: int


@click.command()
@click.option("--then")
@click.pass_context
def record(context, then):
    """Write that somebody clapped."""
    publish(current_session(), Clapped(service_id=g.service.id), service_id=g.service.id)
    if then == "refuse":
        raise Refused("Nobody claps here.")
    if then:
        context.exit(int(then))


@click.command()
def address():
    """Say where things are, as a letter or a file for others would."""
    click.echo(site_url())
    click.echo(idea_url(SimpleNamespace(id=7, slug="sieste")))
    click.echo(url_for("applause.index", _external=True))


@PluginBlueprint(plugin, __name__).get("/")
def index():
    return "applause"


class Made(click.Group):
    """Makes its commands when they are asked for."""

    def list_commands(self, context):
        return ["late"]

    def get_command(self, context, name):
        return click.Command("late", callback=lambda: click.echo(f"late in {g.service.slug}"))


@hookimpl
def register_commands():
    return [sneak, clap, add, places, measure, record, address, Made("made")]
'''
BROKEN = "raise RuntimeError('out of order')\n"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two plugins are installed: one that works, one that cannot be imported."""
    folder = tmp_path / "packages"
    for name, source in {"applause": APPLAUSE, "broken": BROKEN}.items():
        package = folder / f"eak_{name}"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "plugin.py").write_text(source)
    monkeypatch.syspath_prepend(str(folder))
    points = [
        EntryPoint(name, f"eak_{name}.plugin", candidates.GROUP) for name in ("applause", "broken")
    ]
    monkeypatch.setattr(candidates, "entry_points", lambda group: points)
    # Others of these names, which another test has imported, are none of these.
    _forget_modules()
    yield
    _forget_modules()


def _forget_modules() -> None:
    for module in list(sys.modules):
        if module.startswith(("eak_applause", "eak_broken")):
            del sys.modules[module]


@pytest.fixture
def culture(eak: Eak, site: Path, plugins: None) -> str:
    for slug in ("culture", "mobilites"):
        assert eak("service", "create", slug, slug.capitalize()).code == 0
    return "culture"


def test_plugins_are_listed_with_the_promised_keys(eak: Eak, culture: str) -> None:
    assert eak("plugin", "enable", "applause", "--service", culture).code == 0
    rows = {row["name"]: row for row in eak("plugin", "list", "--json").json}
    assert rows["applause"] == {
        "name": "applause",
        "version": "1.2",
        "segment": "applause",
        "state": "ready",
        "reason": "",
        "services": [
            {"service": "culture", "active": True, "lag": 0},
            {"service": "mobilites", "active": False, "lag": 0},
        ],
    }
    assert rows["broken"]["state"] == "failed"
    assert "out of order" in rows["broken"]["reason"]


def test_a_plugin_whose_package_was_removed_is_still_listed(eak: Eak, culture: str) -> None:
    path = os.environ["EAK_DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO plugin_activation (service_id, plugin, active, since)"
            " VALUES (1, 'gone', 1, '2026-01-01')"
        )
    (row,) = (row for row in eak("plugin", "list", "--json").json if row["name"] == "gone")
    assert row["state"] == "removed"
    assert {"service": "culture", "active": True, "lag": 0} in row["services"]


def test_a_plugin_is_switched_on_and_off(eak: Eak, culture: str) -> None:
    on = eak("plugin", "enable", "applause", "--service", culture)
    assert (on.code, "on" in on.out) == (0, True)
    off = eak("plugin", "disable", "applause", "--service", culture, "--yes")
    assert off.code == 0
    types = [row["type"] for row in eak("event", "list", "--service", culture, "--json").json]
    assert [name for name in types if name.startswith("plugin.")] == [
        "plugin.enabled",
        "plugin.disabled",
    ]


@pytest.mark.parametrize("name", ["broken", "nothing"])
def test_a_plugin_that_is_not_ready_is_refused(eak: Eak, culture: str, name: str) -> None:
    ran = eak("plugin", "enable", name, "--service", culture)
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert name.lower() in ran.err.lower()


def test_a_purge_asks_first_and_is_refused_while_it_is_on(eak: Eak, culture: str) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    assert eak("plugin", "purge", "applause", given="n\n").code == 1
    assert eak("plugin", "purge", "applause", "--yes").code == 1
    eak("plugin", "disable", "applause", "--service", culture)
    assert eak("plugin", "purge", "applause", "--yes").code == 0
    rows = {row["name"]: row for row in eak("plugin", "list", "--json").json}
    assert not any(place["active"] for place in rows["applause"]["services"])


def test_commands_of_a_plugin_act_in_a_service_where_it_is_on(eak: Eak, culture: str) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    assert eak("applause", "clap", "3", "--service", culture).out == "3 in culture by True\n"
    elsewhere = eak("applause", "clap", "3", "--service", "mobilites")
    assert elsewhere.code == 1
    assert "off" in elsewhere.err
    assert eak("applause", "clap", "3").code == 2
    assert eak("applause", "clap", "three", "--service", culture).code == 2


def test_a_command_that_needs_no_service_may_open_the_site(eak: Eak, culture: str) -> None:
    assert culture in eak("applause", "places").out.split()


@pytest.mark.filterwarnings("ignore:The parameter --service is used more than once")
def test_no_option_of_its_own_lets_a_command_act_where_its_plugin_is_off(
    eak: Eak, culture: str
) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    assert eak("applause", "sneak").code == 2
    assert eak("applause", "sneak", "--service", "mobilites").code == 1


def test_a_command_that_needs_no_site_makes_none_and_runs_without_one(
    eak: Eak, plugins: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "nowhere"
    monkeypatch.setenv("EAK_INSTANCE", str(nowhere))
    monkeypatch.setenv("EAK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert eak("applause", "add", "2").out == "3 by nobody\n"
    assert eak("applause", "measure", "far", "loudness").out == "loud\n"
    helped = eak("applause", "add", "--help")
    assert (helped.code, "--service" in helped.out) == (0, False)
    assert eak("applause", "add", "2", "--service", "culture").code == 2
    assert not nowhere.exists()


def test_beside_a_command_that_needs_no_site_the_others_still_ask_for_a_service(
    eak: Eak, culture: str
) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    assert eak("applause", "measure", "near").code == 2
    assert eak("applause", "measure", "near", "--service", culture).out == "near culture\n"
    assert "--service" in eak("applause", "measure", "near", "--help").out
    assert eak("applause", "measure", "near", "--service", "mobilites").code == 1


def test_the_help_lists_commands_of_plugins_and_survives_a_broken_one(
    eak: Eak, plugins: None
) -> None:
    helped = eak("--help")
    assert helped.code == 0
    assert "\n  applause " in helped.out
    assert "broken" not in helped.out
    assert helped.err == ""


def test_what_a_plugin_s_tests_call_stays_the_command_that_the_plugin_made(
    eak: Eak, culture: str
) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    assert eak("applause", "clap", "3", "--service", culture).code == 0
    plugin = sys.modules["eak_applause.plugin"]
    below = [plugin.measure, *plugin.measure.commands.values()]
    for command in [plugin.clap, plugin.sneak, plugin.add, plugin.record, *below]:
        options = [name for each in command.params for name in each.opts if name[:2] == "--"]
        assert options == {"sneak": ["--service"], "record": ["--then"]}.get(command.name, [])
    with click.Context(plugin.clap), pytest.raises(RuntimeError, match="application context"):
        plugin.clap.main(["3"], standalone_mode=False)


def test_a_command_that_is_made_when_it_is_asked_for_acts_where_its_plugin_is_on(
    eak: Eak, culture: str
) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    assert eak("applause", "made", "late", "--service", culture).out == "late in culture\n"
    assert eak("applause", "made", "late", "--service", "mobilites").code == 1
    assert eak("applause", "made", "late").code == 2


@pytest.mark.parametrize(
    ("then", "code", "kept"), [("", 0, True), ("0", 0, True), ("3", 3, False), ("refuse", 1, False)]
)
def test_what_a_command_did_is_kept_unless_it_says_that_it_failed(
    eak: Eak, culture: str, then: str, code: int, kept: bool
) -> None:
    eak("plugin", "enable", "applause", "--service", culture)
    ran = eak("applause", "record", "--then", then, "--service", culture)
    assert ran.code == code
    types = [row["type"] for row in eak("event", "list", "--service", culture, "--json").json]
    assert ("applause.clapped" in types) is kept


def test_the_addresses_that_a_command_writes_are_those_of_the_site(
    eak: Eak, culture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, with the path that a proxy has the site under, though no page is being read."""
    monkeypatch.setenv("EAK_BASE_URL", "https://ville.example/idees-92")
    eak("plugin", "enable", "applause", "--service", culture)
    ran = eak("applause", "address", "--service", culture)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        "https://ville.example/idees-92",
        "https://ville.example/idees-92/culture/idees/7-sieste",
        "https://ville.example/idees-92/culture/applause/",
    ]
