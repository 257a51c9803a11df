"""What the documentation says is so: its Python, commands, files, settings, hooks and events."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from eak_core.app import create_app
from eak_core.cli import cli
from eak_core.config import Config, load
from eak_core.kit import testing
from eak_core.kit.reference.hooks import hook_names
from eak_core.kit.testing.conformance import CompanyConformance, PluginConformance
from tests import shown
from tests.shown import DOCS, FENCE, GUIDE, SHOWN, WHOLE

ROOT = Path(__file__).parents[2]
#: The guides of those who run a service or the site, which their pages show too.
GUIDES = sorted((ROOT / "eak_core" / "guides").glob("*.md"))
PAGES = [
    ROOT / "README.md",
    ROOT / "instance" / "README.md",
    *sorted(ROOT.glob("plugins/*/README.md")),
    *GUIDES,
    *sorted(DOCS.rglob("*.md")),
]
#: Those that people write: the pages of the reference show signatures, which are no statements.
WRITTEN = [page for page in PAGES if page.parent != DOCS / "plugins" / "reference"]

_SPAN = re.compile(r"`([^`\n]+)`")
_OF_THE_TREE = re.compile(r"(?:eak_core|plugins|themes|tests|docs|instance|requirements)/[\w./-]*")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return [code for kind, code in FENCE.findall(page.read_text("utf-8")) if kind == language]


def spans(page: Path) -> list[str]:
    return _SPAN.findall(FENCE.sub("", page.read_text("utf-8")))


def commands(page: Path) -> Iterator[str]:
    """Everything on ``page`` that somebody would type after a prompt and that begins with eak."""
    text = page.read_text("utf-8")
    shown = re.findall(r"^    (?:\.venv/bin/)?(eak .*)$", text, re.MULTILINE)
    for each in (*shown, *spans(page)):
        if each.startswith("eak ") and not re.search(r"[<…]", each):
            yield each.partition("#")[0].strip()


# --- code ---


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_python_that_is_shown_can_be_parsed(page: Path) -> None:
    for code in blocks(page, "python"):
        ast.parse(code)


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_what_is_imported_from_the_api_exists(page: Path) -> None:
    from eak_core import api

    for code in blocks(page, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module == "eak_core.api":
                missing = {each.name for each in node.names} - set(api.__all__)
                assert not missing, f"{named(page)} imports {missing} from eak_core.api"


def in_its_own_process(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with the plugins of the documentation; their tables stay out of this process."""
    places = [*(folder / plugin for _page, plugin in SHOWN), ROOT]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


LOAD = """
import sys
from pathlib import Path
from eak_core.events import CORE, EventRegistry
from eak_core.kit.golden import write_missing
from eak_core.plugins.loading.candidates import from_modules
from eak_core.plugins.loading.host import PluginHost

for name in sys.argv[1:]:
    found = PluginHost(from_modules([f"eak_{name}.plugin"])).installed[name]
    write_missing(EventRegistry([CORE, found.plugin]), name, Path(name, "tests", "golden"))
    print(name, found.state, found.reason)
"""

#: How many tests each plugin is put to by conformance alone, at least.
CHECKS = 25

CONFTEST = """
import pytest


@pytest.fixture
def plugins():
    return ["eak_PLUGIN.plugin"]


@pytest.fixture(params=["sqlite"])
def database(request):
    return request.param
"""


@pytest.mark.slow
def test_the_plugins_that_are_shown_can_be_loaded_and_pass_their_tests(tmp_path: Path) -> None:
    for page, plugin in SHOWN:
        shown.write(page, plugin, tmp_path / plugin)
        conftest = CONFTEST.replace("PLUGIN", plugin)
        (tmp_path / plugin / "tests" / "conftest.py").write_text(conftest, encoding="utf-8")
    names = [plugin for _page, plugin in SHOWN]
    loaded = in_its_own_process(tmp_path, "-c", LOAD, *names)
    assert loaded.stdout.splitlines() == [f"{name} ready " for name in names], loaded
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    options = ["-q", "-p", "eak_core.kit.testing", "--import-mode=importlib"]
    ran = in_its_own_process(tmp_path, "-m", "pytest", *options, *names)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = re.findall(r"^(\d+) passed", ran.stdout.splitlines()[-1])
    assert int(told[0]) >= 3 * CHECKS, ran.stdout


def test_the_whole_plugin_has_fewer_than_350_lines() -> None:
    lines = [line for _name, text in shown.files(WHOLE, "visits") for line in text.splitlines()]
    assert len([line for line in lines if line.strip()]) < 350
    assert max(map(len, lines)) <= 120


def test_every_fixture_of_the_guide_is_in_the_kit() -> None:
    text = GUIDE.read_text("utf-8")
    table = text[text.index("| fixture | gives |") : text.index("Before you release")]
    named_first = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    fixtures = {name for cell in named_first for name in re.findall(r"`(\w+)`", cell)}
    assert fixtures
    assert fixtures <= set(testing.__all__)


# --- commands ---


