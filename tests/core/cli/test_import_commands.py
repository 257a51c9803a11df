"""A plugin's command that takes in a table: its options, its report, tried, stopped, repeated."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from eak_core.imports.running import KEPT, PORTION
from eak_core.plugins.loading import candidates
from tests.core.cli import associations
from tests.core.cli.conftest import Eak, Ran

PARTNERS = Path(__file__).resolve().parents[4] / "shared/data/partenaires-92"

WORDS = ("associations", "import-associations", "--service", "culture")


@pytest.fixture
def service(eak: Eak, site_on_both: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance with the service “culture”, in which the plugin is on."""
    point = EntryPoint("associations", "tests.core.cli.associations", candidates.GROUP)
    monkeypatch.setattr(candidates, "entry_points", lambda group: [point])
    for words in (
        ("db", "upgrade"),
        ("service", "create", "culture", "Culture"),
        ("plugin", "enable", "associations", "--service", "culture"),
    ):
        assert eak(*words).code == 0
    return site_on_both


def listed(folder: Path, *rows: str, header: str = "name,siren,amount") -> str:
    file = folder / "list.csv"
    file.write_text("\n".join([header, *rows]), "utf-8")
    return str(file)


def taken(eak: Eak) -> int:
    """How many subjects were added, as the log has it."""
    return len(
        eak("event", "list", "--service", "culture", "--type", "subject.changed", "--json",
            "--limit", "100000").json
    )  # fmt: skip


def counts(ran: Ran) -> tuple[int, int, int]:
    told = ran.json["associations"]
    return told["created"], told["unchanged"], told["refused"]


