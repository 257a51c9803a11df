"""``eak import``: what it answers, and that it can be stopped at any moment."""

import csv
import re
import signal
import subprocess
import time
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from eak_core.ideas.imports import taking_over
from eak_core.imports.running import PORTION
from eak_core.plugins.loading import candidates
from tests import forked
from tests.core.cli.conftest import Eak

COLUMNS = ["id", "title", "body", "votes", "comments", "created_at", "url"]


@pytest.fixture
def service(eak: Eak, site_on_both: Path) -> Path:
    """An instance with the service “culture”."""
    assert eak("db", "upgrade").code == 0
    assert eak("service", "create", "culture", "Culture").code == 0
    return site_on_both


def export(path: Path, rows: int, *, bad: int = 0) -> Path:
    """The export of a site with so many proposals, the last ones of which are ``bad``."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(COLUMNS)
        for number in range(1, rows + 1):
            title = "" if number > rows - bad else f"Idée {number}"
            at = f"https://ville.example/f/1/proposals/{number}"
            writer.writerow([number, title, "Texte", 3, 0, "2019-01-24 22:29:15 +0100", at])
    return path


def ideas(eak: Eak) -> int:
    listed = eak("event", "list", "--service", "culture", "--type", "idea.submitted", "--json",
                 "--limit", "100000").json  # fmt: skip
    subjects = [each["subject"] for each in listed]
    assert len(subjects) == len(set(subjects))
    return len(subjects)


def test_an_import_counts_and_a_second_one_changes_nothing(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    file, report = export(tmp_path / "ideas.csv", 120, bad=2), tmp_path / "report.csv"
    words = ("import", "decidim", "--service", "culture", str(file), "--report", str(report))
    first = eak(*words, "--json")
    assert first.code == 0
    assert first.json["ideas"] == {"created": 118, "unchanged": 0, "refused": 2}
    assert [each["line"] for each in first.json["refused"]] == [120, 121]
    again = eak(*words)
    assert "0 taken over, 118 here already, 2 refused" in again.out
    assert "ideas.csv, line 120:" in again.out
    written = report.read_text(encoding="utf-8-sig").splitlines()
    assert written[0] == "file;line;reason"
    assert [line.split(";")[:2] for line in written[1:]] == [
        ["ideas.csv", "120"],
        ["ideas.csv", "121"],
    ]
    assert ideas(eak) == 118


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_cell_of_the_report_begins_a_formula(eak: Eak, service: Path, tmp_path: Path) -> None:
    file, report = export(tmp_path / "=ideas.csv", 1), tmp_path / "report.csv"
    written = file.read_text(encoding="utf-8")
    file.write_text(written.replace("\n1;", '\n"1;=HYPERLINK(1)";'), encoding="utf-8")
    words = ("import", "decidim", "--service", "culture", str(file), "--report", str(report))
    assert eak(*words, "--json").json["ideas"]["refused"] == 1
    told = report.read_text(encoding="utf-8-sig")
    assert "HYPERLINK" in told
    assert [piece for piece in re.split(r'[;,\r\n"]', told) if piece.startswith("=")] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_file_holds_does_nothing_to_the_screen_it_is_told_on(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e"
    file = export(tmp_path / f"{hostile}.csv", 2)
    file.write_text(file.read_text("utf-8").replace("\n1;", f"\n{hostile};"), "utf-8")
    told = eak("import", "decidim", "--service", "culture", str(file))
    assert "]0;owned" in told.out
    header = file.read_text("utf-8").partition("\n")[0]
    file.write_text(header.replace("title", f"titre{hostile}"), "utf-8")
    refused = eak("import", "decidim", "--service", "culture", str(file))
    assert (refused.code, "]0;owned" in refused.err) == (2, True)
    assert not set(hostile) & {"\x1b", "\x07", "\u202e"} & set(told.out + refused.err)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_export_whose_columns_somebody_renamed_is_read_by_what_they_are_called(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    file = export(tmp_path / "ideas.csv", 2, bad=1)
    header, *rows = file.read_text("utf-8").splitlines()
    header = header.replace("title", "Titre").replace("created_at", "Created at")
    file.write_text("\n".join([header, *rows]), "utf-8")
    words = ("import", "decidim", "--service", "culture", str(file), "--json")
    refused = eak(*words)
    assert (refused.code, "lacks the columns “title”" in refused.err) == (2, True)
    ran = eak(*words, "--column", "title=Titre").json
    assert ran["ideas"] == {"created": 1, "unchanged": 0, "refused": 1}
    assert ran["refused"][0]["reason"].startswith("Column “Titre”: ")


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    file = str(export(tmp_path / "ideas.csv", 60, bad=1))
    ran = eak("import", "decidim", "--service", "culture", file, "--dry-run", "--json")
    assert ran.json["ideas"] == {"created": 59, "unchanged": 0, "refused": 1}
    assert ran.json["dry_run"] is True
    assert ideas(eak) == 0


def test_what_is_misused_ends_with_a_sentence(eak: Eak, service: Path, tmp_path: Path) -> None:
    file = str(export(tmp_path / "ideas.csv", 1))
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("id,title\n1,a\n", encoding="utf-8")
    for words, code in (
        ([file, "--service", "nowhere"], 1),
        ([str(wrong), "--service", "culture"], 2),
        ([str(tmp_path / "missing.csv"), "--service", "culture"], 2),
        ([file, "--service", "culture", "--comments", str(wrong)], 2),
        ([file, "--service", "culture", "--report", str(tmp_path / "no" / "report.csv")], 2),
        ([file], 2),
    ):
        ran = eak("import", "decidim", *words)
        assert ran.code == code, ran.err
        assert ran.err.startswith("eak: ")
        assert len(ran.err.splitlines()) == 1
    assert ideas(eak) == 0, "both files are looked at before anything is written"


def test_comments_need_a_plugin_that_takes_them_over(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    file = str(export(tmp_path / "ideas.csv", 1))
    comments = tmp_path / "comments.csv"
    comments.write_text(
        "id;created_at;body;alignment;commentable_id;commentable_type;root_commentable_url\n"
        "5;2019-02-01 10:00:00 +0100;Oui;1;1;Decidim::Proposals::Proposal;"
        "https://ville.example/f/1/proposals/1\n",
        encoding="utf-8",
    )
    words = ("import", "decidim", "--service", "culture", file, "--comments", str(comments))
    assert eak(*words).code == 1
    assert ideas(eak) == 0
    assert eak("plugin", "enable", "discussion", "--service", "culture").code == 0
    ran = eak(*words, "--json")
    assert ran.json["comments"] == {"created": 1, "unchanged": 0, "refused": 0}


def test_whoever_stops_it_is_told_how_to_go_on(
    eak: Eak, service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(export(tmp_path / "ideas.csv", 120))
    import_idea, asked = taking_over.import_idea, 0  # type: ignore[attr-defined]

    def stopping(*args: object) -> object:
        nonlocal asked
        asked += 1
        if asked == 70:
            raise KeyboardInterrupt
        return import_idea(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(taking_over, "import_idea", stopping)
    ran = eak("import", "decidim", "--service", "culture", file)
    assert ran.code == 1
    assert "50 taken over" in ran.out
    assert "the same command" in ran.out
    assert ideas(eak) == 50


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed but a plugin that imports from another platform."""
    point = EntryPoint("elsewhere", "tests.core.cli.elsewhere", candidates.GROUP)
    monkeypatch.setattr(candidates, "entry_points", lambda group: [point])


