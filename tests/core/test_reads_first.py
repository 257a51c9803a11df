"""Forms that very many send at once: read and checked before anybody waits for the database."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import render_template_string
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from wtforms import StringField
from wtforms.validators import Length

from eak_core.api import (
    Answer,
    Form,
    Plugin,
    PluginBlueprint,
    attempt,
    begin_writing,
    current_session,
    reads_first,
)
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.services.models import Service

PATH = "/culture/namer/"
PAGE = """<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<input name="name"></form>"""
RENAME = text("UPDATE service SET name = :name WHERE slug = 'culture'")


class NameForm(Form):
    name = StringField("Name", [Length(max=10)])


def namer(*, before: Callable[[], object], within: Callable[[], object]) -> ModuleType:
    """A plugin with a form that renames its service: ``before`` is called while it is read, and
    ``within`` by the act."""
    module = ModuleType("namer")
    plugin = Plugin(name="namer", title="Namer", core=">=0.1,<1")
    blueprint = PluginBlueprint(plugin, module.__name__)

    @blueprint.get("/")
    def show() -> str:
        return render_template_string(PAGE)

    @blueprint.post("/")
    @reads_first
    def rename() -> Answer:
        session, form = current_session(), NameForm()
        before()

        def act() -> None:
            within()
            session.execute(RENAME, {"name": form.name.data})

        return attempt(form, act, done=(None, "/")) or ("Too long.", 422)

    module.plugin = plugin  # type: ignore[attr-defined]
    module.blueprint = blueprint  # type: ignore[attr-defined]
    return module


def nothing() -> None:
    """What a view does that only reads and acts."""


def site_with(sites: Sites, plugin: ModuleType) -> Site:
    site = sites.make([plugin])
    site.enable("namer")
    return site


def name(site: Site) -> str | None:
    with site.reading() as session:
        return session.scalar(select(Service.name).where(Service.slug == "culture"))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_form_that_is_refused_waits_for_nobody_who_writes(sites: Sites) -> None:
    site = site_with(sites, namer(before=nothing, within=nothing))
    browser = site.browser()
    form = browser.read(PATH).form()
    with site.writing():  # whoever wanted to write in this thread as well would fail at once
        refused = browser.post(PATH, data=form.filled({"name": "Much too long"}))
        assert refused.status_code == 422
        assert name(site) == "Culture"
    assert browser.post(PATH, data=form.filled({"name": "Renamed"})).status_code == 302
    assert name(site) == "Renamed"


def test_before_its_act_such_a_form_cannot_write(sites: Sites) -> None:
    failed: list[str] = []

    def write() -> None:
        with pytest.raises(DBAPIError) as raised:
            current_session().execute(RENAME, {"name": "Early"})
        failed.append(str(raised.value.orig))
        current_session().rollback()

    site = site_with(sites, namer(before=write, within=nothing))
    assert site.browser().submit(PATH, name="Renamed").status_code == 302
    assert "read" in failed[0]
    assert name(site) == "Renamed"


def test_what_counts_is_when_it_was_asked_and_not_when_it_came_to_write(
    sites: Sites, clock: FrozenClock
) -> None:
    asked = []

    def note() -> None:
        asked.append(current_session().began_at)
        clock.advance(seconds=5)

    site = site_with(sites, namer(before=note, within=note))
    assert site.browser().submit(PATH, name="Renamed").status_code == 302
    assert asked[0] is not None
    assert asked == [asked[0]] * 2


def test_whoever_may_write_already_goes_on_in_the_same_transaction(site: Site) -> None:
    assert site.service.name == "Culture"
    with site.writing() as session:
        session.execute(RENAME, {"name": "Renamed"})
        begin_writing(session)
        session.rollback()
    assert name(site) == "Culture"
