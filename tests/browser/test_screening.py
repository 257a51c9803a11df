"""A team weighs an idea: two opinions before a decision, each formed before the others' are read,
and none of who is too near to it. By keyboard alone on a telephone and without a script, and by
mouse on a screen."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.hands import BY, Hands, Newcomer, ideas_of_the_author
from tests.served import Instance

pytestmark = pytest.mark.browser

OWN, OTHER = "Le besoin est réel.", "Trop cher pour ce que cela apporte."


def colleague(site: Instance, service: str, name: str) -> str:
    """The address of somebody else who runs ``service``."""
    email = f"{uuid.uuid4().hex[:8]}@essai.example"
    site.person(email, name=name)
    site.eak("person", "role", email, "manager", "--service", service)
    return email


def advise(reviewer: Hands, mark: int, words: str) -> None:
    """Fill in the grid that is open."""
    reviewer.choose("mark_social", mark)
    reviewer.choose("advice")
    reviewer.write(words=words)
    reviewer.send()
    expect(reviewer.page.get_by_text("Votre avis est enregistré").first).to_be_visible()


def decide(manager: Hands, stage: str) -> None:
    """Bring the idea that is open to ``stage``."""
    manager.choose_named("to", stage)
    manager.write(reason="Deux collègues l’ont lue.")
    manager.press(".idea-decision .btn-primary")


@BY
def test_two_opinions_come_before_a_decision(
    newcomer: Newcomer, site: Instance, service: str
) -> None:
    (idea,) = ideas_of_the_author(site, service, 1)
    desk, grid = f"/{service}/gestion", f"/{service}/gestion/idees/{idea}/examen"
    manager = newcomer("personne1@essai.example")
    reviewer = newcomer(colleague(site, service, "Renée Relectrice"))
    cousin = newcomer(colleague(site, service, "Cosme Cousin"))

    manager.open(f"{desk}/idees/delai")
    manager.check()
    manager.write(days="30")
    manager.pick("opinions", "Deux")
    manager.send()

    # Asked for, and found in one's own space.
    manager.open(f"/{service}/idees/{idea}")
    decide(manager, "À l’examen")
    manager.press("a[href$='/examen']")
    manager.pick("reviewer", "Renée Relectrice")
    manager.press("main form[action$='/demander-un-avis'] [type=submit]")
    expect(manager.page.get_by_text("sollicité le")).to_be_visible()
    manager.check()
    manager.press(f"main a[href*='/{service}/idees/']")
    decide(manager, "Recevable")
    expect(manager.page.get_by_role("alert")).to_contain_text("demande 2 avis")
    manager.check()
    manager.open(grid)
    advise(manager, 2, OWN)

    # Who is too near has no part in it, whatever they think.
    cousin.open(grid)
    cousin.write(reason="Son auteur est mon cousin.")
    cousin.press("main form[action$='/conflit'] [type=submit]")
    expect(cousin.page.get_by_text("Vous êtes trop proche")).to_be_visible()
    cousin.check()
    cousin.open(f"/{service}/idees/{idea}")
    expect(cousin.page.get_by_text("À qui vous adresser")).to_contain_text("Renée Relectrice")
    expect(cousin.page.locator("[name=to]")).to_have_count(0)

    # The second reads what the first thinks once both have said it.
    reviewer.open("/compte/")
    reviewer.check()
    reviewer.press(f"main a[href*='{grid}']")
    expect(reviewer.page.get_by_text("une fois le vôtre donné")).to_be_visible()
    expect(reviewer.page.get_by_text(OWN)).to_have_count(0)
    advise(reviewer, 0, OTHER)
    expect(reviewer.page.get_by_text(OWN)).to_be_visible()
    expect(reviewer.page.get_by_text("Son auteur est mon cousin.")).to_be_visible()
    reviewer.check()

    manager.open(f"/{service}/idees/{idea}")
    decide(manager, "Recevable")
    decided = manager.page.get_by_role("region", name="La dernière décision")
    expect(decided).to_contain_text("Deux collègues")

    # What is promised to whom, and who may do what.
    manager.open(f"{desk}/idees?etape=submitted&tri=promesse")
    manager.check()
    manager.open(f"{desk}/equipe")
    manager.press("a[href$='/equipe/droits']")
    manager.use("summary")
    expect(manager.page.get_by_text("Régler le service").first).to_be_visible()
    manager.check()
    administrator = newcomer("administration@essai.example")
    administrator.open("/admin/droits")
    administrator.check()
