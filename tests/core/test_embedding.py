"""Pages for frames of other sites: open there, nobody's own, and leaving nothing behind."""

from typing import Any

import pytest
from flask import Flask, abort, flash, g, redirect, render_template_string, session

from eak_core.api import Plugin, PluginBlueprint, embeddable, limited
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

plugin = Plugin("gauge", "Gauge", ">=0.1,<1")
blueprint = PluginBlueprint(plugin, __name__)


@blueprint.route("/figure", methods=["GET", "POST"])
@limited("figure", "5/minute")
@embeddable
def figure() -> str:
    return render_template_string(
        "{{ actor.person_id }} {{ g.actor.person_id }} {{ csrf_token() }}", g=g
    )


@blueprint.get("/plain")
@embeddable
def plain() -> str:
    session["kept"] = "yes"
    flash("hello")
    return "plain"


@blueprint.get("/still")
@embeddable
def still() -> str:
    return "still"


@blueprint.get("/elsewhere")
@embeddable
def elsewhere() -> Any:
    return redirect("/")


@blueprint.get("/gone")
@embeddable
def gone() -> str:
    abort(404)


@blueprint.get("/closed")
def closed() -> str:
    return "closed"


@pytest.fixture
def plugins() -> list[Any]:
    import sys
    from types import ModuleType

    module = ModuleType("framed_plugin")
    module.plugin, module.blueprint = plugin, blueprint  # type: ignore[attr-defined]
    module.__file__ = __file__
    sys.modules["framed_plugin"] = module
    return [module]


@pytest.fixture
def framed(site: Site) -> Site:
    site.enable("gauge")
    return site


def is_open(headers: Any) -> bool:
    policy = headers["Content-Security-Policy"]
    opened = "frame-ancestors *" in policy
    assert opened is ("X-Frame-Options" not in headers)
    assert opened is (headers["Cross-Origin-Resource-Policy"] == "cross-origin")
    return opened


def test_any_site_may_frame_the_page_and_its_other_rules_stay(framed: Site) -> None:
    answer = framed.browser().get("/culture/gauge/still")
    assert (answer.status_code, is_open(answer.headers)) == (200, True)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("page", ["closed", "gone", "elsewhere", "nowhere"])
def test_no_other_answer_may_be_framed(framed: Site, page: str) -> None:
    assert not is_open(framed.browser().get(f"/culture/gauge/{page}").headers)


def test_that_it_has_not_changed_is_said_with_the_same_headers(framed: Site) -> None:
    browser = framed.browser()
    first = browser.get("/culture/gauge/still")
    again = browser.get("/culture/gauge/still", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, is_open(again.headers)) == (304, True)


@pytest.mark.parametrize("page", ["figure", "plain", "still?lang=en"])
def test_it_leaves_no_cookie(framed: Site, page: str) -> None:
    answer = framed.browser().get(f"/culture/gauge/{page}")
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])


def test_it_is_the_visitors_page_whoever_is_signed_in(framed: Site, people: People) -> None:
    browser = framed.browser()
    browser.sign_in(people.citizen)
    assert browser.get("/culture/gauge/figure").text.startswith("None None ")


def test_nothing_is_changed_through_it(framed: Site) -> None:
    framed.app.config["WTF_CSRF_ENABLED"] = False
    assert framed.browser().post("/culture/gauge/figure").status_code == 405


def test_of_an_internal_service_nothing_is_framed(framed: Site, app: Flask) -> None:
    inside = framed.add_service("inside", audience="internal")
    framed.enable("gauge", service=inside)
    answer = framed.browser().get("/inside/gauge/still")
    assert (answer.status_code, is_open(answer.headers)) == (404, False)