def find_command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that ``words`` name, and the words behind its name."""
    command: click.Command = cli
    with click.Context(cli, info_name="eak") as context:
        while isinstance(command, click.Group) and words:
            word, *words = words
            if word == "--instance":
                words = words[1:]
                continue
            found = command.get_command(context, word)
            assert found is not None, f"there is no command “{word}” in “{command.name}”"
            command = found
    return command, words


def options_of(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


def every_option() -> set[str]:
    def below(command: click.Command) -> Iterator[str]:
        yield from options_of(command)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from below(found)

    with click.Context(cli, info_name="eak"):
        return set(below(cli))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_exists_with_its_options(page: Path) -> None:
    for line in commands(page):
        command, words = find_command(shlex.split(line)[1:])
        for word in words:
            if word.startswith("--"):
                known = options_of(command)
                assert word in known, f"{named(page)}: “{line}”: {word} is none of {known}"


def test_every_option_that_is_named_alone_is_one_of_some_command() -> None:
    known = every_option()
    for page in PAGES:
        for span in spans(page):
            if re.match(r"--[a-z]", span) and "…" not in span:
                assert span.split()[0] in known, f"{named(page)}: {span}"


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text("utf-8"), re.M):
            assert target in targets, f"{named(page)}: make {target}"


# --- files ---


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_that_is_named_exists(page: Path) -> None:
    for span in spans(page):
        if _OF_THE_TREE.fullmatch(span):
            assert (ROOT / span).exists(), f"{named(page)}: {span}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", FENCE.sub("", page.read_text("utf-8"))):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{named(page)}: {target}"


@pytest.mark.parametrize(
    "page", [*GUIDES, DOCS / "operations.md", DOCS / "security.md"], ids=lambda page: page.name
)
def test_every_address_that_is_named_answers(page: Path, tmp_path: Path) -> None:
    rules = create_app(load(tmp_path)).url_map.bind("localhost")
    for span in spans(page):
        if span.startswith("/") and span != "/64":
            assert rules.match(span.replace("<service>", "culture"), method="GET"), span


# --- settings ---

SETTINGS = set(Config.__struct_fields__) - {"instance"}


def settings_table() -> dict[str, str]:
    """The defaults that the operators' page gives, by setting."""
    text = (DOCS / "operations.md").read_text("utf-8")
    section = text[text.index("## Settings") : text.index("## Databases")]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))


def test_the_operators_page_has_every_setting_and_no_other() -> None:
    assert settings_table().keys() == SETTINGS


def test_the_operators_page_gives_the_true_defaults() -> None:
    said = settings_table()
    for field in msgspec.structs.fields(Config):
        if field.required:
            continue
        cell, default = said[field.name], field.default
        if default in (None, "", ()):
            assert cell.startswith("none"), field.name
        else:
            assert cell == f"`{str(default).lower() if default in (True, False) else default}`"


def test_the_example_of_settings_has_every_setting_and_no_other() -> None:
    text = (ROOT / "instance" / "eak.example.toml").read_text("utf-8")
    assert set(re.findall(r"^# (\w+) = ", text, re.MULTILINE)) == SETTINGS


def test_every_variable_that_is_named_is_a_setting() -> None:
    known = {f"EAK_{name.upper()}" for name in SETTINGS} | {"EAK_INSTANCE"}
    for page in PAGES:
        for variable in re.findall(r"EAK_[A-Z_]+[A-Z]", page.read_text("utf-8")):
            assert variable in known, f"{named(page)}: {variable}"


# --- limits ---


def test_the_page_on_security_gives_the_true_limits() -> None:
    page = (DOCS / "security.md").read_text("utf-8")
    said = re.findall(r"\| (\d+) a minute, (\d+) an? (hour|day) \|", page)
    code = sources("eak_core", "plugins", suffixes=(".py",))
    rules = r'(?:limited\("[\w.-]+", |parse_many\()"(\d+)/minute;(\d+)/(hour|day)"'
    true = re.findall(rules, code)
    assert sorted(said) == sorted(true)


# --- French ---


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_a_guide_in_french_is_set_as_french_is(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    prose = _SPAN.sub("…", text.partition("---\n\n")[2])
    assert not re.findall(r"\S* [;:?!»]|« |\w'\w", prose)


def test_no_two_guides_say_the_same() -> None:
    said = [
        " ".join(each.split())
        for page in GUIDES
        for each in page.read_text("utf-8").split("<!-- guide -->")[1].split("\n\n")
        if len(each) > 80
    ]
    assert len(said) == len(set(said))


# --- the reference ---


def sources(*folders: str, suffixes: tuple[str, ...] = (".py", ".html")) -> str:
    files = (file for folder in folders for file in (ROOT / folder).rglob("*"))
    return "\n".join(file.read_text("utf-8") for file in files if file.suffix in suffixes)


@pytest.mark.parametrize("hook", hook_names())
def test_every_hook_is_used_and_tested(hook: str) -> None:
    slot = hook.removeprefix("slot_")
    used = (f'"{hook}"', f"slot('{slot}'", f'slot("{slot}"')
    called = "\n".join(
        file.read_text("utf-8")
        for file in (ROOT / "eak_core").rglob("*")
        if file.suffix in (".py", ".html")
        and file.name not in ("dataspecs.py", "hookspecs.py", "slotspecs.py", "shapes.py")
    )
    assert any(words in called for words in used), f"nobody in the core asks {hook}"
    assert re.search(rf"\b{hook}\b", sources("tests")), f"no test is about {hook}"


def test_the_list_for_plugins_names_every_conformance_test_and_no_other() -> None:
    inherited = {**vars(PluginConformance), **vars(CompanyConformance)}
    tests = {name for name in inherited if name.startswith("test_")}
    said = spans(DOCS / "plugins" / "quality.md")
    assert sorted(span for span in said if span.startswith("test_")) == sorted(tests)
