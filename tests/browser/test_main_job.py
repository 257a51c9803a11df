"""The main job, in a browser: an idea goes its way, is discussed; a plugin goes off and on."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import MakeReader, Reader
from tests.served import Instance

pytestmark = pytest.mark.browser

TITLE = "Un banc sous chaque tilleul"


def submit_idea(citizen: Reader, service: str) -> str:
    """The address of the idea that ``citizen`` submits to ``service``."""
    page = citizen.page
    citizen.open("/")
    page.get_by_role("link", name=f"Service {service}").click()
    page.get_by_role("link", name="Déposer une idée").first.click()
    page.get_by_label("Titre de votre idée").fill(TITLE)
    page.get_by_label("À quel problème répond-elle").fill("On ne peut s’asseoir nulle part.")
    page.get_by_label("Votre idée", exact=True).fill("Des bancs **de bois** sous les arbres.")
    submit_what_is_written(citizen)
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    return page.url.removeprefix(citizen.base)


def submit_what_is_written(author: Reader) -> None:
    """Go on from the first step to the last, and submit the idea."""
    for _step in range(3):
        author.page.get_by_role("button", name="Enregistrer et continuer").click()
    author.page.get_by_role("button", name="Déposer mon idée").click()


def switch(manager: Reader, service: str) -> None:
    """Switch the discussion on or off, whichever it is not, after looking at what that does."""
    page = manager.page
    manager.open(f"/{service}/gestion/plugins/")
    page.locator("a[href$='/discussion/activation']").click()
    page.locator("main form[action$='/discussion/activation'] button[type=submit]").click()
    expect(page).not_to_have_url(re.compile("activation$"))


#: What is wrong with the letters of the drawing that shows: smaller than 12 pixels, outside, or one
#: over another.
LETTERS = """() => {
  const svg = [...document.querySelectorAll(".eak-chart__picture")]
    .find(each => each.getBoundingClientRect().width);
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll("text")].map(each => each.getBoundingClientRect());
  const wrong = texts.filter((a, place) =>
    a.left < frame.left || a.right > frame.right || a.bottom > frame.bottom + 1 ||
    texts.slice(place + 1).some(b => a.left < b.right && b.left < a.right &&
      a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2));
  const small = [...svg.querySelectorAll("text")]
    .map(each => parseFloat(getComputedStyle(each).fontSize) * scale).filter(size => size < 12);
  return [...wrong.map(each => JSON.stringify(each)), ...small];
}"""


def move_on(manager: Reader, address: str, stage: str, reason: str) -> None:
    """Move the idea to ``stage`` for a public ``reason``."""
    page = manager.page
    manager.open(address)
    page.get_by_label(stage, exact=True).check()
    page.get_by_label("Motif public").fill(reason)
    page.get_by_role("button", name="Publier cette décision").click()
    expect(latest_decision(page).get_by_text(reason)).to_be_visible()


def latest_decision(page: Page) -> Locator:
    """What stands under the title of an idea."""
    return page.get_by_role("region", name="La dernière décision")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_idea_goes_its_way_and_a_plugin_off_and_on(
    reader: MakeReader, site: Instance, service: str, scripts: bool
) -> None:
    citizen, manager = reader(scripts=scripts), reader(scripts=scripts)
    citizen.sign_in("personne0@essai.example")
    manager.sign_in("personne1@essai.example")
    address = submit_idea(citizen, service)
    switch(manager, service)
    site.eak("worker", "--once")

    citizen.open(address)
    citizen.page.get_by_label("Pour", exact=True).check()
    citizen.page.locator("textarea[name=body]").fill("Mes genoux vous remercient.")
    citizen.page.get_by_role("button", name=re.compile("Publier|Commenter|Envoyer")).click()
    expect(citizen.page.get_by_text("Mes genoux vous remercient.")).to_be_visible()

    move_on(manager, address, "À l’examen", "Nous regardons avec le service des parcs.")
    move_on(manager, address, "Recevable", "Le besoin est réel et le coût modeste.")
    visitor = reader(scripts=scripts)
    visitor.open(address)
    decided = latest_decision(visitor.page)
    expect(decided.get_by_text("Le besoin est réel et le coût modeste.")).to_be_in_viewport()
    expect(visitor.page.get_by_text("Mes genoux vous remercient.")).to_be_visible()

    switch(manager, service)
    visitor.open(address)
    expect(visitor.page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(visitor.page.get_by_text("Mes genoux vous remercient.")).to_have_count(0)
    assert "discussion" not in visitor.page.content()
    visitor.open(f"/{service}/discussion/")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("n’existe pas")

    switch(manager, service)
    site.eak("worker", "--once")
    visitor.open(address)
    expect(visitor.page.get_by_text("Mes genoux vous remercient.")).to_be_visible()
    site.eak("event", "verify")


@pytest.mark.slow
def test_nothing_on_the_way_keeps_anybody_out(
    reader: MakeReader, site: Instance, service: str
) -> None:
    site.eak("plugin", "enable", "discussion", "--service", service)
    citizen = reader()
    manager = reader()
    administrator = reader()
    for path in ("/", f"/{service}/", "/compte/connexion", "/compte/inscription", "/accessibilite"):
        citizen.open(path)
        citizen.check()
    citizen.sign_in("personne0@essai.example")
    citizen.open(f"/{service}/idees/nouvelle")
    citizen.check()
    citizen.page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(citizen.page.get_by_role("alert")).to_contain_text("Commencez par un titre")
    citizen.check()
    citizen.page.get_by_label("Titre de votre idée").fill("Un brouillon")
    for step in ("Les détails", "Le lieu et les images", "Relire"):
        citizen.page.get_by_role("button", name="Enregistrer et continuer").click()
        expect(citizen.page).to_have_title(re.compile(step))
        citizen.check()
    address = submit_idea(citizen, service)
    for path in (address, f"/{service}/idees/", f"/{service}/discussion/", "/compte/", "/pas/ici"):
        citizen.open(path)
        citizen.check()
    for path in (f"/{service}/idees/carte", f"/{service}/idees/parcours"):
        citizen.open(path)
        citizen.check()
        citizen.page.set_viewport_size({"width": 360, "height": 900})
        assert citizen.page.evaluate(LETTERS) == [], path
    manager.sign_in("personne1@essai.example")
    for path in (
        address,
        f"/{service}/gestion/",
        f"/{service}/gestion/plugins/",
        f"/{service}/gestion/idees",
    ):
        manager.open(path)
        manager.check()
    manager.open(f"/{service}/gestion/plugins/discussion/activation")
    manager.check()
    manager.page.set_viewport_size({"width": 360, "height": 900})
    sections = manager.page.get_by_role("link", name="Discussion", exact=True)
    expect(sections).to_be_hidden()
    manager.tab_to(".eak-nav .eak-sheet__opener")
    manager.page.keyboard.press("Enter")
    manager.look()
    expect(sections).to_be_in_viewport()
    manager.tab_to(".eak-sheet a[href$='/discussion/']", most=4)
    manager.page.keyboard.press("Enter")
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Derniers commentaires")
    administrator.sign_in("administration@essai.example")
    for path in ("/admin/", "/admin/evenements/", "/admin/services/", "/admin/courriels/"):
        administrator.open(path)
        administrator.check()


def test_an_idea_is_submitted_with_the_keyboard_alone(reader: MakeReader, service: str) -> None:
    citizen = reader()
    page = citizen.page
    citizen.open("/compte/connexion")
    citizen.tab_to("[name=email]")
    page.keyboard.type("personne0@essai.example")
    citizen.tab_to("[name=password]")
    page.keyboard.type("jardin-des-essais-92")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Se déconnecter").wait_for()
    citizen.open(f"/{service}/idees/nouvelle")
    for field, text in (
        ("[name=title]", TITLE),
        ("[name=problem]", "Nulle part où s’asseoir."),
        ("[name=body]", "Des bancs."),
    ):
        citizen.tab_to(field)
        page.keyboard.type(text)
    for step in ("Les détails", "Le lieu et les images", "Relire"):
        citizen.tab_to("button[value=continue]")
        page.keyboard.press("Enter")
        expect(page).to_have_title(re.compile(step))
    citizen.tab_to(".btn-primary[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 900})
    citizen.open(f"/{service}/idees/")
    expect(page.get_by_label("Étape")).to_be_hidden()
    citizen.tab_to(".eak-query .eak-sheet__opener")
    page.keyboard.press("Enter")
    citizen.look()
    citizen.tab_to("[name=commune]", most=4)
    page.keyboard.press("End")
    citizen.tab_to(".eak-query__apply", most=5)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucune idée ne correspond")).to_be_visible()
