"""The README: its plugin is run as it stands there, and its pictures are light and described."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host

README = Path(__file__).parents[2] / "README.md"


def source() -> str:
    [block] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


@pytest.fixture
def plugins(tmp_path: Path) -> list[ModuleType]:
    file = tmp_path / "eak_applause.py"
    file.write_text(source(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("eak_applause", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [module]


def step(site: Site, idea: Idea, to: str) -> None:
    with site.writing() as session:
        idea = session.get_one(Idea, idea.id)
        change_stage(
            session, Actor.system(), site.service, site.active(), idea, to, "It goes well."
        )


def page(site: Site, idea: Idea) -> str:
    answer = site.browser().get(f"/culture/idees/{idea.id}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_it_has_fifteen_lines() -> None:
    assert len([line for line in source().splitlines() if line.strip()]) <= 15


def test_it_counts_what_happens_and_what_happened_before_it_was_on(site: Site) -> None:
    with site.app.app_context():
        assert get_host().installed["applause"].reason == ""
    idea = site.submit()
    step(site, idea, "screening")
    assert "Applauded" not in page(site, idea)
    site.enable("applause")
    site.drain()
    assert "Applauded 1 time" in page(site, idea)
    step(site, idea, "accepted")
    site.drain()
    assert "Applauded 2 times" in page(site, idea)
    site.replay("applause")
    assert "Applauded 2 times" in page(site, idea)
    site.disable("applause")
    assert "Applauded" not in page(site, idea)


def test_its_pictures_are_there_are_light_and_say_what_they_show() -> None:
    found = re.findall(r"!\[([^\]]+)\]\((\S+)\)", README.read_text(encoding="utf-8"))
    assert len(found) == 2
    for said, place in found:
        assert len(said) > 60, place
        assert 10_000 < (README.parent / place).stat().st_size < 100_000, place
