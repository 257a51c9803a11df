"""What the host promises, kept by the whole site: its layout, its errors, its tokens (T42–T44)."""

from dataclasses import replace
from typing import Any

import pytest
from wtforms import Form, IntegerField

from eak_core.app import refresh_plugins
from eak_core.events import Context, subscriber
from eak_core.events.core import get_event_core
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.counters import count, counted
from eak_core.plugins.per_service.events import PluginEnabled
from eak_core.plugins.per_service.settings import configure
from tests.core.plugins.making import make
from tests.core.plugins.test_gate import METHODS, PATHS

EVERYTHING = "tests.core.plugins.everything.plugin"


def raising(*_: Any) -> Any:
    raise ZeroDivisionError("on purpose")


def counting() -> Any:
    module = make("counting")

    @subscriber(module.plugin, PluginEnabled)
    def see(event: PluginEnabled, ctx: Context) -> None:
        count(ctx, "seen")

    return module


class Sized(Form):  # type: ignore[misc]  # WTForms ships no types
    size = IntegerField(default=3)


def sized() -> Any:
    module = make("sized", settings=Sized)
    module.given = []  # type: ignore[attr-defined]

    @subscriber(module.plugin, PluginEnabled)
    def see(event: PluginEnabled, ctx: Context) -> None:
        module.given.append((ctx.service_id, dict(ctx.settings)))

    return module


@pytest.fixture
def plugins() -> list[Any]:
    return [
        EVERYTHING,
        make("bad", slot_service_home=raising, nav_items=raising,
             slot_idea_aside=raising, slot_idea_cards=raising,
             style_sheets=raising, slot_idea_body=raising),
        make("future", core=">=9"),
        counting(),
        sized(),
    ]  # fmt: skip


def core_pages(site: Site) -> list[str]:
    idea = site.submit()
    return ["/", "/culture/", "/culture/idees/", f"/culture/idees/{idea.id}", "/culture/nothing",
            "/culture/idees.json", "/culture/idees.csv", "/culture/idees.atom"]  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"])
def test_off_every_address_answers_with_the_cores_own_404(site: Site) -> None:
    assert site.service
    client = site.browser()
    for path in PATHS:
        nothing = client.get(nowhere(path))
        assert nothing.status_code == 404
        for method in METHODS:
            answer = client.open(path, method=method)
            assert answer.status_code == 404, (method, path)
            if method == "GET":
                assert without_address(answer.text, path) == without_address(
                    nothing.text, nothing.request.path
                ), path


def nowhere(path: str) -> str:
    """An address of the same part of the site where nothing ever was."""
    for part in ("/admin/", "/api/v1/culture/"):
        if path.startswith(part):
            return f"{part}no"
    return "/culture/no"


def without_address(page: str, path: str) -> str:
    """The page without the address it repeats in its links to other languages."""
    return page.replace(path, "")


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_byte_of_a_plugin_that_is_off_stands_in_any_page(site: Site) -> None:
    pages = core_pages(site)
    client = site.browser()

    def seen() -> dict[str, str]:
        return {path: client.get(path, follow_redirects=True).text for path in pages}

    before = seen()
    for path, page in before.items():
        assert "everything" not in page.lower(), path
        assert "tout/" not in page, path
    site.enable("everything")
    changed = {path for path, page in seen().items() if "everything" in page}
    assert "/culture/" in changed
    assert "/culture/idees.json" in changed
    site.disable("everything")
    for path, page in seen().items():
        assert "everything" not in page.lower(), path


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_whose_every_hook_raises_makes_no_page_fail(site: Site) -> None:
    pages = core_pages(site)
    site.enable("bad")
    client = site.browser()
    for number, path in enumerate(pages):
        expected = 404 if path == "/culture/nothing" else 200
        came = {"REMOTE_ADDR": f"192.0.{number}.1"}
        answer = client.get(path, follow_redirects=True, environ_overrides=came)
        assert answer.status_code == expected, path
    assert site.active() == frozenset(), "it was not put aside"


def test_a_plugin_that_becomes_ready_after_its_migrations_handles_events_at_once(
    site: Site,
) -> None:
    with site.app.app_context():
        host, core = get_host(), get_event_core()
    host._pending = {"counting": "not yet"}
    host._index()
    site.app.extensions["eak_events"] = replace(core, subscribers={})
    refresh_plugins(site.app)
    site.enable("counting")
    site.drain()
    with site.reading() as session:
        found = counted(session, site.service.id, "counting", "seen", "plugin:counting")
    assert found == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_handlers_are_given_the_settings_of_their_service(site: Site) -> None:
    other = site.add_service("routes")
    with site.writing() as session:
        configure(session, Actor.system(), other, "sized", {"size": 8}, version=0)
    for service in (site.service, other):
        site.enable("sized", service=service)
    site.drain()
    with site.app.app_context():
        module: Any = get_host().installed["sized"].module
    assert sorted(module.given) == sorted([(site.service.id, {"size": 3}), (other.id, {"size": 8})])
