"""The plugins that the documentation shows, written out as files: ``python -m tests.shown FOLDER``.

`make types` looks at their types, and `tests.core.test_documentation` runs their tests.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = DOCS / "plugins" / "guide.md"
RECIPES = DOCS / "plugins" / "recipes.md"
WHOLE = DOCS / "plugins" / "whole.md"
#: Pages that show a whole plugin, and what it is called.
SHOWN = [(GUIDE, "thanks"), (RECIPES, "tools"), (WHOLE, "visits")]

FENCE = re.compile(r"^```([\w{}-]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE_NAME = re.compile(r"(?:#|\{#-) ([\w./-]+\.\w+)")


def files(page: Path, plugin: str) -> Iterator[tuple[str, str]]:
    """The files of ``plugin`` that ``page`` shows: their names in its folder, and their contents.
    A page may show a part of another plugin between them."""
    for _language, code in FENCE.findall(page.read_text("utf-8")):
        first, _, rest = code.partition("\n")
        name = _FILE_NAME.match(first)
        if name is not None and name[1].startswith((f"eak_{plugin}/", "tests/")):
            yield name[1], rest


def write(page: Path, plugin: str, folder: Path) -> None:
    """Write the plugin that ``page`` shows into ``folder``."""
    for name, content in files(page, plugin):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    (folder / f"eak_{plugin}" / "__init__.py").touch()


if __name__ == "__main__":
    for page, plugin in SHOWN:
        write(page, plugin, Path(sys.argv[1]))
