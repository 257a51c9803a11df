"""What people have in files, taken in row by row.

An import is a command. It reads a table whose columns may be called otherwise, takes each row in by
a function of the plugin, leaves out what it cannot take, with the line and the reason, and can be
tried, stopped, killed and repeated::

    class Association(msgspec.Struct):
        name: str
        siren: Annotated[str, siren_number] = ""

    @click.command("import-associations")
    @imports.import_options(Association)
    def import_associations(options):
        \"\"\"Take in the associations in FILE (CSV).\"\"\"
        take = partial(take_in, current_session(), g.actor, g.service)
        with imports.importing(current_session(), options) as run:
            imports.take_file(run, "associations", options, Association, take)
        return run.exit_code

- ``commands``: the options, the report and the summary of each such command;
- ``running``: rows in portions, each a transaction;
- ``records`` and ``mapping``: rows as typed records, and what their fields are called in a file;
- ``tables`` and ``lines``: files, bounded and however broken.
"""

from eak_core.imports.commands import (
    FILE,
    ImportOptions,
    import_options,
    importing,
    take_file,
    take_file_together,
)
from eak_core.imports.lines import TextLines, WrongFile
from eak_core.imports.running import ImportRun, Tally
from eak_core.imports.tables import Table

__all__ = [
    "FILE",
    "ImportOptions",
    "ImportRun",
    "Table",
    "Tally",
    "TextLines",
    "WrongFile",
    "import_options",
    "importing",
    "take_file",
    "take_file_together",
]
