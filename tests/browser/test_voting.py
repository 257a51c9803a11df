"""Voting in a browser: with a mouse, with the keyboard alone, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from eak_voting.settings import Electorate
from tests.browser.ballots import CITIZEN, METHODS, Open, steps
from tests.browser.conftest import FIRST_QUESTION, MakeReader, Reader
from tests.served import PASSWORD

pytestmark = pytest.mark.browser


def go_on(window: Reader) -> None:
    window.page.get_by_role("button", name="Continuer").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_chooses_signs_in_and_votes_and_what_was_chosen_is_there(
    reader: MakeReader, open_ballot: Open, scripts: bool
) -> None:
    address = open_ballot("approval", secrecy="secret")
    citizen = reader(scripts=scripts)
    page = citizen.page
    citizen.open(address)
    page.get_by_role("link", name="Voter", exact=True).click()
    page.get_by_label("Idée 2").check()
    go_on(citizen)
    expect(page.get_by_role("alert")).to_contain_text("au moins 2")
    expect(page.get_by_label("Idée 2")).to_be_checked()
    page.get_by_label("Idée 3").check()
    go_on(citizen)
    page.get_by_role("link", name="Se connecter et continuer").click()
    page.fill("[name=email]", CITIZEN)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Vérifiez votre vote")).to_be_visible()
    chosen = page.get_by_role("region", name="Ce que vous avez choisi")
    expect(chosen).to_contain_text("Idée 2")
    expect(chosen).to_contain_text("Idée 3")
    expect(chosen).not_to_contain_text("Idée 1")
    page.get_by_role("button", name="Envoyer mon vote").click()
    expect(page.get_by_role("heading", name="Votre vote est enregistré")).to_be_visible()
    code = page.locator("#code-value").inner_text()
    citizen.open(address)
    page.get_by_role("link", name="Changer mon vote").click()
    page.get_by_label("Votre code").fill(code.lower())
    page.get_by_role("button", name="Ouvrir mon vote").click()
    expect(page.get_by_label("Idée 3")).to_be_checked()
    page.get_by_label("Idée 4").check()
    go_on(citizen)
    page.get_by_role("button", name="Remplacer mon vote").click()
    expect(page.get_by_role("heading", name="Votre vote est modifié")).to_be_visible()
    page.get_by_role("link", name="Vérifier ce reçu").click()
    expect(page.get_by_role("heading", name="Ce vote est dans l’urne")).to_be_visible()


def test_fourteen_ideas_are_judged_with_the_keyboard_alone(
    reader: MakeReader, open_ballot: Open
) -> None:
    address = open_ballot("majority", 14)
    citizen = reader(width=360)
    page = citizen.page
    citizen.sign_in(CITIZEN)
    citizen.open(f"{steps(address)}/voter")
    assert citizen.on_first_screen(page.locator(".vote-idea summary").first) < FIRST_QUESTION
    for idea in range(2):
        for criterion in range(4):
            citizen.tab_to(f"li:nth-child({idea + 1}) fieldset:nth-of-type({criterion + 1}) input")
            # From "no opinion", which is the last one, to the best grade before it.
            page.keyboard.press("ArrowUp")
        expect(page.get_by_role("status")).to_have_text(f"Idées jugées : {idea + 1} sur 14")
        citizen.tab_to(f"li:nth-child({idea + 1}) [data-vote-next]")
        page.keyboard.press("Enter")
        expect(page.locator(f"li:nth-child({idea + 2}) summary")).to_be_focused()
        expect(page.locator(f"li:nth-child({idea + 2}) details")).to_have_attribute("open", "")
    expect(page.locator("li:first-child summary")).to_contain_text("Critères jugés : 4 sur 4")
    citizen.tab_to(".vote-bar button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vérifiez votre vote")).to_be_visible()
    expect(page.get_by_text("Excellent")).to_have_count(8)
    citizen.tab_to(".vote-send button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Votre vote est enregistré")).to_be_visible()


def test_what_is_chosen_is_summed_up_while_it_is_chosen(
    reader: MakeReader, open_ballot: Open
) -> None:
    citizen = reader()
    page = citizen.page
    status = page.get_by_role("status")
    citizen.open(f"{steps(open_ballot('basket'))}/voter")
    expect(status).to_contain_text(re.compile(r"Reste 100\s000\s€ sur 100\s000\s€"))
    assert citizen.on_first_screen(page.locator(".vote-choice__title").first) < FIRST_QUESTION
    for number in (1, 2, 4):
        page.get_by_label(f"Idée {number}").check()
    expect(status).to_contain_text(re.compile(r"5\s000\s€ de trop"))
    page.get_by_label("Idée 1").uncheck()
    expect(status).to_contain_text(re.compile(r"Reste 10\s000\s€"))
    citizen.open(f"{steps(open_ballot('points'))}/voter")
    assert citizen.on_first_screen(page.locator(".vote-choice__title").first) < FIRST_QUESTION
    page.get_by_label("Idée 1").fill("7")
    expect(status).to_have_text(re.compile(r"Points restants\s: 3 sur 10"))
    page.get_by_label("Idée 2").fill("4")
    expect(status).to_have_text(re.compile(r"Points en trop\s: 1, sur 10"))
    go_on(citizen)
    expect(page.get_by_role("alert")).to_contain_text("reprenez-en 1")


def test_a_page_does_not_glide_away_under_the_pointer(
    reader: MakeReader, open_ballot: Open
) -> None:
    citizen = reader()
    citizen.open(f"{steps(open_ballot('points'))}/voter")
    there = (
        "() => { scrollTo(0, 100000); return innerHeight + scrollY - document.body.scrollHeight; }"
    )
    assert citizen.page.evaluate(there) >= -1


def test_what_is_voted_on_can_be_read_whole_once_its_author_has_changed_it(
    reader: MakeReader, open_ballot: Open, service: str
) -> None:
    address = open_ballot("approval")
    author = reader(width=360)
    page = author.page
    author.sign_in(CITIZEN)
    author.open(f"/{service}/idees/")
    page.get_by_role("link", name="Idée 1").first.click()
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Votre idée", exact=True).fill("Des bancs, et une fontaine.")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("Des bancs, et une fontaine.")).to_be_visible()
    author.open(f"{steps(address)}/voter")
    author.check()
    with author.context.expect_page() as opened:
        page.get_by_role("link", name="Lire en entier le texte soumis au vote").click()
    expect(opened.value.get_by_role("heading", name="Idée 1", level=1)).to_be_visible()
    expect(opened.value.get_by_text("Des bancs, et une fontaine.")).to_have_count(0)
    expect(page.locator("input[name=option]:checked")).to_have_count(0)


def test_support_takes_one_click_and_another_one(reader: MakeReader, open_ballot: Open) -> None:
    address = open_ballot("support")
    citizen = reader()
    page = citizen.page
    citizen.sign_in(CITIZEN)
    citizen.open(address)
    page.get_by_role("link", name="Voter", exact=True).click()
    page.get_by_role("button", name="Je soutiens – Idée 2").click()
    expect(page.get_by_text("Vous en soutenez 1.")).to_be_visible()
    page.get_by_role("button", name="Soutenue – retirer – Idée 2").click()
    expect(page.get_by_text("Vous n’en soutenez encore aucune.")).to_be_visible()


@pytest.mark.slow
def test_nothing_on_the_way_of_a_vote_keeps_anybody_out(
    reader: MakeReader, open_ballot: Open, service: str
) -> None:
    citizen = reader()
    addresses = {kind: open_ballot(kind, 14 if kind == "majority" else 4) for kind in METHODS}
    for path in (f"/{service}/votes/", addresses["majority"], f"/{service}/idees/"):
        citizen.open(path)
        citizen.check()
    for kind in METHODS:
        citizen.open(f"{steps(addresses[kind])}/voter")
        citizen.check()
    citizen.open(f"{steps(addresses['basket'])}/voter")
    for number in range(1, 5):
        citizen.page.get_by_label(f"Idée {number}").check()
    go_on(citizen)
    citizen.check()
    citizen.page.get_by_label("Idée 4").uncheck()
    go_on(citizen)
    citizen.check()
    citizen.sign_in(CITIZEN)
    for path in (addresses["basket"], f"{steps(addresses['support'])}/voter"):
        citizen.open(path)
        citizen.check()
    citizen.open(f"{steps(addresses['basket'])}/verifier")
    citizen.check()
    citizen.page.get_by_role("button", name="Envoyer mon vote").click()
    citizen.page.get_by_role("heading", name="Votre vote est enregistré").wait_for()
    citizen.check()
    receipt = citizen.page.locator("#receipt-value").inner_text()
    basket = steps(addresses["basket"])
    for path in (
        addresses["basket"],
        f"{basket}/voter",
        f"{basket}/changer",
        f"{basket}/retirer",
        f"/{service}/votes/recu?recu={receipt}",
        f"/{service}/votes/journal",
        "/.well-known/keys",
    ):
        citizen.open(path)
        citizen.check()


def test_a_declaration_is_asked_on_the_way_and_checked_for_everybody(
    reader: MakeReader, open_ballot: Open
) -> None:
    electorate = Electorate(who="inhabitants", communes=("92012",), minimum_age=16)
    address = open_ballot("points", electorate=electorate)
    citizen = reader(width=360)
    page = citizen.page
    citizen.sign_in(CITIZEN)
    citizen.open(f"{steps(address)}/voter")
    page.get_by_label("Idée 1").fill("7")
    go_on(citizen)
    page.get_by_role("button", name="Envoyer mon vote").click()
    citizen.check()
    page.get_by_label("La commune où j’habite").select_option(label="Boulogne-Billancourt")
    page.get_by_label("J’ai au moins 16 ans").check()
    page.get_by_role("button", name="Envoyer mon vote").click()
    expect(page.get_by_role("heading", name="Votre vote est enregistré")).to_be_visible()
