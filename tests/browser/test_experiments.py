"""Experiments in a browser: on a phone, without scripts, by keyboard, and for those who see or hear
otherwise."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from eak_core.api import clock, in_paris
from eak_experiments.protocol import exchange
from tests.browser.conftest import MakeReader
from tests.plugins.experiments.content import record
from tests.served import Instance

pytestmark = pytest.mark.browser


@pytest.fixture
def trials(site: Instance, service: str, tmp_path: Path) -> str:
    """The slug of a service with experiments, where one of elsewhere was taken in."""
    site.eak("plugin", "enable", "experiments", "--service", service)
    file = tmp_path / "one.json"
    file.write_bytes(exchange.written(record()))
    site.eak("experiments", "import", str(file), "--service", service)
    return service


def test_a_protocol_is_prepared_on_a_phone_without_scripts(reader: MakeReader, trials: str) -> None:
    manager = reader(scripts=False, width=360)
    page, here = manager.page, f"/{trials}/experimentations"
    manager.sign_in("personne1@essai.example")
    manager.open(f"{here}/")
    page.get_by_role("link", name="Préparer une expérimentation").click()
    page.get_by_label("Titre de l’expérimentation").fill("De l’ombre dans la cour")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Quand").click()
    day = in_paris(clock.now()).date() + timedelta(days=3)
    page.get_by_label("Premier jour").fill(f"{day}")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Ajouter une hypothèse").click()
    page.get_by_label("Nous croyons que…").fill("Les classes sortent.")
    page.get_by_label("Valeur de départ", exact=True).fill("vingt")
    page.get_by_role("button", name="Enregistrer").click()
    # What was typed is kept, and what is wrong stands beside its field.
    expect(page.get_by_role("alert")).to_contain_text("Ce n’est pas un chiffre")
    expect(page.get_by_label("Nous croyons que…")).to_have_value("Les classes sortent.")
    page.get_by_label("Valeur de départ", exact=True).fill("1 234,5")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Hypothèse 1").click()
    expect(page.get_by_label("Valeur de départ", exact=True)).to_have_value(
        "1 234,5".replace(" ", "\u202f")
    )
    page.get_by_role("link", name="De l’ombre dans la cour").click()
    page.get_by_role("link", name="Fixer le protocole").click()
    expect(page.get_by_text("éléments manquent")).to_be_visible()


def test_its_pages_are_for_everybody(reader: MakeReader, trials: str) -> None:
    visitor, manager = reader(), reader()
    page, here = visitor.page, f"/{trials}/experimentations"
    visitor.open(f"{here}/")
    visitor.check()
    page.get_by_role("link", name="Shade in").click()
    expect(page.get_by_role("heading", name="Ce qu’elle a donné")).to_be_visible()
    # The drawing has its table, which opens by the keyboard.
    summary = page.get_by_text("Les mêmes chiffres en tableau").last
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="61,5").first).to_be_visible()
    visitor.check()
    for place in ("chiffres", "comment-on-experimente"):
        visitor.open(f"{here}/{place}")
        visitor.check()
    manager.sign_in("personne1@essai.example")
    manager.open(f"{here}/preparer")
    manager.page.get_by_label("Titre de l’expérimentation").fill("Une navette")
    manager.page.get_by_role("button", name="Enregistrer et continuer").click()
    manager.check()
    manager.page.get_by_role("link", name="Hypothèses").click()
    manager.page.get_by_role("link", name="Ajouter une hypothèse").click()
    manager.check()
