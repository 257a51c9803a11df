"""The pages of organisations, as each of those who use them."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_picture
from eak_matchmaking.models import Organisation
from eak_matchmaking.organisations import members, standing
from tests.plugins.matchmaking.conftest import Partners

HOME = "/culture/partenaires/"


@pytest.fixture
def citizen(site: Site) -> Browser:
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    return browser


@pytest.fixture
def manager(site: Site) -> Browser:
    browser = site.browser()
    browser.sign_in(site.people.manager)
    return browser


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_organisation_presents_itself(site: Site, citizen: Browser) -> None:
    answer = citizen.submit(
        f"{HOME}nouveau", "nouveau",
        name="Les Toits vivants", kind="association", identifier="732 829 320",
        about="On **végétalise** les toits.", site="https://toits.example", communes=["92050"],
    )  # fmt: skip
    assert answer.status_code == 302
    page = site.browser().read(answer.location).text
    for said in ("<strong>végétalise</strong>", "732\u202f829\u202f320", "Nanterre", "Association"):
        assert said in page
    assert 'rel="nofollow ugc"' in page
    assert "Vous agissez au nom de « Les Toits vivants »".replace("« ", "«\u202f").replace(
        " »", "\u202f»"
    ) in citizen.read(HOME).text  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_wrong_is_shown_beside_its_field(citizen: Browser) -> None:
    answer = citizen.submit(
        f"{HOME}nouveau", "nouveau", name="Les Toits", kind="association", about="x",
        identifier="123456789",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Ce n’est ni un SIREN" in answer.text
    assert 'value="123456789"' in answer.text


def test_the_directory_is_filtered_and_searched(site: Site, partners: Partners) -> None:
    partners.register("Les Toits vivants", communes=["92050"])
    partners.register("Atelier commun", kind="company", communes=["92012"])
    partners.register("Partout chez elle", kind="company")
    site.drain()
    browser = site.browser()

    def found(query: str) -> set[str]:
        page = browser.read(f"{HOME}?{query}").text
        return {
            name
            for name in ("Les Toits vivants", "Atelier commun", "Partout chez elle")
            if name in page
        }

    assert found("type=company") == {"Atelier commun", "Partout chez elle"}
    assert found("commune=92050") == {"Les Toits vivants", "Partout chez elle"}
    assert found("q=toit") == {"Les Toits vivants"}
    assert found("q=introuvable") == set()
    assert browser.get(f"{HOME}?type=nothing").status_code == 422
    assert "<mark>Toits</mark>" in browser.read("/culture/recherche?q=toit").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_directory_of_many_asks_no_more(site: Site, partners: Partners, query_count: Any) -> None:
    def statements() -> int:
        with query_count() as queries:
            site.browser().read(HOME)
        return queries.count

    partners.register("First")
    statements()
    few = statements()
    for number in range(12):
        partners.register(f"Another {number}", communes=["92050"])
    assert statements() <= few


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_picture_is_shown_where_the_organisation_is(
    site: Site, partners: Partners, citizen: Browser
) -> None:
    made = partners.register()
    place = f"{HOME}{made.id}/fichiers"
    citizen.submit(place, "fichiers", files=[a_picture()])
    [alt] = [name for name in citizen.read(place).form("fichiers").filled({}) if "alt_" in name]
    citizen.submit(place, "fichiers", **{alt: "Un toit en herbe"})
    for page in (HOME, f"{HOME}{made.id}"):
        assert 'alt="Un toit en herbe"' in site.browser().read(page).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_an_organisation_says_is_reported_hidden_contested_and_shown_again(
    site: Site, partners: Partners, citizen: Browser, manager: Browser
) -> None:
    made = partners.register(about="We crush the mild ones.", site="https://rude.example")
    partners.join(made, partners.agent)
    page, visitor = f"{HOME}{made.id}", site.browser()
    citizen.submit(f"{page}/fichiers", "fichiers", files=[a_picture()])
    [alt] = [n for n in citizen.read(f"{page}/fichiers").form("fichiers").filled({}) if "alt_" in n]
    citizen.submit(f"{page}/fichiers", "fichiers", **{alt: "A fist"})
    site.drain()
    (picture,) = set(re.findall(r'src="([^"]+)"[^>]*alt="A fist"', visitor.read(page).text))
    assert visitor.get(picture).status_code == 200
    search = "/culture/recherche?q=crush"
    assert page in visitor.read(search).text

    subject = f"matchmaking.organisation:{made.id}"
    assert f"/culture/signaler/{subject}" in visitor.read(page).text
    report = f"/culture/signaler/{subject}"
    sent = visitor.submit(
        report, report, ground="insult", explanation="A threat.", good_faith="y",
        name="Zoé", email="z@example.org",
    )  # fmt: skip
    assert sent.status_code == 302
    decide = f"/culture/gestion/signalements/{subject}"
    assert "We crush the mild ones." in manager.read(decide).text
    assert manager.submit(decide, decide, outcome="hidden", reason="Rule 2.").status_code == 302
    site.drain()
    letters = [each.to for each in site.sent if "Rule 2." in each.text]
    people = (site.people.citizen.email, site.people.agent.email)
    assert {*people} <= {*letters}
    # Its texts and its picture are hidden; its page, its name and the reason are not.
    for place in (page, HOME):
        shown = visitor.read(place).text
        assert "Les Toits vivants" in shown
        assert not any(each in shown for each in ("crush", "rude.example", "A fist"))
    assert "Rule 2." in visitor.read(page).text
    assert visitor.get(picture).status_code == 404
    assert page not in visitor.read(search).text
    assert page in visitor.read("/culture/recherche?q=toits").text
    for reader in (citizen, manager):
        assert "We crush the mild ones." in reader.read(page).text
        assert reader.get(picture).status_code == 200
    contest = f"/culture/moderation/decisions/{subject}/contester"
    assert citizen.submit(contest, contest, words="It is a quotation.").status_code == 302
    again = f"/culture/gestion/partenaires/{made.id}/retablir"
    assert citizen.get(again).status_code == 403
    assert manager.submit(again, again, reason="It is.").status_code == 302
    site.drain()
    assert "We crush the mild ones." in visitor.read(page).text
    assert visitor.get(picture).status_code == 200
    assert page in visitor.read(search).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_invitation_is_accepted_from_its_letter(
    site: Site, partners: Partners, citizen: Browser
) -> None:
    made = partners.register()
    place = f"{HOME}{made.id}/membres"
    form = next(each for each in citizen.read(place).forms if each.action == place)
    citizen.post(place, data=form.filled({"email": site.people.agent.email}))
    site.drain()
    letter = next(each for each in site.sent if "vous invite" in each.subject)
    link = letter.text.partition("http://localhost")[2].split()[0]
    visitor = site.browser()
    assert "Se connecter" in visitor.read(link).text
    assert [each.action for each in visitor.read(link).forms if link in each.action] == []
    agent = site.browser()
    agent.sign_in(site.people.agent)
    assert agent.submit(link, "/invitation/").status_code == 302
    assert "Agathe Agent" in citizen.read(f"{HOME}{made.id}/membres").text
    assert "Ce lien a déjà servi." in site.browser().get(link).text


def invited(site: Site, partners: Partners) -> tuple[Organisation, str]:
    """An organisation, and the path in the letter of an invitation to act for it."""
    made = partners.register()
    partners.act(members.invite, made, "nobody@example.org", "member")
    site.drain()
    letter = next(each for each in site.sent if each.to == "nobody@example.org")
    return made, letter.text.partition("http://localhost")[2].split()[0]


def waiting(site: Site, made: Organisation) -> list[int]:
    with site.reading() as session:
        return [each.id for each in members.invited(session, made.id)]


@pytest.mark.parametrize("database", ["sqlite"])
def test_declining_forgets_the_address_without_an_account(site: Site, partners: Partners) -> None:
    made, link = invited(site, partners)
    visitor = site.browser()
    [decline] = [each for each in visitor.read(link).links if each.endswith("/decliner")]
    assert made.name in visitor.read(decline).text
    assert waiting(site, made) != [], "filters of mail follow links"
    answer = visitor.post(decline)
    assert (answer.status_code, "L’invitation est refusée" in answer.text) == (200, True)
    assert "Set-Cookie" not in answer.headers
    assert waiting(site, made) == []
    # The other page of the same letter says so too.
    assert "Ce lien a déjà servi." in visitor.get(link).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_invitation_that_was_taken_back_says_so(site: Site, partners: Partners) -> None:
    made, link = invited(site, partners)
    partners.act(members.take_back, made, *waiting(site, made))
    visitor = site.browser()
    for path in (link, f"{link}/decliner"):
        answer = visitor.get(path)
        assert (answer.status_code, "retirée" in answer.text) == (410, True)
    assert visitor.post(f"{link}/decliner").status_code == 410


PAGES = ["modifier", "fichiers", "membres", "fermer"]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("page", PAGES)
def test_who_does_not_answer_for_it_is_kept_out(
    site: Site, partners: Partners, citizen: Browser, manager: Browser, page: str
) -> None:
    made = partners.register()
    partners.join(made, partners.agent)
    member = site.browser()
    member.sign_in(site.people.agent)
    path = f"{HOME}{made.id}/{page}"
    answers = [
        browser.get(path).status_code for browser in (site.browser(), member, citizen, manager)
    ]
    assert answers == [302, 403, 200, 200]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("page", ["", "1/verifier", "1/fusionner"])
def test_the_desk_is_for_managers(partners: Partners, citizen: Browser, page: str) -> None:
    partners.register()
    assert citizen.get(f"/culture/gestion/partenaires/{page}").status_code == 403


def test_a_manager_verifies_and_merges(site: Site, partners: Partners, manager: Browser) -> None:
    first, second = partners.register(), partners.register("La même", partners.agent)
    desk = "/culture/gestion/partenaires/"
    assert "2 partenaires sont à vérifier" in manager.read("/culture/gestion/").text
    manager.submit(f"{desk}{first.id}/verifier", "verifier", reason="J’y suis **allée**.")
    page = site.browser().read(f"{HOME}{first.id}").text
    assert "<strong>allée</strong>" in page
    manager.submit(f"{desk}{second.id}/fusionner", "fusionner", into=first.id, reason="En double.")
    page = site.browser().read(f"{HOME}{second.id}").text
    assert f"{HOME}{first.id}" in page
    assert "En double." in page
    assert "La même" not in site.browser().read(HOME).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_team_of_a_service_shows_who_has_what(
    site: Site, partners: Partners, manager: Browser
) -> None:
    partners.register()
    page = manager.read("/culture/gestion/equipe").text
    for said in ("Camille Citizen", "Référent", "Les Toits vivants"):
        assert said in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_account_leads_to_its_organisations(partners: Partners, citizen: Browser) -> None:
    partners.register()
    page = citizen.read("/compte/").text
    assert "Les Toits vivants (Culture)" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_page_of_another_service_is_none(site: Site, partners: Partners) -> None:
    made = partners.register()
    other = site.add_service("routes", "Routes")
    site.enable("matchmaking", service=other)
    assert site.browser().get(f"/routes/partenaires/{made.id}").status_code == 404
    assert site.browser().get(f"{HOME}99999999999").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_member_comes_to_another_service_with_one_button(
    site: Site, partners: Partners, citizen: Browser
) -> None:
    made = partners.register()
    other = site.add_service("routes", "Routes")
    site.enable("matchmaking", service=other)
    assert citizen.submit("/routes/partenaires/", "/venir").status_code == 302
    assert made.name in site.browser().read("/routes/partenaires/").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_closed_stays_readable(site: Site, partners: Partners) -> None:
    made = partners.register(identifier="732829320")
    partners.act(standing.close, made, "Elle a *déménagé*.")
    page = site.browser().read(f"{HOME}{made.id}").text
    assert "<em>déménagé</em>" in page
    assert made.name not in site.browser().read(HOME).text
    with site.reading() as session:
        assert session.scalar(select(Organisation.identifier)) == "732829320"


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_acts_for_a_partner_of_another_service_is_led_to_where_it_becomes_one_here(
    site: Site, partners: Partners, citizen: Browser
) -> None:
    partners.register("Les Toits vivants")
    other = site.add_service("mobilites")
    site.enable("matchmaking", service=other)
    here = f"/{other.slug}/partenaires/"
    for place in ("offres/nouvelle", "suggestions"):
        answer = citizen.get(f"{here}{place}")
        assert answer.status_code == 403
        assert "ne fait pas encore partie des partenaires" in answer.text
        assert f'<a class="btn btn-primary" href="{here}">Voir les partenaires' in answer.text
        assert "écrivez aux responsables" not in answer.text
    assert "Être partenaire ici aussi" in citizen.read(here).text
