"""From a nomination to a badge in a browser: without scripts on a phone, by keyboard on a screen,
and for those who see or hear otherwise."""

import uuid

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from eak_ambassadors.models import Badge, Nomination
from eak_ambassadors.recognition import terms
from eak_core.app import create_app
from eak_core.config import load
from eak_core.db import write_session
from eak_core.services.models import Service
from tests.browser.conftest import MakeReader
from tests.served import Instance

pytestmark = pytest.mark.browser


def reach(page: Page, wanted: Locator) -> None:
    """Come to ``wanted`` by the keyboard alone."""
    expect(wanted).to_be_visible()
    for _key in range(200):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {wanted}")


def press(page: Page, role: str, name: str) -> None:
    """Follow a link, or press a button, by the keyboard alone."""
    reach(page, page.get_by_role("main").get_by_role(role, name=name).first)  # type: ignore[arg-type]
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def recognised(site: Instance, service: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The badge of the person who was nominated in ``service``, as its jury lets it be issued."""
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    app = create_app(load(site.folder))
    with app.test_request_context(), write_session(app) as session:
        place = session.scalars(select(Service).where(Service.slug == service)).one()
        nomination = session.scalars(select(Nomination).filter_by(service_id=place.id)).one()
        made = terms.recognise(session, place, nomination)
        return session.scalars(select(Badge.token).filter_by(ambassador_id=made.id)).one()


def test_from_a_nomination_to_a_badge(
    reader: MakeReader, site: Instance, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.eak("plugin", "enable", "ambassadors", "--service", service)
    agents = [f"{name}-{uuid.uuid4().hex[:6]}@agents.example" for name in ("une", "autre")]
    for address in agents:
        site.person(address)
    here = f"/{service}/ambassadeurs"

    phone = reader(scripts=False, width=360)
    phone.sign_in("personne0@essai.example")
    phone.open(f"{here}/")
    phone.page.get_by_role("link", name="Nommer quelqu’un").first.click()
    phone.page.get_by_label("De qui s’agit-il").fill("Une agente")
    phone.page.get_by_label("Adresse électronique professionnelle").fill(agents[0])
    phone.page.get_by_label("Qu’est-ce que cette personne").fill("Elle a ouvert l’atelier.")
    phone.page.get_by_role("button", name="Transmettre").click()
    expect(phone.page.get_by_text("Transmise").first).to_be_visible()

    nominee = reader()
    nominee.sign_in(agents[0])
    nominee.open(f"{here}/nominations")
    press(nominee.page, "link", "Nomination du")
    nominee.check()
    press(nominee.page, "button", "J’accepte")
    expect(nominee.page.get_by_text("votre nomination suit son cours").first).to_be_visible()

    colleague = reader()
    colleague.sign_in(agents[1])
    colleague.open(f"{here}/candidatures")
    press(colleague.page, "link", "Essai")
    press(colleague.page, "link", "Dire ce que j’ai vu")
    colleague.check()
    reach(colleague.page, colleague.page.get_by_label("Qu’avez-vous vu cette personne"))
    colleague.page.keyboard.type("Elle a tenu bon.")
    press(colleague.page, "button", "Signer")
    expect(colleague.page.get_by_text("Elle a tenu bon.")).to_be_visible()
    colleague.check()

    token = recognised(site, service, monkeypatch)
    visitor = reader()
    visitor.open(f"{here}/verifier")
    tampered = f"{token[:-9]}AAAAAAAAA"
    for text, said in ((token, "Ce badge est valable"), (tampered, "pas un badge valable")):
        reach(visitor.page, visitor.page.get_by_role("textbox"))
        visitor.page.keyboard.press("Control+A")
        visitor.page.keyboard.insert_text(text)
        press(visitor.page, "button", "Vérifier")
        expect(visitor.page.get_by_text(said).first).to_be_visible()
    visitor.check()
