"""Whoever holds the file, a backup or the tables tries to join secret votes to accounts."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from eak_core.db import db
from eak_core.db.sqlite_backup import save
from eak_voting.casting.receipts import voter_key
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls

VOTES = 24
REGISTER, BOX = "voting_register", "voting_paper"
KEYS = {REGISTER: "voter_key", BOX: "mark"}


class Pages:
    """A file of SQLite as it lies on the disk (https://www.sqlite.org/fileformat2.html)."""

    def __init__(self, file: Path) -> None:
        self._bytes = file.read_bytes()
        size = int.from_bytes(self._bytes[16:18], "big")
        self._size = 65_536 if size == 1 else size
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as opened:
            self._roots = dict(
                opened.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'")
            )
            self._keys = {
                table: [
                    row[0]
                    for row in opened.execute(
                        f"SELECT {key} FROM {table} ORDER BY ballot_id, {key}"  # noqa: S608
                    )
                ]
                for table, key in KEYS.items()
            }

    def by_age(self, table: str) -> list[str]:
        """The keys of ``table`` as their places tell: what was put into a page first lies at its
        end. A table without rowid keeps its rows in the order of the key, in leaves and between."""
        cells = list(self._cells(self._roots[table]))
        assert len(cells) == len(self._keys[table])
        placed = zip(cells, self._keys[table], strict=True)
        return [key for (page, offset), key in sorted(placed, key=lambda e: (e[0][0], -e[0][1]))]

    def _cells(self, page: int) -> Iterator[tuple[int, int]]:
        start = (page - 1) * self._size
        head = start + (100 if page == 1 else 0)
        kind, count = self._bytes[head], self._number(head + 3, 2)
        assert kind in (2, 10)
        pointers = head + (12 if kind == 2 else 8)
        for index in range(count):
            offset = self._number(pointers + 2 * index, 2)
            if kind == 2:
                yield from self._cells(self._number(start + offset, 4))
            yield page, offset
        if kind == 2:
            yield from self._cells(self._number(head + 8, 4))

    def _number(self, at: int, length: int) -> int:
        return int.from_bytes(self._bytes[at : at + length], "big")


def truth(polls: Polls, count: int) -> tuple[Ballot, Iterator[tuple[str, str]]]:
    """A secret ballot, and for each vote cast in it the entry and the paper that belong together,
    known here because each paper says something else."""
    ballot = polls.open(secrecy="secret", ideas=8)

    def votes() -> Iterator[tuple[str, str]]:
        known: set[str] = set()
        for number in range(1, count + 1):
            voter = polls.voter(number)
            polls.vote(ballot, [number % 8 + 1], voter)
            assert voter.person_id is not None
            with polls.site.reading() as session:
                marks = set(session.scalars(text("SELECT mark FROM voting_paper")))
            [mark] = marks - known
            known = marks
            yield voter_key(ballot.key, voter.person_id), mark

    return ballot, votes()


def file_of(polls: Polls) -> Path:
    with polls.site.app.app_context():
        name = db.engine.url.database
        assert name is not None
        with db.engine.execution_options(eak_writes=True).connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return Path(name)


@pytest.mark.parametrize("database", ["sqlite"])
def test_after_no_vote_do_places_in_the_file_or_in_a_backup_join_a_paper_to_an_account(
    polls: Polls, database: str, tmp_path: Path
) -> None:
    """Of random orders one in n agrees, and the newest row of a page is the newest vote one time in
    n: over all moments together a little more than three guesses of each kind may hold."""
    together: dict[str, str] = {}
    right = {"file": 0, "backup": 0}
    newest = {"file": 0, "backup": 0}
    _ballot, votes = truth(polls, VOTES)
    for number, (entry, paper) in enumerate(votes, 1):
        together[entry] = paper
        if number < 4:
            continue
        copy = tmp_path / f"{number}.sqlite"
        save(file_of(polls), copy)
        for place, file in (("file", file_of(polls)), ("backup", copy)):
            pages = Pages(file)
            entries, papers = pages.by_age(REGISTER), pages.by_age(BOX)
            guessed = zip(entries, papers, strict=True)
            right[place] += sum(together[one] == other for one, other in guessed)
            newest[place] += (entries[-1], papers[-1]) == (entry, paper)
    moments = VOTES - 3
    for place in ("file", "backup"):
        # By chance one pair agrees at each moment; in the order of arrival, all of them did.
        assert right[place] < 3 * moments, f"{right[place]} pairs joined in a {place}"
        assert newest[place] <= 4, f"the latest vote was found {newest[place]} times in a {place}"


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_latest_of_many_votes_does_not_lie_where_the_latest_would(
    polls: Polls, database: str
) -> None:
    """On several pages: the row that lies first in its page is the latest one by chance alone."""
    ballot, _votes = truth(polls, 0)
    rows = [
        {"ballot": ballot.id, "key": f"{random.Random(n).getrandbits(256):064x}"}
        for n in range(400)
    ]
    with polls.site.writing() as session:
        session.execute(
            text("INSERT INTO voting_register VALUES (:ballot, :key, '2026-03-01 12:00:00')"), rows
        )
    found = 0
    for number in range(1, 21):
        voter = polls.voter(number)
        polls.vote(ballot, [1], voter)
        assert voter.person_id is not None
        key = voter_key(ballot.key, voter.person_id)
        pages = Pages(file_of(polls))
        cells = list(zip(pages._cells(pages._roots[REGISTER]), pages._keys[REGISTER], strict=True))
        [(page, offset)] = [cell for cell, each in cells if each == key]
        found += offset == min(other for (own, other), _key in cells if own == page)
    assert found <= 5, f"{found} of 20 latest votes lay first in their page"


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_laid_aside_to_be_mixed_stands_in_memory_and_is_gone_after_each_vote(
    polls: Polls, database: str
) -> None:
    _ballot, votes = truth(polls, 3)
    for _vote in votes:
        with polls.site.writing() as session:
            ask = session.connection().exec_driver_sql
            aside = ask("SELECT name FROM temp.sqlite_master").scalars().all()
            assert sorted(aside) == [f"mixing_{table}" for table in (BOX, REGISTER)]
            assert [ask(f"SELECT * FROM temp.{table}").all() for table in aside] == [[], []]  # noqa: S608 - two names of our own
            # https://www.sqlite.org/pragma.html#pragma_temp_store
            assert ask("PRAGMA temp_store").scalar() == 2


def test_no_column_of_register_and_box_tells_what_was_written_together(polls: Polls) -> None:
    """The columns that both have say the ballot; no other tells rows of one table apart by when."""
    _ballot, votes = truth(polls, 3)
    list(votes)
    with polls.site.app.app_context():
        columns = {
            table: {column["name"] for column in inspect(db.engine).get_columns(table)}
            for table in (REGISTER, BOX)
        }
    assert columns[REGISTER] & columns[BOX] == {"ballot_id"}
    assert columns[REGISTER] == {"ballot_id", "voter_key", "hour"}
