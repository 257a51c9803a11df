"""``eak plugin migration`` and ``eak plugin translate``: what is written for an author."""

import re
from pathlib import Path

import pytest

from eak_core.errors import Refused
from eak_core.kit.authoring.finding import in_folder
from eak_core.kit.authoring.words import translate
from eak_core.kit.scaffold import write_plugin
from tests.core.kit.mistakes import append, remove, replace, write
from tests.core.kit.test_plugin_author import eak, run

ONE_MODULE = """
[project]
name = "eak-applause"

[project.entry-points."eak.plugins"]
applause = "eak_applause"
"""


def versions(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("eak_*/migrations/versions/*.py"))


def test_a_migration_makes_what_the_models_say_and_the_next_call_finds_nothing(
    tmp_path: Path,
) -> None:
    folder = write(
        "applause",
        tmp_path,
        replace(
            "eak_PLUGIN/models.py",
            "    marked_at:",
            "    note: Mapped[str | None] = mapped_column(index=True)\n"
            "    loud: Mapped[bool]\n    seen_at: Mapped[datetime | None]\n    marked_at:",
        ),
    )
    done = eak("plugin", "migration", folder, "-m", "Say why, été", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert versions(folder) == ["0001_marks.py", "0002_say_why_ete.py"]
    text = next(folder.glob("eak_*/migrations/versions/0002*")).read_text()
    assert '"""Say why, été."""' in text
    assert 'down_revision = "0001"' in text
    assert "eak_core.api.UTCDateTime" in text
    assert "service" not in text, "of the core's tables nothing is written"
    assert "applause_mark.loud must have a value" in done.stderr
    assert "note" not in done.stderr
    assert not (tmp_path / "instance").exists(), "no site is made or looked at"
    checked = eak("plugin", "check", folder, folder=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert run("ruff", "check", ".", folder=folder).returncode == 0
    again = eak("plugin", "migration", folder, "-m", "Again", folder=tmp_path)
    assert (again.returncode, "nothing was written" in again.stdout) == (0, True)
    assert len(versions(folder)) == 2


def test_the_first_migration_makes_the_folder_and_a_column_that_goes_is_told(
    tmp_path: Path,
) -> None:
    folder = write("applause", tmp_path, remove("eak_PLUGIN/migrations/versions/0001_marks.py"))
    done = eak("plugin", "migration", folder, "-m", "Marks", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert versions(folder) == ["0001_marks.py"]
    text = next(folder.glob("eak_*/migrations/versions/0001*")).read_text()
    assert "down_revision = None" in text
    assert "op.create_table" in text
    models = folder / "eak_applause" / "models.py"
    models.write_text(models.read_text().replace("    marked_at: Mapped[datetime]\n", ""))
    gone = eak("plugin", "migration", folder, "-m", "Forget when", folder=tmp_path)
    assert "applause_mark.marked_at goes, with what is in it" in gone.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (append("eak_PLUGIN/plugin.py", "\n1 / 0\n"), "cannot be loaded"),
        (append("eak_PLUGIN/migrations/versions/0001_marks.py", "\n1 / 0\n"), "do not run"),
        (remove("pyproject.toml"), "has no pyproject.toml"),
    ],
)
def test_where_no_migration_can_be_written_a_sentence_says_why(
    change: object, said: str, tmp_path: Path
) -> None:
    folder = write("applause", tmp_path, change)  # type: ignore[arg-type]
    before = versions(folder)
    done = eak("plugin", "migration", folder, "-m", "Change", folder=tmp_path)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert versions(folder) == before


def test_a_name_that_is_neither_folder_nor_plugin_is_refused(tmp_path: Path) -> None:
    done = eak("plugin", "translate", "nowhere", folder=tmp_path)
    assert done.returncode == 2
    assert "“nowhere” is no folder and no installed plugin" in done.stderr


def test_texts_are_merged_and_what_a_translator_wrote_stays(tmp_path: Path) -> None:
    folder = write_plugin("applause", tmp_path)
    file = folder / "eak_applause" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
    before = file.read_text()
    assert [each.added for each in translate(in_folder(folder))] == [0]
    assert file.read_text() == before, "nothing new, nothing written"
    forms = folder / "eak_applause" / "forms.py"
    said = forms.read_text().replace("How many ideas the page shows", "How many ideas are shown")
    forms.write_text(f'{said}\nEXTRA = _l("An entirely different text")\n')
    (merged,) = translate(in_folder(folder))
    assert (merged.added, merged.fuzzy, merged.untranslated) == (2, 1, 1)
    after = file.read_text()
    # The header and every message that is still said stand as they were, in their order.
    blocks, told = before.strip().split("\n\n"), after.strip().split("\n\n")
    blocks = [each for each in blocks if "How many ideas" not in each]
    assert told[: len(blocks)] == blocks
    assert re.search(r'#, fuzzy\nmsgid "How many ideas are shown"\nmsgstr "Nombre d’idées', after)
    assert 'msgid "An entirely different text"\nmsgstr ""' in after
    forms.write_text(forms.read_text().replace('EXTRA = _l("An entirely different text")', ""))
    (merged,) = translate(in_folder(folder))
    assert merged.dropped == 1
    assert '\nmsgid "An entirely different text"' not in file.read_text()


def test_every_language_that_a_plugin_has_is_merged_and_french_is_made(tmp_path: Path) -> None:
    folder = write_plugin("applause", tmp_path)
    french = folder / "eak_applause" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
    french.unlink()
    breton = folder / "eak_applause" / "translations" / "br" / "LC_MESSAGES" / "messages.po"
    breton.parent.mkdir(parents=True)
    breton.write_text('msgid ""\nmsgstr ""\n"Language: br\\n"\n')
    added = {each.file: each.added for each in translate(in_folder(folder))}
    assert added.keys() == {french, breton}
    assert added[french] == added[breton] > 5
    assert "nplurals=2; plural=(n > 1)" in french.read_text()


def test_a_catalogue_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    folder = write_plugin("applause", tmp_path)
    file = folder / "eak_applause" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
    file.write_text('msgid "open\n')
    with pytest.raises(Refused, match="cannot be read"):
        translate(in_folder(folder))
    assert file.read_text() == 'msgid "open\n'


def test_a_plugin_of_one_module_is_checked_and_has_no_place_for_catalogues(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(ONE_MODULE)
    (tmp_path / "eak_applause.py").write_text(
        "from eak_core.api import Plugin\n"
        'plugin = Plugin(name="applause", title="Applause", core=">=0.1")\n'
    )
    checked = eak("plugin", "check", tmp_path, folder=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for words in (("translate", "."), ("migration", ".", "-m", "x")):
        done = eak("plugin", *words, folder=tmp_path)
        assert done.returncode == 1
        assert "is one module" in done.stderr
