"""A letter from the form to the mailbox: subscribed without scripts, sent, read day and night,
and ended by one click."""

import email
import re
import time
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from eak_core.kit.testing.uploads import picture
from tests.browser.conftest import MakeReader, Reader
from tests.browser.test_main_job import submit_idea
from tests.served import Instance

pytestmark = pytest.mark.browser


def mail_to(site: Instance, address: str, about: str) -> EmailMessage:
    """The mail to ``address`` whose subject says ``about``, once it has left."""
    for _try in range(600):
        for file in Path(site.folder, "mail").glob("*.eml"):
            found = email.message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(found, EmailMessage)
            if found["To"] == address and about in str(found["Subject"]):
                return found
        time.sleep(0.05)
    pytest.fail(f"no mail about {about} has left")


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def look_at(reader: Reader, html: str) -> None:
    """The letter as a mail program shows it."""
    # Chromium lets no blank page fetch from this machine.
    reader.page.route("**/fichiers/**", lambda route: route.fulfill(response=route.fetch()))
    reader.page.goto("about:blank")
    reader.page.set_content(html)
    reader.check()


def illustrate(manager: Reader) -> None:
    """The manager puts a picture beside the text that they wrote, and says what it shows."""
    manager.page.get_by_role("link", name="Images").last.click()
    manager.check()
    manager.page.get_by_label("Ajouter des images").set_input_files(
        {"name": "toit.jpg", "mimeType": "image/jpeg", "buffer": picture(640, 400)}
    )
    manager.page.get_by_role("button", name="Enregistrer").click()
    manager.page.get_by_label("Que montre cette image").fill("Un toit vert")
    manager.check()
    manager.page.get_by_role("button", name="Enregistrer").click()


def test_a_letter_is_asked_for_sent_read_and_ended(
    reader: MakeReader, site: Instance, service: str
) -> None:
    address = f"ada-{service}@example.org"
    site.eak("plugin", "enable", "newsletter", "--service", service)
    visitor, manager = reader(scripts=False, width=360), reader()
    visitor.open(f"/{service}/lettre/s-abonner")
    visitor.page.get_by_label("Votre adresse électronique").fill(address)
    visitor.page.get_by_role("button", name="Je veux recevoir la lettre").click()
    expect(visitor.page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    asked = mail_to(site, address, "Confirmez votre abonnement")
    link = re.findall(r"http\S+/lettre/confirmer/\S+", part(asked, "plain"))[0]
    visitor.page.goto(link)
    visitor.page.get_by_role("button", name="Je confirme").click()
    expect(visitor.page.get_by_role("heading", name="Vous êtes abonné")).to_be_visible()

    manager.sign_in("personne1@essai.example")
    submit_idea(manager, service)
    manager.open(f"/{service}/gestion/lettre/")
    manager.check()
    manager.page.get_by_role("button", name="Préparer la prochaine lettre").click()
    manager.page.get_by_role("link", name="Ajouter un texte").click()
    manager.page.get_by_label("Titre").fill("Venez lundi")
    manager.page.get_by_role("button", name="Enregistrer").click()
    manager.check()
    illustrate(manager)
    manager.page.get_by_role("link", name="Figer la lettre").click()
    manager.page.get_by_role("button", name="Figer la lettre").click()
    manager.page.get_by_role("link", name="Envoyer la lettre").click()
    manager.page.get_by_role("button", name="Envoyer la lettre").click()

    letter = mail_to(site, address, "la lettre de")
    assert "Venez lundi" in part(letter, "plain")
    assert "[Un toit vert]" in part(letter, "plain")
    seen = reader()
    look_at(seen, part(letter, "html"))
    shown = seen.page.get_by_role("img", name="Un toit vert")
    assert shown.evaluate("image => image.naturalWidth") > 0, "fetched by a mail program"
    archive = reader()
    archive.open(f"/{service}/lettre/1")
    archive.check()
    archive.open(f"/{service}/lettre/s-abonner")
    archive.check()

    stop = str(letter["List-Unsubscribe"]).strip("<>")
    visitor.page.goto(stop)
    visitor.page.get_by_role("button", name="Ne plus m’envoyer la lettre").click()
    done = "Vous ne recevrez plus la lettre"
    expect(visitor.page.get_by_role("heading", name=done)).to_be_visible()
    assert urlsplit(stop).path.startswith(f"/{service}/lettre/desabonner/")
