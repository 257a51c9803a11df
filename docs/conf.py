"""The documentation's site. `make docs` builds it; every warning is a failure."""

from typing import Any

import eak_core

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


def say_language(
    _app: object, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """A page that is written in another language says so (``language:`` at its head)."""
    spoken = (context.get("meta") or {}).get("language")
    if spoken:
        context["language"] = spoken


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("html-page-context", say_language)
