"""Exports, written and taken over into the service of every test."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from eak_core.db import write_session
from eak_core.ideas.imports.taking_over import TakingOver
from eak_core.imports.running import ImportRun
from eak_core.imports.tables import Table
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_decidim.plugin import importer
from tests.plugins.decidim.exports import COLUMNS, Run


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_decidim.plugin", "eak_discussion.plugin"]


@pytest.fixture
def take(site: Site) -> Callable[..., Run]:
    """Takes over files into the service of the test."""

    def run(
        proposals: Path,
        comments: Path | None = None,
        *,
        same_site: bool = False,
    ) -> Run:
        with site.app.app_context(), write_session(site.app) as session:
            run = ImportRun(session)
            taking = TakingOver("decidim", importer(), site.service, site.active(), run, same_site)
            with Table(proposals, importer().idea_columns) as rows:
                taking.take_ideas(Actor.system(), rows)
            if comments is not None:
                with Table(comments, importer().comment_columns) as rows:
                    taking.take_comments(Actor.system(), rows)
        return Run(run.tally("ideas"), run.tally("comments"), run.refused)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a Decidim site does."""

    def to_file(
        rows: list[dict[str, object]], columns: list[str] = COLUMNS, name: str = "ideas.csv"
    ) -> Path:
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, columns, delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / name
        path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
        return path

    return to_file
