"""The least site that the plugin host can live in: two core pages, a 404 of its own, a database.

What is tested with it is the host's alone; that the whole site keeps the same promises is tested
with the whole site.
"""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import flask_babel
from flask import Flask, g, render_template_string, request
from sqlalchemy import orm, select
from werkzeug.exceptions import NotFound

from eak_core import clock
from eak_core.db import Session, current_session, init_db, read_session, write_session
from eak_core.errors import EakError
from eak_core.events import CORE, EventRegistry
from eak_core.events.core import EventCore
from eak_core.events.worker import Worker
from eak_core.permissions import Actor, PermissionRegistry
from eak_core.permissions.registry import register_permission
from eak_core.plugins.loading.candidates import from_modules
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.per_request import breaker, gate, slots
from eak_core.plugins.per_service.activation import Switched, disabling, enable
from eak_core.plugins.per_service.settings import plugin_settings
from eak_core.services import lookup
from eak_core.services.models import Service
from eak_core.services.slugs import RESERVED

#: Builds applications on the test's database, as several processes would.
MakeApp = Callable[..., Flask]

PAGE = """
<nav>{% for entry in nav_items() %}<a href="{{ entry.url }}">{{ entry.label }}</a>{% endfor %}</nav>
{{ slot("service_home") }}
{% if idea %}{{ slot("idea_aside", idea=idea) }}{{ slot("idea_body", idea=idea) }}{% endif %}
{% for key, line in slot_cards(ideas).items() %}<li>{{ key }} {{ line }}</li>{% endfor %}
"""

SYSTEM = Actor.system()


class Idea:
    """As much of an idea as hooks need."""

    def __init__(self, number: int) -> None:
        self.id = number


class HostEvents(EventCore):
    """Events in a site that has settings of plugins and nothing else."""

    def settings(self, session: orm.Session, service_id: int, plugin: str) -> Mapping[str, Any]:
        return plugin_settings(session, service_id, plugin)


def make_site(
    url: str,
    *plugins: ModuleType | str,
    features: Mapping[str, ModuleType] | None = None,
) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(TESTING=True, SECRET_KEY="test", WTF_CSRF_ENABLED=False)
    init_db(app, url)
    flask_babel.Babel(app)
    PermissionRegistry().init_app(app)

    @app.before_request
    def choose_transaction() -> None:
        current_session().writes = request.method not in {"GET", "HEAD", "OPTIONS"}

    gate.install(app, lookup.find, reserved=RESERVED)
    gate.turn_away(app)
    _pages(app)
    slots.init_app(app)
    breaker.init_app(app)
    host = PluginHost(from_modules(plugins), features=features or {})
    host.init_app(app)
    for found in host.installed.values():
        for name in found.loaded.permissions if found.loaded else ():
            register_permission(app, name, *found.loaded.grantees(name))
    loaded = [each.loaded for each in host.installed.values() if each.loaded]
    app.config["SECRET_KEY"] = "a secret that every test knows"
    app.extensions["eak_transports"] = {}
    app.extensions["eak_events"] = HostEvents(
        EventRegistry([CORE, *loaded]),
        {name: tuple(plugin.subscribers) for name, plugin in host.ready.items()},
    )
    return app


def _pages(app: Flask) -> None:
    app.config["IDEAS"] = [Idea(1), Idea(2)]

    @app.get("/")
    def portal() -> str:
        return render_template_string(PAGE, ideas=[])

    @app.get("/<service_slug>/")
    def home(service_slug: str) -> str:
        return render_template_string(PAGE, ideas=app.config["IDEAS"])

    @app.get("/<service_slug>/idees/<int:number>")
    def idea(service_slug: str, number: int) -> str:
        return render_template_string(PAGE, idea=Idea(number), ideas=[])

    @app.get("/admin/plugins")
    def administration() -> str:
        return "administration"

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> tuple[str, int]:
        return f"nothing here ({g.service.slug if g.service else 'site'})", 404

    @app.errorhandler(EakError)
    def refused(error: EakError) -> tuple[str, int]:
        return str(error), error.status


def add_service(app: Flask, slug: str = "culture") -> Service:
    with write_session(app) as session:
        service = Service(slug=slug, name=slug.capitalize(), created_at=clock.now())
        session.add(service)
    return service


def switch(app: Flask, name: str, slug: str = "culture", *, on: bool = True) -> Switched:
    with app.app_context(), write_session(app) as session:
        service = service_at(session, slug)
        if on:
            return enable(session, SYSTEM, service, name)
        with disabling(session, SYSTEM, service, name) as switched:
            return switched


def service_at(session: Session, slug: str = "culture") -> Service:
    return session.scalars(select(Service).where(Service.slug == slug)).one()


def drain(app: Flask) -> None:
    assert Worker(app).drain(timeout=10)


def types_in_log(app: Flask, slug: str = "culture") -> list[str]:
    from eak_core.events.models import EventLog

    with read_session(app) as session:
        service = service_at(session, slug)
        query = select(EventLog.type).where(EventLog.service_id == service.id)
        return list(session.scalars(query.order_by(EventLog.position)))


def hookimpls(app: Flask) -> int:
    manager = get_host(app)._manager
    return sum(len(getattr(manager.hook, name).get_hookimpls()) for name in vars(manager.hook))
