"""Are the texts of packages translated, completely and well?

``python -m eak_core.testing.translations PACKAGE…`` says what is wrong in sentences and exits with
1; what two packages translate otherwise is told on standard error, and is not wrong.
`eak_core.web.catalogues.missing_translations` answers the same to a test.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from eak_core.web.catalogues import missing_translations, said_otherwise


def main(packages: Iterable[str]) -> int:
    """Check each package, or folder with one package in it; answers the exit code."""
    found: list[str] = []
    looked_at = [package for name in packages for package in _packages(Path(name))]
    for number, package in enumerate(looked_at):
        themes = package.parent / "themes"
        found += missing_translations(package, *([themes] if themes.is_dir() else []))
        for other in looked_at[:number]:
            told = said_otherwise(package, other)
            sys.stderr.write("".join(f"{package.name}: {sentence}\n" for sentence in told))
    sys.stdout.write("".join(f"{sentence}\n" for sentence in found))
    return 1 if found else 0


def _packages(folder: Path) -> list[Path]:
    if (folder / "__init__.py").exists():
        return [folder]
    return sorted(file.parent for file in folder.glob("*/plugin.py"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
