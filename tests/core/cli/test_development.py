"""``eak serve --dev``: what an author changes shows, what fails is told, nobody else is let in."""

import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core.cli.conftest import Eak
from tests.core.cli.serving import Serve, wait_until

PLUGIN = """
from eak_core.api import Plugin, PluginBlueprint, PluginEnabled, hookimpl, render, subscriber

plugin = Plugin(name="applause", title="Applause", core=">=0.1,<1")
blueprint = PluginBlueprint(plugin, __name__)


@blueprint.get("/")
def index():
    return render("applause/page.html", word="first")


@hookimpl
def slot_service_home():
    raise RuntimeError("the slot is empty")


@subscriber(plugin, PluginEnabled)
def remember(happened, ctx):
    raise RuntimeError("nothing is remembered")
"""


@pytest.fixture
def applause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed plugin, editable as authors have theirs."""
    packages = tmp_path / "packages"
    folder = packages / "eak_applause"
    page = folder / "templates" / "applause" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>{{ word }} page</p>")
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(PLUGIN)
    metadata = packages / "eak_applause-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: eak-applause\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[eak.plugins]\napplause = eak_applause.plugin\n")
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(packages), str(Path.cwd())]))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return folder


def reads(url: str, text: str) -> Callable[[], bool]:
    """Whether the page at ``url`` holds ``text`` now."""

    def now() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return text in answer.read().decode()
        except OSError:
            return False

    return now


@pytest.mark.slow
def test_what_an_author_changes_shows_and_what_fails_is_told_in_the_terminal(
    eak: Eak, site: Path, applause: Path, served: Serve, tmp_path: Path
) -> None:
    assert eak("service", "create", "culture", "Culture").code == 0
    assert eak("plugin", "enable", "applause", "--service", "culture").code == 0
    told = tmp_path / "errors.txt"
    with served("serve", "--dev", "--instance", str(site), from_nothing=True) as server:
        page = f"{server.base}/culture/applause/"
        assert reads(page, "first page")()
        # A template shows at the very next request.
        (applause / "templates" / "applause" / "page.html").write_text("<p>{{ word }} leaf</p>")
        assert reads(page, "first leaf")()
        # What fails is told with its traceback, and however often it fails, nothing is put aside.
        for _ in range(7):
            reads(f"{server.base}/culture/", "Culture")()
        wait_until(lambda: "nothing is remembered" in told.read_text())
        assert "Traceback" in told.read_text()
        assert "the slot is empty" in told.read_text()
        assert reads(page, "first leaf")()
        # A module is loaded anew, also after a mistake that kept it from being loaded.
        (applause / "plugin.py").write_text("def broken(:\n")
        wait_until(lambda: "SyntaxError" in told.read_text())
        (applause / "plugin.py").write_text(PLUGIN.replace('"first"', '"second"'))
        wait_until(reads(page, "second leaf"))
    assert "suspended" not in told.read_text()


EVERYWHERE = "0.0.0.0"  # noqa: S104  # refused


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.1", "::", "example.org"])
def test_it_listens_on_this_machine_alone(eak: Eak, site: Path, host: str) -> None:
    ran = eak("serve", "--dev", "--host", host)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert f"not on {host}" in ran.err


def test_it_has_one_process(eak: Eak, site: Path) -> None:
    ran = eak("serve", "--dev", "--workers", "2")
    assert (ran.code, "--workers" in ran.err) == (2, True)
