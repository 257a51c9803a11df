"""Texts that people write in Markdown, made into HTML in which nothing can act.

CommonMark without raw HTML, then cleaned by an allow-list: two independent locks. Headings are
moved below those of the page. Images from elsewhere become links, since showing them would tell
another site who reads what.
"""

import re
from functools import lru_cache
from html import unescape
from typing import Any

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from eak_core.web.text import clean_line, clean_lines

# The page has h1 and the section h2: a text begins at h3, whichever level its author began at.
_FIRST_HEADING = 3
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol",
    "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"scope"},
}
_HIDDEN_DIRECTION = re.compile("[\u202a-\u202e]")
_LOCAL = re.compile(r"/(?![/\\])[^\\]*")
_TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')
_BLOCK_END = re.compile(r"</(?:p|li|h[3-6]|td|th|pre|blockquote)>|<br ?/?>|<hr ?/?>")


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("eak_shape", _shape)
    return parser


def _shape(state: Any) -> None:
    """Move headings below the page's and turn images from elsewhere into links."""
    levels = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    shift = _FIRST_HEADING - min(levels, default=_FIRST_HEADING)
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
        elif token.type == "th_open":
            token.attrs = {"scope": "col"}
        elif token.type == "td_open":
            token.attrs = {}
        elif token.children:
            token.children = [new for child in token.children for new in _without_image(child)]


def _without_image(token: Token) -> list[Token]:
    if token.type != "image" or _LOCAL.fullmatch(str(token.attrGet("src") or "")):
        return [token]
    opening = Token("link_open", "a", 1, attrs={"href": token.attrGet("src") or ""})
    label = Token("text", "", 0, content=token.content or str(token.attrGet("src")))
    return [opening, label, Token("link_close", "a", -1)]


_parser = _make_parser()


@lru_cache(maxsize=512)
def markdown(text: str) -> Markup:
    """``text`` as HTML that is safe to show: no script, style, form, frame or foreign image."""
    source = _HIDDEN_DIRECTION.sub("", clean_lines(text))
    return Markup(  # noqa: S704 - cleaned by the allow-list just above it
        nh3.clean(
            _parser.render(source),
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
