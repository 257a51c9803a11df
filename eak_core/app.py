"""`create_app`: wires the rooms of the platform in a readable order, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from sqlalchemy import orm

from eak_core.admin import hooks as admin
from eak_core.admin.setup import init_admin
from eak_core.clock import ARRIVED
from eak_core.config import Config
from eak_core.db import current_session, db, init_db
from eak_core.duties.setup import init_duties
from eak_core.events import CORE, EventRegistry, Subscriber
from eak_core.events.core import EventCore
from eak_core.events.types import Work
from eak_core.files import hooks as files
from eak_core.files.setup import init_files
from eak_core.ideas import hooks as ideas
from eak_core.ideas.setup import init_ideas
from eak_core.keys.setup import init_keys
from eak_core.letters.dkim import mail_signer
from eak_core.letters.mail import mail_transport
from eak_core.moderation import hooks as moderation
from eak_core.moderation.setup import init_moderation
from eak_core.notices import hooks as notices
from eak_core.notices.setup import init_notices
from eak_core.people import hooks as people
from eak_core.people.mail.letters import addresses_of
from eak_core.people.rights.outsiders import outsiders_among
from eak_core.people.setup import init_people
from eak_core.people.signing_in.entrance import find_visible
from eak_core.permissions import PermissionRegistry
from eak_core.permissions.registry import register_permission
from eak_core.plugins.loading.candidates import from_entry_points, from_modules
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.loading.manifest import Plugin
from eak_core.plugins.per_request import breaker, gate, slots
from eak_core.plugins.per_service.settings import plugin_settings
from eak_core.portal import hooks as portal
from eak_core.portal.setup import init_portal
from eak_core.reuse.setup import init_reuse
from eak_core.search.setup import init_search
from eak_core.services.models import Service
from eak_core.services.slugs import RESERVED
from eak_core.web import init_guards, init_web
from eak_core.web.application import Application
from eak_core.web.caching import init_caching, set_release
from eak_core.web.tallies import init_tallies
from eak_core.web.theme_templates import add_template_folder
from eak_core.web.words import catalogue_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

#: What answers the hooks for the core's own features, in the order in which they are asked.
FEATURES = {
    "people": people,
    "ideas": ideas,
    "moderation": moderation,
    "files": files,
    "admin": admin,
    "notices": notices,
    "portal": portal,
}


def create_app(
    config: Config,
    *,
    plugins: Iterable[ModuleType | str] | None = None,
    testing: bool = False,
    development: bool = False,
) -> Flask:
    """The application of one instance.

    ``plugins`` are modules to load in the place of those that are installed. The database may lack
    migrations: commands run them, and servers refuse to start (`migrations.require_current`).
    In ``development`` what changes on disk shows at once, browsers keep nothing, and no plugin is
    suspended.
    """
    # Files are served by their themes, under addresses that carry what is in them.
    app = Application("eak_core", instance_path=str(config.instance), static_folder=None)
    app.config.update(SECRET_KEY=config.secret_key, TESTING=testing, EAK_DEVELOPMENT=development)
    init_db(app, config.database_url)
    PermissionRegistry().init_app(app)
    init_web(app, config)
    _choose_transaction(app)
    gate.install(app, find_visible, reserved=RESERVED)
    init_guards(app, config)
    init_people(app)
    gate.turn_away(app)
    init_caching(app)
    init_tallies(app)
    init_files(app, config)
    init_search(app)
    init_keys(app)
    init_notices(app)
    init_moderation(app)
    init_ideas(app)
    init_reuse(app)
    init_duties(app, config)
    init_portal(app)
    init_admin(app)
    slots.init_app(app)
    breaker.init_app(app)
    _install_plugins(app, config, plugins)
    _init_events(app, config)
    return app


def _choose_transaction(app: Flask) -> None:
    """Requests that may write say so before their first statement (see `eak_core.db.session`), or
    once they come to it (`eak_core.web.acts.reads_first`).

    A server that lets requests wait for a thread says in ``eak.arrived`` (an aware instant) when it
    had taken them in; no header of a client can set it.
    """

    @app.before_request
    def choose_transaction() -> None:
        session = current_session()
        session.arrived_at = request.environ.get(ARRIVED)
        view = app.view_functions.get(request.endpoint or "")
        session.writes = not (request.method in SAFE_METHODS or hasattr(view, "reads_first"))


def _install_plugins(
    app: Flask, config: Config, plugins: Iterable[ModuleType | str] | None
) -> None:
    if config.safe_mode:
        plugins = ()
    candidates = from_entry_points() if plugins is None else from_modules(plugins)
    host = PluginHost(candidates, features=FEATURES)
    host.init_app(app)
    for found in host.installed.values():
        # Those that lack migrations too: they are ready as soon as these have run.
        if found.loaded is not None:
            _furnish(app, found.loaded, found)
    refresh_plugins(app)


def _furnish(app: Flask, plugin: Plugin, found: Installed) -> None:
    """Let a plugin bring its permissions, templates and translations."""
    for name in plugin.permissions:
        register_permission(
            app, name, *plugin.grantees(name), when_suspended=name in plugin.when_suspended
        )
    templates = found.subfolder("templates")
    if templates is not None:
        add_template_folder(app, templates)
    assert found.module is not None
    name = found.module.__name__
    package = name.removesuffix(".plugin") if found.is_package else name
    catalogue_of(app).add(plugin.name, package, found.subfolder("translations"))


class SiteEvents(EventCore):
    """The event core, with what it asks of the rooms above it."""

    def settings(self, session: orm.Session, service_id: int, plugin: str) -> Mapping[str, Any]:
        return plugin_settings(session, service_id, plugin)

    def find_service(self, session: orm.Session, service_id: int) -> Service | None:
        return session.get(Service, service_id)

    def look_again(self) -> None:
        refresh_plugins(current_app)


def refresh_plugins(app: Flask) -> None:
    """Look again which plugins are ready, after migrations were run."""
    host = get_host(app)
    with app.app_context():
        host.check_migrations(db.engine)
    set_release(app, [host.installed[name] for name in host.ready])
    core = app.extensions.get("eak_events")
    if core is not None:
        app.extensions["eak_events"] = replace(
            core, subscribers=_subscribers(host), scheduled=_scheduled(host)
        )


def _subscribers(host: PluginHost) -> Mapping[str, tuple[Subscriber, ...]]:
    return {
        CORE.name: tuple(CORE.subscribers),
        **{name: tuple(plugin.subscribers) for name, plugin in host.ready.items()},
    }


def _scheduled(host: PluginHost) -> Mapping[str, Mapping[str, Work]]:
    return {
        CORE.name: CORE.scheduled,
        **{name: plugin.scheduled for name, plugin in host.ready.items()},
    }


def _init_events(app: Flask, config: Config) -> None:
    host = get_host(app)
    loaded = [each.loaded for each in host.installed.values() if each.loaded is not None]
    app.extensions["eak_events"] = SiteEvents(
        EventRegistry([CORE, *loaded]), _subscribers(host), _scheduled(host)
    )
    app.extensions["eak_find_addresses"] = addresses_of
    app.extensions["eak_find_outsiders"] = outsiders_among
    app.extensions["eak_transports"] = {
        "mail": mail_transport(
            config.mail_url,
            folder=config.mail_folder,
            sender=config.mail_sender,
            domain=urlsplit(config.base_url).hostname or "localhost",
            bounces=config.mail_bounces,
            dkim=mail_signer(config),
        ),
        **{kind: way for plugin in loaded for kind, way in plugin.transports.items()},
    }
