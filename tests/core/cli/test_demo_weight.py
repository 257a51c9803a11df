"""What a page of the demonstration, with every plugin on, asks of somebody's connection."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask

from eak_core.app import create_app
from eak_core.config import load
from eak_core.db import db
from eak_core.demo import PASSWORD
from eak_core.kit.testing.browser import Browser

#: As asked for: without pictures, in bytes of gzip; fonts apart, which have a measure of their own.
MOST_BYTES, MOST_REQUESTS = 60_000, 8
PAGES = {
    "portal": "/",
    "home": "/laboratoire/",
    "list": "/laboratoire/idees/",
    "idea": "/laboratoire/idees/38",
    "ballot": "/laboratoire/votes/3",
    "paper": "/laboratoire/votes/3/voter",
    "results": "/laboratoire/votes/2/resultats",
    "desk": "/laboratoire/gestion/",
}
_FILE = re.compile(r'<(?:link rel="stylesheet" href|script [^>]*src)="([^"]+)"')
_FONT = re.compile(r'url\("([^"]+\.woff2)"\)')


@pytest.fixture(scope="module")
def shown(played_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("shown") / "demonstration"
    shutil.copytree(played_once, folder)
    app = create_app(load(folder))
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


def asked_for(browser: Browser, path: str) -> dict[str, int]:
    """What the page at ``path`` needs, by address: its bytes as they are sent."""
    packed = {"Accept-Encoding": "gzip"}
    page = browser.get(path, headers=packed, follow_redirects=True)
    assert page.status_code == 200, path
    assert page.headers["Content-Encoding"] == "gzip"
    weights = {path: len(page.data)}
    for address in _FILE.findall(browser.get(path, follow_redirects=True).text):
        file = browser.get(address, headers=packed)
        assert file.headers["Content-Encoding"] == "gzip", address
        assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable", address
        weights[address] = len(file.data)
        for font in _FONT.findall(browser.get(address).text):
            weights[urljoin(address, font)] = 0
    return weights


@pytest.mark.parametrize("reader", ["", "gestion@demo.example"], ids=["visitor", "manager"])
def test_its_pages_are_light(shown: Flask, reader: str) -> None:
    browser = shown.test_client()
    assert isinstance(browser, Browser)
    if reader:
        form = "/compte/connexion"
        assert browser.submit(form, form, email=reader, password=PASSWORD).status_code == 302
    heavy, shared = {}, []
    for name, path in PAGES.items():
        if not reader and name in ("paper", "desk"):
            continue
        weights = asked_for(browser, path)
        shared.append({each for each in weights if "/static/" in each})
        if sum(weights.values()) > MOST_BYTES or len(weights) > MOST_REQUESTS:
            heavy[name] = weights
    assert heavy == {}
    assert len(set.intersection(*shared)) >= 3, "one sheet and its fonts for all pages"
