"""``eak experiments export`` and ``import``: one experiment, from site to site."""

from pathlib import Path

import click
from flask import g

from eak_core.api import Actor, current_session
from eak_experiments.drafting.finding import experiment_of
from eak_experiments.protocol import exchange
from eak_experiments.replicating.exporting import exported
from eak_experiments.replicating.importing import take_in

#: So large is a file at most, in bytes.
LARGEST = 20_000_000


@click.command("export")
@click.argument("number", metavar="ID", type=int)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="The file to write.",
)  # fmt: skip
def export_experiment(number: int, output: Path) -> None:
    """Write the experiment ID as a file that other sites take in."""
    session = current_session()
    experiment = experiment_of(session, g.service, Actor.system(), number)
    output.write_bytes(exchange.written(exported(session, g.service, experiment)))
    click.echo(f"{experiment.title}: {output}")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_experiment(file: Path) -> None:
    """Take in the experiment in FILE (JSON), the export of another site, to learn from.

    One that was taken in before is left as it is.
    """
    if file.stat().st_size > LARGEST:
        raise click.ClickException(
            f"{file} is larger than 20 MB: it is no export of an experiment."
        )
    try:
        record = exchange.read(file.read_bytes())
    except exchange.NoExperiment as error:
        raise click.ClickException(f"{file}: {error}") from None
    number = take_in(current_session(), g.actor, g.service, record)
    if number is None:
        click.echo(f"{record.protocol.title}: here already.")
    else:
        click.echo(f"{record.protocol.title}: experiment {number}.")
