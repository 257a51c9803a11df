"""The links of a page, as a browser would follow them."""

from html.parser import HTMLParser


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
