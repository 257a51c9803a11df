"""What comes from elsewhere.

For a command that takes in what people have in files; for a plugin that reads the exports of a
platform, or keeps what they hold; and for commands that take their time.
"""

from eak_core import imports
from eak_core.plugins.hooks.importers import (
    ImportedComment,
    ImportedIdea,
    Importer,
    ImportReport,
    RefusedRow,
)
from eak_core.progress import progress_bars

__all__ = [
    "ImportReport",
    "ImportedComment",
    "ImportedIdea",
    "Importer",
    "RefusedRow",
    "imports",
    "progress_bars",
]
