"""Tables that somebody has: in any usual encoding, and however hostile."""

import csv
import io
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_core.imports import lines, tables
from eak_core.imports.lines import LONGEST_LINE, TextLines, WrongFile
from eak_core.imports.tables import LONGEST_VALUE, MOST_COLUMNS, BadRow, Row, Table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def read(path: Path, *needed: str) -> list[dict[str, str] | str]:
    """The rows of a table by column, and of those that are bad, why."""
    with Table(path, needed) as table:
        return [
            f"{row.line}: {row.reason}" if isinstance(row, BadRow) else dict(row.values)
            for row in table
        ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_spreadsheet_program_saves_says_the_same_however_it_is_saved(
    file: Path, encoding: str, separator: str, end: str
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=end)
    writer.writerows([["nom", "coût; en €, total"], ["Œuvre d’été\t; a", 'dit "oui"'], ["", "x"]])
    file.write_bytes(buffer.getvalue().encode(encoding))
    assert read(file, "nom") == [
        {"nom": "Œuvre d’été\t; a", "coût; en €, total": 'dit "oui"'},
        {"nom": "", "coût; en €, total": "x"},
    ]


def test_a_name_in_the_header_may_go_over_two_lines(file: Path) -> None:
    file.write_text('"Nom, usuel\nou complet";Ville\nOne;Antony\n', "utf-8")
    assert read(file, "Ville") == [{"Nom, usuel\nou complet": "One", "Ville": "Antony"}]
    with Table(file) as table:
        assert [row.line for row in table] == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@given(data=st.data())
def test_whatever_a_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, data: st.DataObject
) -> None:
    texts = st.text('ab;,\t"\n\r\0é', max_size=40).map(lambda text: text.encode(encoding))
    path = tmp_path_factory.getbasetemp() / f"any-{encoding}.csv"
    path.write_bytes(data.draw(texts | st.binary(max_size=40)))
    with suppress(WrongFile), Table(path) as table:
        for row in table:
            assert isinstance(row, Row | BadRow)
            assert row.line > 1


def test_a_byte_that_is_no_character_costs_its_own_row(file: Path) -> None:
    # Most of it is UTF-8; in the second, Windows knows no such character.
    file.write_bytes("nom\néé\n".encode() + b"\xe9t\xe9\n" + "à la fin\n".encode())
    assert read(file) == [
        {"nom": "éé"},
        "3: It is not in UTF-8. Save the file as UTF-8 and import it again.",
        {"nom": "à la fin"},
    ]
    file.write_bytes(b"nom\n\xe9t\xe9\n\x81\n")
    assert [str(each)[:3] for each in read(file)] == ["{'n", "3: "]


def test_a_character_on_the_border_of_what_is_read_at_once_is_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_PART", 2)
    file.write_bytes("nom\nŒuvres à côté €\n".encode())
    assert read(file) == [{"nom": "Œuvres à côté €"}]


