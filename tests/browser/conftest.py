"""A served instance and a real Chromium."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from eak_core.kit.testing.databases import Databases
from tests.browser.ballots import Open, opener
from tests.browser.hands import Newcomer, newcomers
from tests.served import PASSWORD, Instance, migrated

#: No process that waits for another site, and no other frame for each page of this one: together
#: they were a tenth of what a test takes. Of several lists the last holds, so what Playwright
#: switches off by itself is named again.
SWITCHED_OFF = (
    "RenderDocument",
    "SpareRendererForSitePerProcess",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "BoundaryEventDispatchTracksNodeRemoval",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "Translate",
)
#: What keeps Chromium from calling home, and lets it run as root in a container.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(SWITCHED_OFF)}",
)
# A busy machine is no failure: waiting ends as soon as there is something to see.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
#: A telephone, and a screen. In CSS pixels.
WIDTHS = (360, 1280)
HEIGHT = 900
AXE = Axe().axe_script
VIOLATIONS = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(each => `${each.id}: ${each.help} (${each.nodes[0].html})`);
}"""
#: The spacing of text that a reader may set (WCAG 1.4.12).
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
#: What is wider than the window once the text has that spacing, outside of what scrolls by itself.
SPACED = f"""() => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`{SPACING}`);
  document.adoptedStyleSheets = [sheet];
  const {{ clientWidth, scrollWidth }} = document.documentElement;
  const wide = scrollWidth <= clientWidth ? [] : [...document.querySelectorAll("body *")]
    .filter(each => each.getBoundingClientRect().right > clientWidth + 1)
    .map(each => each.outerHTML.slice(0, 200)).slice(0, 3);
  document.adoptedStyleSheets = [];
  return wide;
}}"""
#: Texts that are pressed into a column of single letters.
SQUEEZED = """() => [...document.querySelectorAll("main *")].filter(each => {
  const { width, height } = each.getBoundingClientRect();
  return width < 48 && height > 96
    && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim().length > 8);
}).map(each => each.outerHTML.slice(0, 200)).slice(0, 3)"""
#: Rows that are blocks on a telephone, so that nobody scrolls them sideways, and that still scroll.
CUT = """() => [...document.querySelectorAll(".eak-table--stacks")]
  .filter(each => each.scrollWidth > each.clientWidth)
  .map(each => each.outerHTML.slice(0, 200)).slice(0, 3)"""
#: The whole of what a small telephone shows at first. In CSS pixels.
FIRST_SCREEN = ViewportSize(width=360, height=640)
#: Where the first question of a ballot begins at the latest there.
FIRST_QUESTION = 400
#: Whether what has the focus shows so, and stands in the window, some of it at least (WCAG 2.4.11);
#: all of it where a bar is fixed at its end.
#: Around the whole of a card, the focus is drawn on what comes after its link.
FOCUS_IN_VIEW = """() => {
  const it = document.activeElement;
  const drawn = (each, part) => {
    const style = getComputedStyle(each, part);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  };
  const label = it.closest("label");
  const shown = label && drawn(label) ? label : drawn(it) || drawn(it, "::after") ? it : null;
  if (!shown) return false;
  const box = shown.getBoundingClientRect();
  const bar = document.querySelector(".vote-bar");
  if (!bar || bar.contains(it)) return box.bottom > 0 && box.top < innerHeight;
  return box.top >= 0 && box.bottom <= bar.getBoundingClientRect().top;
}"""
Scheme = Literal["light", "dark"]
#: The first of these that there is: without a window to draw, it takes a third less.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, as long as it is looked at."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "the browser tests need Chromium; `make test` installs it where it can"
    browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
    yield browser
    browser.close()


# Until the end of the folder only: as long as it lasts, playwright's loop is this thread's, and no
# other test could run one.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance with two people, served to all tests of this process: each has a `service`."""
    with migrated(databases, "sqlite", tmp_path_factory.mktemp("served") / "instance") as instance:
        instance.furnish(people=2)
        instance.serve()
        yield instance


@pytest.fixture
def service(site: Instance, request: pytest.FixtureRequest) -> str:
    """The slug of a service of its own, managed by the second person; in the theme that is its
    parameter."""
    slug = f"essai-{uuid.uuid4().hex[:8]}"
    theme = ("--theme", request.param) if hasattr(request, "param") else ()
    site.eak("service", "create", slug, f"Service {slug}", *theme)
    site.eak("person", "role", "personne1@essai.example", "manager", "--service", slug)
    return slug


