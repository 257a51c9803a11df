"""The pictures of the README and the guides: pages of the demonstration, as a browser shows them.

Run by ``make pictures``, which writes them to ``docs/pictures``. They are committed, since whoever
reads the README has nothing running yet.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import launched
from tests.served import Instance

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
#: In pixels: as wide as a README is read, and no more of the page than says what it is.
WIDTH, HEIGHT = 1120, 760
SERVICE = "laboratoire"
PASSWORD = "jardin-des-essais-92"
#: What the guide of managers and administrators shows: the page, and who opens it.
GUIDE = {
    "desk": ("gestion", "/laboratoire/gestion/"),
    "board": ("gestion", "/laboratoire/gestion/idees/tableau"),
    "reports": ("gestion", "/laboratoire/gestion/signalements"),
    "plugin": ("gestion", "/laboratoire/gestion/plugins/voting"),
    "administration": ("administration", "/admin/"),
    "duties": ("administration", "/admin/obligations"),
}


def make() -> None:
    """Play the demonstration, and take the pictures of it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "demonstration"
        site = Instance(folder, f"sqlite:///{folder}/eak.sqlite")
        del site.environment["EAK_AGENT_DOMAINS"]  # the demonstration has its own
        site.eak("demo", "--no-serve", "--data", str(folder))
        site.serve()
        try:
            with launched(playwright) as browser:
                _take(browser, site.base)
                _take_guide(browser, site.base)
        finally:
            site.stop()


def _take(browser: Browser, base: str) -> None:
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-FR", reduced_motion="reduce"
    )
    page.goto(f"{base}/{SERVICE}/")
    _keep(page, "home")
    page.goto(f"{base}/{SERVICE}/votes/")
    page.locator("main a[href*='-budget-participatif-']").first.click()
    page.get_by_role("link", name="Lire le résultat").click()
    _keep(page, "results")


def _take_guide(browser: Browser, base: str) -> None:
    for who in sorted({who for who, _path in GUIDE.values()}):
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-FR", reduced_motion="reduce"
        )
        page.goto(f"{base}/compte/connexion")
        page.fill("input[name=email]", f"{who}@demo.example")
        page.fill("input[name=password]", PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_load_state()
        for name, (opened_by, path) in GUIDE.items():
            if opened_by == who:
                page.goto(f"{base}{path}")
                _keep(page, name)


def _keep(page: Page, name: str) -> None:
    shown = Image.open(io.BytesIO(page.screenshot()))
    shown.save(FOLDER / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    make()
