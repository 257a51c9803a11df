"""Makes the fonts that pages are set in, out of installed packages, when the project is built or
installed: a serif of one weight for titles and a plain face for texts, cut down to the letters of
Latin alphabets (45 KB together, where their packages hold 460).

They are named by the versions of their packages, since browsers keep them for a year.
"""

from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path(__file__).parent / "eak_core" / "static" / "fonts"
#: Each face: its distribution, its file there, and what its variable axes are set to.
FACES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "serif": (
        "fontpkg-fraunces",
        "fontpkg_fraunces/files/Fraunces[SOFT,WONK,opsz,wght].ttf",
        {"SOFT": 0, "WONK": 0, "opsz": 40, "wght": 600},
    ),
    "sans": (
        "fontpkg-public-sans",
        "fontpkg_public_sans/files/PublicSans[wght].ttf",
        {"wght": (400, 700)},
    ),
}
#: Latin with its extensions, and the signs that French and figures are set with.
LETTERS = {*range(0x20, 0x180), *map(ord, "–—‘’“”„«»…•·€№←↑→↓−×≤≥≈✓\u2011\u202f")}
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "lnum", "tnum"]


def make_fonts() -> list[Path]:
    """Write those that are not there yet, and drop those of other versions."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for face, (package, path, axes) in FACES.items():
        found = distribution(package)
        source = Path(str(found.locate_file(path)))
        wanted[FOLDER / f"{face}-{found.version}.woff2"] = source, axes
    for old in set(FOLDER.glob("*.woff2")) - wanted.keys():
        old.unlink()
    for file, (source, axes) in wanted.items():
        if not file.exists():
            _cut(source, axes, file)
    return list(wanted)


def _cut(source: Path, axes: dict[str, Any], to: Path) -> None:
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]  # with the copyright and the licence
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    font = TTFont(source)
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, axes, inplace=True)
    font.flavor = "woff2"
    font.save(to)


class FontHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each build, editable ones too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the fonts, and let the wheel hold what git does not."""
        made = [each.relative_to(FOLDER.parents[2]) for each in make_fonts()]
        build_data["artifacts"] += [f"/{each.as_posix()}" for each in made]
