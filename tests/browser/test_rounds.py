"""A matching round in a browser: on a phone, without scripts, and for those who see, hear or move
otherwise."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeReader
from tests.browser.partners import idea_and_partner
from tests.served import Instance

pytestmark = pytest.mark.browser


@pytest.fixture
def rounds(site: Instance, service: str) -> str:
    """Where the rounds of a service are, with an idea that needs a hall, whose author acts for a
    verified partner with one, too."""
    author, manager = (site.visitor(f"personne{number}@essai.example") for number in range(2))
    here, desk = f"/{service}/partenaires", f"/{service}/gestion/partenaires"
    idea = re.search(r"/idees/(\d+)-", idea_and_partner(site, service, author, manager))
    assert idea
    stating = f"{here}/idees/{idea[1]}/besoins/nouveau"
    author.fill(stating, stating, kind="place", what="Une halle")
    [partner] = set(re.findall(rf"{desk}/(\d+)/verifier", manager.get(f"{desk}/")[1]))
    manager.fill(f"{desk}/{partner}/verifier", "verifier", reason="Vue sur place.")
    offering = f"{here}/offres/nouvelle"
    shown = author.fill(offering, offering, kind="place", title="Une halle", capacity="1")[1]
    offer = re.search(r"/offres/(\d+)/publier", shown)
    assert offer
    author.fill(f"{here}/offres/{offer[1]}", "publier")
    return f"{here}/appels"


def test_a_round_is_opened_declared_matched_and_decided(
    reader: MakeReader, site: Instance, rounds: str
) -> None:
    manager, member, visitor = reader(), reader(scripts=False, width=360), reader()
    desk = rounds.replace("/partenaires/", "/gestion/partenaires/")
    manager.sign_in("personne1@essai.example")
    manager.open(f"{desk}/nouveau")
    manager.check()
    manager.page.get_by_role("button", name="Ouvrir l’appel").click()
    expect(manager.page.get_by_role("alert")).to_contain_text("Donnez un titre à l’appel.")
    manager.page.get_by_label("Titre de l’appel").fill("Appel d’essai")
    manager.page.get_by_role("button", name="Ouvrir l’appel").click()
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Appel d’essai")
    place = manager.page.url.removeprefix(manager.base)

    member.sign_in("personne0@essai.example")
    member.open(place)
    member.page.get_by_role("link", name="Les préférences de").click()
    member.page.get_by_label("Place de").fill("1")
    member.page.keyboard.press("Enter")
    expect(member.page.get_by_text("Vos préférences sont enregistrées.")).to_be_visible()
    watcher = reader()
    watcher.sign_in("personne0@essai.example")
    for path in (place, f"{place}/preferences"):
        watcher.open(path)
        watcher.check()

    manager.open(place)
    manager.page.get_by_role("link", name="Clore l’appel maintenant").click()
    manager.check()
    manager.page.get_by_label("Motif public").fill("Tout le monde a répondu.")
    manager.page.get_by_role("button", name="Clore l’appel").click()
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Appel d’essai")
    # Who was sending preferences has half a minute to arrive; the manager waits for nobody.
    manager.page.get_by_role("link", name="Clore l’appel maintenant").click()
    manager.page.get_by_role("button", name="Clore l’appel").click()
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Appel d’essai")
    # A worker matches it, that of the server or this one.
    site.eak("worker", "--once")
    confirm = manager.page.get_by_role("link", name="Confirmer")
    manager.reload_until(confirm)
    confirm.click()
    manager.check()
    manager.page.get_by_label("Motif public").fill("Elle convient.")
    manager.page.get_by_role("button", name="Confirmer").click()
    expect(manager.page.get_by_text("La paire est confirmée")).to_be_visible()

    for path in (rounds, place):
        visitor.open(path)
        visitor.check()
    expect(visitor.page.get_by_text("0 paire bloquante")).to_be_visible()
