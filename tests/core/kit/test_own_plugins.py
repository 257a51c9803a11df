"""What is asked of every author's plugin holds for the plugins of this repository."""

from pathlib import Path

import pytest

from eak_core.kit.authoring.finding import in_folder
from eak_core.kit.inspection.sources import forbidden_imports, inline_code, template_problems

PLUGINS = Path(__file__).parents[3] / "plugins"
NAMES = sorted(file.parent.name for file in PLUGINS.glob("*/pyproject.toml"))


def test_the_plugins_of_this_repository_are_found() -> None:
    assert {
        "ambassadors",
        "decidim",
        "discussion",
        "experiments",
        "matchmaking",
        "newsletter",
        "voting",
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_imports_what_plugins_may_and_its_templates_are_in_order(name: str) -> None:
    plugin = in_folder(PLUGINS / name)
    assert forbidden_imports(plugin) == []
    assert plugin.package is not None
    assert template_problems(plugin.package, name) == []
    assert inline_code(plugin.package) == []
