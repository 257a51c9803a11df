"""The classes that pages of plugins may use, from the comments of the style sheet."""

import re
from pathlib import Path

from eak_core.kit.reference.entries import Entry, Part, Section, sentence
from eak_core.web import assets

FOLDER = Path(__file__).resolve().parents[2] / "static" / "css"
#: The style sheets of every page, and that of pages about ideas.
SHEETS = (*(FOLDER.parent / path for path in assets.SHEETS[1:-1]), FOLDER / "ideas.css")

_COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_HEADING = re.compile(r" ([A-Z][\w, ]+?) -{5,} ")
_DOCUMENTED = re.compile(r"\s*((?:\.[\w-]+(?:, )?)+):\s+(.*)", re.DOTALL)

_TEXT = """
A page is drawn by the [macros](templates.md) first; these classes are for what no macro draws.
Of Bootstrap 5, pages get what it says of plain elements, and these classes, coloured by the theme:
{bootstrap}.

A plugin's own classes begin with its name (`thanks-list`) and stand in its `static/`, with the
[tokens of the theme](../../themes.md#tokens) for colours, fonts and spaces: so every theme fits.
"""

# What a rule says, whom it leaves out, and what is said of it.
_ASIDE = re.compile(r"\{[^{}]*\}|:not\([^()]*\)|/\*.*?\*/", re.DOTALL)
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def styled(sheet: Path) -> set[str]:
    """The classes of which the rules of a style sheet say something."""
    return set(_CLASS.findall(_ASIDE.sub("", sheet.read_text(encoding="utf-8"))))


def styles() -> Part:
    """The reference of the classes that the style sheets say something about."""
    sections: list[Section] = []
    entries: list[Entry] = []
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
    for comment in _COMMENT.findall(text):
        heading, documented = _HEADING.fullmatch(comment), _DOCUMENTED.fullmatch(comment)
        if heading:
            entries = []
            sections.append(Section(heading[1], entries))
        if documented:
            said = sentence(documented[2])
            entries += [Entry(name.strip()[1:], said) for name in documented[1].split(",")]
    named = ", ".join(f"`{name}`" for name in sorted(styled(FOLDER / "bootstrap.css")))
    said = _TEXT.replace("{bootstrap}", named)
    return Part("styles", "CSS classes", said, [each for each in sections if each.entries])
