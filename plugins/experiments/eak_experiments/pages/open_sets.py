"""The experiments of a service as open data."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from flask import g, url_for
from sqlalchemy import select

from eak_core.api import DataSet, _l, column, open_data
from eak_experiments.drafting.finding import public
from eak_experiments.models import Experiment


class ExperimentRecord(msgspec.Struct):
    """A public experiment."""

    id: Annotated[int, column(_l("The number of the experiment; it never changes."))]
    title: Annotated[str, column(_l("Its title."))]
    url: Annotated[str, column(_l("The address of its page."))]
    stage: Annotated[str, column(_l("Where it stands, as a word for programs."))]
    outcome: Annotated[
        str | None,
        column(_l("generalised, sustained, extended, stopped or inconclusive, once it is closed.")),
    ]
    evidence_level: Annotated[
        int | None, column(_l("How much its result proves, from 1 (little) to 5."))
    ]
    cost: Annotated[int | None, column(_l("What it cost."), _l("euros"))]
    communes: Annotated[
        str, column(_l("The INSEE codes of the communes where it takes place, after one another."))
    ]
    starts_on: Annotated[date | None, column(_l("Its first day, or the one that is planned."))]
    ends_on: Annotated[date | None, column(_l("Its last day, or the one that is planned."))]
    source: Annotated[
        str | None, column(_l("Where an experiment from elsewhere is told of: an address."))
    ]


class ExperimentsFile(msgspec.Struct):
    """The public experiments of a service, the latest first."""

    service: str
    url: str
    experiments: list[ExperimentRecord]


def experiments_set() -> DataSet:
    """The experiments that everybody may read."""
    return DataSet(
        name="experimentations",
        title=_l("Experiments"),
        about=_l("Every public experiment: where and when, what it cost and what it came to."),
        file=ExperimentsFile,
        head=open_data.head_at("experiments.index"),
        read=lambda: open_data.parts_of(
            select(Experiment).where(*public(g.service.id)), Experiment.id, _records
        ),
    )  # fmt: skip


def _records(rows: Sequence[Any]) -> list[open_data.Record]:
    return [record_of(each) for (each,) in rows]


def record_of(each: Experiment) -> open_data.Record:
    """An experiment as a record of the table."""
    return {
        "id": each.id,
        "title": each.title,
        "url": url_for("experiments.show", experiment_id=each.id, _external=True),
        "stage": each.stage,
        "outcome": each.outcome,
        "evidence_level": each.evidence,
        "cost": each.cost,
        "communes": each.communes.strip(),
        "starts_on": each.started_on or each.starts_on,
        "ends_on": each.ends_on,
        "source": each.source_url,
    }
