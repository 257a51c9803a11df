"""Whether everything a package says to people is translated, and well set.

The message ids are read from its modules and templates, the translations from its ``.po``
files: nothing generated stands between the two.

``python -m eak_core.kit.catalogues PACKAGE…`` says what is wrong in sentences and exits with 1;
what two packages translate otherwise is told on standard error, and is not wrong.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import PoFileError, read_po

_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
}
_METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]
_JINJA: dict[str, Any] = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
_OPTIONS = {pattern: _JINJA for pattern, method in _METHODS if method == "jinja2"}
_SKIPPED = frozenset({"migrations", "tests", "static", "translations", "scaffold"})

_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdf]|%%")
# A space that may break, or none, where French wants a fixed one; and a typewriter's apostrophe.
_LOOSE = re.compile(r"[^\s\u00a0\u202f&][?!;»](?!\w)| [?!;:»]|« |«(?![\u00a0\u202f])|\w'\w")
_IDS = re.compile(r"<[^>]*>|&#?\w+;|https?://\S+|%\(\w+\)s")


@dataclass(frozen=True)
class Said:
    """A message as the code says it: its id (two for a plural), and where."""

    ids: tuple[str, ...]
    context: str | None
    place: str


def missing_translations(package_dir: Path, *beside: Path, locale: str = "fr") -> list[str]:
    """What keeps the texts of the package in ``package_dir`` from being in order, in sentences.

    Messages without a translation, empty or fuzzy ones, those whose placeholders differ, French
    that is not set as French is, and translations of what nobody says any more. Empty where
    everything is in order. ``beside`` are further folders whose texts stand in the package's
    catalogues, such as its themes.
    """
    problems: list[str] = []
    known = _read_catalogues(package_dir, locale, problems)
    used = set()
    for folder in (package_dir, *beside):
        for said in extract_messages(folder):
            key = said.ids[0], said.context
            used.add(key)
            problems += [
                f"{said.place}: “{said.ids[0]}” {problem}"
                for problem in _problems(said, known.get(key))
            ]
    problems += [
        f"{package_dir.name}: “{text}” is translated and used nowhere"
        for text, context in known
        if (text, context) not in used
    ]
    return problems


def said_otherwise(package_dir: Path, other_dir: Path, locale: str = "fr") -> list[str]:
    """What both packages say and translate otherwise, in sentences. Each is shown its own words,
    so nothing is wrong; but readers meet both, and two plugins that mean one thing should agree."""
    unread: list[str] = []
    mine = _read_catalogues(package_dir, locale, unread)
    others = _read_catalogues(other_dir, locale, unread)
    return [
        f"“{text}” is {_quoted(message)} here and {_quoted(others[text, context])} in"
        f" {other_dir.name}: each shows its own."
        for (text, context), message in mine.items()
        if (text, context) in others and others[text, context].string != message.string
    ]


def _quoted(message: Message) -> str:
    string = message.string or ""
    return f"“{string if isinstance(string, str) else ' / '.join(string)}”"


def extract_messages(package_dir: Path) -> Iterator[Said]:
    """Every message that the modules and templates of ``package_dir`` say, once, in order."""
    seen = set()
    found = extract_from_dir(
        str(package_dir),
        method_map=_METHODS,
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in _SKIPPED,
        strip_comment_tags=True,
    )
    for file, line, ids, _comments, context in found:
        all_ids = (ids,) if isinstance(ids, str) else tuple(ids)
        if all_ids[0] and (all_ids[0], context) not in seen:
            seen.add((all_ids[0], context))
            yield Said(all_ids, context, f"{package_dir.name}/{file}:{line}")


def _read_catalogues(
    package_dir: Path, locale: str, problems: list[str]
) -> dict[tuple[str, str | None], Message]:
    known: dict[tuple[str, str | None], Message] = {}
    for file in sorted((package_dir / "translations" / locale / "LC_MESSAGES").glob("*.po")):
        try:
            with file.open("rb") as stream:
                catalogue = read_po(stream, locale=locale, abort_invalid=True)
        except (PoFileError, ValueError) as error:
            problems.append(f"{file} cannot be read: {error}")
            continue
        for message in catalogue:
            if not message.id:
                continue
            key = _first(message.id), message.context
            other = known.setdefault(key, message)
            if other.string != message.string:
                problems.append(f"{file}: “{key[0]}” is translated otherwise in another file")
    return known


def _first(value: Any) -> str:
    return str(value) if isinstance(value, str) else str(value[0])


def _problems(said: Said, message: Message | None) -> Iterator[str]:
    if message is None:
        yield "is not translated"
        return
    if message.fuzzy:
        yield "is marked fuzzy: its translation is not used"
    given = message.string or ""
    strings = (given,) if isinstance(given, str) else tuple(given)
    if not all(strings):
        yield "has an empty translation"
        return
    if len(said.ids) > 1 and len(strings) < 2:
        yield "needs a translation for one and for several"
    for form, string in enumerate(strings):
        # Of a plural, each form may say the number or leave it out, and nothing else.
        wanted = set(_PLACEHOLDER.findall(said.ids[min(form, len(said.ids) - 1)]))
        found = set(_PLACEHOLDER.findall(string))
        optional = {"%(num)s"} if len(said.ids) > 1 else set()
        if (found ^ wanted) - optional:
            yield f"has other placeholders in its translation: “{string}”"
        loose = _LOOSE.search(_IDS.sub("x", string))
        if loose:
            yield f"is not set as French is, at “{loose[0]}”: “{string}”"


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
