"""The documentation's site. `make docs` builds it; every warning is a failure.

The reference of hooks and events is written from the code before anything is read, so it cannot
say anything else than the code does.
"""

from pathlib import Path
from typing import Any

import eak_core.app  # every room, and so every event of the core
from eak_core.events import CORE, EventType
from eak_core.plugins.candidates import from_entry_points
from eak_core.plugins.host import PluginHost
from eak_core.plugins.reference import events_markdown, hooks_markdown

project = "EAK"
version = release = eak_core.__version__
language = "en"
extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "alabaster"
html_title = "EAK"
html_static_path = ["_static"]  # alabaster reads custom.css from there
html_theme_options = {
    "description": "A participation platform for public innovation",
    "fixed_sidebar": False,
    "page_width": "70rem",
    "sidebar_width": "15rem",
}
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False

GENERATED = Path(__file__).parent / "_generated"


def event_types() -> list[EventType]:
    """Those of the core and of the plugins that are installed."""
    installed = PluginHost(from_entry_points()).installed.values()
    return [
        *CORE.events,
        *(each for found in installed if found.loaded for each in found.loaded.events),
    ]


def write_reference(_app: object) -> None:
    """Write the reference beside the pages that lead to it."""
    GENERATED.mkdir(exist_ok=True)
    for name, text in (("hooks", hooks_markdown()), ("events", events_markdown(event_types()))):
        file = GENERATED / f"{name}.md"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def say_language(
    _app: object, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """A page that is written in another language says so (``language:`` at its head)."""
    spoken = (context.get("meta") or {}).get("language")
    if spoken:
        context["language"] = spoken


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("builder-inited", write_reference)
    app.connect("html-page-context", say_language)
