"""What our columns are called in somebody's file: said at the command, or in a small file."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from eak_core.errors import Misconfigured
from eak_core.imports.lines import WrongFile

#: In bytes: a name for each column of a table, and more than that.
LARGEST = 100_000


def read_mapping(path: Path | None, said: Iterable[str], fields: Collection[str]) -> dict[str, str]:
    """Their column by our field, of those named ``fields``: as the file at ``path`` says, whose
    table ``[columns]`` has ``field = "Their column"``, and as ``said`` does, ``field=Their column``
    each, which goes before the file. `Misconfigured` says what is wrong with either."""
    mapping = {} if path is None else _of_file(path)
    for each in said:
        field, sign, column = each.partition("=")
        if not sign:
            raise Misconfigured(f"--column {each}: FIELD=COLUMN is expected.")
        mapping[field.strip()] = column
    for field, column in mapping.items():
        if field not in fields:
            known = ", ".join(fields)
            raise Misconfigured(
                f"There is no field “{field}” to map a column to; there are: {known}."
            )
        mapping[field] = column.strip()
    columns = list(mapping.values())
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise Misconfigured(f"The column “{twice[0]}” is mapped to two fields.")
    return mapping


def _of_file(path: Path) -> dict[str, str]:
    document: Mapping[str, Any] = {}
    try:
        with path.open("rb") as stream:
            text = stream.read(LARGEST + 1)
        if len(text) <= LARGEST:
            document = tomllib.loads(text.decode("utf-8-sig"))
    except OSError as error:
        raise WrongFile(f"{path} cannot be opened: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongFile(f"{path} is no TOML: {error}.") from None
    columns = document.get("columns")
    if (
        len(document) != 1
        or not isinstance(columns, dict)
        or not all(isinstance(column, str) for column in columns.values())
    ):
        raise WrongFile(f'{path} must hold one table, [columns], of lines such as name = "Nom".')
    return dict(columns)
