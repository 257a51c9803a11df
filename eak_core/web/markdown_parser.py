"""CommonMark with tables and strikethrough, and what `eak_core.web.markdown` promises of headings,
images and tables."""

import re
from collections.abc import Iterator
from itertools import count, takewhile
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token

from eak_core.web.typography import joined

#: Where the files of the site are: those of the core, of themes and of plugins. A query would be
#: read by whoever answers, and dots lead elsewhere.
_FILE = re.compile(r"/(?:[a-z0-9-]+/[a-z0-9-]+/)?static/(?:[\w-]+(?:\.[\w-]+)*/?)+", re.ASCII)
MOST_IMAGES = 20
MOST_CELLS = 1_000
"""Of all tables of a text: what is past it stays as it was typed."""


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.push("eak_shape", _shape)
    return parser


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, as long as those of the text have no more than `MOST_CELLS` between them. Each row
    gets as many cells as the first, so a few kilobytes could become megabytes."""
    cells = state.env.get("eak_cells", 0)
    if cells > MOST_CELLS or silent or not table(state, start, end, True):
        return cells <= MOST_CELLS and silent and table(state, start, end, True)
    lines = takewhile(str.strip, (state.getLines(n, n + 1, 0, False) for n in range(start, end)))
    columns, rows = next(lines).count("|") + 1, sum(1 for _line in lines)
    state.env["eak_cells"] = cells + columns * rows
    return state.env["eak_cells"] <= MOST_CELLS and table(state, start, end, False)


def _shape(state: Any) -> None:
    """Move headings below the page's, turn what is no image of the site into links, and join what
    French keeps together."""
    levels = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    first = state.env["first"]
    shift = first - min(levels, default=first)
    images = count(1)
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
        elif token.type == "table_open":
            # Where it is wider than its place it scrolls, and the keyboard has to reach it.
            token.attrs = {"tabindex": "0"}
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {}
        elif token.children:
            for child in token.children:
                if child.type == "text":
                    child.content = joined(child.content)
            token.children = [new for child in token.children for new in _as_allowed(child, images)]


def _as_allowed(token: Token, images: Iterator[int]) -> list[Token]:
    if token.type != "image":
        return [token]
    if _FILE.fullmatch(str(token.attrGet("src") or "")) and next(images) <= MOST_IMAGES:
        return [token]
    opening = Token("link_open", "a", 1, attrs={"href": token.attrGet("src") or ""})
    label = Token("text", "", 0, content=token.content or str(token.attrGet("src")))
    return [opening, label, Token("link_close", "a", -1)]


parser = _make_parser()
