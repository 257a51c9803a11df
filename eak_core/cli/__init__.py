"""The command line: ``eak``, one module per group of commands.

Everything heavy is imported inside the commands, so that ``eak --help`` answers at once.
"""

from eak_core.cli.frame import Root
from eak_core.invocation import program

__all__ = ["cli", "main"]

cli = Root(
    name="eak",
    help="EAK, a participation platform for public innovation.",
    commands_at={
        "demo": "eak_core.cli.demo:demo",
        "serve": "eak_core.cli.running:serve",
        "worker": "eak_core.cli.running:worker",
        "db": "eak_core.cli.database:group",
        "service": "eak_core.cli.services:group",
        "person": "eak_core.cli.people:group",
        "plugin": "eak_core.cli.plugins:group",
        "keys": "eak_core.cli.keys:group",
        "event": "eak_core.cli.events:group",
        "import": "eak_core.cli.importing:group",
        "doctor": "eak_core.cli.doctor:doctor",
    },
    contributed_at="eak_core.cli.contributed:plugin_commands",
)


def main() -> None:
    """What the command ``eak`` runs. Exits with 0, with 1 for a refusal, with 2 for a misuse."""
    cli.main(prog_name=program())
