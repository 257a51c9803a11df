"""Golden files: one payload per released version of each event, which must load for ever.

A log is never rewritten, so what was once written must stay readable by every later version of
the code. ``<folder>/<event>.v<version>.json`` keeps a payload as that version wrote it, with the
schema it had; a change of fields without a new version, or a version without its file, is found.

``python -m eak_core.kit.golden FOLDER`` writes those of the core's events that have none yet.
"""

import enum
import json
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from eak_core.events.registry import EventRegistry, schema
from eak_core.events.types import EventError, EventType


class Golden(msgspec.Struct, forbid_unknown_fields=True):
    """One golden file."""

    type: str
    version: int
    data: dict[str, Any]
    schema: dict[str, Any]


def golden_file(folder: Path, name: str, version: int) -> Path:
    """Where the golden file of this event and version stands."""
    return folder / f"{name}.v{version}.json"


def golden_problems(registry: EventRegistry, owner: str, folder: Path) -> list[str]:
    """What is wrong with the golden files of ``owner``'s events, in sentences that say what to do.

    ``owner`` is a plugin's name, or ``core``; ``folder`` holds its files.
    """
    return [*_problems(registry, owner, folder)]


def _problems(registry: EventRegistry, owner: str, folder: Path) -> Iterator[str]:
    declared = [each for each in registry.catalogue() if each.owner == owner]
    expected = {
        golden_file(folder, each.name, version): (each, version)
        for each in declared
        for version in range(1, each.version + 1)
    }
    for file, (each, version) in expected.items():
        if not file.exists():
            yield (
                f"{each.name} version {version} has no golden file: write {file}"
                " (eak plugin check --write-golden does)."
            )
            continue
        yield from _unreadable(registry, each, version, file)
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        if file not in expected:
            yield (
                f"{file.name} belongs to no event that is declared: what was released once must"
                " stay readable, so declare it again or restore its version."
            )


def _unreadable(
    registry: EventRegistry, declared: EventType, version: int, file: Path
) -> Iterator[str]:
    try:
        golden = msgspec.json.decode(file.read_bytes(), type=Golden)
    except msgspec.MsgspecError as error:
        yield f"{file.name} is not a golden file: {error}."
        return
    if (golden.type, golden.version) != (declared.name, version):
        yield f"{file.name} is of {golden.type} version {golden.version}, not what its name says."
        return
    try:
        registry.decode(declared.name, version, json.dumps(golden.data))
    except EventError as error:
        yield (
            f"{file.name} no longer loads: {error}. Events written like this stand in logs; give"
            " the event a new version and an upcaster from the old one."
        )
        return
    if version == declared.version and golden.schema != _schema(declared):
        yield (
            f"The fields of {declared.name} changed and its version is still {version}: raise the"
            f" version to {version + 1}, add @upcast for version {version}, and a new golden file."
        )


def write_missing(registry: EventRegistry, owner: str, folder: Path) -> list[Path]:
    """Write the golden files of current versions that have none; answers which. What stands is
    never changed."""
    written = []
    for declared in registry.catalogue():
        file = golden_file(folder, declared.name, declared.version)
        if declared.owner == owner and not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_encoded(declared))
            written.append(file)
    return written


def _encoded(declared: EventType) -> bytes:
    payload = msgspec.to_builtins(sample(declared.cls))
    golden = Golden(declared.name, declared.version, payload, _schema(declared))
    return msgspec.json.format(msgspec.json.encode(golden), indent=2) + b"\n"


def _schema(declared: EventType) -> dict[str, Any]:
    """The fields as JSON Schema, without the names of classes and the words about them: these may
    change without another version."""
    document = json.loads(json.dumps(schema(declared)))
    plain = _plain(document, document.get("$defs", {}))
    assert isinstance(plain, dict)
    return plain


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {
        key: _plain(value, definitions)
        for key, value in node.items()
        # A field may be called “title”; then a schema stands behind the word, and not a text.
        if key != "$defs" and (key not in {"title", "description"} or isinstance(value, dict))
    }


def sample(cls: type[msgspec.Struct]) -> Any:
    """An instance of ``cls`` with a value for each field."""
    hints = typing.get_type_hints(cls, include_extras=True)
    values = {field.name: _value(hints[field.name]) for field in msgspec.structs.fields(cls)}
    return msgspec.convert(msgspec.to_builtins(values), cls)


_SAMPLES: Mapping[type, Any] = {
    bool: True,
    int: 7,
    float: 0.5,
    str: "word",
    Decimal: Decimal("1.5"),
    UUID: UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    datetime: datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    date: date(2026, 3, 2),
    time: time(9, 0),
    timedelta: timedelta(days=2),
}


def _value(hint: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _value(arguments[0])
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return _value(next(each for each in arguments if each is not types.NoneType))
    if origin in (list, set, frozenset, Sequence, Iterable):
        return [_value(arguments[0])]
    if origin is tuple:
        return [_value(each) for each in arguments if each is not ...]
    if origin in (dict, Mapping):
        return {_value(arguments[0]): _value(arguments[1])}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return sample(hint)
    return _SAMPLES[hint]


if __name__ == "__main__":
    import sys

    import eak_core.app  # noqa: F401  # every room's events are declared when it is imported
    from eak_core.events import CORE

    for _written in write_missing(EventRegistry([CORE]), CORE.name, Path(sys.argv[1])):
        sys.stdout.write(f"{_written}\n")
