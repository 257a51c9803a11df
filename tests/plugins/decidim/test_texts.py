"""Texts of a Decidim site become Markdown that says the same and can do nothing."""

import re
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.web.markdown import markdown
from eak_core.web.typography import joined
from eak_decidim import texts
from eak_decidim.texts import as_markdown
from tests.plugins.decidim.exports import Run, ideas, row


def test_html_becomes_markdown_and_nothing_of_it_can_act(
    site: Site, take: Callable[..., Run], write: Callable[..., Path], client: Browser
) -> None:
    html = (
        '<p>Un <strong>toit</strong> &amp; un <a href="https://a.example/x">lien</a></p>'
        '<ul><li>a</li><li>b</li></ul><script>alert(1)</script><img src=x onerror="alert(2)">'
    )
    take(write([row(1, body=html)]))
    [idea] = ideas(site)
    assert idea.body == "Un **toit** & un [lien](https://a.example/x)\n\n- a\n- b"
    page = client.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert "<strong>toit</strong>" in page
    assert "alert(" not in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_plain_text_is_shown_as_it_was_typed_and_not_read_as_markdown(
    site: Site, take: Callable[..., Run], write: Callable[..., Path], client: Browser
) -> None:
    typed = "2*3*4\n# un\n## deux\n> trois\n1. quatre\n- cinq\n~~six~~ a|b\n-|-\n___\n=\n&copy; <b"
    # A sign of its own is no element: an editor closes what it opens.
    unpaired = "Si a <b> c, alors <a> ou </p> ; <i><em>"
    take(write([row(1, body=typed), row(2, body=unpaired)]))
    assert [shown(markdown(idea.body)) for idea in ideas(site)] == [typed, joined(unpaired)]


@pytest.mark.parametrize("tag", [texts._OPENED, texts._CLOSED, texts._BREAK])
@given(text=st.text(alphabet="<>/abpr x\n", max_size=30))
@example(text="<a <a> </a </a> <br <br>")
def test_no_look_for_an_element_goes_past_the_next_one_so_that_a_text_is_read_once(
    tag: re.Pattern[str], text: str
) -> None:
    assert {match[0].count("<") for match in tag.finditer(text)} <= {1}


@pytest.mark.parametrize("database", ["sqlite"])
@given(
    typed=st.text(alphabet="*_#>-+=~`|[]()!<&;:\\1.a \n", max_size=40).filter(
        # Where something is opened and closed, it is HTML.
        lambda typed: not ("<a" in typed and "</a" in typed)
    )
)
def test_no_plain_text_turns_into_markup(typed: str, database: str) -> None:
    html = markdown(as_markdown(typed))
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "br"}
    assert "".join(shown(html).split()) == "".join(typed.split())


@pytest.mark.parametrize("database", ["sqlite"])
@given(typed=st.text(alphabet="*_#>-+=~`|[]()!<&;:\\1.a ", max_size=40))
@example(typed="---")
@example(typed="a\n===")
def test_no_text_in_html_turns_into_other_markup(typed: str, database: str) -> None:
    html = markdown(as_markdown(f"<p>{escape(typed).replace(chr(10), '<br>')}</p>"))
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "br"}
    assert "".join(shown(html).split()) == "".join(typed.split())


def shown(html: str) -> str:
    return unescape(re.sub(r"</?p>|<br>", "", html)).strip()
