"""What the plugin stores about people: copied for whoever asks, and gone when they leave."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Column, Table, func, select

from eak_core.people.personal_data import erase_person
from eak_core.permissions import Actor
from eak_core.plugins.host import get_host
from eak_core.testing.conformance.histories import live_a_little
from eak_core.testing.conformance.trial import Trial
from eak_core.testing.site import Site

_NAMES = ("person_id", "author_id", "voter_id", "user_id", "nominee_id", "owner_id", "member_id")


def person_columns(table: Table) -> list[Column[int]]:
    """The columns that name a person: they refer to `person`, or their name says so."""
    return [
        column
        for column in table.columns
        if any(key.target_fullname == "person.id" for key in column.foreign_keys)
        or column.name in _NAMES
    ]


def check_personal_data(trial: Trial) -> None:
    """A person's data is exported, and erased, from every table that names people."""
    tables = {table: person_columns(table) for table in trial.tables()}
    tables = {table: columns for table, columns in tables.items() if columns}
    if not tables:
        return
    site = trial.site()
    site.enable(trial.name)
    live_a_little(trial, site)
    person = site.people.citizen.id
    names = ", ".join(sorted(table.name for table in tables))
    _ensure_answered(trial, site, names)
    stored = _rows_about(site, tables, person)
    with site.writing() as session:
        copy = get_host().call_one("export_person", trial.name, session=session, person_id=person)
        assert isinstance(copy, Mapping), f"export_person of “{trial.name}” answers no mapping."
        msgspec.json.encode(copy)
    assert copy or not stored, (
        f"“{trial.name}” stores rows about a person in {', '.join(stored)}, and export_person gives"
        " them nothing of it."
    )
    site.people.add("Somebody Else", administrator=True)
    with site.writing() as session:
        erase_person(session, Actor.system(), person)
    site.drain()
    left = _rows_about(site, tables, person)
    assert not left, (
        f"After the erasure of a person, {', '.join(left)} of “{trial.name}” still names them:"
        " delete the rows in erase_person, or empty the column."
    )


def _ensure_answered(trial: Trial, site: Site, tables: str) -> None:
    with site.app.app_context():
        host = get_host()
    for hook in ("export_person", "erase_person"):
        assert trial.name in host.answering(hook), (
            f"“{trial.name}” stores who did what ({tables}) and does not answer the hook {hook}."
        )


def _rows_about(
    site: Site, tables: Mapping[Table, list[Column[int]]], person: int
) -> dict[str, int]:
    """How many rows of each table name ``person``, tables without any left out."""
    found: dict[str, int] = {}
    with site.reading() as session:
        for table, columns in tables.items():
            for column in columns:
                query = select(func.count()).select_from(table).where(column == person)
                if count := session.scalar(query):
                    found[table.name] = found.get(table.name, 0) + count
    return found
