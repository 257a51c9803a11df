"""What could go together, in a browser: read, declined and taken back, on a phone and without
scripts, and for those who see, hear or move otherwise."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeReader
from tests.browser.test_offers import look, partners
from tests.served import Instance

pytestmark = pytest.mark.browser

__all__ = ["partners"]


def test_suggestions_are_read_declined_and_taken_back(
    reader: MakeReader, site: Instance, partners: str
) -> None:
    here = f"/{partners}/partenaires"
    author = site.visitor("personne0@essai.example")
    author.fill(f"{here}/offres/nouvelle", "nouvelle", kind="place", title="Une halle et un toit",
                details="Un toit plat.", capacity="2")  # fmt: skip
    member, visitor = reader(scripts=False, width=360), reader()
    page = member.page
    member.sign_in("personne0@essai.example")
    member.open(f"{here}/offres/les-notres")
    page.get_by_role("link", name="Une halle et un toit").click()
    page.get_by_role("button", name="Publier").click()
    member.open(f"/{partners}/idees/")
    page.get_by_role("link", name="Un verger sur le toit").click()
    idea = page.url.removeprefix(member.base)
    page.get_by_role("link", name="Dire ce qui manque").click()
    author.fill(page.url.removeprefix(member.base), "nouveau", kind="place", what="Un toit plat")

    looker = reader()
    looker.sign_in("personne0@essai.example")
    look(looker, idea)
    member.open(idea)
    page.get_by_role("link", name="Toutes les offres, et la raison de cet ordre").click()
    expect(page.get_by_text("Un algorithme a classé cette liste")).to_be_visible()
    expect(page.get_by_role("link", name="Une halle et un toit")).to_be_visible()
    look(looker, page.url.removeprefix(member.base))

    look(looker, f"{here}/suggestions")
    member.open(f"{here}/suggestions")
    page.get_by_role("link", name="Pas pour nous").click()
    look(looker, page.url.removeprefix(member.base))
    page.get_by_label("Ce n’est pas le moment.").check()
    page.get_by_label("Avec vos mots").fill("Après les travaux.")
    page.get_by_role("button", name="Pas pour nous").click()
    expect(page.get_by_text("Après les travaux.")).to_be_visible()
    look(looker, f"{here}/suggestions")
    page.get_by_role("button", name="Nous la suggérer de nouveau").click()
    expect(page.get_by_text("Ce que vous avez écarté")).to_have_count(0)

    look(visitor, f"{here}/equite")
    manager = reader()
    manager.sign_in("personne1@essai.example")
    for path in ("", "/nouveau", "/origine/1"):
        look(manager, f"/{partners}/gestion/partenaires/thesaurus{path}")
    visitor.page.get_by_text("184 groupes").click()
    expect(visitor.page.get_by_text("voirie=, chaussée")).to_be_visible()
    visitor.check()
