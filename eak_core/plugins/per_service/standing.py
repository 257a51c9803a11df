"""How every plugin stands: in one service, or in many at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.events import subscriptions
from eak_core.events.subscriptions import Health
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.installed import Installed, State
from eak_core.plugins.per_service.activation import activations
from eak_core.plugins.per_service.models import PluginActivation, PluginFault


@dataclass(frozen=True, slots=True)
class Standing:
    """A plugin in one service: what is installed, whether it is on, and how far it has read.

    ``found`` is None where its package is gone while the service remembers it; ``reading`` where
    it never read the service's log. ``faults`` counts the failures of its hooks that are kept.
    """

    name: str
    found: Installed | None
    activation: PluginActivation | None
    reading: Health | None
    faults: int

    @property
    def title(self) -> Any:
        """What people call it."""
        return self.found.title if self.found else self.name

    @property
    def active(self) -> bool:
        """Whether it is switched on, running or not."""
        return self.activation is not None and self.activation.active

    @property
    def ready(self) -> bool:
        """Whether it could run."""
        return self.found is not None and self.found.state is State.READY

    @property
    def suspended_at(self) -> datetime | None:
        """Since when its pages are put aside because it kept failing."""
        return self.activation.suspended_at if self.activation and self.active else None

    @property
    def has_settings(self) -> bool:
        """Whether there is something to set."""
        return bool(self.found and self.found.plugin and self.found.plugin.settings)

    @property
    def catching_up(self) -> bool:
        """Whether it still reads what happened before it was switched on."""
        return self.active and self.reading is not None and self.reading.catching_up


def standings(session: Session, service_id: int) -> list[Standing]:
    """Every plugin in a service, in calling order, then those whose package is gone. Three queries,
    however many plugins there are."""
    installed = get_host().installed
    known = activations(session, service_id)
    reading = {each.plugin: each for each in subscriptions.health(session, service_id=service_id)}
    faults = dict(
        session.execute(
            select(PluginFault.plugin, func.sum(PluginFault.count))
            .where(PluginFault.service_id == service_id)
            .group_by(PluginFault.plugin)
        ).all()
    )
    gone = sorted(name for name, row in known.items() if name not in installed and row.active)
    return [
        Standing(
            name, installed.get(name), known.get(name), reading.get(name), int(faults.get(name, 0))
        )
        for name in (*installed, *gone)
    ]


def activations_in(
    session: Session, services: Collection[int]
) -> Mapping[tuple[int, str], PluginActivation]:
    """What is on in these services, by service and plugin, in one query."""
    if not services:
        return {}
    rows = session.scalars(
        select(PluginActivation).where(
            PluginActivation.service_id.in_(services), PluginActivation.active
        )
    )
    return {(row.service_id, row.plugin): row for row in rows}


@dataclass(frozen=True, slots=True)
class Troubles:
    """How many plugins do not run: installed ones that are not ready, and suspended ones."""

    not_ready: int
    suspended: int


def troubles(session: Session, host: PluginHost) -> Troubles:
    """What an administrator should know about plugins, in one query."""
    suspended = session.scalar(
        select(func.count())
        .select_from(PluginActivation)
        .where(PluginActivation.active, PluginActivation.suspended_at.is_not(None))
    )
    not_ready = sum(each.state is not State.READY for each in host.installed.values())
    return Troubles(not_ready, suspended or 0)
