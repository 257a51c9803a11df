"""The links of a page, as a browser would follow them."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from eak_core.web.i18n import LANGUAGE
from eak_core.web.reader_choices import CONTRAST


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and tag == "a" and value]


def links_of(html: str) -> list[str]:
    """The addresses that the links of a page lead to, in their order."""
    parser = _Links()
    parser.feed(html)
    return parser.found


def is_another_look(link: str) -> bool:
    """Whether ``link`` leads to a page in another language or contrast: every page has three such
    links, what they show and offer is what the page does, and each of those has them again."""
    asked = parse_qs(urlsplit(link).query)
    return not asked.keys().isdisjoint({LANGUAGE.argument, CONTRAST.argument})
