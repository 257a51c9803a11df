"""``eak experiments list``: the experiments of a service."""

import json

import click
from flask import g
from sqlalchemy import select

from eak_core.api import current_session
from eak_experiments.models import Experiment


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_experiments(as_json: bool) -> None:
    """List the experiments of a service, drafts among them, in the order of their ids."""
    session = current_session()
    query = select(
        Experiment.id, Experiment.title, Experiment.stage, Experiment.outcome, Experiment.evidence
    ).where(Experiment.service_id == g.service.id)
    rows = session.execute(query.order_by(Experiment.id)).all()
    if as_json:
        found = [
            {"id": row.id, "title": row.title, "stage": row.stage, "outcome": row.outcome,
             "evidence_level": row.evidence}
            for row in rows
        ]  # fmt: skip
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row.id}\t{row.stage}\t{row.outcome or '–'}\t{row.evidence or '–'}\t{row.title}"
        )
