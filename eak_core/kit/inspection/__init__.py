"""Looking at a plugin before it is installed, and saying what is wrong with it in sentences.

What can be read is read; then the plugin is loaded as the site would load it.
"""

from dataclasses import dataclass
from pathlib import Path

from eak_core.kit.authoring.finding import NotFound, importable, in_folder, licence_in
from eak_core.kit.inspection import loaded, pages, sources


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: ``about`` what, whether it is ``fine``, and what is said."""

    about: str
    fine: bool
    said: str


def inspect_plugin(
    folder: Path, golden: Path | None = None, *, write_golden: bool = False
) -> list[Finding]:
    """Everything there is to say about the plugin whose distribution is in ``folder``."""
    try:
        plugin = in_folder(folder)
    except NotFound as error:
        return [Finding("distribution", False, str(error))]
    findings = [
        *_findings("distribution", [], "it names its entry point and its module."),
        Finding("licence", True, _licence_said(folder)),
        *_findings("imports", sources.forbidden_imports(plugin), "of the core only eak_core.api."),
    ]
    if plugin.package is not None:
        outside = sources.template_problems(plugin.package, plugin.name)
        unseen = [*sources.inline_code(plugin.package), *sources.left_out_classes(plugin.package)]
        findings += [
            *_findings("templates", outside, "each in its own folder."),
            *_findings("pages", unseen, "all of their styles and scripts reach their readers."),
            *_findings(
                "compiled", pages.template_faults(plugin), "every name in the templates is known."
            ),
        ]
    golden = golden or _golden_folder(folder, plugin.name)
    with importable(plugin.root):
        for about, problems, fine in loaded.look(plugin.name, plugin.module, golden, write_golden):
            findings += _findings(about, problems, fine)
    return findings


def _licence_said(folder: Path) -> str:
    # No fault: whose plugin it is decides about it, and no site asks.
    licence = licence_in(folder)
    if licence:
        return f"it is under {licence}."
    return (
        "it declares none, and its page says so. Name one in pyproject.toml, as an SPDX expression"
        ' (license = "EUPL-1.2").'
    )


def _golden_folder(folder: Path, name: str) -> Path:
    """In the plugin's own tests; for the plugins of the platform's tree, in the tree's."""
    tree = folder.parent.parent / "tests" / "plugins" / name
    return (tree if tree.is_dir() else folder / "tests") / "golden"


def _findings(about: str, problems: list[str], fine: str) -> list[Finding]:
    if problems:
        return [Finding(about, False, problem) for problem in problems]
    return [Finding(about, True, fine)]
