"""Pictures and documents in a browser: chosen together, described, and seen."""

import re

import pytest
from playwright.sync_api import FilePayload, expect

from eak_core.kit.testing.uploads import a_document, picture
from tests.browser.conftest import MakeReader

pytestmark = pytest.mark.browser

FILES: list[FilePayload] = [
    {"name": "banc.jpg", "mimeType": "image/jpeg", "buffer": picture(1400, 900)},
    {"name": "Le plan.pdf", "mimeType": "application/pdf", "buffer": a_document().content},
    {"name": "tilleul.png", "mimeType": "image/png", "buffer": picture(600, 900, "lime", "PNG")},
]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_pictures_are_described_as_they_are_chosen_or_on_the_next_page(
    reader: MakeReader, service: str, scripts: bool
) -> None:
    author = reader(scripts=scripts)
    author.sign_in("personne0@essai.example")
    author.open(f"/{service}/idees/nouvelle")
    page = author.page
    page.get_by_label("Titre de votre idée").fill("Un banc")
    page.get_by_label("À quel problème répond-elle").fill("On ne peut s’asseoir.")
    page.get_by_label("Votre idée", exact=True).fill("Des bancs.")
    go_on = page.get_by_role("button", name="Enregistrer et continuer")
    for step in ("Les détails", "Le lieu et les images"):
        go_on.click()
        expect(page).to_have_title(re.compile(step))
    page.get_by_label("Choisir des fichiers").set_input_files(FILES)
    if scripts:
        page.get_by_label("Que montre « banc.jpg »").fill("Un banc de bois")
        page.get_by_label("Que montre « tilleul.png »").fill("Un tilleul")
        author.check()
    go_on.click()
    if not scripts:
        page.get_by_label("Que montre cette image").nth(0).fill("Un banc de bois")
        page.get_by_label("Que montre cette image").nth(1).fill("Un tilleul")
        page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("button", name="Déposer mon idée").click()
    expect(page.get_by_role("heading", name="Un banc", level=1)).to_be_visible()
    for said in ("Un banc de bois", "Un tilleul"):
        shown = page.get_by_role("img", name=said)
        shown.scroll_into_view_if_needed()
        expect(shown).to_have_js_property("complete", value=True)
        assert shown.evaluate("each => each.naturalWidth") > 0
    expect(page.get_by_role("link", name="plan.pdf")).to_be_visible()
    if scripts:
        author.check()
        author.open(f"/{service}/idees/")
        author.check()
