"""Sets of open data: what their files hold, said once for all of them.

A set is a list of records of one shape. Its single files, its part of the archive of the service,
the schema of its JSON, the dictionary of its columns and its entry in the catalogue all come of one
`DataSet`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import inspect

#: A row by the names of its columns. Several values are a list of texts.
Record: TypeAlias = dict[str, Any]
#: What stands in a cell. ``day`` is ISO 8601 (2026-03-12), ``instant`` too, with its zone.
Kind: TypeAlias = Literal["integer", "number", "text", "boolean", "day", "instant", "texts"]

_KINDS: Mapping[type, Kind] = {
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.DecimalType: "number",
    inspect.BoolType: "boolean",
    inspect.DateType: "day",
    inspect.DateTimeType: "instant",
    inspect.ListType: "texts",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a set: its ``name`` in every file, the ``kind`` of its values, what they mean,
    in which ``unit`` they count ("" for what is no amount), and whether one can be missing."""

    name: str
    kind: Kind
    meaning: Any
    unit: Any = ""
    optional: bool = False


def column(meaning: Any, unit: Any = "") -> msgspec.Meta:
    """What the dictionary says of a field of a record: its ``meaning``, and the ``unit`` in which
    it counts where it is an amount, both marked with ``_l``::

        cost: Annotated[int | None, column(_l("What it costs."), _l("euros"))]

    The schema of the JSON says it too, in English.
    """
    in_schema = {"unit": _source(unit)} if unit else {}
    return msgspec.Meta(
        description=_source(meaning),
        extra_json_schema=in_schema,
        extra={"meaning": meaning, "unit": unit},
    )


def columns_of(record: type[msgspec.Struct], prefix: str = "") -> list[Column]:
    """The columns that the fields of ``record`` are, with ``prefix`` before their names."""
    found = inspect.type_info(record)
    assert isinstance(found, inspect.StructType)
    return [_column(prefix + each.encode_name, each.type) for each in found.fields]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A set of open data of a service: what everybody may read of something, and reuse.

    ``name`` is that of its files (a-z, 0-9 and -), ``title`` and ``about`` say what it is. ``file``
    is the struct of its JSON, whose last field is the list of records; that of a record says each
    column by `column`. In a page of the service ``read`` gives the records, part by part, and
    ``head`` the other members of the JSON; ``more`` are columns that only the service knows.
    """

    name: str
    title: Any
    about: Any
    file: type[msgspec.Struct]
    head: Callable[[], Mapping[str, Any]]
    read: Callable[[], Iterator[list[Record]]]
    more: Callable[[], Iterable[Column]] = tuple

    @property
    def member(self) -> str:
        """The member of the JSON that is the list of records."""
        return self.file.__struct_fields__[-1]

    @property
    def record(self) -> type[msgspec.Struct]:
        """The struct of a record."""
        found = inspect.type_info(self.file)
        assert isinstance(found, inspect.StructType)
        listed = found.fields[-1].type
        assert isinstance(listed, inspect.ListType)
        assert isinstance(listed.item_type, inspect.StructType)
        kind: type[msgspec.Struct] = listed.item_type.cls
        return kind

    def columns(self) -> list[Column]:
        """Every column, in the order of its tables; in a page of the service."""
        return [*columns_of(self.record), *self.more()]


def _column(name: str, kind: inspect.Type) -> Column:
    said: Mapping[str, Any] = {}
    if isinstance(kind, inspect.Metadata):
        said, kind = kind.extra or {}, kind.type
    optional = False
    if isinstance(kind, inspect.UnionType):
        [kind] = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        optional = True
    return Column(
        name,
        _KINDS.get(type(kind), "text"),
        said.get("meaning", ""),
        said.get("unit", ""),
        optional,
    )


def _source(words: Any) -> str:
    return str(getattr(words, "source", words))
