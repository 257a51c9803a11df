"""Finding a plugin's pages and forms the way people do: by following links."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule
from werkzeug.test import TestResponse

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.conformance import addresses
from eak_core.kit.testing.conformance.hostile import TYPED
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.pages import Control, Page, PageForm
from eak_core.kit.testing.site import Site
from eak_core.plugins.loading.host import get_host
from eak_core.web.closed import POLICY

#: How many addresses of one rule are looked at: lists lead to many pages of the same kind.
PER_RULE = 2
#: What is typed into a field that wants something of its own kind and has nothing in it yet.
PLAUSIBLE = {
    "number": "1",
    "range": "1",
    "date": "2026-06-01",
    "datetime-local": "2026-06-01T10:00",
    "time": "10:00",
    "month": "2026-06",
    "color": "#336699",
    "tel": "0102030405",
    "email": "somebody@example.org",
    "url": "https://example.org/",
}
_TYPED_INTO = frozenset({"text", "search", "textarea"})


@dataclass(frozen=True)
class Answer:
    """What one of the readers was answered at ``path``; ``closed``: a document that is no page of
    the site (`eak_core.web.closed`)."""

    path: str
    reader: str
    status: int
    mimetype: str = ""
    text: str = ""
    location: str = ""
    error: str = ""
    closed: bool = False

    @property
    def is_page(self) -> bool:
        return self.mimetype == "text/html"

    @cached_property
    def page(self) -> Page:
        """What is read in it, once for all who look."""
        return Page(self.text)


def ask(browser: Browser, reader: str, path: str, **form: Any) -> Answer:
    """What ``reader`` is answered at ``path``; with ``data``, to a form that is sent there."""
    try:
        got: TestResponse = browser.post(path, **form) if form else browser.get(path)
    except Exception as error:  # noqa: BLE001 – what fails is told by the check that asks
        return Answer(path, reader, 500, error=repr(error))
    mimetype = str(got.mimetype or "")
    text = got.text if _is_text(mimetype) else ""
    closed = got.headers.get("Content-Security-Policy") == POLICY
    location = got.headers.get("Location", "")
    return Answer(path, reader, got.status_code, mimetype, text, location, closed=closed)


def _is_text(mimetype: str) -> bool:
    return mimetype.startswith("text/") or mimetype.endswith(("json", "xml"))


@dataclass
class Explorer:
    """What was found of the plugin on ``site``: ``paths`` of its pages by rule, ``values`` that
    stand in addresses by the name of the argument, and ``forms`` by where they go."""

    trial: Trial
    site: Site
    paths: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, str] = field(default_factory=dict)
    forms: dict[tuple[Any, ...], tuple[str, PageForm]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._map = self.site.app.url_map.bind("localhost")
        with self.site.app.app_context():
            self._owners = dict(get_host().by_blueprint)

    def rule_of(self, path: str, method: str = "GET") -> Rule | None:
        """The rule of the plugin that answers at ``path``; None for what is not the plugin's."""
        try:
            rule, values = self._map.match(urlsplit(path).path, method=method, return_rule=True)
        except (RequestRedirect, HTTPException):
            return None
        if self._owners.get(rule.endpoint.rpartition(".")[0]) != self.trial.name:
            return None
        self.values.update({name: str(value) for name, value in values.items()})
        return rule

    def walk(self, reader: str, beginning: Iterable[str]) -> list[Answer]:
        """Look as ``reader`` at ``beginning``, and at what of the plugin is linked from there."""
        browser = self.trial.browser(self.site, reader)
        waiting = list(dict.fromkeys(beginning))
        seen: set[str] = set()
        per_rule: dict[str, int] = defaultdict(int)
        answers = []
        while waiting:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            rule = self.rule_of(path)
            if rule is not None and per_rule[rule.rule] >= PER_RULE:
                continue
            answer = ask(browser, reader, path)
            answers.append(answer)
            if rule is not None:
                per_rule[rule.rule] += 1
                known = self.paths[rule.rule]
                if answer.status != 404 and path not in known and len(known) < PER_RULE:
                    known.append(path)
            waiting += self._beyond(answer)
        return answers

    def _beyond(self, answer: Answer) -> list[str]:
        """Where a page leads to within the plugin; its forms are noted."""
        if answer.location:
            return self._own([urljoin(answer.path, answer.location)])
        if not answer.is_page:
            return []
        page = answer.page
        for form in page.forms:
            action = urljoin(answer.path, form.action) if form.action else answer.path
            if form.method == "post" and (rule := self.rule_of(action, "POST")):
                names = tuple(sorted({each.name for each in form.controls}))
                self.forms.setdefault((answer.reader, rule.endpoint, names), (action, form))
        return self._own([urljoin(answer.path, each) for each in page.links])

    def _own(self, paths: Iterable[str]) -> list[str]:
        own = []
        for each in paths:
            parts = urlsplit(each)
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if parts.netloc in {"", "localhost"} and self.rule_of(path) is not None:
                own.append(path)
        return own

    def known(self, rule: Rule) -> str:
        """An address of ``rule``: one that was met, or one with values that were met elsewhere."""
        if known := self.paths.get(rule.rule):
            return known[0]
        values = {**self.values, "service_slug": self.site.service.slug}
        return addresses.filled(rule, values).path


def fill(form: PageForm) -> dict[str, list[str]] | None:
    """What is sent when somebody types something hostile wherever ``form`` lets them; None where
    it has no place for words."""
    values: dict[str, object] = {}
    for control in form.controls:
        if control.kind in _TYPED_INTO and "readonly" not in control.attributes:
            values[control.name] = _typed(control)
        elif not any(control.sent) and control.kind in PLAUSIBLE:
            values[control.name] = PLAUSIBLE[control.kind]
        elif control.kind == "select" and not any(control.sent):
            values[control.name] = next(
                filter(None, (each.value for each in control.options)), None
            )
        elif control.kind == "radio" and control.name not in values:
            values.setdefault(control.name, control.attributes.get("value", "on"))
    if not any(each.kind in _TYPED_INTO for each in form.controls):
        return None
    return form.filled({name: value for name, value in values.items() if name and value})


def _typed(control: Control) -> str:
    longest = control.attributes.get("maxlength", "")
    return TYPED[: int(longest)] if longest.isdigit() else TYPED
