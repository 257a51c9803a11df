"""The hooks of open data: what plugins let everybody reuse, as in `hookspecs`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eak_core.plugins.hooks.hookspecs import hookspec

if TYPE_CHECKING:
    from eak_core.db import Session
    from eak_core.plugins.hooks.datasets import DataSet


@hookspec
def idea_columns(  # type: ignore[empty-body]
    session: "Session", service: Any, ideas: Sequence[Any]
) -> Mapping[int, Mapping[str, int | str]]:
    """Public figures of ideas for the JSON and CSV exports: by idea id, the columns and values.

    Active plugins, once per export part. The columns get the plugin's name as prefix
    (``voting.turnout``), and every idea gets the same columns: those of ``idea_columns`` of the
    manifest, which says what they mean.
    """


@hookspec
def open_data(  # type: ignore[empty-body]
    session: "Session", service: Any, plugins: frozenset[str]
) -> "Iterable[DataSet]":
    """What everybody may read of the service and reuse, as sets of open data.

    Active plugins, for each page, file and entry of the catalogue of open data: declare without
    asking the database, and read when a file is made. ``plugins`` are those that are on. A set
    holds what a visitor of the pages sees: nothing that moderators have hidden, nothing that was
    withdrawn, and no name of an erased person.
    Where two sets have the same name, the later one is called after its plugin as well.
    """
