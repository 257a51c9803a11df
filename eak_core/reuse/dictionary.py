"""The dictionary of open data: every file and column, with its type, its unit and its meaning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask_babel import force_locale

from eak_core.i18n import _, _l
from eak_core.plugins.hooks.datasets import Column, DataSet, Kind
from eak_core.web.i18n import LANGUAGES

#: What values of each kind are called.
KINDS: Mapping[Kind, object] = {
    "integer": _l("whole number"),
    "number": _l("number"),
    "text": _l("text"),
    "boolean": _l("true or false"),
    "day": _l("day (ISO 8601)"),
    "instant": _l("date and time (ISO 8601, UTC)"),
    "texts": _l("several texts (a list in JSON, separated by | in CSV)"),
}
#: The columns of the dictionary: the names of those in each language end with it.
HEADER = ("file", "column", *(f"{name}_{language}" for language in LANGUAGES
          for name in ("type", "unit", "meaning")))  # fmt: skip


def said_of(column: Column) -> tuple[str, str, str]:
    """Type, unit and meaning of ``column``, in the language at hand."""
    kind = str(KINDS[column.kind])
    if column.optional:
        kind = _("%(kind)s, or nothing", kind=kind)
    return kind, str(column.unit), str(column.meaning)


def dictionary(sets: Iterable[DataSet]) -> Iterator[Sequence[str]]:
    """The header and the rows of the dictionary, in all languages of the site."""
    yield HEADER
    for each in sets:
        columns = each.columns()
        said = [_in(language, columns) for language in LANGUAGES]
        for number, column in enumerate(columns):
            words = (text for language in said for text in language[number])
            yield (each.name, column.name, *words)


def _in(language: str, columns: Iterable[Column]) -> list[tuple[str, str, str]]:
    with force_locale(language):
        return [said_of(each) for each in columns]
