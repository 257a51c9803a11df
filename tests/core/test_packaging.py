"""What is installed: locked with hashes, complete in its wheels, and able to run alone."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "test")
PLUGINS = sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))


def pins(lock: str) -> list[str]:
    """The text of each pin."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    return re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^#.*\n", "", text).strip(), flags=re.I)


def locked(lock: str) -> dict[str, str]:
    """The text of each pin, by the normal form of its name."""
    return {canonicalize_name(re.match(r"[\w.-]+", pin)[0]): pin for pin in pins(lock)}  # type: ignore[index]


def wanted(lock: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    for plugin in PLUGINS:
        lines += tomllib.loads((plugin / "pyproject.toml").read_text())["project"]["dependencies"]
    if lock == "test":
        lines += project["dependency-groups"]["test"]
        lines += project["project"]["optional-dependencies"]["testing"]
    names = {canonicalize_name(Requirement(line).name) for line in lines}
    # What the tree itself provides comes from no registry.
    return names - {project["project"]["name"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_hashes_every_pin(lock: str) -> None:
    assert "://" not in (ROOT / "requirements" / f"{lock}.lock").read_text()
    for name, pin in locked(lock).items():
        assert "==" in pin, name
        assert "--hash=sha256:" in pin, name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_all_that_the_project_asks_for(lock: str) -> None:
    assert wanted(lock) <= set(locked(lock))


def test_tests_run_on_what_is_run() -> None:
    tested = locked("test")
    for name, pin in locked("run").items():
        assert tested[name].split()[0] == pin.split()[0]


def test_every_plugin_of_the_tree_is_held_by_the_same_rules() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packages = {file.parent.name for file in (ROOT / "plugins").glob("*/*/plugin.py")}
    (contract,) = (
        each for each in settings["importlinter"]["contracts"] if each["id"] == "plugins"
    )
    assert packages <= set(settings["importlinter"]["root_packages"])
    assert packages == set(contract["source_modules"])
    roots = {Path(path).name for path in settings["mypy"]["mypy_path"][1:]}
    assert roots == {folder.name for folder in PLUGINS}


#: What the backend of each plugin does when it is asked for a wheel, in one process for all.
WHEELS = """
import sys
from hatchling.builders.wheel import WheelBuilder

for project in sys.argv[2:]:
    list(WheelBuilder(project).build(directory=sys.argv[1]))
"""


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for build in (
        ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        ["-c", WHEELS, str(folder), *map(str, PLUGINS)],
    ):
        subprocess.run([sys.executable, *build], check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_a_wheel_holds_all_that_is_not_code(wheels: Path) -> None:
    (wheel,) = wheels.glob("eak_core-*.whl")
    names = set(ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "eak_core", "themes"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    for name in tracked:
        assert re.sub(r"^themes/", "eak_core/_themes/", name) in names, name
    assert {name.rpartition("/")[2].partition("-")[0] for name in names if "/fonts/" in name} == {
        "sans",
        "serif",
    }
    assert not [name for name in names if name.startswith(("tests/", "plugins/", "instance/"))]


@pytest.mark.slow
@pytest.mark.parametrize("project", PLUGINS, ids=lambda project: project.name)
def test_the_wheel_of_a_plugin_holds_all_that_is_not_code(wheels: Path, project: Path) -> None:
    (wheel,) = wheels.glob(f"eak_{project.name}-*.whl")
    names = set(ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "-C", str(project), "ls-files", f"eak_{project.name}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert tracked
    assert set(tracked) <= names


PIP = """#!{folder}/.venv/bin/python
from pip._internal.cli.main import main

raise SystemExit(main())
"""


def installed_by(lock: str) -> Iterator[str]:
    """The names of what a lock has installed on this machine."""
    for pin in pins(lock):
        wanted = Requirement(pin.partition(" \\")[0])
        if wanted.marker is None or wanted.marker.evaluate():
            yield wanted.name


def take(name: str, packages: Path) -> None:
    """Copy the modules and the metadata of a distribution of this environment to ``packages``."""
    distribution = metadata.distribution(name)
    for file in distribution.files or ():
        if ".." not in file.parts:
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(distribution.locate_file(file), packages / file)


@pytest.fixture(scope="session")
def house(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the tree, with nothing in its ``.venv`` but the wheels and what the lock
    names, and a demonstration."""
    folder = tmp_path_factory.mktemp("house")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=folder, check=True)
    # That the lock can be installed is seen where these tests were: what it names is taken from
    # there, compiled as it is.
    (packages,) = folder.glob(".venv/lib/python*/site-packages")
    for name in ("pip", *installed_by("run")):
        take(name, packages)
    (folder / ".venv/bin/pip").write_text(PIP.format(folder=folder))
    (folder / ".venv/bin/pip").chmod(0o755)
    pip = [".venv/bin/pip", "install", "--no-compile", "--quiet", "--disable-pip-version-check"]
    built = [str(wheel) for wheel in wheels.glob("*.whl")]
    subprocess.run([*pip, "--no-deps", *built], cwd=folder, check=True)
    assert "citoyenne@demo.example" in run(folder, ".venv/bin/eak", "demo", "--no-serve")
    return folder


def run(folder: Path, *command: str) -> str:
    """What ``command`` says in ``folder``, where it must end well."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_wheels_run_alone_in_an_empty_environment(house: Path) -> None:
    where = "import eak_core; print(eak_core.__file__)"
    assert run(house, ".venv/bin/python", "-c", where).startswith(str(house / ".venv"))
    doctor = [".venv/bin/eak", "--instance", "instance/demo", "doctor"]
    examined = subprocess.run(doctor, cwd=house, capture_output=True, text=True).stdout
    # What is wrong with a demonstration is that it is one.
    [problem] = re.findall(r"^PROBLEM .*$", examined, re.MULTILINE)
    assert "demo = true" in problem


READ = """
import re
from pathlib import Path
from eak_core.app import create_app
from eak_core.config import load

reader = create_app(load(Path("instance/demo"))).test_client()
listed = reader.get("/culture/idees/").text
for path in sorted(set(re.findall(r"/culture/idees/\\d+[\\w-]*", listed))):
    print(*re.findall(r"Applauded \\d+ times?", reader.get(path + "?lang=en").text))
"""


@pytest.mark.slow
def test_the_plugin_of_the_readme_is_on_a_page_after_the_commands_of_the_readme(
    house: Path,
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    applause = house / "applause"
    applause.mkdir()
    for language, name in (("python", "eak_applause.py"), ("toml", "pyproject.toml")):
        assert f"`applause/{name}`" in readme
        [block] = re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)
        (applause / name).write_text(block, encoding="utf-8")
    typed = re.findall(r"^    (\.venv/bin/.+)$", readme, re.MULTILINE)
    assert [line.split()[0] for line in typed] == [".venv/bin/pip", ".venv/bin/eak"]
    for line in typed:
        run(house, *shlex.split(line))
    run(house, ".venv/bin/eak", "--instance", "instance/demo", "worker", "--once")
    assert re.search(r"Applauded [1-9]", run(house, ".venv/bin/python", "-c", READ))
