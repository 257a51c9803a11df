"""Switching plugins on and off in a service. It is data: every process follows at its next request.

One row per plugin and service, changed by one statement each, so that administrators who act at
the same time on different plugins both get what they asked for, and on the same plugin one of
them is told that it was done already.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, literal, orm, select, union_all, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_for
from eak_core.errors import NotFound, Refused
from eak_core.events import CORE, SITE, publish, scheduling, subscriptions
from eak_core.events.models import LogHead
from eak_core.i18n import _l
from eak_core.permissions import Actor, require
from eak_core.permissions.checks import Place
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.installed import Installed, State
from eak_core.plugins.per_service.events import (
    PluginDisabled,
    PluginEnabled,
    PluginRebuilt,
)
from eak_core.plugins.per_service.models import DERIVED, PluginActivation
from eak_core.plugins.per_service.purge import notice_purges


@dataclass(frozen=True, slots=True)
class Switched:
    """What became of a request to switch: ``changed`` is False where nothing had to be done.

    ``message`` says it to the person. ``catching_up`` counts the events still to be read.
    """

    changed: bool
    message: Any
    catching_up: int = 0


def active_plugins(session: Session, service_id: int) -> frozenset[str]:
    """The plugins that are on in a service; in a request, ``g.active`` has them already."""
    rows = session.scalars(
        select(PluginActivation.plugin).where(
            PluginActivation.service_id == service_id,
            PluginActivation.active,
            PluginActivation.suspended_at.is_(None),
        )
    )
    return frozenset(rows) & get_host().ready_names


def active_in(session: Session, ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The plugins that are on in each of the services ``ids``: one statement."""
    rows = session.execute(
        select(PluginActivation.service_id, PluginActivation.plugin).where(
            PluginActivation.service_id.in_(ids),
            PluginActivation.active,
            PluginActivation.suspended_at.is_(None),
        )
    ).all()
    ready = get_host().ready_names
    return {
        each: frozenset(plugin for service_id, plugin in rows if service_id == each) & ready
        for each in ids
    }


def start_missing(session: Session) -> int:
    """Let the core, and plugins that are on, read from the beginning where they have gained their
    first handler since.

    An upgrade brings handlers without anybody switching anything. Answers how many plugins, counted
    per service, begin; called before a worker starts.
    """
    known = {(each.plugin, each.service_id) for each in subscriptions.health(session)}
    listening = {name for name, plugin in get_host().ready.items() if plugin.reacts}
    on = select(PluginActivation.plugin, PluginActivation.service_id).where(
        PluginActivation.active, PluginActivation.plugin.in_(listening)
    )
    everywhere = select(literal(CORE.name), LogHead.service_id).where(LogHead.service_id != SITE)
    missing = [
        (plugin, service_id)
        for plugin, service_id in session.execute(union_all(on, everywhere))
        if (plugin, service_id) not in known
    ]
    for plugin, service_id in missing:
        subscriptions.start(session, plugin, service_id)
    return len(missing)


def activations(session: Session, service_id: int) -> dict[str, PluginActivation]:
    """Every plugin that is or was on in a service, by name."""
    rows = session.scalars(
        select(PluginActivation)
        .where(PluginActivation.service_id == service_id)
        .execution_options(populate_existing=True)
    )
    return {row.plugin: row for row in rows}


def enable(session: Session, actor: Actor, service: Place, name: str) -> Switched:
    """Switch the plugin ``name`` on in ``service``; it catches up with everything that happened.

    `NotFound` where it is not installed; `Refused` where it is not ready, or requires a plugin that
    is off.
    """
    require(actor, "plugin.toggle", service)
    found = _ready(session, name)
    assert found.plugin is not None
    needed = _off_among(session, service.id, found.plugin.requires)
    if needed:
        raise Refused(
            _l(
                "“%(plugin)s” needs other plugins. Please switch these on first: %(needed)s.",
                plugin=found.title,
                needed=titles(needed),
            )
        )
    if not _switch_on(session, service.id, name, actor):
        return Switched(False, _l("“%(plugin)s” is on already.", plugin=found.title))
    behind = 0
    if found.plugin.reacts:
        behind = subscriptions.start(session, name, service.id)
        scheduling.begin(session, name, service.id, found.plugin.scheduled)
    _publish(session, actor, service, PluginEnabled(plugin=name))
    return Switched(True, _l("“%(plugin)s” is on.", plugin=found.title), behind)


@contextmanager
def disabling(session: Session, actor: Actor, service: Place, name: str) -> Iterator[Switched]:
    """Switch the plugin ``name`` off in ``service``, around what has to be done while its handlers
    rest already and before it is recorded. `eak_core.ideas.deciding.switching.disable` is the whole
    of it.

    Waits for the batch its handlers are in; once this is committed none of them runs. `Refused`
    where another plugin that is on requires it.
    """
    require(actor, "plugin.toggle", service)
    title = titles([name])
    with session.begin_nested():
        if not _switch_off(session, service.id, name, actor):
            yield Switched(False, _l("“%(plugin)s” is off already.", plugin=title))
            return
        dependants = dependants_on(session, service.id, name, get_host())
        if dependants:
            raise Refused(
                _l(
                    "Other plugins need “%(plugin)s”. Please switch these off first:"
                    " %(dependants)s.",
                    plugin=title,
                    dependants=titles(dependants),
                )
            )
        subscriptions.stop(session, name, service.id)
        yield Switched(True, _l("“%(plugin)s” is off. Its data is kept.", plugin=title))
        _publish(session, actor, service, PluginDisabled(plugin=name))


