"""What somebody can reach on a site by its links and forms, and by guessing addresses."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from sqlalchemy import inspect, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from eak_core.db import Base
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page, PageForm
from eak_core.kit.testing.site import Site
from tests.core.links import is_another_look

#: So many addresses of one kind are opened: of a hundred ideas, one or two.
OF_A_KIND = 1
#: What is typed where a field is empty.
TYPED = {
    "text": "Une raison que chacun peut lire",
    "textarea": "Une raison que chacun peut lire",
    "email": "habitante@demo.example",
    "number": "2",
}


@dataclass(frozen=True)
class Offered:
    """A form that a page offers, and the page."""

    page: str
    form: PageForm

    @property
    def address(self) -> str:
        return urlsplit(urljoin(self.page, self.form.action or self.page)).path

    def fields(self) -> dict[str, list[str]]:
        """What somebody sends who fills in what is empty, without the token of whoever saw the
        form; with each button that has a name."""
        fields = self.form.filled({})
        fields.pop("csrf_token", None)
        for control in self.form.controls:
            if control.kind in {"submit", "button"} and control.name:
                fields.setdefault(control.name, [control.attributes.get("value", "")])
            elif control.name and fields.get(control.name) == [""]:
                fields[control.name] = [TYPED.get(control.kind, "")]
        return fields


@dataclass
class Walk:
    """What one reader finds on ``site``: ``answers`` by their address, ``offers``."""

    site: Site
    browser: Browser
    services: Sequence[str]
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    offers: dict[str, Offered] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)

    def follow(self, starts: Iterable[str]) -> None:
        """Open ``starts``, and whatever can be reached from there."""
        waiting = list(starts)
        while waiting:
            path = waiting.pop(0)
            if path in self.answers or not self._is_new_kind(path):
                continue
            status, text, more = self.open(path)
            self.answers[path] = status, text
            waiting += more

    def open(self, path: str) -> tuple[int, str, list[str]]:
        """What stands at ``path``, and where it leads."""
        answer = self.browser.get(path)
        text = answer.get_data().decode("utf-8", "replace")
        if answer.status_code in {301, 302, 303, 308}:
            return answer.status_code, text, [_here(path, answer.location)]
        if answer.mimetype != "text/html" or answer.status_code != 200:
            return answer.status_code, text, []
        page = Page(text)
        for form in page.forms:
            if form.method == "post":
                offered = Offered(path, form)
                self.offers.setdefault(offered.address, offered)
        searches = [_here(path, form.action) for form in page.forms if form.method == "get"]
        return answer.status_code, text, [_here(path, each) for each in page.links] + searches

    def _is_new_kind(self, path: str) -> bool:
        kind = kind_of(self.site.app, path, self.services)
        if kind is None:
            return False
        self._seen[kind] += 1
        return self._seen[kind] <= OF_A_KIND


def _here(page: str, link: str) -> str:
    parts = urlsplit(urljoin(f"http://localhost{page}", link))
    if parts.netloc != "localhost" or parts.scheme != "http":
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def kind_of(app: Flask, path: str, services: Sequence[str] = ()) -> str | None:
    """The rule that answers ``path`` and the names in its query, in each of ``services``, or in all
    of them alike where none is named; None where no page does, one of another service than these,
    or another look at a page."""
    if not path.startswith("/") or "/static/" in path or is_another_look(path):
        return None
    parts = urlsplit(path)
    adapter = app.url_map.bind("localhost")
    try:
        rule, arguments = adapter.match(parts.path, method="GET", return_rule=True)
    except RequestRedirect as redirect:
        return f"to {urlsplit(redirect.new_url).path}"
    except HTTPException:
        return None
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    service = arguments.get("service_slug", services[0]) if services else ""
    return f"{service} {rule.rule} {names}" if not services or service in services else None


def arguments_of(site: Site, paths: Iterable[str]) -> Mapping[str, set[Any]]:
    """The values that the arguments of rules have in ``paths``."""
    adapter = site.app.url_map.bind("localhost")
    found: dict[str, set[Any]] = {}
    for path in paths:
        try:
            _endpoint, arguments = adapter.match(urlsplit(path).path, method="GET")
        except HTTPException:
            continue
        for name, value in arguments.items():
            found.setdefault(name, set()).add(value)
    return found


def guessed(site: Site, known: Mapping[str, set[Any]]) -> list[str]:
    """An address for each rule and service, with values known from elsewhere."""
    found = []
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.endswith("static"):
            continue
        for service in sorted(known["service_slug"] if "service_slug" in rule.arguments else {""}):
            values = {
                name: sorted(known[name], key=str)[0] if known.get(name) else 1
                for name in rule.arguments
            }
            if service:
                values["service_slug"] = service
            built = rule.build(values)
            if built:
                found.append(built[1])
    return found


def rows_of(site: Site) -> dict[str, list[str]]:
    """Every row of every table."""
    with site.reading() as session:
        there = set(inspect(session.connection()).get_table_names())
        return {
            table.name: sorted(str(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name in there
        }


def difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """The rows that came or went, as sentences."""
    return [
        f"{table}: {sign} {row}"
        for table in before
        for sign, row in [
            *(("-", row) for row in before[table] if row not in after[table]),
            *(("+", row) for row in after[table] if row not in before[table]),
        ]
    ]
