"""Texts of a Decidim site as Markdown.

Older sites export what people typed, newer ones the HTML of an editor. HTML is first reduced to the
few tags an editor writes, by the same library that guards our own pages; what is left is simple
enough to be written out as Markdown here, without one more dependency.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

_TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li",
    "ol", "p", "pre", "s", "strong", "ul",
}  # fmt: skip
# An editor closes what it opens; a sign that stands alone, as in “a <b> c”, was typed.
_ELEMENT = r"(p|div|ul|ol|li|strong|em|b|i|a|h[1-6]|blockquote|span)\b[^<>]*>"
_OPENED, _CLOSED = re.compile(f"<{_ELEMENT}", re.I), re.compile(f"</{_ELEMENT}", re.I)
_BREAK = re.compile(r"<br\b[^<>]*>", re.I)
_INDENT = re.compile(r"^[ \t\u00a0]+", re.MULTILINE)
_UNDERLINE = re.compile(r"^([-=][-= \t]*)$", re.MULTILINE)
_BLANK = re.compile(r"\n{3,}")
# What Markdown would read as marks; an ampersand only where it begins the name of a character.
_MEANT = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w{1,31};))")
_LINE_START = re.compile(r"^([ \t]*\d*)(#{1,6}|[+.)-])(?=\s|$)", re.MULTILINE)
# How Decidim stores mentions and keywords in a text.
_MENTION = re.compile(r"gid://[\w-]+/Decidim::User(?:Group)?/\d+")
_KEYWORD = re.compile(r"gid://[\w-]+/Decidim::Hashtag/\d+/_?(\w+)")

_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~"}
_BLOCKS = {"p", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "hr"}
_EMPTY = {"br", "hr"}
#: How deep elements are looked into; nobody writes deeper, and Python's own stack has an end.
DEEPEST = 50


def as_markdown(text: str) -> str:
    """``text``, plain or HTML, as Markdown that shows what its author saw."""
    text = _KEYWORD.sub(r"#\1", _MENTION.sub("@…", text.replace("\r\n", "\n").replace("\r", "\n")))
    if _is_html(text):
        reader = _Reader()
        reader.feed(nh3.clean(text, tags=_TAGS, attributes={"a": {"href"}}, link_rel=None))
        reader.close()
        text = "\n\n".join(_blocks(reader.root))
    else:
        # What was typed as plain text was shown as it was typed. Indented lines would become code.
        text = _as_lines(_MEANT.sub(r"\\\1", _INDENT.sub("", text)))
    return _BLANK.sub("\n\n", text).strip()


def _is_html(text: str) -> bool:
    opened, closed = (set(map(str.lower, tag.findall(text))) for tag in (_OPENED, _CLOSED))
    return not opened.isdisjoint(closed) or _BREAK.search(text) is not None


@dataclass
class _Node:
    """An element, with the elements and texts inside it."""

    tag: str
    href: str = ""
    inside: "list[_Node | str]" = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads clean HTML, in which every element is closed, into `root`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, dict(attrs).get("href") or "")
        around = self._open[-1]
        if tag in _EMPTY:
            around.inside.append(node)
        elif len(self._open) > DEEPEST:
            self._open.append(around)  # what is inside stays, the element does not
        else:
            around.inside.append(node)
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def _blocks(node: _Node) -> list[str]:
    """What is inside ``node`` as blocks: paragraphs, lists, quotations."""
    blocks: list[str] = []
    line: list[_Node | str] = []
    for each in node.inside:
        if isinstance(each, _Node) and each.tag in _BLOCKS:
            blocks += [_paragraph(line), *_block(each)]
            line = []
        else:
            line.append(each)
    return [block for block in (*blocks, _paragraph(line)) if block.strip()]


def _block(node: _Node) -> list[str]:
    match node.tag:
        case "ul" | "ol":
            return [_list(node)]
        case "blockquote":
            quoted = "\n\n".join(_blocks(node))
            return ["\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))]
        case "pre":
            return [f"```\n{_verbatim(node).strip()}\n```"]
        case "hr":
            return ["* * *"]
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            words = " ".join(_inline(node.inside).split())
            return [f"{'#' * int(node.tag[1])} {words}"] if words else []
    return _blocks(node)


def _list(node: _Node) -> str:
    """The items of a list, what is inside each indented below its mark."""
    items: list[str] = []
    for each in node.inside:
        if isinstance(each, _Node) and (content := "\n".join(_blocks(each))):
            mark = f"{len(items) + 1}. " if node.tag == "ol" else "- "
            items.append(mark + content.replace("\n", "\n" + " " * len(mark)))
    return "\n".join(items)


def _paragraph(line: Sequence[_Node | str]) -> str:
    lines = (" ".join(each.split()) for each in _inline(line).split("\n"))
    return _as_lines("\n".join(lines).strip())


def _as_lines(text: str) -> str:
    """``text`` whose lines begin no list and no heading; nor does a row of dashes draw a line, or
    make a heading of the line above."""
    return _LINE_START.sub(r"\1\\\2", _UNDERLINE.sub(r"\\\1", text))


def _inline(nodes: Sequence[_Node | str]) -> str:
    """Words, emphasis and links; only a break ends a line."""
    written = []
    for node in nodes:
        if isinstance(node, str):
            written.append(_MEANT.sub(r"\\\1", re.sub(r"\s+", " ", node)))
        elif node.tag == "br":
            written.append("\n")
        elif node.tag == "code":
            written.append(f"`{_verbatim(node).replace('`', '')}`")
        else:
            written.append(_marked(node, _inline(node.inside)))
    return "".join(written)


def _marked(node: _Node, words: str) -> str:
    """``words`` emphasised or linked; spaces at their ends stay outside the marks."""
    core = words.strip()
    if not core:
        return words
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    if node.tag == "a" and node.href:
        target = node.href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return f"{before}[{core}]({target}){after}"
    mark = _AROUND.get(node.tag, "")
    return f"{before}{mark}{core}{mark}{after}"


def _verbatim(node: _Node) -> str:
    return "".join(each if isinstance(each, str) else _verbatim(each) for each in node.inside)
