"""The communes of the territory: the 36 of Hauts-de-Seine by default, another one is a CSV away.

The facts of ``communes.csv`` come from etalab/decoupage-administratif (INSEE, IGN; Licence
Ouverte 2.0).
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.db.rows import read_rows
from eak_core.db.upsert import upsert
from eak_core.errors import Invalid
from eak_core.ideas.models import Commune
from eak_core.imports.records import RecordReader
from eak_core.imports.running import reason
from eak_core.imports.tables import Table
from eak_core.search.words import folded

HAUTS_DE_SEINE = Path(__file__).with_name("communes.csv")


_EVERY = select(*Commune.__table__.columns)


class KnownCommune(msgspec.Struct, frozen=True):
    """A commune as the territory knows it, and as a row of such a file tells it: each page of a
    list reads them all."""

    code: str
    name: str
    postcode: str
    population: int
    latitude: float
    longitude: float


def load_communes(session: Session, path: Path = HAUTS_DE_SEINE) -> int:
    """Add or bring up to date the communes of the CSV at ``path``; answers how many it holds.

    Communes that are not in the file stay, since ideas may speak of them. `Misconfigured` names
    the file and the line where it cannot be read.
    """
    communes = _shipped() if path == HAUTS_DE_SEINE else list(_read(path))
    upsert(session, Commune, communes)
    return len(communes)


def ensure_communes(session: Session, path: Path = HAUTS_DE_SEINE) -> None:
    """Load the communes where there is none yet."""
    if not session.scalar(select(func.count()).select_from(Commune)):
        load_communes(session, path)


def communes(session: Session) -> list[KnownCommune]:
    """All communes, as a French reader expects them sorted (accents do not count)."""
    every = [KnownCommune(*row) for row in read_rows(session, _EVERY)]
    return sorted(every, key=lambda commune: _sorted_as(commune.name))


# Each page of a list asks for all of them.
_sorted_as = lru_cache(maxsize=1_000)(folded)


@cache
def _shipped() -> list[dict[str, Any]]:
    """Those that come with the project, which change with it alone."""
    return list(_read(HAUTS_DE_SEINE))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    read = RecordReader(KnownCommune)
    with Table(path, read.needed) as table:
        for row in table.whole():
            try:
                yield msgspec.structs.asdict(read(row.values))
            except Invalid as refusal:
                raise table.wrong(row.line, reason(refusal, table.theirs)) from None
