"""Somebody without an account begins where they are, and is brought back there: with their vote,
and with their idea, of which they are told what becomes of it."""

import re

import pytest
from playwright.sync_api import FilePayload, expect

from eak_core.kit.testing.uploads import picture
from tests.browser.ballots import Open
from tests.browser.conftest import FIRST_QUESTION, MakeReader, Reader
from tests.browser.test_main_job import move_on
from tests.browser.test_newsletter import mail_to, part
from tests.browser.test_notices import comment
from tests.served import PASSWORD, Instance

pytestmark = pytest.mark.browser

BENCH: FilePayload = {"name": "banc.jpg", "mimeType": "image/jpeg", "buffer": picture(800, 600)}


def make_an_account(newcomer: Reader, site: Instance, address: str) -> None:
    """From the sign-in page to the page that asked for it, by way of the mailbox."""
    page = newcomer.page
    page.get_by_role("link", name="Je n’ai pas encore de compte").click()
    page.fill("[name=name]", "Nouvelle venue")
    page.fill("[name=email]", address)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=password_confirm]", PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    asked = part(mail_to(site, address, "Confirmez"), "plain")
    link = re.search(r"http\S+/compte/\S+", asked)
    assert link
    page.goto(link[0])
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Confirmer mon adresse").click()


def test_a_newcomer_votes_and_what_they_chose_waits_for_them(
    reader: MakeReader, site: Instance, service: str, open_ballot: Open
) -> None:
    ballot = open_ballot("approval", secrecy="secret")
    newcomer = reader(scripts=False, width=360)
    page = newcomer.page
    newcomer.open(ballot)
    newcomer.on_first_screen(page.get_by_role("link", name="Voter", exact=True))
    page.get_by_role("link", name="Voter", exact=True).click()
    assert newcomer.on_first_screen(page.locator(".vote-choice__title").first) < FIRST_QUESTION
    page.get_by_label("Idée 2").check()
    page.get_by_label("Idée 3").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="Se connecter et continuer").click()
    make_an_account(newcomer, site, f"vote-{service}@example.org")
    expect(page.get_by_role("region", name="Ce que vous avez choisi")).to_contain_text("Idée 3")
    page.get_by_role("button", name="Envoyer mon vote").click()
    expect(page.get_by_role("heading", name="Votre vote est enregistré")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("service", ["planete"], indirect=True)
def test_a_visitor_writes_an_idea_and_is_told_what_becomes_of_it(
    reader: MakeReader, site: Instance, service: str, open_ballot: Open
) -> None:
    site.eak("plugin", "enable", "discussion", "--service", service)
    ballot = open_ballot("approval")
    address = f"idee-{service}@example.org"
    visitor, manager = reader(width=360), reader()
    page = visitor.page
    # Who asks for strong contrast has it on every page, whatever theme the service has.
    visitor.open(f"/{service}/?contraste=fort")
    page.get_by_role("link", name="Déposer une idée").first.click()
    visitor.check()
    page.get_by_label("Titre de votre idée").fill("Un banc sous le tilleul")
    page.get_by_label("À quel problème répond-elle").fill("On ne peut s’asseoir nulle part.")
    page.get_by_label("Votre idée", exact=True).fill("Des bancs de bois.")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("gardée dans ce navigateur")).to_be_visible()
    make_an_account(visitor, site, address)
    expect(page.get_by_label("Titre de votre idée")).to_have_value("Un banc sous le tilleul")
    visitor.check()
    go_on = page.get_by_role("button", name="Enregistrer et continuer")
    for step in ("Les détails", "Le lieu et les images"):
        go_on.click()
        expect(page).to_have_title(re.compile(step))
    page.get_by_label("Choisir des fichiers").set_input_files([BENCH])
    page.get_by_label("Que montre « banc.jpg »").fill("Un banc de bois")
    go_on.click()
    page.get_by_role("button", name="Déposer mon idée").click()
    expect(page.get_by_role("img", name="Un banc de bois")).to_be_visible()
    visitor.check()
    idea = page.url.removeprefix(visitor.base)

    comment(visitor, idea, "Je l’arroserai.")
    visitor.open(ballot)
    page.get_by_role("link", name="Voter", exact=True).click()
    page.get_by_label("Idée 1").check()
    page.get_by_label("Idée 2").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer mon vote").click()
    expect(page.get_by_role("heading", name="Votre vote est enregistré")).to_be_visible()

    manager.sign_in("personne1@essai.example")
    said = "Le besoin est réel : nous allons voir sur place. "
    move_on(manager, idea, "À l’examen", said + "Le service des parcs compte les bancs. " * 5)
    site.eak("worker", "--once")
    visitor.open("/compte/nouveautes/")
    expect(page.get_by_text("nous allons voir sur place")).to_be_visible()

    # Whoever types the like of it meanwhile is shown it, and told so.
    second = reader()
    second.open(f"/{service}/idees/nouvelle")
    for one, theme in ((visitor, "contraste"), (second, "planete")):
        expect(one.page.locator(f"link[href*='/{theme}/']").first).to_be_attached()
    second.page.get_by_label("Titre de votre idée").press_sequentially("Un banc sous un tilleul")
    expect(second.page.get_by_role("status")).to_contain_text("Un banc sous le tilleul")
    second.check()

    # What each page is for stands in the first screen of a telephone.
    second.open("/")
    second.on_first_screen(second.page.get_by_role("button", name="Rechercher"))
    second.open(f"/{service}/")
    second.on_first_screen(second.page.get_by_role("link", name="Déposer une idée").first)
    second.open(idea)
    second.on_first_screen(second.page.get_by_role("link", name="Se connecter pour la soutenir"))
