"""Partners offer something and ideas need something, in a browser: on a phone, without scripts, and
for those who see, hear or move otherwise."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from eak_core.api import clock, in_paris
from tests.browser.conftest import MakeReader, Reader
from tests.proposing import propose_served
from tests.served import Instance

pytestmark = pytest.mark.browser


@pytest.fixture
def partners(site: Instance, service: str) -> str:
    """The slug of a service with partners, one of which the first person acts for, and an idea."""
    site.eak("plugin", "enable", "matchmaking", "--service", service)
    author = site.visitor("personne0@essai.example")
    propose_served(author, service)
    author.fill(
        f"/{service}/partenaires/nouveau", "nouveau",
        name="La Halle", kind="association", about="Nous prêtons la halle.",
    )  # fmt: skip
    return service


def test_an_offer_meets_a_need(reader: MakeReader, partners: str) -> None:
    member, visitor = reader(scripts=False, width=360), reader()
    page, here = member.page, f"/{partners}/partenaires"
    member.sign_in("personne0@essai.example")
    member.open(f"{here}/offres")
    page.get_by_role("link", name="Proposer quelque chose").click()
    page.get_by_label("Lieu", exact=True).check()
    page.get_by_label("Quantité").fill("200")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    # Nothing was lost, and each answer that is missing is named.
    expect(page.get_by_role("alert")).to_contain_text("Dites en quelques mots")
    page.get_by_label("Ce que vous proposez, en quelques mots").fill("Une halle couverte")
    page.get_by_label("Unité").fill("m²")
    page.get_by_label("Premier jour").fill(f"{in_paris(clock.now()).date() + timedelta(days=30)}")
    page.get_by_label("Conditions non publiques").fill("Pas le mardi.")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("C’est un brouillon")).to_be_visible()
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_text("Votre offre est publique.")).to_be_visible()

    member.open(f"/{partners}/idees/")
    page.get_by_role("link", name="Un verger sur le toit").click()
    page.get_by_role("link", name="Dire ce qui manque").click()
    page.get_by_label("Financement", exact=True).check()
    page.get_by_label("Ce qui manque, en quelques mots").fill("De quoi acheter les arbres")
    page.get_by_label("Quantité").fill("2000")
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_text("Il manque\u202f: 2\u202f000\N{NO-BREAK SPACE}€")).to_be_visible()

    visitor.open(f"/{partners}/")
    visitor.page.get_by_role("link", name="Voir ce qu’il leur faut").click()
    expect(visitor.page.get_by_text("De quoi acheter les arbres")).to_be_visible()
    visitor.page.get_by_role("link", name="Voir ce que les partenaires proposent").click()
    visitor.page.get_by_role("link", name="Une halle couverte").click()
    expect(visitor.page.get_by_text("200\N{NO-BREAK SPACE}m² par pilote")).to_be_visible()
    expect(visitor.page.get_by_text("Pas le mardi.")).to_have_count(0)


@pytest.mark.slow
def test_no_page_of_offers_and_needs_keeps_anybody_out(
    reader: MakeReader, site: Instance, partners: str
) -> None:
    here = f"/{partners}/partenaires"
    author = site.visitor("personne0@essai.example")
    for title in ("Une halle couverte", "Un brouillon"):
        author.fill(
            f"{here}/offres/nouvelle", "nouvelle",
            kind="place", title=title, details="Deux cents mètres carrés, avec cuisine.",
            quantity="200", unit="m²", capacity="2", conditions="Une assurance.",
            private_conditions="Pas le mardi.",
        )  # fmt: skip
    person, visitor = reader(), reader()
    person.sign_in("personne0@essai.example")
    person.open(f"{here}/offres/les-notres")
    person.page.get_by_role("link", name="Une halle couverte").click()
    offer = person.page.url.removeprefix(person.base)
    look(person, offer)
    person.page.get_by_role("button", name="Publier").click()
    person.open(f"/{partners}/idees/")
    person.page.get_by_role("link", name="Un verger sur le toit").click()
    idea = person.page.url.removeprefix(person.base)
    person.page.get_by_role("link", name="Dire ce qui manque").click()
    state = person.page.url.removeprefix(person.base)
    for kind, what in (("place", "Un toit plat"), ("money", "De quoi acheter les arbres")):
        author.fill(state, "nouveau", kind=kind, what=what, quantity="2000", unit="m²")
    person.open(idea)
    person.page.get_by_role("link", name="C’est trouvé").first.click()
    look(person, person.page.url.removeprefix(person.base))
    person.page.get_by_role("button", name="C’est trouvé").click()
    for path in (offer, f"{offer}/modifier", f"{offer}/terminer", f"{here}/offres/les-notres",
                 f"{here}/offres/nouvelle", state, idea):  # fmt: skip
        look(person, path)
    person.open(state)
    person.page.get_by_role("button", name="Publier").click()
    person.check()
    for path in (f"{here}/offres", f"{here}/offres?q=zzz", f"{here}/besoins", f"/{partners}/"):
        look(visitor, path)


def look(who: Reader, path: str) -> None:
    who.open(path)
    who.check()
