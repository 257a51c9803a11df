"""Texts of strangers: what they may look like, and that nothing in them can act."""

import re
import sys
from html.parser import HTMLParser
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from eak_core.web.markdown import markdown, plain_summary

PLAIN = "blockquote br code del em h3 h4 h5 h6 hr li p pre s strong tbody td thead tr ul"
ALLOWED = {
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "table": {"tabindex"},
    "th": {"scope"},
    **{tag: set[str]() for tag in PLAIN.split()},
}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "<style>@import '//evil.example'</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](<javascript:alert(1)>)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example" onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "![x](//evil.example/pixel.gif)",
    "![x](/\\evil.example/pixel.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '![" onerror="alert(1)](/x.png)',
    "<javascript:alert(1)>",
    "`<script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "<form action=//evil.example><input name=password></form>",
    "<p style='position:fixed;inset:0'>x",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<a id=body name=cookie>x</a>",
    "|a|\n|-|\n|<script>|",
    "\0<scr\0ipt>",
    "# <script>\n> <script>\n- <script>",
]


class Collected(HTMLParser):
    """Every element and attribute of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_inert(html: str) -> None:
    for tag, attributes in Collected(html).found:
        assert tag in ALLOWED, html
        assert set(attributes) <= ALLOWED[tag], html
        if "href" in attributes:
            scheme = re.match(r"[\s\x00-\x20]*([a-z][a-z0-9+.-]*):", attributes["href"] or "", re.I)
            assert scheme is None or scheme[1].lower() in {"http", "https", "mailto"}, html
            assert attributes["rel"] == "nofollow ugc noopener", html
        if tag == "img":
            assert (attributes["src"] or "").startswith("/"), html
            assert not (attributes["src"] or "").startswith(("//", "/\\")), html


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_hostile_text_can_act(text: str) -> None:
    assert_inert(markdown(text))
    assert_inert(markdown(f"a {text} b\n\n{text}"))


@given(st.text(alphabet=list("<>[]()!`\"'/\\:&;#=|-*_~ \nabhjs\0\u202e"), max_size=120))
def test_no_text_at_all_makes_an_element_that_is_not_allowed(text: str) -> None:
    assert_inert(markdown(text))


def lines_run(text: str) -> int:
    """How many lines of Python it takes to show ``text``: work that no busy machine changes."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        markdown.__wrapped__(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", ["[", "*a ", "<", "[a](", "> ", "![a", "_a_ **", "|", "`", "- "])
def test_a_text_made_to_be_slow_takes_no_more_work_than_its_length(piece: str) -> None:
    short, long = (lines_run((piece * length)[:length]) for length in (1_000, 4_000))
    assert short > 0
    assert long < 6 * short, "work grows faster than the text"


def test_headings_begin_below_those_of_the_page_and_keep_their_order() -> None:
    assert markdown("# a\n## b") == "<h3>a</h3>\n<h4>b</h4>\n"
    assert markdown("# a\n## b", 2) == "<h2>a</h2>\n<h3>b</h3>\n"
    assert markdown("## a\n### b") == "<h3>a</h3>\n<h4>b</h4>\n"
    assert markdown("# a\n###### b") == "<h3>a</h3>\n<h6>b</h6>\n"


def test_what_people_write_looks_as_they_mean_it() -> None:
    assert markdown("un\ndeux") == "<p>un<br>\ndeux</p>\n"
    assert "<li>" in markdown("- un\n- deux")
    assert '<th scope="col">' in markdown("|a|\n|-|\n|b|")
    # Where it scrolls, the keyboard reaches it.
    assert '<table tabindex="0">' in markdown("|a|\n|-|\n|b|")
    assert "<s>" in markdown("~~non~~")


def test_an_image_of_this_site_is_shown_and_one_from_elsewhere_is_a_link() -> None:
    assert '<img src="/static/x.png" alt="plan">' in markdown("![plan](/static/x.png)")
    html = markdown("![plan](https://ailleurs.example/x.png)")
    assert "<img" not in html
    assert '<a href="https://ailleurs.example/x.png"' in html
    assert ">plan</a>" in html


def test_a_character_that_turns_the_direction_of_writing_is_not_shown() -> None:
    assert "\u202e" not in markdown("solde \u202e000 1")


def test_a_summary_is_plain_words_cut_between_two_of_them() -> None:
    text = '# Titre\n\nUn **mot** fort, [un lien](https://a.example "a > b") et la suite.'
    assert plain_summary(text) == "Titre Un mot fort, un lien et la suite."
    assert plain_summary(text, 20) == "Titre Un mot fort…"
    assert plain_summary("a & b < c") == "a & b < c"
    assert plain_summary("") == ""


@given(st.text(max_size=400), st.integers(min_value=2, max_value=60))
def test_a_summary_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(plain_summary(text, length)) <= length


def test_the_list_of_what_is_allowed_holds_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the two locks, the second one, whatever the first lets through."""
    hostile = '<p onclick="x()"><a href="javascript:x()" onclick="x()">a</a><script>x()</script>'
    monkeypatch.setattr(MarkdownIt, "render", lambda *_given: hostile)
    assert markdown.__wrapped__("a") == '<p><a rel="nofollow ugc noopener">a</a></p>'
