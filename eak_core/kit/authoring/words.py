"""``eak plugin translate``: what a plugin says, merged into its ``.po`` files.

Translations that are there stay as they are; what is new has an empty one, what was reworded keeps
its old one marked fuzzy, and what nobody says any more goes to the end of the file, commented out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from eak_core.errors import Refused
from eak_core.kit.authoring.finding import Found
from eak_core.kit.catalogues import extract_messages

LANGUAGE = "fr"

HEADER = """\
# French of the plugin {name}.
msgid ""
msgstr ""
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""

Key = tuple[str, str | None]


@dataclass(frozen=True)
class Merged:
    """What became of one file, in messages."""

    file: Path
    added: int
    fuzzy: int
    dropped: int
    untranslated: int


def translate(found: Found) -> list[Merged]:
    """Merge the texts of a plugin into its catalogues; the French one is made where it is missing.

    `Refused` for a plugin of one module, which has no folder for them, and for a file that cannot
    be read; nothing is written then.
    """
    if found.package is None:
        raise Refused(
            f"“{found.name}” is one module, and catalogues need a package: make it"
            " <package>/plugin.py."
        )
    said = {(each.ids[0], each.context): each.ids for each in extract_messages(found.package)}
    first = found.package / "translations" / LANGUAGE / "LC_MESSAGES" / "messages.po"
    if not any(first.parent.glob("*.po")):
        first.parent.mkdir(parents=True, exist_ok=True)
        first.write_text(HEADER.format(name=found.name), encoding="utf-8")
    merged: list[tuple[Merged, str]] = []
    for folder in sorted(found.package.glob("translations/*/LC_MESSAGES")):
        merged += _merged(folder, said)
    for each, text in merged:
        each.file.write_text(text, encoding="utf-8")
    return [each for each, _text in merged]


def _merged(folder: Path, said: dict[Key, tuple[str, ...]]) -> Iterator[tuple[Merged, str]]:
    """The files of one language: each keeps its messages, the first one takes the new ones."""
    locale = folder.parent.name
    files = {file: _read(file, locale) for file in sorted(folder.glob("*.po"))}
    kept = {file: set(_keys(catalogue)) for file, catalogue in files.items()}
    new = said.keys() - set().union(*kept.values())
    for number, (file, catalogue) in enumerate(files.items()):
        gone = kept[file] - said.keys()
        if (number == 0 and new) or gone:
            fuzzy_before = _fuzzy(catalogue)
            order = [key for key in _keys(catalogue) if key in said]
            order += [key for key in said if key in new and number == 0]
            wanted = Catalog(locale=locale)
            for key in order:
                wanted.add(said[key] if len(said[key]) > 1 else said[key][0], context=key[1])
            catalogue.update(wanted, update_header_comment=False)
            text = _header(file) + _written(catalogue, file)
        else:
            fuzzy_before, text = _fuzzy(catalogue), file.read_text(encoding="utf-8")
        merged = Merged(
            file,
            added=len(new) if number == 0 else 0,
            fuzzy=_fuzzy(catalogue) - fuzzy_before,
            dropped=len(gone),
            untranslated=sum(1 for each in catalogue if each.id and not _whole(each.string)),
        )
        yield merged, text


def _read(file: Path, locale: str) -> Catalog:
    try:
        with file.open("rb") as stream:
            return read_po(stream, locale=locale, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise Refused(f"{file} cannot be read: {error}. Nothing was written.") from error


def _keys(catalogue: Catalog) -> list[Key]:
    return [
        (each.id if isinstance(each.id, str) else each.id[0], each.context)
        for each in catalogue
        if each.id
    ]


def _fuzzy(catalogue: Catalog) -> int:
    return sum(1 for each in catalogue if each.id and each.fuzzy)


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _header(file: Path) -> str:
    """What stands above the first message, as its author wrote it."""
    head, blank, _rest = file.read_text(encoding="utf-8").partition("\n\n")
    return head.rstrip("\n") + "\n" + (blank and "\n")


def _written(catalogue: Catalog, file: Path) -> str:
    if "python-format" not in file.read_text(encoding="utf-8"):
        for message in catalogue:
            message.flags.discard("python-format")
    stream = BytesIO()
    # No line is broken, and no place in the code is named: a translator's change is the only one
    # that a reader of the history sees.
    write_po(stream, catalogue, width=0, no_location=True, omit_header=True)
    return stream.getvalue().decode().strip("\n") + "\n"
