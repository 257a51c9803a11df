"""The tables of the plugin host: what is on where, its settings, its faults, its small counts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base


class PluginActivation(Base):
    """A plugin that is, or once was, on in a service: one row each, so that two administrators who
    switch two plugins at once both get what they asked for.

    ``since`` and ``by_id`` tell of the last switching. ``suspended_at`` is set where the breaker
    put the plugin aside because its hooks kept failing; its handlers go on. Another version than
    ``suspended_version`` is let back when a worker starts.
    """

    __tablename__ = "plugin_activation"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    suspended_at: Mapped[datetime | None]
    suspended_version: Mapped[str | None] = mapped_column(String(60))


class PluginSetting(Base):
    """The settings of a plugin in a service, as the JSON of its form's values.

    ``version`` grows with each change: a form opened before somebody else's change is refused.
    """

    __tablename__ = "plugin_setting"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    values: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class PluginFault(Base):
    """A hook of a plugin that raised: the traceback, and how often within ten minutes of the first.

    ``service_id`` is 0 where no service was concerned.
    """

    __tablename__ = "plugin_fault"
    __table_args__ = (Index(None, "service_id", "plugin", "first_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int]
    plugin: Mapped[str] = mapped_column(String(40))
    hook: Mapped[str] = mapped_column(String(60))
    traceback: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class PluginFaultSource(Base):
    """Where a failure of a plugin's hook came from within the last ten minutes.

    ``page`` and ``client`` are digests with a key of the day: they tell several from one, and
    nothing else. Both are empty for what failed in a worker.
    """

    __tablename__ = "plugin_fault_source"
    __table_args__ = (Index(None, "service_id", "plugin", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int]
    plugin: Mapped[str] = mapped_column(String(40))
    page: Mapped[str] = mapped_column(String(32))
    client: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class PluginCounter(Base):
    """A number that a plugin's handlers keep about a subject, such as ``idea:42``."""

    __tablename__ = "plugin_counter"

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[int]
