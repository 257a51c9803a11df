"""Texts that people write in Markdown, made into HTML in which nothing can act.

CommonMark without raw HTML, then cleaned by an allow-list: two independent locks. Headings are
moved below those of the page. Images are files of the site and nothing else, the rest becomes
links: one from elsewhere would tell another site who reads what, and a page named as one is made
for each of them. What a text makes is bounded: cells of tables, images, and the whole.
"""

import re
from functools import lru_cache
from html import escape, unescape

import nh3
from flask import Flask
from markupsafe import Markup

from eak_core.web.text import clean_line, clean_lines

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
_OUTPUT = (10, 4_000)
"""HTML is at most so many times as long as its text, and so much more: lists in lists and the like
come to that, and nothing that somebody writes."""
_TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')
_BLOCK_END = re.compile(r"</(?:p|li|h[3-6]|td|th|pre|blockquote)>|<br ?/?>|<hr ?/?>")


@lru_cache(maxsize=512)
def markdown(text: str, first: int = 3) -> Markup:
    """``text`` as HTML that is safe to show: no script, style, form, frame or foreign image. Its
    headings begin at the level ``first``, whichever its author began at: the page has h1 and the
    section h2, so it is 2 where it stands right below the title of the page."""
    # With its grammar it takes as long to import as a plugin: a start does not wait for it.
    from eak_core.web.markdown_parser import parser

    source = _HIDDEN_DIRECTION.sub("", clean_lines(text))
    html = parser.render(source, {"first": first})
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
