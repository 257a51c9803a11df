"""``eak plugin new`` and ``eak plugin check``."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from eak_core.cli import cli
from eak_core.errors import Misconfigured
from eak_core.kit.authoring.finding import licence_in
from eak_core.kit.scaffold import rendered, write_plugin
from tests import forked
from tests.core.kit.mistakes import Mistake, append, move, remove, replace, write

TREE = Path(__file__).parents[3]
LONGEST = "quite_a_long_name_for_a_plugin1"


Done = subprocess.CompletedProcess[str]


def run(*command: object, folder: Path, path: Path | None = None) -> Done:
    """A command in ``folder``, with what was installed into ``path``."""
    places = [str(each) for each in (path, TREE) if each is not None]
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=folder,
        # What mypy found out of the core holds for every plugin, and for the next run.
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(places),
            "MYPY_CACHE_DIR": str(TREE / ".mypy_cache" / "of-plugins"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def eak(*command: object, folder: Path) -> Done:
    """``eak`` with these words, in a process of its own."""
    return forked.done(
        *("eak_core.cli", *map(str, command)),
        env={**os.environ, "EAK_INSTANCE": str(folder / "instance")},
        cwd=folder,
    )


@pytest.mark.parametrize("name", ["ab", LONGEST])
def test_a_new_plugin_is_in_order_whatever_its_name(name: str, tmp_path: Path) -> None:
    made = eak("plugin", "new", name, "--into", tmp_path, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    folder = tmp_path / name
    # How long a line gets depends on the name. What types there are does not, and takes long.
    types = [["mypy"]] if name != LONGEST else []
    for command in (["ruff", "format", "--check", "."], ["ruff", "check", "."], *types):
        done = run(*command, folder=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    checked = eak("plugin", "check", folder, "--json", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    answer = json.loads(checked.stdout)
    assert answer["ok"] is True
    said = {each["about"]: each["said"] for each in answer["findings"]}
    assert said.keys() >= {"imports", "migrations", "events"}
    # Whose plugin it is says so, and nobody else.
    assert "declares none" in said["licence"]
    file = folder / "pyproject.toml"
    assert licence_in(folder) == ""
    file.write_text(file.read_text().replace("[project]\n", '[project]\nlicense = "EUPL-1.2"\n'))
    assert licence_in(folder) == "EUPL-1.2"


@pytest.mark.slow
def test_a_new_plugin_passes_its_own_tests_once_installed(tmp_path: Path) -> None:
    folder = write_plugin("applause", tmp_path)
    installed = tmp_path / "installed"
    done = run(
        "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
        "--target", installed, folder, folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # On the database that is stricter; plugins as short as this one are run on the other one by
    # the tests of the guide and its recipes.
    tested = run(
        "pytest", "-q", "-p", "no:cacheprovider", "-k", "not sqlite", folder=folder, path=installed
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed" in tested.stdout
    assert "skipped" not in tested.stdout


@pytest.mark.parametrize(
    "name", ["Applause", "a", "idea_extras", "import", "clap-clap", "../up", "é"]
)
def test_a_name_that_no_plugin_can_have_is_refused_and_nothing_is_written(
    name: str, tmp_path: Path
) -> None:
    words = ["plugin", "new", name, "--into", str(tmp_path / "here")]
    refused = CliRunner().invoke(cli, words, prog_name="eak")
    assert refused.exit_code == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "here").exists()


def test_a_folder_that_exists_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "applause").mkdir()
    (tmp_path / "applause" / "mine.txt").write_text("mine")
    with pytest.raises(Misconfigured, match="exists already"):
        write_plugin("applause", tmp_path)
    assert [file.name for file in (tmp_path / "applause").iterdir()] == ["mine.txt"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Misconfigured, match="cannot be made"):
        write_plugin("applause", tmp_path / "file")


def test_nothing_of_the_templates_is_left_in_what_is_written() -> None:
    for path, text in rendered("applause"):
        assert "<<" not in text, path
        assert "jinja" not in path


MISTAKES: dict[str, tuple[Mistake, str, str]] = {
    "core import": (
        append("eak_PLUGIN/marks.py", "\nfrom eak_core.people.models import Person\n"),
        "imports",
        "imports eak_core.people.models: take it from eak_core.api",
    ),
    "other plugin": (
        append("eak_PLUGIN/marks.py", "\nimport eak_voting\n"),
        "imports",
        "do not import each other",
    ),
    "no python": (append("eak_PLUGIN/marks.py", "\ndef (\n"), "imports", "is not Python"),
    "template": (
        move("eak_PLUGIN/templates/PLUGIN/index.html", "eak_PLUGIN/templates/index.html"),
        "templates",
        "must be in templates/PLUGIN/",
    ),
    "template syntax": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", "\n{% if %}\n"),
        "compiled",
        "is no template: ",
    ),
    "filter": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", "\n{{ 1|dated }}\n"),
        "compiled",
        "uses the filter “dated”, which there is not; is “date” meant?",
    ),
    "test": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", "\n{{ 1 is oddly }}\n"),
        "compiled",
        "uses the test “oddly”, which there is not; is “odd” meant?",
    ),
    "function": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", "\n{{ page_adress(1) }}\n"),
        "compiled",
        "calls “page_adress”, which neither the platform",
    ),
    "template name": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", "\n{% include 'PLUGIN/nowhere.html' %}\n"),
        "compiled",
        "names the template “PLUGIN/nowhere.html”, which there is not",
    ),
    "macro": (
        append(
            "eak_PLUGIN/templates/PLUGIN/index.html",
            "\n{% from 'macros/forms.html' import feild %}\n",
        ),
        "compiled",
        "takes “feild” from “macros/forms.html”, which has no such macro",
    ),
    "inline style": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", '<p style="color: red">Red</p>'),
        "pages",
        "has a style attribute",
    ),
    "inline script": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", "<script>alert(1)</script>"),
        "pages",
        "has an inline script",
    ),
    "class of Bootstrap": (
        append("eak_PLUGIN/templates/PLUGIN/index.html", '<p class="btn {{ x }} text-muted">…</p>'),
        "pages",
        "has the class “text-muted” of Bootstrap, which pages do not get",
    ),
    "hook": (
        replace("eak_PLUGIN/plugin.py", "def nav_items", "def nav_item"),
        "plugin",
        "there is no hook “nav_item”; is “nav_items(service, actor)” meant?",
    ),
    "argument of a hook": (
        replace("eak_PLUGIN/plugin.py", "def nav_items(", "def nav_items(user: object, "),
        "plugin",
        "the hook “nav_items” has no argument “user”; it is “nav_items(service, actor)”",
    ),
    "prefix": (
        replace("eak_PLUGIN/models.py", '"PLUGIN_mark"', '"marks_of_PLUGIN"'),
        "plugin",
        "must be called “PLUGIN_…”",
    ),
    "name": (
        replace("pyproject.toml", 'PLUGIN = "eak_', 'other = "eak_'),
        "plugin",
        "is not called “other”",
    ),
    "migrations": (
        append("eak_PLUGIN/models.py", "    note: Mapped[str | None]\n"),
        "migrations",
        "do not make what the models say",
    ),
    "translation": (
        append("eak_PLUGIN/forms.py", '\nEXTRA = _l("Not said in French")\n'),
        "translations",
        "“Not said in French” is not translated",
    ),
    "golden": (
        remove("tests/golden/PLUGIN.marked.v1.json"),
        "events",
        "PLUGIN.marked version 1 has no golden file",
    ),
    "fields": (
        replace("eak_PLUGIN/events.py", "    idea_id: int\n", "    idea_id: int\n    n: int = 0\n"),
        "events",
        "raise the version to 2",
    ),
    "entry point": (
        replace("pyproject.toml", "eak_PLUGIN.plugin", "eak_PLUGIN.other"),
        "distribution",
        "expected is '<package>.plugin'",
    ),
    "no distribution": (remove("pyproject.toml"), "distribution", "has no pyproject.toml"),
}


#: Mistakes that do not hide each other, made in one plugin: each look takes a second and more.
TOGETHER = (
    (
        *("core import", "other plugin", "inline style", "inline script"),
        "class of Bootstrap",
        *("filter", "test", "template name", "macro"),
        *("migrations", "translation", "golden"),
    ),
    ("function", "hook"),
    ("template syntax", "fields"),
    ("argument of a hook",),
    ("template",),
    ("no python",),
    ("prefix",),
    ("name",),
    ("entry point",),
    ("no distribution",),
)
#: How many sentences more these lead to: one mistake may be met in two places.
BESIDES = {"fields": 1, "name": 2, "no python": 1, "template": 1, "template syntax": 1}


@pytest.mark.parametrize("mistakes", TOGETHER, ids=lambda mistakes: mistakes[0])
def test_each_mistake_is_told_in_a_sentence_and_nothing_else_is(
    mistakes: tuple[str, ...], tmp_path: Path
) -> None:
    made = [MISTAKES[each] for each in mistakes]
    folder = write("applause", tmp_path, *(make for make, _about, _said in made))
    checked = eak("plugin", "check", folder, "--json", folder=tmp_path)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    wrong = [each for each in json.loads(checked.stdout)["findings"] if not each["fine"]]
    for _make, about, said in made:
        told = [each for each in wrong if said.replace("PLUGIN", "applause") in each["said"]]
        assert {each["about"] for each in told} == {about}, wrong
    assert len(wrong) == len(mistakes) + sum(BESIDES.get(each, 0) for each in mistakes), wrong


def test_every_mistake_is_made() -> None:
    assert sorted(each for group in TOGETHER for each in group) == sorted(MISTAKES)


def test_golden_files_that_are_missing_are_written_on_request(tmp_path: Path) -> None:
    folder = write_plugin("applause", tmp_path)
    file = folder / "tests" / "golden" / "applause.marked.v1.json"
    before = file.read_bytes()
    file.unlink()
    checked = eak("plugin", "check", folder, "--write-golden", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert file.read_bytes() == before


def test_what_is_wrong_is_said_line_by_line_for_people(tmp_path: Path) -> None:
    folder = write_plugin("applause", tmp_path)
    (folder / "eak_applause" / "plugin.py").write_text("raise RuntimeError('not today')\n")
    checked = eak("plugin", "check", folder, folder=tmp_path)
    assert checked.returncode == 1
    assert "✗ plugin: It could not be loaded: RuntimeError: not today" in checked.stdout
    assert "Traceback" not in checked.stdout + checked.stderr


def test_what_to_do_next_is_told_in_commands_that_can_be_typed(tmp_path: Path) -> None:
    """In a process that begins as a person begins it: how it was called is in what it tells."""
    command = "from eak_core.cli import main; main()"
    words = ["plugin", "new", "applause", "--into", "here and there"]
    made = subprocess.run(
        [sys.executable, "-c", command, *words],
        cwd=tmp_path, env=os.environ | {"EAK_INSTANCE": str(tmp_path / "instance")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    steps = [shlex.split(line) for line in made.stdout.splitlines() if line.startswith("  ")]
    python, folder = Path(sys.executable).absolute(), "here and there/applause"
    assert [step[1:] for step in steps[:2]] == [
        ["-m", "pip", "install", "-e", f"{folder}[test]"],
        ["-m", "pytest", folder],
    ]
    assert {step[0] for step in steps[:2]} == {str(python)}
    assert (tmp_path / folder / "pyproject.toml").exists()
    assert steps[2][1:] == ["--instance", "instance", "demo", "--with", "applause"]
    assert Path(shutil.which(steps[2][0]) or "").name == "eak"
