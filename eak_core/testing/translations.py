"""Are the texts of a package translated, completely and well?

``python -m eak_core.testing.translations PACKAGE…`` says what is missing in sentences and exits
with 1; `faults` answers the same to a test.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

#: Languages beside English, in which the source is written.
LANGUAGES = ("fr",)

_KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
_METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
    ("**/templates/**.xml", "jinja2"),
]
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
# French puts a no-break space (thin or not) before these, and has its own quotes and apostrophe.
_TYPOGRAPHY = re.compile(r"\w'\w| [:;?!»]|« |\w[;?!](?=\s|$)")
_NOT_TEXT = re.compile(r"https?://\S+|%\(\w+\)[sd]|<[^>]*>|&\w+;")


def faults(package: Path, *templates: Path) -> Iterator[str]:
    """A sentence for each text of ``package`` that is missing, wrong or superfluous.

    ``templates`` are further folders whose texts stand in the package's catalogues.
    """
    used = dict(_used(package, *templates))
    for language in LANGUAGES:
        known: dict[Any, tuple[Path, Any]] = {}
        for file in sorted((package / "translations" / language / "LC_MESSAGES").glob("*.po")):
            for message in _read(file, language):
                earlier, other = known.setdefault(_key(message.id), (file, message.string))
                if other != message.string:
                    said = _short(message.id)
                    yield f"{file}: “{said}” is translated in another way in {earlier.name}."
                yield from _wrong(file, message)
                if _key(message.id) not in used:
                    yield f"{file}: “{_short(message.id)}” is used nowhere."
        for text, place in used.items():
            if text not in known:
                yield f"{place}: “{_short(text)}” has no translation ({language})."


def _used(*folders: Path) -> Iterator[tuple[Any, str]]:
    for folder in folders:
        found = extract_from_dir(folder, _METHODS, keywords=_KEYWORDS)
        for file, line, text, _comments, _context in found:
            if not file.startswith("tests/"):
                yield _key(text), f"{folder / file}, line {line}"


def _read(file: Path, language: str) -> Iterator[Message]:
    with file.open("rb") as stream:
        catalogue: Catalog = read_po(stream, locale=language, abort_invalid=True)
    return (message for message in catalogue if message.id)


def _wrong(file: Path, message: Message) -> Iterator[str]:
    where = f"{file}, line {message.lineno}: “{_short(message.id)}”"
    translations = _strings(message.string)
    if not all(translations):
        yield f"{where} is not translated."
        return
    if message.fuzzy:
        yield f"{where} is marked as fuzzy."
    allowed = {name for text in _strings(message.id) for name in _PLACEHOLDER.findall(text)}
    for translation in translations:
        unknown = set(_PLACEHOLDER.findall(translation)) - allowed
        if unknown:
            yield f"{where} is translated with %({unknown.pop()})s, which the text does not have."
        if _TYPOGRAPHY.search(_NOT_TEXT.sub("x", translation)):
            yield f"{where} is not typeset as French is: ’, « », and no-break spaces."


def _strings(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def _key(text: object) -> object:
    """One form of a text and of a text with a plural."""
    return tuple(text) if isinstance(text, list | tuple) else text


def _short(text: object) -> str:
    first = _strings(text)[0]
    return first if len(first) <= 60 else f"{first[:59]}…"


def main(packages: Iterable[str]) -> int:
    """Check each package, or folder with one package in it; answers the exit code."""
    found: list[str] = []
    for name in packages:
        for package in _packages(Path(name)):
            beside = package.parent / "themes"
            found += faults(package, *([beside] if beside.is_dir() else []))
    sys.stdout.write("".join(f"{sentence}\n" for sentence in found))
    return 1 if found else 0


def _packages(folder: Path) -> list[Path]:
    if (folder / "__init__.py").exists():
        return [folder]
    return sorted(file.parent for file in folder.glob("*/plugin.py"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