@pytest.fixture
def open_ballot(site: Instance, service: str) -> Open:
    """Opens ballots of the service, each by its kind; answers the address of its page."""
    return opener(site, service)


class Reader:
    """Somebody in front of a browser window."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)

    def open(self, path: str) -> None:
        """Go to ``path``."""
        self.page.goto(self.base + path)

    def sign_in(self, email: str) -> None:
        """Sign in through the page."""
        self.open("/compte/connexion")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Se connecter").click()
        # On a telephone it is folded.
        self.page.locator("#compte").wait_for(state="attached")

    def sign_out(self) -> None:
        """Sign out by the button, unfolding it first on a telephone."""
        fold = self.page.locator("[popovertarget=compte]")
        if fold.is_visible():
            fold.click()
        self.page.get_by_role("button", name="Se déconnecter").click()

    def reload_until(self, shown: Locator) -> None:
        """Open this page again until it has ``shown``, which a worker brings about."""
        for _time in range(PATIENCE_MS // 500):
            if shown.is_visible():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        pytest.fail(f"{shown} does not come to {self.page.url}")

    def tab_to(self, selector: str, most: int = 120) -> None:
        """Press Tab until ``selector`` has the focus, which must be seen."""
        for _key in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(f"document.activeElement.matches({selector!r})"):
                # By the clock: a busy machine may draw no picture for long.
                self.page.wait_for_function(FOCUS_IN_VIEW, polling=100)
                return
        pytest.fail(f"{selector} cannot be reached with Tab")

    def check(self) -> None:
        """Nothing is wrong with this page (`findings`)."""
        assert self.findings() == [], self.page.url

    def findings(self) -> list[str]:
        """What on this page keeps somebody out, as far as a machine can tell (axe), is wider than
        the window, or makes the browser complain: in a window of each of `WIDTHS`, in light on a
        telephone and in dark on a screen. Colours alone differ between these two, and nothing is of
        another colour in another width."""
        usual, found = self.page.viewport_size, list[str]()
        assert usual
        # The width that the window has comes first: each change lays the page out anew.
        for width in sorted(WIDTHS, key=lambda width: width != usual["width"]):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            scheme: Scheme = "light" if width == WIDTHS[0] else "dark"
            found += [f"{width}, {scheme}: {each}" for each in self.violations(scheme)]
            excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            if self.page.evaluate(excess) > 0:
                found.append(f"{width}: scrolls sideways")
            found += [f"{width}: squeezed: {each}" for each in self.page.evaluate(SQUEEZED)]
            found += [f"{width}: cut: {each}" for each in self.page.evaluate(CUT)]
        self.page.set_viewport_size({"width": 320, "height": HEIGHT})
        found += [f"320, spaced: scrolls sideways: {each}" for each in self.page.evaluate(SPACED)]
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        self.page.set_viewport_size(usual)
        return found + self.complaints

    def on_first_screen(self, shown: Locator) -> float:
        """Where ``shown`` begins, in CSS pixels from the top of this page on a small telephone,
        where all of it is seen without scrolling."""
        usual = self.page.viewport_size
        assert usual
        self.page.set_viewport_size(FIRST_SCREEN)
        self.page.evaluate("scrollTo(0, 0)")
        box = shown.bounding_box()
        self.page.set_viewport_size(usual)
        assert box, f"{shown} does not show on {self.page.url}"
        end = box["y"] + box["height"]
        assert end <= FIRST_SCREEN["height"], f"{shown} ends at {end} pixels on {self.page.url}"
        return box["y"]

    def look(self) -> None:
        """Axe finds nothing on this page as it stands, in light."""
        assert self.violations("light") == [], (self.page.url, self.page.viewport_size)

    def violations(self, scheme: Scheme) -> list[str]:
        """What axe finds on this page as it stands."""
        # Nothing moves, or colours would be read halfway from one scheme to the other.
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Once for a page, and not for each look at it.
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(VIOLATIONS)
        return found


MakeReader = Callable[..., Reader]


@pytest.fixture
def reader(chromium: Browser, site: Instance) -> Iterator[MakeReader]:
    """Opens windows, each of a person of their own."""
    contexts = []

    def make(*, scripts: bool = True, width: int = 1280) -> Reader:
        context = chromium.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": HEIGHT},
            locale="fr-FR",
        )
        contexts.append(context)
        return Reader(context, site.base)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def newcomer(reader: MakeReader, request: pytest.FixtureRequest) -> Newcomer:
    """Opens windows of people who go about as the parameter says (`hands.BY`)."""
    return newcomers(reader, request.param)
