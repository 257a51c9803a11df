"""A small site around the shared room: themes, forms and errors without database or plugins."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, request

from eak_core.config import Config, load
from eak_core.duties import pages
from eak_core.web import init_guards, init_web
from eak_core.web.caching import init_caching


@dataclass
class FakeService:
    slug: str = "culture"
    name: str = "Culture"
    audience: str = "public"
    theme: str | None = None
    archived_at: None = None


@dataclass
class FakeActor:
    person_id: int | None = None
    name: str = ""


@dataclass
class Findings:
    """What the gate would have found; a test sets it before its request."""

    service: FakeService | None = field(default_factory=FakeService)
    actor: FakeActor = field(default_factory=FakeActor)
    validator: object | None = 1


@pytest.fixture
def findings() -> Findings:
    return Findings()


MakeSite = Callable[..., Flask]


@pytest.fixture
def make_site(tmp_path: Path, findings: Findings) -> MakeSite:
    """Make a site with settings of its own. `findings` stand in for the gate."""

    def make(**settings: Any) -> Flask:
        config: Config = load(tmp_path / "instance", **{"rate_limits": False, **settings})
        app = Flask("eak_core", static_folder=None)
        app.config.update(SECRET_KEY=config.secret_key)
        init_web(app, config)
        app.register_blueprint(pages.blueprint)

        @app.before_request
        def gate() -> None:
            inside = not request.path.startswith("/static/")
            g.service = findings.service if inside else None
            g.actor = findings.actor
            g.validator = findings.validator
            g.active = frozenset()

        @app.context_processor
        def names() -> dict[str, Any]:
            return {
                "service": g.get("service"),
                "actor": g.get("actor"),
                "may": lambda *_: False,
                "footer_links": list,
                "nav_items": list,
            }

        init_guards(app, config)
        init_caching(app)
        return app

    return make


@pytest.fixture
def site(make_site: MakeSite) -> Flask:
    return make_site()
