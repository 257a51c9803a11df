"""Links in mail that give something to a person: everybody who holds one reads its page, and only
somebody who is signed in, with the token of its form, gets what it gives, once."""

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import g, render_template_string
from sqlalchemy import select, text

from eak_core.api import (
    Answer,
    Form,
    Plugin,
    PluginBlueprint,
    Refused,
    SignedLink,
    attempt,
    current_session,
)
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.sites import Sites
from eak_core.services.models import Service
from eak_core.web.sessionless import same_for_all
from eak_core.web.signed_links import SpentLink

PAGE = """{% extends "layout.html" %}{% block content %}
<form method="post" action="{{ request.path }}">{{ form.csrf_token }}{{ form.form_errors|join }}
</form>{% endblock %}"""
RENAME = text("UPDATE service SET name = name || :by WHERE slug = 'culture'")


class Joiner:
    """A plugin with a page behind a link: who accepts puts their name behind that of the service,
    unless it ``refuses``."""

    def __init__(self) -> None:
        self.refuses = False
        self.module = ModuleType("joiner")
        plugin = Plugin(name="joiner", title="Joiner", core=">=0.1,<1")
        self.link = SignedLink(plugin, "join", lifetime=timedelta(days=1), once=True)
        blueprint = PluginBlueprint(plugin, self.module.__name__)

        def act(subject: str) -> None:
            current_session().execute(RENAME, {"by": f", {g.actor.name} {subject}"})
            if self.refuses:
                raise Refused("Not now.")

        @blueprint.route("/<token>", methods=["GET", "POST"])
        @self.link.opens_signed_in
        def join(subject: str) -> Answer:
            form = Form()
            shown = attempt(form, lambda: act(subject), done=("Welcome.", "/"))
            return shown or render_template_string(PAGE, form=form)

        self.module.plugin = plugin  # type: ignore[attr-defined]
        self.module.blueprint = blueprint  # type: ignore[attr-defined]


def leaving() -> ModuleType:
    """A plugin whose views leave the session: a public POST, and a page that is the same for
    all."""
    module = ModuleType("leaver")
    plugin = Plugin(name="leaver", title="Leaver", core=">=0.1,<1")
    blueprint = PluginBlueprint(plugin, module.__name__)
    link = SignedLink(plugin, "leave", lifetime=timedelta(days=1))

    @blueprint.route("/quitter/<token>", methods=["GET", "POST"])
    @link.opens
    def leave(subject: str) -> str:
        return subject

    @blueprint.get("/pareil")
    @same_for_all
    def same() -> str:
        return "The same."

    module.plugin = plugin  # type: ignore[attr-defined]
    module.blueprint = blueprint  # type: ignore[attr-defined]
    return module


class Scene:
    """A site with `Joiner`, the path of a link, and a citizen who is signed in."""

    def __init__(self, sites: Sites, **settings: Any) -> None:
        self.joiner = Joiner()
        self.site = sites.make([self.joiner.module], **settings)
        self.site.enable("joiner")
        self.citizen = self.site.browser()
        self.citizen.sign_in(self.site.people.citizen)
        self.path = self.another()

    def another(self) -> str:
        with self.site.app.app_context():
            return f"/culture/joiner/{self.joiner.link.token('7')}"

    def send(self, browser: Browser) -> int:
        """Send the form of the page, as whoever has read it; answers the status."""
        page = browser.read(self.path)
        return browser.post(self.path, data=page.form(self.path).filled({})).status_code

    @property
    def name(self) -> str | None:
        with self.site.reading() as session:
            return session.scalar(select(Service.name).where(Service.slug == "culture"))


@pytest.fixture
def scene(sites: Sites) -> Scene:
    return Scene(sites)


def test_it_gives_to_whoever_is_signed_in_and_once(scene: Scene) -> None:
    for _twice in range(2):  # a filter of mail, then whoever reads it
        answer = scene.citizen.get(scene.path)
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        # Without it, a browser that came by HTTPS could not send the form.
        assert answer.headers["Referrer-Policy"] == "same-origin"
    sent = scene.citizen.read(scene.path).form(scene.path).filled({})
    assert scene.citizen.post(scene.path, data=sent).status_code == 302
    assert scene.name == "Culture, Camille Citizen 7"
    for used in (scene.citizen.post(scene.path, data=sent), scene.citizen.get(scene.path)):
        assert used.status_code == 410
        assert "Ce lien a déjà servi." in used.text
    assert scene.name == "Culture, Camille Citizen 7"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_visitor_reads_the_page_and_is_asked_to_sign_in(scene: Scene) -> None:
    visitor = scene.site.browser()
    assert scene.send(visitor) == 403
    assert scene.name == "Culture"
    assert scene.send(scene.citizen) == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_link_does_not_stand_for_the_token_of_the_form(scene: Scene) -> None:
    """Another site could have the browser of somebody who is signed in send it."""
    assert scene.citizen.post(scene.path).status_code == 400
    assert scene.name == "Culture"


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_refused_leaves_the_link_unused(scene: Scene) -> None:
    scene.joiner.refuses = True
    sent = scene.citizen.read(scene.path).form(scene.path).filled({})
    answer = scene.citizen.post(scene.path, data=sent)
    assert "Not now." in answer.text
    with scene.site.reading() as session:
        assert session.scalars(select(SpentLink)).all() == []
    scene.joiner.refuses = False
    assert scene.send(scene.citizen) == 302


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_opens_nothing_says_one_sentence(scene: Scene, clock: FrozenClock) -> None:
    altered, old = scene.path[:-3] + "xyz", scene.another()
    clock.advance(days=1)
    for path, sentence in ((altered, "Ce lien n’est pas valable"), (old, "Ce lien a expiré.")):
        for browser in (scene.site.browser(), scene.citizen):
            answer = browser.get(path)
            assert (answer.status_code, sentence in answer.text) == (410, True)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("method", "path"), [("POST", "quitter/x"), ("GET", "pareil")])
def test_what_is_off_leaves_no_session(sites: Sites, method: str, path: str) -> None:
    """As if it had never been installed: a page that is not there shows who is signed in."""
    site = sites.make([leaving()])
    assert site.service
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    answer = browser.open(f"/culture/leaver/{path}", method=method)
    assert answer.status_code == 404
    assert "Se déconnecter" in answer.text
    site.enable("leaver")
    answer = browser.open(f"/culture/leaver/{path}", method=method)
    assert answer.status_code == (410 if method == "POST" else 200)
    assert "Se déconnecter" not in answer.text


@pytest.mark.parametrize("database", ["sqlite"])
def test_attempts_are_counted(sites: Sites) -> None:
    scene = Scene(sites, rate_limits=True)
    guesses = [scene.citizen.get(f"/culture/joiner/{n}").status_code for n in range(31)]
    assert guesses == [410] * 30 + [429]
    scene.joiner.refuses = True
    sent = scene.citizen.read(scene.path).form(scene.path).filled({})
    again = [scene.citizen.post(scene.path, data=sent).status_code for _ in range(21)]
    assert 429 not in again[:-1]
    assert again[-1] == 429
