"""A page for each plugin: what it does in plain words, what it adds where, what it reads, says and
keeps, its settings, its health."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from flask import current_app, g
from sqlalchemy import select

from eak_core.admin.desk import blueprint as administration
from eak_core.admin.house import arrows, part_title
from eak_core.admin.plugins import blueprint, installed_plugin
from eak_core.db import Session, current_session
from eak_core.events import subscriptions
from eak_core.events.core import get_event_core
from eak_core.plugins.hooks.contributions import Kept
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.per_service.activation import titles
from eak_core.plugins.per_service.appearances import appearances
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.plugins.per_service.standing import Standing, standings
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is said of a plugin, wherever it is on: ``adds`` where people meet it, ``hears`` whose
    events by the names of who says them, ``says`` its own events, ``keeps`` what it stores about
    people, ``settings`` what each service decides, ``rights`` what it lets whom do."""

    found: Installed
    summary: Any
    licence: str
    requires: str
    adds: Sequence[str]
    hears: Mapping[str, Sequence[str]]
    says: Sequence[str]
    keeps: Sequence[Kept]
    settings: Sequence[Any]
    rights: Sequence[Any]
    keys: Sequence[Any]
    works: int


def sheet(found: Installed) -> Sheet:
    """What is said of ``found``; next to nothing where its code could not be read."""
    plugin, host = found.loaded, get_host()
    if plugin is None:
        return Sheet(found, "", licence_of(found), "", (), {}, (), (), (), (), (), 0)
    core = get_event_core(current_app)
    heard = arrows(core.registry, {plugin.name: core.subscribers.get(plugin.name, ())})
    told = dict(host.call_each("kept_data", {plugin.name}))
    form = plugin.settings() if plugin.settings is not None else ()
    return Sheet(
        found,
        plugin.summary,
        licence_of(found),
        titles(plugin.requires) if plugin.requires else "",
        [*appearances(host, plugin)],
        {part_title(each.says): each.events for each in heard if each.says != plugin.name},
        sorted(each.name for each in core.registry.types.values() if each.owner == plugin.name),
        told.get(plugin.name, ()),
        [field.label.text for field in form if field.type not in {"SubmitField", "CSRFTokenField"}],
        [*plugin.rights.values()],
        [*plugin.keys.values()],
        len(plugin.scheduled),
    )


def licence_of(found: Installed) -> str:
    """The licence that the package of ``found`` declares; empty where it declares none."""
    if not found.distribution:
        return ""
    # By its name: what is installed from its sources lists no modules to find it by.
    said = metadata.metadata(found.distribution).json
    return str(said.get("license_expression") or said.get("license") or "")


def on_in(session: Session, name: str) -> Sequence[Service]:
    """The services in which the plugin is on, by name."""
    return session.scalars(
        select(Service)
        .join(PluginActivation, PluginActivation.service_id == Service.id)
        .where(PluginActivation.plugin == name, PluginActivation.active)
        .order_by(Service.name, Service.id)
    ).all()


@administration.get("/plugins/<name>")
def plugin_page(name: str) -> Answer:
    """The page of a plugin, for administrators: on which services it is on, and how it reads."""
    session, found = current_session(), installed_plugin(name)
    health = [each for each in subscriptions.health(session) if each.plugin == name]
    return render(
        "admin/plugin.html", sheet=sheet(found), services=on_in(session, name), health=health
    )


@blueprint.get("/<name>")
def about(name: str) -> Answer:
    """The page of a plugin, for the managers of a service: how it stands there."""
    found = installed_plugin(name)
    here: Standing | None = next(
        (each for each in standings(current_session(), g.service.id) if each.name == name), None
    )
    return render("manage/plugin.html", sheet=sheet(found), here=here)
