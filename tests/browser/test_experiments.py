"""Experiments in a browser: on a phone, without scripts, by keyboard, and for those who see or hear
otherwise."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from eak_core.api import Service, clock, in_paris, write_session
from eak_core.kit.testing.site import open_app
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_experiments.drafting import fixing, preparing
from eak_experiments.protocol import document, exchange
from eak_experiments.running import starting
from tests.browser.conftest import MakeReader
from tests.plugins.experiments.content import protocol, record
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


def under_way(site: Instance, slug: str) -> int:
    """The id of an experiment that has begun today, carried by the manager."""
    app = open_app(site.environment["EAK_DATABASE_URL"], site.folder, base_url=site.base)
    day = in_paris(clock.now()).date()
    plan = protocol(day, ends_on=day + timedelta(days=180), title="De l’ombre dans la cour")
    with app.app_context(), write_session(app) as session:
        service = session.scalars(select(Service).where(Service.slug == slug)).one()
        found = session.scalars(select(Person).where(Person.email == "personne1@essai.example"))
        actor = actor_for(session, found.unique().one())
        made = preparing.prepare(session, actor, service, plan.title, plan.challenge, None)
        made.draft = document.written(plan)
        preparing.repeat(made, plan)
        fixing.fix(session, actor, service, made)
        starting.start(session, actor, service, made, frozenset({"experiments"}))
        return made.id


def test_figures_are_entered_and_it_is_closed_with_the_keyboard_alone(
    reader: MakeReader, site: Instance, trials: str
) -> None:
    manager, place = reader(), f"/{trials}/experimentations/{under_way(site, trials)}"
    page = manager.page
    manager.sign_in("personne1@essai.example")

    def press(selector: str) -> None:
        manager.tab_to(selector, 150)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def write(field: str, words: str) -> None:
        manager.tab_to(f"[name={field}]", 150)
        page.keyboard.type(words)

    manager.open(place)
    press("a[href$='/mesures/ajouter']")
    # In which order a day is typed is the browser's.
    manager.tab_to("[name=day]", 150)
    page.locator(":focus").fill(f"{in_paris(clock.now()).date()}")
    write("value", "12,5")
    press("main form.eak-form [type=submit]")
    expect(page.get_by_text("Le chiffre est public")).to_be_visible()
    manager.check()
    figure = page.locator(".eak-chart__table td", has_text="12,5")
    expect(figure).not_to_be_visible()
    page.emulate_media(media="print")
    expect(figure).to_be_visible()
    page.emulate_media(media="screen")
    press("a[href$='/clore']")
    for step, said in (("verdicts", "effect_h1"), ("figures", "sample"), ("lessons", "lessons")):
        assert page.url.endswith(f"/clore/{step}")
        manager.check()
        if step == "verdicts":
            manager.tab_to("[name=verdict_h1]", 150)
            page.keyboard.press("ArrowDown")
        write(said, "640" if step == "figures" else "Il faut un adulte dehors.")
        if step == "figures":
            write("cost", "900")
        if step == "lessons":
            write("unintended", "Rien de plus.")
        press("main form.eak-form [type=submit]")
    manager.tab_to("[name=outcome]", 150)
    page.keyboard.press("ArrowDown")
    write("reasons", "Les classes restent à l’ombre du mur.")
    press("main form.eak-form [type=submit]")
    manager.check()
    press("main form.eak-form [type=submit]")
    expect(page.get_by_text("Il faut un adulte dehors.").first).to_be_visible()
    for more in ("", "/rapport", "/journal"):
        manager.open(place + more)
        manager.check()
