"""Every command that EAK tells somebody to run can be typed as it stands, where it was read, and
acts on the instance that it was said of."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eak_core import invocation
from tests.core.cli.conftest import Eak, Ran

EAK = Path(sys.executable).with_name("eak")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that somebody stands in, which is not where the instance is."""
    folder = tmp_path / "some where else"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def hint(said: str, ending: str) -> list[str]:
    """The words of the command that is quoted in ``said`` and ends like this, after ``eak``."""
    (quoted,) = {each for each in re.findall("“([^”]*)”", said) if each.endswith(ending)}
    program, *words = shlex.split(quoted)
    called = shutil.which(program)
    assert called is not None, f"{program} cannot be typed here"
    assert Path(called).resolve() == EAK.resolve()
    return words


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    "asked", [("service", "list"), ("doctor",), ("db", "check")], ids=lambda words: words[0]
)
def test_the_upgrade_that_is_asked_for_is_of_the_same_instance(
    eak: Eak, instance: Path, elsewhere: Path, asked: tuple[str, ...]
) -> None:
    ran = eak(*asked)
    assert ran.code != 0
    said = next(line for line in (ran.err + ran.out).splitlines() if "core lacks" in line
                or "The database lacks" in line)  # fmt: skip
    assert eak(*hint(said, "db upgrade"), on=None).code == 0
    assert list(elsewhere.iterdir()) == []
    assert eak(*asked).code == 0


def test_the_upgrade_that_a_plugin_waits_for_is_of_the_same_instance(
    eak: Eak, instance: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bare:
        bare.setattr("eak_core.plugins.loading.candidates.entry_points", lambda group: [])
        assert eak("db", "upgrade").code == 0
    waiting = {row["name"]: row for row in eak("plugin", "list", "--json").json}["voting"]
    assert waiting["state"] == "pending"
    assert eak(*hint(waiting["reason"], "db upgrade"), on=None).code == 0
    assert list(elsewhere.iterdir()) == []
    after = {row["name"]: row for row in eak("plugin", "list", "--json").json}["voting"]
    assert after["state"] == "ready"


HELD: dict[str, Callable[[Eak], Ran]] = {
    "hold": lambda eak: eak("db", "hold"),
    "doctor": lambda eak: eak("doctor"),
    "worker": lambda eak: eak("worker", "--once"),
}


@pytest.mark.parametrize("asked", HELD)
def test_the_release_that_is_asked_for_is_of_the_same_instance(
    eak: Eak, elsewhere: Path, asked: str
) -> None:
    eak("db", "upgrade")
    eak("db", "hold")
    ran = HELD[asked](eak)
    said = next(line for line in (ran.out + ran.err).splitlines() if "db release" in line)
    assert eak(*hint(said, "db release"), "--yes", on=None).out == "The site is released.\n"
    assert list(elsewhere.iterdir()) == []
    assert eak("db", "release").out == "The site is not held.\n"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (("event", "list", "--service", "nowhere"), "service list"),
        (("plugin", "check", "nothing"), "plugin list"),
    ],
)
def test_the_list_that_is_pointed_at_is_of_the_same_instance(
    eak: Eak, elsewhere: Path, asked: tuple[str, ...], shown: str
) -> None:
    eak("db", "upgrade")
    eak("service", "create", "here", "Here")
    eak("plugin", "enable", "discussion", "--service", "here")
    listed = eak(*hint(eak(*asked).err, shown), on=None)
    assert listed.code == 0
    assert "here" in listed.out
    assert list(elsewhere.iterdir()) == []


def test_the_command_that_the_demonstration_names_shows_the_demonstration(
    elsewhere: Path, played_once: Path
) -> None:
    """In processes of their own, typed into a shell. That nothing need be there before is seen with
    the wheels (`test_packaging`)."""
    shutil.copytree(played_once, elsewhere / "instance" / "demo")
    made = subprocess.run(
        [EAK, "demo", "--no-serve"], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    said = re.search("look like this:\n  (.*)\n", made.stdout)
    assert said is not None, made.stdout
    listed = subprocess.run(  # noqa: S602  # a shell is what a person types into
        said[1], shell=True, cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert "laboratoire" in listed.stdout
    assert [folder.name for folder in elsewhere.iterdir()] == ["instance"]
    assert [folder.name for folder in (elsewhere / "instance").iterdir()] == ["demo"]


def test_a_program_on_the_path_and_the_usual_instance_need_no_more_words(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [str(EAK)])
    monkeypatch.setenv("PATH", str(EAK.parent))
    assert invocation.typed("db upgrade", "instance") == "eak db upgrade"
    assert invocation.typed("db upgrade", "instance/demo").startswith("eak --instance instance/")
    monkeypatch.setenv("EAK_INSTANCE", "instance/demo")
    assert invocation.typed("db upgrade", "instance") == "eak --instance instance db upgrade"
    monkeypatch.setenv("PATH", "/nowhere")
    assert shlex.split(invocation.typed("db upgrade", "instance"))[0] == str(EAK)
    monkeypatch.setattr(sys, "argv", [str(elsewhere / "eak_core" / "cli" / "__main__.py")])
    assert " -m eak_core.cli " in invocation.typed("db upgrade", "instance")