def test_a_row_that_is_hostile_costs_itself_alone(file: Path) -> None:
    hostile = {
        "NUL": b"2\0;b",
        "many columns": b";" * 100_000,
        "unbalanced quote": b'"2;b',
        "stray quote": b'"2"3;b',
        "huge value": b"x" * (LONGEST_VALUE + 1) + b";b",
        "huge line": b"x" * (2 * LONGEST_LINE + 5),
        "too few": b"2",
    }
    for name, row in hostile.items():
        file.write_bytes(b"\n".join([b"a;b", b"1;b", row, b"3;b", b"4;b"]))
        rows = read(file)
        assert [each for each in rows if isinstance(each, dict)] == [
            {"a": "1", "b": "b"}, {"a": "3", "b": "b"}, {"a": "4", "b": "b"},
        ], name  # fmt: skip
        assert [each[:3] for each in rows if isinstance(each, str)] == ["3: "], name


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "lacks the columns “name”"),
        (b"\0\0", "cannot be read"),
        (b'"name', "A quotation mark is opened here and never closed"),
        (b"name;" * 100_000, f"has more than {MOST_COLUMNS} columns"),
        (b"x" * (LONGEST_LINE + 1), "cannot be read"),
        (b"One;2\nTwo;3\n", "which must name the columns, has: “One”, “2”."),
        (b"a;b;c", "lacks the columns “name”. Its first line, which must name the columns, has:"),
        (b"name;Name;name", "names the column “name” twice"),
        ("name".encode("utf-16"), "is in UTF-16"),
    ],
)
def test_a_file_without_such_a_header_is_refused_as_a_whole(
    file: Path, content: bytes, says: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(WrongFile) as refusal, Table(file, ["name"]):
        pass
    assert says in str(refusal.value)
    assert "list.csv" in str(refusal.value)
    assert len(str(refusal.value)) < 2_000


def test_a_column_is_found_by_its_name_whatever_its_signs_and_accents(file: Path) -> None:
    file.write_text("Code INSEE;MONTANT-VERSÉ;name\n1;2;3\n", "utf-8")
    with Table(file, ["code_insee"], known=["montant verse"]) as table:
        assert table.columns == ["code_insee", "montant verse", "name"]
        assert table.theirs("code_insee") == "Code INSEE"
    file.write_text("Title;title/fr\n1;2\n", "utf-8")
    with Table(file, [("title", "title/fr")]) as table:
        assert table.columns == ["Title", "title/fr"], "one of the two is there as it is"
    file.write_text("Code INSEE;code-insee\n1;2\n", "utf-8")
    with pytest.raises(WrongFile, match="twice"), Table(file, ["code_insee"]):
        pass


def test_a_file_that_is_too_large_or_no_file_is_refused(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LARGEST_FILE", 1_000)
    file.write_bytes(b"a\n" + b"1\n" * 500)
    for path in (file, tmp_path, tmp_path / "missing.csv", Path("/dev/zero")):
        with pytest.raises(WrongFile), TextLines(path):
            pass
    file.write_bytes(b"a\n" + b"1\n" * 499)
    assert len(read(file)) == 499


def test_what_comes_through_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = threading.Thread(target=pipe.write_bytes, args=(b"nom\n\xe9t\xe9\n",))
    writing.start()
    assert read(pipe) == [{"nom": "été"}]
    writing.join()


def test_a_file_that_is_taken_as_a_whole_is_refused_for_its_first_bad_row(file: Path) -> None:
    file.write_bytes(b"a;b\n1;2\n\n3\n")
    rows = []
    with Table(file) as table, pytest.raises(WrongFile, match=r"list.csv, line 4: It has 1 values"):
        for row in table.whole():
            rows.append(row)  # noqa: PERF402  # those before the bad one
    assert rows == [Row(2, {"a": "1", "b": "2"})]


def test_where_it_stands_is_told_in_bytes_up_to_the_size(file: Path) -> None:
    file.write_bytes(b"a\n1\n" + b"x" * (LONGEST_LINE * 2) + b"\n2")
    with Table(file) as table:
        told = [table.position for _row in table]
        assert told == sorted(told)
        assert told[-1] == table.size == file.stat().st_size
    assert tables.LONGEST_VALUE < LONGEST_LINE


def test_rows_that_swallow_each_other_are_not_read_again_without_end(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_READ_AGAIN", 500)
    reads: list[str] = []
    once = tables._Returning.__next__
    monkeypatch.setattr(tables._Returning, "__next__", lambda self: reads.append("") or once(self))
    # Read from any line, this is one row that never ends.
    file.write_text("a;b\n" + 'a";"c\n' * 300, "utf-8")
    found = read(file)
    assert found[0] == "2: A quotation mark is opened here and never closed."
    assert len(reads) < 300 + 500 + 300 + 10

    # A single mark that is missing still costs no other row.
    file.write_text("a;b\n" + '1;"x\n' + "2;y\n" * 300, "utf-8")
    assert read(file)[1:] == [{"a": "2", "b": "y"}] * 300


def test_a_row_without_end_is_not_kept_in_memory(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LONGEST_ROW", 100)
    held: list[int] = []
    once = tables._Returning.__next__
    monkeypatch.setattr(
        tables._Returning, "__next__", lambda self: held.append(len(self.taken)) or once(self)
    )
    file.write_text("a;b\n" + 'a";"c\n' * 300 + "1;2\n", "utf-8")
    assert read(file)[-1] == {"a": "1", "b": "2"}
    assert max(held) < 50
