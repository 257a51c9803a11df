"""``eak ambassadors draw``: the lot of a jury, drawn again from what was published."""

from pathlib import Path

import click

from eak_ambassadors.jury import lot
from eak_core.api import standalone

UNREADABLE = 2
#: How large the file of a pool is at most.
_MOST_BYTES = 5_000_000


@standalone
@click.command("draw")
@click.option("--seed", required=True, help="The seed that was published with the jury.")
@click.option(
    "--pool",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The pool that was published before the seed was known.",
)
def draw_command(seed: str, file: Path) -> int:
    """Draw a jury again: its marks in the order of the lot, and then those in reserve.

    Needs no site. Exit code 0, or 2 where FILE is no pool, or one that is smaller than its jury.
    """
    try:
        with file.open("rb") as opened:
            pool = lot.read(opened.read(_MOST_BYTES))
        drawn = lot.draw(pool, seed)
    except OSError as error:
        click.echo(f"{file}: {error.strerror}", err=True)
        return UNREADABLE
    except lot.PoolError as error:
        click.echo(f"{file}: {error}", err=True)
        return UNREADABLE
    click.echo(f"pool {pool.digest}")
    for name, seats in (("seat", drawn.jury), ("reserve", drawn.reserve)):
        for number, each in enumerate(seats, 1):
            click.echo(f"{name} {number} {each.mark} {each.origin}")
    return 0