def test_a_plugin_that_says_what_a_row_means_has_the_whole_command(
    eak: Eak, elsewhere: None, service: Path, tmp_path: Path
) -> None:
    rows = {
        "good": "1;One;Text;5;;Roofs;chosen by lot",
        "said no": "2;Two;advertising;;;Never;",
        "no title": "3;;Text;;;Never;",
        "long address": f"4;Four;Text;;https://elsewhere.example/{'x' * 500};;",
        "long number": f"{'5' * 80};Five;Text;;;;",
        "many votes": f"6;Six;Text;{2**31};;;",
        "fewer than none": "7;Seven;Text;-1;;;",
        "long words": f"8;Eight;Text;;;{'s' * 100};{'t' * 100}",
    }
    file = tmp_path / "ideas.csv"
    file.write_text("\n".join(["no;name;text;likes;link;about;status", *rows.values()]), "utf-8")
    words = ("import", "elsewhere", "--service", "culture", str(file), "--json")
    ran = eak(*words).json
    assert ran["ideas"] == {"created": 2, "unchanged": 0, "refused": 6}
    assert [each["line"] for each in ran["refused"]] == [3, 4, 5, 6, 7, 8]
    said, *reasons = [each["reason"] for each in ran["refused"]]
    assert said == "Nobody wants this."
    named = ("name", "link", "link", "likes", "likes")
    for reason, column in zip(reasons, named, strict=True):
        assert reason.startswith(f"Column “{column}”: ")
    assert eak(*words).json["ideas"] == {"created": 0, "unchanged": 2, "refused": 6}
    assert ideas(eak) == 2


def test_what_an_importer_cannot_read_is_not_offered(eak: Eak, elsewhere: None) -> None:
    shown = eak("import", "elsewhere", "--help").out
    assert "Take over FILE, from elsewhere." in shown
    assert "--dry-run" in shown
    assert "--comments" not in shown
    assert "--same-site" not in shown


def test_where_no_plugin_reads_a_platform_the_command_is_refused_with_a_sentence(
    eak: Eak, no_plugins: None, tmp_path: Path
) -> None:
    ran = eak("import", "decidim", str(tmp_path / "ideas.csv"), "--service", "culture")
    assert ran.code == 2
    assert ran.err.startswith("eak: No plugin that is installed imports from “decidim”.")
    assert "decidim" not in eak("import", "--help").out


@pytest.mark.reliability
def test_killed_in_the_middle_it_loses_nothing_and_doubles_nothing(
    eak: Eak, service: Path, tmp_path: Path
) -> None:
    rows = 4_000
    file = str(export(tmp_path / "ideas.csv", rows))
    words = ["import", "decidim", "--service", "culture", file]
    process = forked.run("eak_core.cli", "--instance", str(service), *words,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    deadline = time.monotonic() + 60
    while not (before := ideas(eak)):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = ideas(eak)
    assert before <= kept < rows
    assert kept % PORTION == 0
    ran = eak(*words, "--json")
    assert ran.json["ideas"] == {"created": rows - kept, "unchanged": kept, "refused": 0}
    assert ideas(eak) == rows
    assert eak("event", "verify").code == 0
