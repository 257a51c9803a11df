"""Makes what pages are set in, out of installed packages, when the project is built or installed.

- Fonts: a serif of one weight for titles and a plain face for texts, cut down to the letters of
  Latin alphabets (45 KB together, where their packages hold 460). They are named by the versions of
  their packages, since browsers keep them for a year.
- Bootstrap: what it says of plain elements, and of the few of its classes that pages use (6 KB on
  their way, where the whole has 27).
"""

from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path(__file__).parent / "eak_core" / "static"
FOLDER = STATIC / "fonts"
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

BOOTSTRAP = "bootstrap-flask", "flask_bootstrap/static/bootstrap5/css/bootstrap.min.css"
#: The classes of Bootstrap that pages may use; `eak plugin check` refuses its others.
CLASSES = frozenset(
    "active disabled is-invalid d-block fw-normal mb-4 visually-hidden visually-hidden-focusable"
    " btn btn-primary btn-secondary btn-danger btn-link btn-sm btn-lg"
    " btn-outline-primary btn-outline-secondary btn-outline-danger"
    " form-control form-select form-check form-check-input form-check-label"
    " h1 h2 h3 h4 h5 h6 table".split()
)


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


def make_bootstrap() -> Path:
    """Write Bootstrap cut down to plain elements and `CLASSES`."""
    package, path = BOOTSTRAP
    whole = Path(str(distribution(package).locate_file(path))).read_text(encoding="utf-8")
    file = STATIC / "css" / "bootstrap.css"
    file.write_text(cut_sheet(whole, CLASSES), encoding="utf-8")
    return file


def cut_sheet(sheet: str, classes: frozenset[str]) -> str:
    """The rules of ``sheet`` that can say something of an element with no class but ``classes``,
    and its licence. What moves stays out: no keyframes are kept, and so what names them does
    nothing. Properties that nothing else in it reads stay, since a theme may."""
    rules = tinycss2.parse_stylesheet(sheet, skip_whitespace=True)
    return "".join(_kept(rules, classes))


def _kept(rules: Iterable[Any], classes: frozenset[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "comment" and rule.value.startswith("!"):
            yield rule.serialize()
        elif rule.type == "qualified-rule":
            chosen = [each for each in _selectors(rule.prelude) if _named(each) <= classes]
            if chosen:
                said = ",".join(tinycss2.serialize(each).strip() for each in chosen)
                yield f"{said}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            within = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            if kept := "".join(_kept(within, classes)):
                condition = tinycss2.serialize(rule.prelude)
                yield f"@{rule.lower_at_keyword}{condition}{{{kept}}}"


def _selectors(prelude: Iterable[Any]) -> Iterator[list[Any]]:
    """The selectors of a rule, which commas part."""
    selector: list[Any] = []
    for part in prelude:
        if part == ",":
            yield selector
            selector = []
        else:
            selector.append(part)
    yield selector


def _named(selector: Iterable[Any]) -> set[str]:
    """The classes that an element, or one around it, must have for ``selector`` to fit."""
    found, before = set(), None
    for token in selector:
        if token.type == "ident" and before == ".":
            found.add(token.value)
        elif token.type == "function" and token.lower_name != "not":
            found |= _named(token.arguments)
        before = token
    return found


class StaticHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each build, editable ones too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the fonts and the style sheet, and let the wheel hold what git does not."""
        made = [each.relative_to(STATIC.parents[1]) for each in (*make_fonts(), make_bootstrap())]
        build_data["artifacts"] += [f"/{each.as_posix()}" for each in made]
