"""The communes of the territory: the 36 of Hauts-de-Seine by default, another one is a CSV away.

The facts of ``communes.csv`` come from etalab/decoupage-administratif (INSEE, IGN; Licence
Ouverte 2.0).
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.db.upsert import upsert
from eak_core.errors import Misconfigured
from eak_core.ideas.models import Commune
from eak_core.search.words import folded

HAUTS_DE_SEINE = Path(__file__).with_name("communes.csv")
COLUMNS = ("code", "name", "postcode", "population", "latitude", "longitude")


def load_communes(session: Session, path: Path = HAUTS_DE_SEINE) -> int:
    """Add or bring up to date the communes of the CSV at ``path``; answers how many it holds.

    Communes that are not in the file stay, since ideas may speak of them. `Misconfigured` names
    the file and the line where it cannot be read.
    """
    communes = list(_read(path))
    upsert(session, Commune, communes)
    return len(communes)


def ensure_communes(session: Session, path: Path = HAUTS_DE_SEINE) -> None:
    """Load the communes where there is none yet."""
    if not session.scalar(select(func.count()).select_from(Commune)):
        load_communes(session, path)


def communes(session: Session) -> list[Commune]:
    """All communes, as a French reader expects them sorted (accents do not count)."""
    return sorted(session.scalars(select(Commune)), key=lambda commune: folded(commune.name))


def _read(path: Path) -> Iterator[dict[str, str | int | float]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise Misconfigured(f"{path}: missing column {', '.join(missing)}")
            for row in reader:
                try:
                    yield {
                        "code": row["code"],
                        "name": row["name"],
                        "postcode": row["postcode"],
                        "population": int(row["population"]),
                        "latitude": float(row["latitude"]),
                        "longitude": float(row["longitude"]),
                    }
                except (TypeError, ValueError) as error:
                    raise Misconfigured(f"{path}, line {reader.line_num}: {error}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Misconfigured(f"{path}: {error}") from None
