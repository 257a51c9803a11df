"""The settings of a plugin in a service: a form declared by the plugin, kept as JSON.

The form is the only declaration: its fields are the settings, their defaults and their checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import bindparam, orm, select, update

from eak_core.db import Session
from eak_core.db.rows import read_rows
from eak_core.db.upsert import insert_once
from eak_core.errors import Conflict, Invalid, NotFound
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.permissions import Actor, require
from eak_core.permissions.checks import Place
from eak_core.plugins.loading.fields import restored, schema
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.events import PluginConfigured
from eak_core.plugins.per_service.models import PluginSetting

# Put together once: plugins ask for theirs on each page.
_SAVED = select(PluginSetting.values, PluginSetting.version).where(
    PluginSetting.service_id == bindparam("service"), PluginSetting.plugin == bindparam("plugin")
)


@dataclass(frozen=True, slots=True)
class Stored:
    """The settings as they stand; ``version`` is 0 while nobody has changed them."""

    values: Mapping[str, Any]
    version: int


def plugin_settings(session: orm.Session, service_id: int, plugin: str) -> Mapping[str, Any]:
    """The settings of ``plugin`` in a service, with the form's defaults where none were saved."""
    return stored_settings(session, service_id, plugin).values


def stored_settings(session: orm.Session, service_id: int, plugin: str) -> Stored:
    """The settings with their version, which a form carries along so that `configure` can tell
    whether somebody else saved in between."""
    found = get_host().installed.get(plugin)
    form = found.plugin.settings if found and found.plugin else None
    if form is None:
        return Stored(MappingProxyType({}), 0)
    row = read_rows(session, _SAVED, {"service": service_id, "plugin": plugin}).one_or_none()
    saved, version = ({}, 0) if row is None else (msgspec.json.decode(row[0]), row[1])
    values = {
        name: restored(kind, saved[name]) if name in saved else kind.default
        for name, kind in schema(form).items()
    }
    return Stored(MappingProxyType(values), version)


def configure(
    session: Session,
    actor: Actor,
    service: Place,
    plugin: str,
    values: Mapping[str, Any],
    *,
    version: int,
) -> int:
    """Save the validated ``values`` of the plugin's form; answers the new version.

    ``version`` is what the person had before their eyes (`stored_settings`). `Conflict` where
    somebody else saved since; nothing is written then. `Invalid` names values that are no settings.
    """
    require(actor, "plugin.toggle", service)
    found = get_host().installed.get(plugin)
    if found is None or found.plugin is None or found.plugin.settings is None:
        raise NotFound(_l("This plugin has no settings."))
    known = schema(found.plugin.settings)
    unknown = sorted(set(values) - set(known) - {"csrf_token", "submit"})
    if unknown:
        raise Invalid(
            _l("The settings were not saved."),
            {name: _l("This setting does not exist.") for name in unknown},
        )
    kept = {name: value for name, value in values.items() if name in known}
    if not _write(session, service.id, plugin, msgspec.json.encode(kept).decode(), version):
        raise Conflict(
            _l(
                "Somebody else changed these settings while you were at it. Nothing was saved;"
                " please compare with the current settings and save again."
            )
        )
    publish(
        session,
        PluginConfigured(plugin=plugin, settings_version=version + 1),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return version + 1


def _write(session: Session, service_id: int, plugin: str, values: str, version: int) -> bool:
    """Whether the row was still at ``version``, and now holds ``values``."""
    if version == 0:
        row = {"service_id": service_id, "plugin": plugin, "values": values, "version": 1}
        return insert_once(session, PluginSetting, row, PluginSetting.version) is not None
    written = session.execute(
        update(PluginSetting)
        .where(
            PluginSetting.service_id == service_id,
            PluginSetting.plugin == plugin,
            PluginSetting.version == version,
        )
        .values(values=values, version=version + 1)
        .returning(PluginSetting.version)
    )
    return written.one_or_none() is not None
