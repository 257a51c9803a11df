"""Where a database differs from the models after its migrations; for checks, never for a page."""

from collections.abc import Sequence
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from eak_core.db.base import Base
from eak_core.db.migrations import MADE_BY_STATEMENTS, Distribution, names_of


def differences(
    engine: Engine, distribution: Distribution, plugins: Sequence[str] = ()
) -> list[str]:
    """Where the database, after its migrations, differs from the models: nothing, where all fits.

    ``plugins`` names every plugin, whose tables are not the core's.
    """
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=comparison(distribution, plugins))
        found = compare_metadata(context, Base.metadata)
    return [_described(each) for each in found]


def comparison(distribution: Distribution, plugins: Sequence[str] = ()) -> dict[str, Any]:
    """Alembic's options for comparing the tables of ``distribution`` alone with its models."""
    return {
        "version_table": distribution.version_table,
        "include_name": names_of(distribution, plugins),
        "include_object": _owned_by(distribution, plugins),
    }


def _owned_by(distribution: Distribution, plugins: Sequence[str]) -> Any:
    named = names_of(distribution, plugins)

    def include(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return bool(named(name, kind, None)) and not (name or "").startswith(MADE_BY_STATEMENTS)

    return include


def _described(change: Any) -> str:
    if isinstance(change, list):
        return "; ".join(_described(each) for each in change)
    words = [getattr(part, "name", None) or str(part) for part in change if part is not None]
    return " ".join(str(word) for word in words)
