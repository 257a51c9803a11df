"""Managers prepare a ballot and lead it, in a browser: with a keyboard, on a phone, scriptless."""

import re
import uuid

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import MakeReader, Reader
from tests.proposing import propose_served
from tests.served import Instance

pytestmark = pytest.mark.browser

IDEAS = ("Un verger sur le toit", "Un atelier partagé", "Une fontaine à boire")


@pytest.fixture
def voting(site: Instance, service: str) -> str:
    """The slug of a service with votes and three ideas."""
    site.eak("plugin", "enable", "voting", "--service", service)
    author = site.visitor("personne0@essai.example")
    for title in IDEAS:
        propose_served(author, service, title)
    return service


def write(page: Page, title: str) -> None:
    """Fill in what every ballot needs."""
    page.get_by_label("Titre du scrutin").fill(title)
    for idea in IDEAS:
        page.get_by_label(idea, exact=True).check()


def test_a_manager_prepares_announces_opens_and_cancels_a_ballot(
    reader: MakeReader, voting: str
) -> None:
    manager, visitor = reader(width=360), reader()
    page = manager.page
    manager.sign_in("personne1@essai.example")
    manager.open(f"/{voting}/gestion/")
    page.get_by_role("link", name="Préparer un scrutin").click()
    page.get_by_role("link", name="Budget participatif").click()
    write(page, "Le budget de 2027")
    page.get_by_label("Le budget, en euros sans centimes").fill("5000")
    page.get_by_role("button", name="Enregistrer et prévisualiser").click()
    # Nothing was lost, and each project without a cost is named.
    expect(page.get_by_role("alert")).to_contain_text("Dites ce que coûte ce projet")
    for number, cost in enumerate(page.locator("input[name^=cost_]").all(), 1):
        cost.fill(str(1000 * number))
    page.get_by_role("button", name="Enregistrer et prévisualiser").click()
    expect(page.get_by_role("heading", name="Le budget de 2027", level=1)).to_be_visible()
    preview = re.sub("/apercu$", "", page.url)
    page.goto(preview)
    page.get_by_role("link", name="Annoncer…").click()
    page.get_by_role("button", name="Annoncer le scrutin").click()
    open_and_cancel(manager, visitor, voting, "Le budget de 2027")


#: From nothing to a first announced ballot, beside typing: links, buttons and boxes.
MOST_CLICKS = 9


def test_nine_clicks_lead_without_scripts_from_nothing_to_an_announced_ballot(
    reader: MakeReader,
) -> None:
    administrator, visitor = reader(scripts=False, width=360), reader(scripts=False)
    page, clicks = administrator.page, 0

    def click(control: Locator) -> None:
        nonlocal clicks
        clicks += 1
        control.click()

    administrator.sign_in("administration@essai.example")
    administrator.open("/admin/")
    service = f"essai-{uuid.uuid4().hex[:8]}"
    click(page.get_by_role("link", name="Ouvrir un service"))
    page.get_by_label("Nom du service").fill(f"Service {service}")
    page.get_by_label("Adresse").fill(service)
    click(page.get_by_label(re.compile("^Votes")))
    click(page.get_by_role("button", name="Ouvrir le service"))
    click(page.get_by_role("link", name="Déposez la première"))
    for label in ("Titre de votre idée", "À quel problème répond-elle"):
        page.get_by_label(label).fill(IDEAS[0])
    page.get_by_label("Votre idée", exact=True).fill("Des pommiers.")
    click(page.get_by_role("button", name="Enregistrer et relire"))
    click(page.get_by_role("button", name="Déposer mon idée"))
    click(page.get_by_role("link", name="Soumettre au vote"))
    page.get_by_label("Titre du scrutin").fill("Que faire du toit ?")
    click(page.get_by_role("button", name="Enregistrer et annoncer"))
    click(page.get_by_role("button", name="Annoncer le scrutin"))
    assert clicks <= MOST_CLICKS
    open_and_cancel(administrator, visitor, service, "Que faire du toit ?")


def open_and_cancel(manager: Reader, visitor: Reader, service: str, title: str) -> None:
    """From the page of an announced ballot, which ``visitor`` sees, to its end."""
    page = manager.page
    visitor.open(f"/{service}/votes/")
    visitor.page.get_by_role("link", name=title).first.click()
    expect(visitor.page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("link", name="Ouvrir maintenant…").click()
    page.get_by_role("button", name="L’ouvrir maintenant").click()
    expect(page.get_by_text("SHA-256 des règles")).to_be_visible()
    page.get_by_role("link", name="Annuler le scrutin…").click()
    page.get_by_label("Motif public").fill("Un coût était faux.")
    page.get_by_role("button", name="Annuler le scrutin").click()
    visitor.page.reload()
    expect(visitor.page.get_by_text("Un coût était faux.")).to_be_visible()


@pytest.mark.slow
def test_no_page_of_managers_keeps_anybody_out(reader: MakeReader, voting: str) -> None:
    manager = reader()
    manager.sign_in("personne1@essai.example")
    desk = f"/{voting}/gestion/votes"
    for path in (desk + "/", f"{desk}/nouveau"):
        look(manager, path)
    for method in ("support", "approval", "majority", "budget"):
        look(manager, f"{desk}/nouveau/{method}")
    # With mistakes in it.
    manager.page.get_by_role("button", name="Enregistrer le brouillon").click()
    manager.check()
    manager.open(f"{desk}/nouveau/majority")
    write(manager.page, "Que faire sur la place ?")
    manager.page.get_by_role("button", name="Enregistrer le brouillon").click()
    draft = manager.page.url.removeprefix(manager.base)
    for path in ("", "/modifier", "/apercu", "/annoncer", "/supprimer"):
        look(manager, draft + path)
    manager.open(f"{draft}/annoncer")
    manager.page.get_by_role("button", name="Annoncer le scrutin").click()
    for path in ("", "/ouvrir", "/retirer-annonce", "/annuler"):
        look(manager, draft + path)
    look(manager, f"{desk}/")
    look(manager, f"/{voting}/gestion/")


def look(manager: Reader, path: str) -> None:
    """Open the page at ``path`` and check it."""
    manager.open(path)
    manager.check()
