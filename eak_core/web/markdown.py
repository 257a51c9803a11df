"""Texts that people write in Markdown, made into HTML in which nothing can act.

CommonMark without raw HTML, then cleaned by an allow-list: two independent locks. Headings are
moved below those of the page. Images are files of the site and nothing else, the rest becomes
links: one from elsewhere would tell another site who reads what, and a page named as one is made
for each of them. What a text makes is bounded: cells of tables, images, and the whole.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from itertools import count, takewhile
from typing import Any

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token
from markupsafe import Markup

from eak_core.web.text import clean_line, clean_lines
from eak_core.web.typography import joined

_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li",
    "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "table": {"tabindex"},
    "th": {"scope"},
}
_HIDDEN_DIRECTION = re.compile("[\u202a-\u202e]")
#: Where the files of the site are: those of the core, of themes and of plugins. A query would be
#: read by whoever answers, and dots lead elsewhere.
_FILE = re.compile(r"/(?:[a-z0-9-]+/[a-z0-9-]+/)?static/(?:[\w-]+(?:\.[\w-]+)*/?)+", re.ASCII)
MOST_IMAGES = 20
MOST_CELLS = 1_000
"""Of all tables of a text: what is past it stays as it was typed."""
_OUTPUT = (10, 4_000)
"""HTML is at most so many times as long as its text, and so much more: lists in lists and the like
come to that, and nothing that somebody writes."""
_TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')
_BLOCK_END = re.compile(r"</(?:p|li|h[3-6]|td|th|pre|blockquote)>|<br ?/?>|<hr ?/?>")


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


_parser = _make_parser()


@lru_cache(maxsize=512)
def markdown(text: str, first: int = 3) -> Markup:
    """``text`` as HTML that is safe to show: no script, style, form, frame or foreign image. Its
    headings begin at the level ``first``, whichever its author began at: the page has h1 and the
    section h2, so it is 2 where it stands right below the title of the page."""
    source = _HIDDEN_DIRECTION.sub("", clean_lines(text))
    html = _parser.render(source, {"first": first})
    times, more = _OUTPUT
    if len(html) > times * len(source) + more:
        # Shown as it was typed, line by line.
        html = f"<p>{escape(source)}</p>".replace("\n", "<br>")
    return Markup(  # noqa: S704 - cleaned by the allow-list just above it
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow ugc noopener",
        )
    )


def plain_summary(text: str, length: int = 200) -> str:
    """The beginning of a Markdown ``text`` as plain words, at most ``length`` characters.

    Cut between words, with an ellipsis where something is missing.
    """
    # A summary reads the beginning only: four times its length holds it, markup included.
    html = _BLOCK_END.sub(" ", markdown(text[: 4 * length + 200]))
    words = " ".join(clean_line(unescape(_TAG.sub("", html))).split())
    if len(words) <= length and len(text) <= 4 * length + 200:
        return words
    cut = words[: length - 1]
    if len(words) > length - 1 and " " in cut:
        cut = cut[: cut.rfind(" ")]
    return cut.rstrip(" ,;:.–-") + "…"


def init_markdown(app: Flask) -> None:
    """Let every template of ``app`` show texts, those of plugins too."""
    app.jinja_env.globals.update(markdown=markdown, plain_summary=plain_summary)
