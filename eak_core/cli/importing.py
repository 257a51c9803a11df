"""``eak import <plugin>``: ideas of another platform, and the comments on them."""

from contextlib import ExitStack
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eak_core.cli.contributed import contributed
from eak_core.cli.frame import state

if TYPE_CHECKING:
    from eak_core.ideas.imports.taking_over import TakingOver
    from eak_core.imports.commands import ImportOptions
    from eak_core.plugins.hooks.importers import Importer


class Importers(click.Group):
    """A command for each installed plugin that brings an importer, by the plugin's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the plugins."""
        return list(contributed("importer"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the plugin of this name."""
        importer = contributed("importer").get(cmd_name)
        return None if importer is None else _command(cmd_name, importer)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """What ``args`` begin with; refused where nothing reads the exports of that platform."""
        if not ctx.resilient_parsing and args[0] not in contributed("importer"):
            ctx.fail(f"No plugin that is installed imports from “{args[0]}”.")
        return super().resolve_command(ctx, args)


group = Importers(
    "import",
    help="Bring over ideas from other platforms, each read by the plugin of its name.",
)


def _command(source: str, importer: "Importer") -> click.Command:
    from eak_core.imports.commands import FILE, import_options
    from eak_core.imports.tables import named

    @click.command(source, help=f"{importer.help}\n\n{cleandoc(_HELP)}")
    @click.option("--service", "slug", required=True, metavar="SLUG", help="Where the ideas go.")
    @import_options(named(importer.idea_columns))
    def command(options: "ImportOptions", **others: Any) -> int:
        return _take_over(source, importer, options, **others)

    if importer.comment is not None:
        click.option("--comments", type=FILE, metavar="FILE", help="The export of the comments.")(
            command
        )
        click.option(
            "--same-site",
            is_flag=True,
            help="The addresses in the comments name another site, and it is the same one (it has"
            " moved).",
        )(command)
    return command


_HELP = """
What was taken over before is left as it is, so the same command can be repeated, and goes on where
it was stopped (Ctrl-C). Dates, addresses and figures of origin are kept. Rows that cannot be taken
over are listed with their line; the others are.
"""


def _take_over(
    source: str,
    importer: "Importer",
    options: "ImportOptions",
    slug: str,
    comments: Path | None = None,
    same_site: bool = False,
) -> int:
    from eak_core.cli.chosen import chosen_place
    from eak_core.db import new_session, read_session
    from eak_core.ideas.imports.taking_over import TakingOver
    from eak_core.imports.commands import importing

    with state().application() as app:
        with read_session(app) as session:
            place = chosen_place(session, slug)
        with new_session() as session:
            session.writes = True
            with importing(session, options, service=slug) as run:
                taking = TakingOver(
                    source, importer, place.service, place.active_plugins, run, same_site
                )
                _take(taking, options, comments)
        return run.exit_code


def _take(taking: "TakingOver", options: "ImportOptions", comments: Path | None) -> None:
    """Take over both files, which are looked at before anything is written."""
    from eak_core.imports.tables import Table
    from eak_core.permissions import Actor

    actor, importer, run = Actor.system(), taking.importer, taking.run
    run.tally("ideas"), run.tally("comments")
    with ExitStack() as stack:
        ideas = stack.enter_context(Table(options.file, importer.idea_columns, options.columns))
        commented = None
        if comments is not None:
            commented = stack.enter_context(Table(comments, importer.comment_columns))
            taking.require_takers()
            run.settle()
        taking.take_ideas(actor, ideas)
        if commented is not None:
            taking.take_comments(actor, commented)
    if taking.missing_sites and taking.sites:
        run.notes.append(
            f"The comments are about ideas of {', '.join(sorted(taking.missing_sites))}; these"
            f" ideas come from {', '.join(sorted(taking.sites))}. If that is the same site under"
            " another name, add --same-site."
        )