def test_each_row_is_taken_in_or_refused_with_its_line_and_column_and_a_second_run_adds_nothing(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    file = listed(
        tmp_path,
        "Le Fab Lab,312478639,8000",
        ",312478640,1",
        "Nobody,12,much",
        "Owing,,-5",
        f"{'x' * 200},,",
        "Les Toits,,",
    )
    first = eak(*WORDS, file, "--report", str(report))
    assert first.code == 0
    assert "2 taken over, 0 here already, 4 refused" in first.out
    told = report.read_text("utf-8-sig").splitlines()
    no_number = "Column “amount”: “much” is no whole number."
    assert told[:4] == [
        "file;line;reason",
        "list.csv;3;Column “name”: It is empty.",
        f"list.csv;4;Column “siren”: It is no SIREN number. {no_number}",
        "list.csv;5;Nobody owes us anything.",
    ]
    assert told[4].startswith("list.csv;6;Column “name”: ")
    assert "list.csv, line 4: Column “siren”" in first.out
    assert taken(eak) == 2, "what was written for a row that is refused is undone"
    again = eak(*WORDS, file, "--report", str(report), "--json")
    assert (counts(again), taken(eak)) == ((0, 2, 4), 2)
    assert report.read_text("utf-8-sig").splitlines() == told, "a report takes the earlier's place"


def test_the_columns_of_a_list_are_found_or_said_or_written_down(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    rows = ("One;5;name of something else",)
    guessed = listed(tmp_path, *rows, header="NAME ;Amount;other")
    assert counts(eak(*WORDS, guessed, "--json", "--dry-run")) == (1, 0, 0)
    file = listed(tmp_path, *rows, header="Bénéficiaire;Montant versé;name")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nname = "Bénéficiaire"\namount = "Bénéficiaire"\n', "utf-8")
    twice = eak(*WORDS, file, "--mapping", str(mapping))
    assert (twice.code, "mapped to two fields" in twice.err) == (2, True)
    said = ("--column", "amount=Montant versé")
    ran = eak(*WORDS, file, "--mapping", str(mapping), *said, "--json")
    assert counts(ran) == (1, 0, 0)
    names = eak(*WORDS, file, "--column", "name=Bénéficiaire", "--json")
    assert counts(names) == (0, 1, 0), "a column of our name is left aside where another is meant"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_refused_cell_is_told_by_the_name_its_column_has_in_the_file(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    file = listed(tmp_path, "One,12", header="Nom,Numéro")
    ran = eak(*WORDS, file, "--column", "name=Nom", "--column", "siren=Numéro", "--json")
    assert ran.json["refused"][0]["reason"] == "Column “Numéro”: It is no SIREN number."


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--column", "name"), "FIELD=COLUMN"),
        (("--column", "nom=Nom"), "no field “nom” to map a column to; there are: name, siren"),
        (("--column", "name=Nom"), "has no column “Nom”. It has: “title”, “siren”."),
        ((), "lacks the columns “name”. Its first line, which must name the columns, has: “title”"),
        (("--mapping", "missing.toml"), "cannot be opened"),
        (("--mapping", "broken.toml"), "is no TOML"),
        (("--mapping", "other.toml"), "must hold one table, [columns]"),
        (("--mapping", "huge.toml"), "must hold one table, [columns]"),
        (
            ("--report", "list.csv"),
            "list.csv is there already, and is no report: it was left as it is",
        ),
        (("--report", "none/report.csv"), "The report cannot be written"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_a_sentence_and_nothing_is_written(
    eak: Eak,
    service: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.toml").write_text("[columns", "utf-8")
    (tmp_path / "other.toml").write_text('name = "title"\n[columns]\n', "utf-8")
    (tmp_path / "huge.toml").write_text(f'[columns]\nname = "{"x" * 100_000}"\n', "utf-8")
    listed(tmp_path, "One,", header="title,siren")
    before = Path("list.csv").read_bytes()
    ran = eak(*WORDS, "list.csv", *options)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert says in ran.err
    assert Path("list.csv").read_bytes() == before
    assert taken(eak) == 0


def test_a_dry_run_tells_what_would_happen_and_leaves_nothing(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    file = listed(
        tmp_path, *(f"Number {each},," for each in range(PORTION + 5)), "One,12,", "One,,"
    )
    tried = eak(*WORDS, file, "--dry-run")
    assert tried.code == 0
    assert f"{PORTION + 6} taken over, 0 here already, 1 refused" in tried.out
    assert "nothing was kept" in tried.out
    assert taken(eak) == 0
    assert counts(eak(*WORDS, file, "--json")) == (PORTION + 6, 0, 1)


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_what_ends_in_the_middle_keeps_whole_portions_and_goes_on_from_there(
    eak: Eak,
    service: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: type[BaseException],
) -> None:
    file = listed(tmp_path, *(f"Number {each},," for each in range(PORTION + 15)))
    add, asked = associations.add_subject, 0  # type: ignore[attr-defined]

    def ending(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == PORTION + 10:
            raise end
        return add(*given)

    with monkeypatch.context() as patched:
        patched.setattr(associations, "add_subject", ending)
        if end is KeyboardInterrupt:
            stopped = eak(*WORDS, file)
            assert (stopped.code, "Stopped." in stopped.out) == (1, True)
            assert f"{PORTION} taken over" in stopped.out
        else:
            with pytest.raises(end):
                eak(*WORDS, file)
    assert taken(eak) == PORTION
    assert counts(eak(*WORDS, file, "--json")) == (15, PORTION, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_of_many_refused_rows_the_report_has_all_and_memory_some(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    file = listed(tmp_path, *["=1+1,x,"] * (KEPT + 5))
    ran = eak(*WORDS, file, "--report", str(report), "--json")
    assert counts(ran) == (0, 0, KEPT + 5)
    assert len(ran.json["refused"]) == KEPT
    assert len(report.read_text("utf-8-sig").splitlines()) == KEPT + 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_list_may_come_from_another_program(eak: Eak, service: Path) -> None:
    ran = eak(*WORDS, "-", "--json", given="name\nOne\n")
    assert counts(ran) == (1, 0, 0)


@pytest.mark.skipif(not PARTNERS.exists(), reason="the real lists are not on this machine")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_real_lists_of_other_columns_are_one_by_a_mapping(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    reserve = tmp_path / "reserve.toml"
    reserve.write_text(
        '[columns]\nname = "beneficiaire"\namount = "montant_verse_2013_eur"\n', "utf-8"
    )
    first = eak(
        *WORDS, str(PARTNERS / "associations_subventionnees_etat_2010.csv"), "--dry-run", "--json",
        "--column", "name=association", "--column", "amount=montant_total_eur",
    )  # fmt: skip
    second = eak(
        *WORDS, str(PARTNERS / "reserve_parlementaire_2013.csv"), "--dry-run", "--json",
        "--mapping", str(reserve),
    )  # fmt: skip
    assert (counts(first), counts(second)) == ((217, 1, 3), (86, 33, 4))
    for ran, name in ((first, "association"), (second, "beneficiaire")):
        reasons = [each["reason"] for each in ran.json["refused"]]
        assert all(each.startswith(f"Column “{name}”: ") for each in reasons)
