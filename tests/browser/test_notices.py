"""Somebody comments: the author's bell tells it, a mail does, and one click ends these mails."""

import quopri
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeReader, Reader
from tests.browser.test_main_job import submit_idea
from tests.served import Instance

pytestmark = pytest.mark.browser

AUTHOR, READER = "personne0@essai.example", "personne1@essai.example"


def comment(reader: Reader, address: str, words: str) -> None:
    reader.open(address)
    form = reader.page.locator("details.discussion-write")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    reader.page.get_by_label("Pour", exact=True).check()
    reader.page.locator("textarea[name=body]").fill(words)
    reader.page.get_by_role("button", name="Publier mon commentaire").click()
    expect(reader.page.get_by_text("Votre commentaire est public")).to_be_visible()


def mails(site: Instance, about: str) -> list[str]:
    """What was sent to the author and says ``about``."""
    found = [
        quopri.decodestring(file.read_bytes()).decode()
        for file in sorted(Path(site.folder, "mail").glob("*.eml"))
    ]
    return [mail for mail in found if AUTHOR in mail and about in mail]


def tab_to(reader: Reader, name: str) -> None:
    """Press Tab until the link or button ``name`` has the focus."""
    for _key in range(80):
        reader.page.keyboard.press("Tab")
        focus = reader.page.evaluate("document.activeElement.textContent.trim()")
        if focus.startswith(name):
            return
    pytest.fail(f"{name} cannot be reached with Tab")


def test_a_comment_rings_a_bell_writes_a_mail_and_one_click_ends_that(
    reader: MakeReader, site: Instance, service: str
) -> None:
    author, other = reader(width=360), reader()
    author.sign_in(AUTHOR)
    other.sign_in(READER)
    address = submit_idea(author, service)
    site.eak("plugin", "enable", "discussion", "--service", service)

    author.open("/compte/nouveautes/preferences")
    author.check()
    author.page.get_by_label("Commentaires et réponses").select_option("Un courriel à chaque fois")
    tab_to(author, "Enregistrer")
    author.page.keyboard.press("Enter")
    expect(author.page.get_by_text("Vos choix sont enregistrés")).to_be_visible()

    # What these two did in other tests is no news here.
    site.eak("worker", "--once")
    author.open("/compte/nouveautes/")
    known = author.page.get_by_role("button", name="Tout marquer comme lu")
    if known.count():
        known.click()
    comment(other, address, "Mes genoux vous remercient.")
    site.eak("worker", "--once")

    author.open("/")
    bell = author.page.get_by_role("link", name=re.compile("Ce qui est nouveau : 1 nouvelle"))
    expect(bell).to_be_visible()
    tab_to(author, "1")
    author.page.keyboard.press("Enter")
    expect(author.page.get_by_text("Mes genoux vous remercient.")).to_be_visible()
    author.check()
    author.page.get_by_role("button", name="Tout marquer comme lu").click()
    expect(
        author.page.get_by_role("link", name=re.compile("Ce qui est nouveau : rien"))
    ).to_be_visible()
    author.check()

    [mail] = mails(site, "Mes genoux")
    assert "Vous suivez" in mail
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail
    found = re.search(r"List-Unsubscribe: <([^>]+)>", mail)
    assert found
    stranger = reader(scripts=False)
    stranger.open(urlsplit(found[1]).path)
    stranger.page.get_by_role("button", name="Ne plus m’en envoyer").click()
    expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()

    comment(other, address, "Et mon dos aussi.")
    site.eak("worker", "--once")
    assert mails(site, "Et mon dos") == []
    author.open("/compte/nouveautes/")
    expect(author.page.get_by_text("Et mon dos aussi.")).to_be_visible()


def test_following_takes_one_click_without_scripts_and_another_ends_it(
    reader: MakeReader, service: str
) -> None:
    author, other = reader(), reader(scripts=False)
    author.sign_in(AUTHOR)
    other.sign_in(READER)
    address = submit_idea(author, service)
    other.open(address)
    other.page.get_by_role("button", name=re.compile("^Suivre")).click()
    expect(other.page.get_by_text("Vous suivez désormais")).to_be_visible()
    author.open(address)
    author.check()
    other.page.get_by_role("button", name=re.compile("^Ne plus suivre")).click()
    expect(other.page.get_by_role("button", name=re.compile("^Suivre"))).to_be_visible()
