"""``python -m eak_core.testing.translations FOLDER…`` tells what is not yet said in French.

Each folder is a package, or that of a distribution with one package that has ``translations/``.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from eak_core.web.catalogues import missing_translations


def packages(folder: Path) -> Iterator[Path]:
    """The packages in ``folder`` that are translated; itself where it is one."""
    if (folder / "__init__.py").exists():
        yield folder
        return
    yield from sorted(each.parent for each in folder.glob("*/translations"))


def main(folders: list[str]) -> int:
    """Say what is missing; 1 where anything is."""
    found = [
        problem
        for folder in folders
        for package in packages(Path(folder))
        for problem in missing_translations(package)
    ]
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
