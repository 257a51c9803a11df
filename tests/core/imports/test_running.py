"""A run over a file, portion by portion."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import text

from eak_core.imports.running import ImportRun, Tally
from eak_core.imports.tables import Table
from eak_core.kit.testing.site import Site


@pytest.fixture
def plugins() -> list[Any]:
    return []


@pytest.mark.parametrize("database", ["postgresql"])
def test_each_portion_is_planned_for_the_tables_as_they_are_by_then(site: Site) -> None:
    modes = []
    with site.writing() as session:

        def take(_part: Sequence[int]) -> Tally:
            modes.append(session.scalar(text("SHOW plan_cache_mode")))
            return Tally()

        table = cast("Table", SimpleNamespace(size=3, position=3))
        ImportRun(session).take_portions("things", table, [1, 2, 3], take, size=2)
        modes.append(session.scalar(text("SHOW plan_cache_mode")))
    assert modes == ["force_custom_plan"] * 2 + ["auto"]
