"""Each kind of page of the demonstration, as each role meets it in each theme, in a real browser.

Run by ``make sweep``, beside the tests: it takes an hour where these take minutes, and looks at
pages that no journey leads to. What it looks for on a page is what the tests in ``tests/browser``
look for (`Reader.findings`). It ends with 1 where something was found.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from flask import Flask
from playwright.sync_api import Browser, Error, Request, sync_playwright
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import update

from eak_core.db import write_session
from eak_core.kit.testing.site import open_app
from eak_core.services.models import Service
from eak_core.web.reader_choices import CONTRAST, STRONG
from eak_core.web.themes import CONTRAST_THEME
from tests.browser.conftest import HEIGHT, Reader, launched
from tests.core.links import links_of
from tests.plugins.walk import kind_of
from tests.served import Instance

#: Who opens pages: the account of the demonstration, none for a visitor.
ROLES = {
    "visitor": None,
    "citizen": "citoyenne@demo.example",
    "manager": "gestion@demo.example",
    "administrator": "administration@demo.example",
}
THEMES = ("jardin", CONTRAST_THEME, "planete")
#: In milliseconds: a page that takes longer is a finding.
PATIENCE = 30_000


class Found(NamedTuple):
    """What is wrong with a page, for whom."""

    theme: str
    role: str
    path: str
    what: str


class Walker:
    """Opens each kind of page that a role can reach in a theme, and tells what is wrong."""

    def __init__(
        self,
        browser: Browser,
        app: Flask,
        base: str,
        theme: str,
        role: str,
        tell: Callable[[Found], None],
    ) -> None:
        context = browser.new_context(
            viewport={"width": 1280, "height": HEIGHT}, locale="fr-FR", accept_downloads=False
        )
        self.app, self.base, self.theme, self.role, self.tell = app, base, theme, role, tell
        self.reader = Reader(context, base)
        self.reader.page.set_default_timeout(PATIENCE)
        self.reader.page.on("request", self._listen)
        self.waiting, self.kinds = ["/"], {"/"}
        self.seen = 0

    def walk(self, most: int) -> Iterator[str]:
        """Look at one page after the other, at most so many; says each before."""
        if email := ROLES[self.role]:
            self.reader.sign_in(email)
        if self.theme == CONTRAST_THEME:
            self.reader.open(f"/?{CONTRAST.argument}={STRONG}")
        while self.waiting and self.seen < most:
            path = self.waiting.pop(0)
            yield path
            self._look_at(path)
            self.seen += 1
        self.reader.context.close()

    def _look_at(self, path: str) -> None:
        page = self.reader.page
        self.reader.complaints.clear()
        try:
            answer = page.goto(self.base + path)
        except Error as error:
            # What a browser saves instead of showing is no page.
            if "Download is starting" not in error.message:
                self._tell(path, error.message.splitlines()[0])
            return
        headers = {} if answer is None else answer.headers
        # A letter is shown alone in a sandbox, where nothing can look at it.
        shut_in = "sandbox" in headers.get("content-security-policy", "")
        if answer is None or shut_in or not headers.get("content-type", "").startswith("text/html"):
            return
        if answer.status >= 500:
            self._tell(path, f"answers {answer.status}")
        try:
            for what in self.reader.findings():
                self._tell(path, what)
            self._go_on(page.content())
        except Error as error:
            self._tell(path, error.message.splitlines()[0])

    def _go_on(self, html: str) -> None:
        """Note each link that leads to another kind of page of the site."""
        for link in links_of(html):
            parts = urlsplit(urljoin(self.reader.page.url, link))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if f"{parts.scheme}://{parts.netloc}" != self.base:
                continue
            kind = kind_of(self.app, path)
            if kind is not None and kind not in self.kinds:
                self.kinds.add(kind)
                self.waiting.append(path)

    def _listen(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.reader.complaints.append(f"asks {urlsplit(request.url).netloc}")

    def _tell(self, path: str, what: str) -> None:
        self.tell(Found(self.theme, self.role, path, what))


@contextmanager
def demonstration() -> Iterator[tuple[Instance, Flask]]:
    """The demonstration, served as long as it is looked at, and an application on its data."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demonstration"
        site = Instance(folder, f"sqlite:///{folder}/eak.sqlite")
        del site.environment["EAK_AGENT_DOMAINS"]  # the demonstration has its own
        site.eak("demo", "--no-serve", "--data", str(folder))
        site.serve()
        try:
            yield site, open_app(site.url, folder, base_url=site.base)
        finally:
            site.stop()


def wear(site: Instance, app: Flask, theme: str) -> None:
    """Let the site and every service have ``theme``."""
    with app.app_context(), write_session(app) as session:
        session.execute(update(Service).values(theme=theme))
    site.stop()
    site.environment["EAK_DEFAULT_THEME"] = theme
    site.serve()


def sweep(themes: Sequence[str], roles: Sequence[str], most: int) -> list[Found]:
    """What was found, in ``themes`` for ``roles``, on at most so many pages of each."""
    console, found = Console(), list[Found]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn(), TextColumn("{task.fields[path]}"))  # fmt: skip
    with (
        demonstration() as (site, app),
        sync_playwright() as playwright,
        launched(playwright) as browser,
        Progress(*columns, console=console) as progress,
    ):

        def tell(each: Found) -> None:
            progress.console.print(f"{each.path}: {each.what}", markup=False)
            found.append(each)

        for theme in themes:
            # The demonstration has the first in several colours; the second is the reader's choice.
            if theme not in THEMES[:2]:
                wear(site, app, theme)
            for role in roles:
                walker = Walker(browser, app, site.base, theme, role, tell)
                task = progress.add_task(f"{theme}, {role}", total=None, path="")
                for path in walker.walk(most):
                    known = walker.seen + len(walker.waiting) + 1
                    progress.update(task, completed=walker.seen, total=known, path=path)
                progress.update(task, completed=walker.seen, total=walker.seen, path="")
    return found


def main() -> int:
    """Sweep as the command line says."""
    parser = argparse.ArgumentParser(prog="make sweep", description=__doc__)
    parser.add_argument("--theme", action="append", choices=THEMES, help="repeatable; all of them")
    parser.add_argument("--role", action="append", choices=[*ROLES], help="repeatable; all of them")
    parser.add_argument("--most", type=int, default=10_000, help="pages of each role in each theme")
    asked = parser.parse_args()
    began = monotonic()
    found = sweep(asked.theme or THEMES, asked.role or [*ROLES], asked.most)
    shown = Table("Theme", "Role", "Page", "What is wrong", show_lines=True)
    for each in found:
        shown.add_row(*each)
    console = Console()
    if found:
        console.print(shown)
    console.print(f"{len(found)} findings in {monotonic() - began:.0f} s.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
