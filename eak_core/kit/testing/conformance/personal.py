"""What the plugin stores about people: copied for whoever asks, and gone when they leave."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Column, ColumnElement, String, Table, func, or_, select

from eak_core.kit.testing.conformance.life import lived
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host

_NAMES = ("person_id", "author_id", "voter_id", "user_id", "nominee_id", "owner_id", "member_id")

Columns = Mapping[Table, list[Column[int]]]


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
    found = {table: person_columns(table) for table in trial.tables()}
    columns = {table: of_table for table, of_table in found.items() if of_table}
    if not columns:
        return
    life = lived(trial)
    site = life.site
    _ensure_answered(trial, site, ", ".join(sorted(table.name for table in columns)))
    life.live(until=lambda: not _empty(site, columns))
    empty = _empty(site, columns)
    assert not empty, (
        f"Nothing in what `acts` of “{trial.name}” do puts anybody into {', '.join(empty)}, so"
        " nothing shows that it is erased: add an act that does."
    )
    people = _people(site, columns)
    with life.play.still():
        for person in people:
            _ensure_exported(trial, site, columns, person)
        site.people.add("Somebody Else", administrator=True)
        for person in people:
            _ensure_erased(trial, site, columns, person)


def _ensure_answered(trial: Trial, site: Site, tables: str) -> None:
    with site.app.app_context():
        host = get_host()
    for hook in ("export_person", "erase_person"):
        assert trial.name in host.answering(hook), (
            f"“{trial.name}” stores who did what ({tables}) and does not answer the hook {hook}."
        )


def _ensure_exported(trial: Trial, site: Site, columns: Columns, person: Person) -> None:
    stored = _rows_about(site, columns, person.id)
    with site.writing() as session:
        copy = get_host().call_one(
            "export_person", trial.name, session=session, person_id=person.id
        )
    assert isinstance(copy, Mapping), (
        f"export_person of “{trial.name}” answers no mapping: answer a dict, empty for nothing."
    )
    try:
        msgspec.json.encode(copy)
    except TypeError as error:
        raise AssertionError(
            f"export_person of “{trial.name}” answers what JSON cannot hold: {error}. Give numbers,"
            " texts, instants, lists and mappings."
        ) from error
    assert any(copy.values()) or not stored, (
        f"“{trial.name}” stores rows about a person in {', '.join(stored)}, and export_person gives"
        " them nothing of it: answer with what those rows say."
    )


def _ensure_erased(trial: Trial, site: Site, columns: Columns, person: Person) -> None:
    with site.writing() as session:
        erase_person(session, Actor.system(), person.id)
    site.drain()
    left = _rows_about(site, columns, person.id)
    assert not left, (
        f"After the erasure of a person, {', '.join(left)} of “{trial.name}” still names them:"
        " delete the rows in erase_person, or empty the column."
    )
    said = _texts_about(trial, site, person)
    assert not said, (
        f"After the erasure of a person, {', '.join(said)} of “{trial.name}” still holds their name"
        " or address: store the id alone, or empty the column in erase_person."
    )


def _empty(site: Site, columns: Columns) -> list[str]:
    """The columns for people in which nobody stands."""
    with site.reading() as session:
        return [
            f"{table.name}.{column.name}"
            for table, of_table in columns.items()
            for column in of_table
            if session.scalar(select(column).where(column.is_not(None)).limit(1)) is None
        ]


def _people(site: Site, columns: Columns) -> Sequence[Person]:
    """Everybody whom the plugin's tables name."""
    with site.reading() as session:
        ids = {
            number
            for of_table in columns.values()
            for column in of_table
            for number in session.scalars(select(column).distinct())
        }
        known = select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None))
        return session.scalars(known.order_by(Person.id)).all()


def _rows_about(site: Site, columns: Columns, person: int) -> dict[str, int]:
    """How many rows of each table name ``person``, tables without any left out."""
    found: dict[str, int] = {}
    with site.reading() as session:
        for table, of_table in columns.items():
            named: ColumnElement[bool] = or_(*(column == person for column in of_table))
            if count := session.scalar(select(func.count()).select_from(table).where(named)):
                found[table.name] = count
    return found


def _texts_about(trial: Trial, site: Site, person: Person) -> list[str]:
    """The columns of text in which the name or the address of ``person`` stands."""
    with site.reading() as session:
        return [
            f"{table.name}.{column.name}"
            for table in trial.tables()
            for column in table.columns
            if isinstance(column.type, String)
            if session.scalar(
                select(func.count())
                .select_from(table)
                .where(
                    or_(*(column.contains(each) for each in (person.name, person.email) if each))
                )
            )
        ]
