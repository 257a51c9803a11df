"""What every command shares: the instance, exit codes, and how a refusal is said."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.cli.conftest import Eak, Ran


def assert_one_sentence(ran: Ran) -> None:
    assert ran.err.startswith("eak: ")
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err


def test_starting_imports_nothing_heavy() -> None:
    heavy = "{'sqlalchemy', 'granian', 'rich', 'alembic', 'eak_core.app', 'eak_core.db'}"
    program = f"import sys, eak_core.cli; sys.exit(str({heavy} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_every_command_has_a_help_text(eak: Eak) -> None:
    listed = eak("--help").out
    for name in "demo serve worker db service person plugin event import doctor".split():
        assert f"\n  {name} " in listed, name
        helped = eak(name, "--help")
        assert helped.code == 0, name
        assert "--instance" in helped.out, name


def test_asking_for_help_makes_no_instance(eak: Eak, instance: Path) -> None:
    assert eak("--help").code == 0
    assert not instance.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("nothing",),
        ("service", "nothing"),
        ("service", "create"),
        ("service", "create", "culture", "Culture", "--audience", "nobody"),
        ("event", "list", "--after", "-1"),
        ("event", "list", "--after", "9223372036854775808"),
        ("event", "show", "9" * 40),
        ("serve", "--port", "0"),
        ("worker", "--twice"),
    ],
)
def test_a_misuse_is_one_sentence_and_exit_code_2(eak: Eak, words: tuple[str, ...]) -> None:
    ran = eak(*words)
    assert ran.code == 2
    assert_one_sentence(ran)
    assert ran.out == ""


def test_a_wrong_setting_is_one_sentence_and_exit_code_2(eak: Eak, instance: Path) -> None:
    instance.mkdir()
    (instance / "eak.toml").write_text('site_nmae = "EAK"\n')
    ran = eak("service", "list", "--json")
    assert ran.code == 2
    assert_one_sentence(ran)
    assert "site_nmae" in ran.err
    assert ran.out == ""


def test_a_database_without_tables_says_which_command_makes_them(eak: Eak) -> None:
    ran = eak("service", "list")
    assert ran.code == 2
    assert_one_sentence(ran)
    assert "db upgrade”" in ran.err


def test_a_database_that_does_not_answer_is_one_sentence_and_exit_code_2(
    eak: Eak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_DATABASE_URL", "postgresql://eak:secret@127.0.0.1:1/eak")
    ran = eak("service", "list")
    assert ran.code == 2
    assert_one_sentence(ran)
    assert "database_url" in ran.err
    assert "secret" not in ran.err


def test_a_refusal_is_one_sentence_with_the_field_and_exit_code_1(eak: Eak, site: Path) -> None:
    ran = eak("service", "create", "Not A Slug", "Culture")
    assert ran.code == 1
    assert_one_sentence(ran)
    assert "slug" in ran.err


def test_the_instance_is_taken_before_and_after_the_command_and_from_the_environment(
    eak: Eak, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = str(instance)
    assert eak("--instance", where, "db", "upgrade", on=None).code == 0
    assert (instance / "eak.sqlite").exists()
    assert eak("service", "create", "culture", "Culture", "--instance", where, on=None).code == 0
    monkeypatch.setenv("EAK_INSTANCE", where)
    assert [row["slug"] for row in eak("service", "list", "--json", on=None).json] == ["culture"]


def test_the_word_after_the_command_is_above_the_environment(
    eak: Eak, instance: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EAK_INSTANCE", str(tmp_path / "other"))
    assert eak("db", "upgrade", "--instance", str(instance), on=None).code == 0
    assert (instance / "eak.sqlite").exists()
    assert not (tmp_path / "other").exists()


def test_without_a_word_the_instance_is_the_folder_of_this_name(
    eak: Eak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert eak("db", "upgrade", on=None).code == 0
    assert (tmp_path / "instance" / "eak.sqlite").exists()


def test_a_reader_who_has_seen_enough_gets_no_traceback(site: Path) -> None:
    command = f"{sys.executable} -m eak_core.cli --instance {site} event types --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)  # noqa: S602
    assert done.stderr == ""


def test_the_version_is_the_one_of_the_package(eak: Eak) -> None:
    from eak_core import __version__

    assert eak("--version").out == f"eak {__version__}\n"


@pytest.mark.parametrize(
    "setting",
    [
        'database_url = "postgresql://nobody@127.0.0.1:1/nothing"',
        'database_url = "sqlite:///{folder}/notes.txt"',
        'rate_limit_storage = "nothing://here"',
    ],
)
def test_what_cannot_be_opened_is_one_sentence_and_exit_code_2(
    eak: Eak, instance: Path, setting: str
) -> None:
    instance.mkdir()
    (instance / "notes.txt").write_text("This is no database, however it is called. " * 50)
    (instance / "eak.toml").write_text(setting.format(folder=instance))
    ran = eak("service", "list")
    assert ran.code == 2
    assert_one_sentence(ran)


def test_a_database_that_does_not_answer_is_no_fault_of_a_plugin(
    eak: Eak, instance: Path, caplog: pytest.LogCaptureFixture
) -> None:
    instance.mkdir()
    (instance / "eak.toml").write_text('database_url = "postgresql://nobody@127.0.0.1:1/x"')
    eak("service", "list")
    assert "migrations cannot be read" not in caplog.text
