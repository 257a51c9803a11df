"""Plugins that are put aside in a service: they stay switched on and their handlers go on, while
nothing of theirs is on its pages."""

from sqlalchemy import select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.events import CORE, SITE, publish, schedule
from eak_core.i18n import _l
from eak_core.permissions import Actor, require
from eak_core.permissions.checks import Place
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.installed import State
from eak_core.plugins.per_service import faults
from eak_core.plugins.per_service.activation import Switched, titles
from eak_core.plugins.per_service.events import PluginResumed, PluginSuspended
from eak_core.plugins.per_service.models import PluginActivation

#: The work of telling those who run a service that a plugin was put aside; the room of people does
#: it, as it knows them.
SUSPENDED = "tell_suspended"


def suspend(session: Session, service_id: int, name: str) -> None:
    """Put the plugin ``name`` aside in a service, and have those who run it told."""
    found = get_host().installed.get(name)
    now = clock.now()
    session.execute(
        update(PluginActivation)
        .where(PluginActivation.service_id == service_id, PluginActivation.plugin == name)
        .values(suspended_at=now, suspended_version=found.version if found else "")
    )
    if service_id != SITE:
        publish(session, PluginSuspended(plugin=name), service_id=service_id)
        schedule(session, CORE.name, service_id, f"{SUSPENDED}:{name}", now)


def resume(session: Session, actor: Actor, service: Place, name: str) -> Switched:
    """Let a suspended plugin back onto the pages, with a clean record of failures."""
    require(actor, "plugin.toggle", service)
    title = titles([name])
    if not _let_back(session, service.id, name):
        return Switched(False, _l("“%(plugin)s” is not suspended here.", plugin=title))
    publish(session, PluginResumed(plugin=name), service_id=service.id, actor_id=actor.person_id)
    return Switched(True, _l("“%(plugin)s” is back on the pages.", plugin=title))


def resume_upgraded(session: Session) -> int:
    """Let plugins back that were suspended in another version than the one that is installed now;
    answers in how many places. Called before a worker starts."""
    installed = get_host().installed
    suspended = session.execute(
        select(
            PluginActivation.plugin,
            PluginActivation.service_id,
            PluginActivation.suspended_version,
        ).where(PluginActivation.active, PluginActivation.suspended_at.is_not(None))
    ).all()
    resumed = 0
    for plugin, service_id, version in suspended:
        found = installed.get(plugin)
        if found is None or found.state is not State.READY or found.version == version:
            continue
        if _let_back(session, service_id, plugin):
            publish(session, PluginResumed(plugin=plugin), service_id=service_id)
            resumed += 1
    return resumed


def _let_back(session: Session, service_id: int, name: str) -> bool:
    """Let a suspended plugin back, with a clean sheet; False where it is not suspended."""
    resumed = session.execute(
        update(PluginActivation)
        .where(
            PluginActivation.service_id == service_id,
            PluginActivation.plugin == name,
            PluginActivation.active,
            PluginActivation.suspended_at.is_not(None),
        )
        .values(suspended_at=None, suspended_version=None)
        .returning(PluginActivation.plugin)
    ).one_or_none()
    if resumed is not None:
        faults.forget(session, service_id, name)
    return resumed is not None
