"""A partner offers to pilot an idea, in a browser: on a phone, without scripts, and for those who
see, hear or move otherwise."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeReader
from tests.browser.partners import idea_and_partner
from tests.served import Instance

pytestmark = pytest.mark.browser

LONG = "\n".join(["Une halle de deux cents mètres carrés, avec sa cuisine."] * 10)
"""As much as a field of a proposal takes, in lines."""


@pytest.fixture
def idea(site: Instance, service: str) -> str:
    """The address of an accepted idea, whose author acts for a partner, too."""
    author, manager = (site.visitor(f"personne{number}@essai.example") for number in range(2))
    return idea_and_partner(site, service, author, manager)


def test_a_proposal_is_made_answered_and_accepted_and_its_agreement_is_one_page(
    reader: MakeReader, site: Instance, idea: str
) -> None:
    member, manager = reader(scripts=False, width=360), reader()
    page = member.page
    member.sign_in("personne0@essai.example")
    member.open(idea)
    page.get_by_role("link", name="Proposer de la piloter").click()
    page.get_by_role("button", name="Envoyer la proposition").click()
    expect(page.get_by_role("alert")).to_contain_text("Dites ce que vous apportez.")
    for label in ("Qu’apportez-vous", "Où l’essayer", "Quand l’essayer", "Avec qui l’essayer"):
        page.get_by_label(label).fill(LONG)
    page.get_by_label("Oui, ou cela pourrait y ressembler").check()
    page.get_by_label("Lequel").fill(LONG)
    page.get_by_role("button", name="Envoyer la proposition").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("avec «\u202fLa Halle\u202f»")
    place = page.url.removeprefix(member.base)

    watcher = reader()
    watcher.sign_in("personne0@essai.example")
    form = re.sub(r"/idees/(\d+)-.*", r"/partenaires/idees/\1/proposer", idea)
    manager.sign_in("personne1@essai.example")
    service = idea.split("/")[1]
    acts = place.replace(f"/{service}/", f"/{service}/gestion/")
    manager.open(f"/{service}/gestion/partenaires/propositions")
    manager.check()
    for act in ("accepter", "demander", "decliner"):
        manager.open(f"{acts}/{act}")
        manager.check()
    manager.open(f"{acts}/demander")
    manager.page.get_by_label("Votre question").fill("Quelle halle\u202f?")
    manager.page.keyboard.press("Tab")
    manager.page.keyboard.press("Enter")
    expect(manager.page.get_by_text("Votre question est envoyée.")).to_be_visible()
    for path in (place, f"{place}/avis", f"{place}/repondre", f"{place}/retirer", idea):
        watcher.open(path)
        watcher.check()
    watcher.open(f"{place}/repondre")
    watcher.page.get_by_label("Votre réponse").fill("Celle du nord.")
    watcher.page.get_by_role("button", name="Envoyer la réponse").click()
    manager.open(f"{acts}/accepter")
    manager.page.get_by_role("button", name="Accepter").click()
    expect(manager.page.get_by_text("Le pilote est accepté")).to_be_visible()

    visitor = reader()
    for path in (idea, place, f"{place}/accord"):
        visitor.open(path)
        visitor.check()
    printed = visitor.page.pdf(
        format="A4", margin={"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"}
    )
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1, "the agreement is one page"
    watcher.open(f"{place}/terminer")
    watcher.check()
    watcher.open(form)
    assert watcher.page.url == watcher.base + place, "what was proposed is not proposed again"
    own = watcher.page.get_by_role("link", name="Voir l’organisation")
    own.click()
    watcher.page.get_by_role("link", name="Nos propositions").click()
    watcher.check()
