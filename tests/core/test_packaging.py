"""What is installed: locked with hashes, complete in its wheels, and able to run alone."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "test")
PLUGINS = sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))


def locked(lock: str) -> dict[str, str]:
    """The text of each pin, by the normal form of its name."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    pins = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^#.*\n", "", text).strip(), flags=re.I)
    return {canonicalize_name(re.match(r"[\w.-]+", pin)[0]): pin for pin in pins}  # type: ignore[index]


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


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, *PLUGINS):
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
        subprocess.run(
            [*build, "--outdir", str(folder), str(project)], check=True, capture_output=True
        )
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


@pytest.mark.slow
def test_wheels_run_alone_in_an_empty_environment(wheels: Path, tmp_path: Path) -> None:
    """Outside the tree, with nothing but what the lock names."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lock = str(ROOT / "requirements" / "run.lock")
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    built = [str(wheel) for wheel in wheels.glob("*.whl")]
    subprocess.run([*pip, "--no-deps", *built], check=True)

    eak = str(environment / "bin" / "eak")
    played = subprocess.run(
        [eak, "demo", "--no-serve"], cwd=tmp_path, capture_output=True, text=True
    )
    assert played.returncode == 0, played.stderr
    assert "citoyenne@demo.example" in played.stdout
    where = [python, "-c", "import eak_core; print(eak_core.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert found.startswith(str(environment))
    doctor = [eak, "doctor", "--instance", str(tmp_path / "instance" / "demo")]
    examined = subprocess.run(doctor, cwd=tmp_path, capture_output=True, text=True)
    assert examined.returncode == 0, examined.stdout