def rebuild(session: Session, actor: Actor, service: Place, name: str) -> Switched:
    """Let a plugin that is on, or the core, forget what it derived from events, and derive it anew.

    `Refused` where it is off: what it kept waits untouched until it is on again.
    """
    require(actor, "plugin.toggle", service)
    if name == CORE.name:
        subscriptions.start(session, name, service.id)
        behind = subscriptions.rebuild(session, name, service.id, _forget_derived(name))
        _publish(session, actor, service, PluginRebuilt(plugin=name))
        return Switched(True, _l("What is found by searches is being built anew."), behind)
    found = _ready(session, name)
    if _off_among(session, service.id, [name]):
        raise Refused(
            _l("“%(plugin)s” is off in this service. Switch it on first.", plugin=found.title)
        )

    forget = _forget_derived(name)

    def reset(_same: orm.Session, service_id: int) -> None:
        forget(session, service_id)
        get_host().call_one("reset_projections", name, session=session, service_id=service_id)

    subscriptions.start(session, name, service.id)
    behind = subscriptions.rebuild(session, name, service.id, reset)
    _publish(session, actor, service, PluginRebuilt(plugin=name))
    return Switched(True, _l("“%(plugin)s” is being built anew.", plugin=found.title), behind)


def _forget_derived(name: str) -> Callable[[orm.Session, int], None]:
    """What empties, in a service, all that facilities of the core have derived for ``name``."""

    def forget(session: orm.Session, service_id: int) -> None:
        for derived in DERIVED:
            session.execute(
                delete(derived).where(derived.service_id == service_id, derived.plugin == name)
            )

    return forget


def dependants_on(
    session: Session, service_id: int, name: str, host: PluginHost
) -> tuple[str, ...]:
    """The plugins that are on in the service and require ``name``, in calling order."""
    on = {key for key, row in activations(session, service_id).items() if row.active}
    return tuple(
        other
        for other, each in host.installed.items()
        if other in on and each.plugin is not None and name in each.plugin.requires
    )


def titles(names: Iterable[str]) -> str:
    """What people call these plugins, one after the other."""
    installed = get_host().installed
    return ", ".join(str(installed[name].title if name in installed else name) for name in names)


def _ready(session: Session, name: str) -> Installed:
    notice_purges(session)
    found = get_host().installed.get(name)
    if found is None:
        raise NotFound(_l("No plugin “%(name)s” is installed.", name=name))
    if found.state is not State.READY:
        raise Refused(
            _l(
                "“%(plugin)s” cannot be switched on. %(reason)s",
                plugin=found.title,
                reason=found.reason,
            )
        )
    return found


def _row(service_id: int, name: str) -> tuple[Any, Any]:
    return PluginActivation.service_id == service_id, PluginActivation.plugin == name


def _off_among(session: Session, service_id: int, names: Collection[str]) -> list[str]:
    """Those of ``names`` that are off. The others stay on until this transaction ends: who
    switches one of them off meanwhile waits, and then sees what depends on it."""
    if not names:
        return []
    on = session.scalars(
        select(PluginActivation.plugin)
        .where(
            PluginActivation.service_id == service_id,
            PluginActivation.plugin.in_(names),
            PluginActivation.active,
        )
        .with_for_update(read=True)
    ).all()
    return [name for name in names if name not in on]


def _switch_on(session: Session, service_id: int, name: str, actor: Actor) -> bool:
    values = {
        "active": True,
        "since": clock.now(),
        "by_id": actor.person_id,
        "suspended_at": None,
    }
    switched = session.execute(
        insert_for(session, PluginActivation)
        .values(service_id=service_id, plugin=name, **values)
        .on_conflict_do_update(
            index_elements=[PluginActivation.service_id, PluginActivation.plugin],
            set_=values,
            where=PluginActivation.active.is_(False),
        )
        .returning(PluginActivation.plugin)
    ).one_or_none()
    return switched is not None


def _switch_off(session: Session, service_id: int, name: str, actor: Actor) -> bool:
    switched = session.execute(
        update(PluginActivation)
        .where(*_row(service_id, name), PluginActivation.active)
        .values(active=False, since=clock.now(), by_id=actor.person_id, suspended_at=None)
        .returning(PluginActivation.plugin)
    ).one_or_none()
    return switched is not None


def _publish(session: Session, actor: Actor, service: Place, event: Any) -> None:
    publish(session, event, service_id=service.id, actor_id=actor.person_id)
