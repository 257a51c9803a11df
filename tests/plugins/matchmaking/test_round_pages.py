"""The pages of matching rounds: what everybody reads, and what those who run the service do."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from eak_core.kit.testing import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.moderation.decisions import hide
from eak_matchmaking.matching import opening, proof
from eak_matchmaking.pages import round_desk
from tests.plugins.matchmaking.rounds import Rounds

# What is stored is proved on both databases; what pages say, on the quicker one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])

HERE = "/culture/partenaires/appels"
DESK = "/culture/gestion/partenaires/appels"
WHY = "It *cannot* wait."


def browser(rounds: Rounds, role: str = "visitor") -> Browser:
    """A browser of somebody."""
    found = rounds.site.browser()
    if role != "visitor":
        found.sign_in(getattr(rounds.site.people, role))
    return found


def test_a_manager_opens_a_round_and_everybody_sees_it(rounds: Rounds) -> None:
    first, _second = rounds.looking("A common kitchen"), rounds.looking("A tool library")
    manager, visitor = browser(rounds, "manager"), browser(rounds)
    page = manager.get(f"{DESK}/nouveau").text
    assert page.count('name="ideas"') == page.count("checked") == 2, "all are chosen at first"
    narrowed = manager.get(f"{DESK}/nouveau?etape=accepted&sujet=").text
    assert narrowed.count('name="ideas"') == 2
    assert 'value="voting"' not in narrowed, "no idea is there"
    answer = manager.submit(
        f"{DESK}/nouveau", f"{DESK}/nouveau", title="Spring call", text="Who **tries** it?",
        closes_at="2026-05-15T18:00", ideas=[str(first.id)],
    )  # fmt: skip
    assert answer.status_code == 302
    address = answer.location
    shown = visitor.get(address).text
    assert "A common kitchen" in shown
    assert "A tool library" not in shown
    assert "<strong>tries</strong>" in shown
    assert DESK not in shown
    for page_ in (HERE, "/culture/"):
        assert address in visitor.get(page_).text
    assert address in manager.get(f"{DESK}/nouveau").text, "one at a time"


def test_what_is_wrong_is_said_by_the_field_and_what_was_typed_is_kept(rounds: Rounds) -> None:
    rounds.looking("A common kitchen")
    manager = browser(rounds, "manager")
    answer = manager.submit(
        f"{DESK}/nouveau", f"{DESK}/nouveau", title="Spring call", closes_at="2020-01-01T18:00",
        ideas=[],
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'value="Spring call"' in answer.text
    assert 'id="closes_at-error"' in answer.text
    assert 'id="ideas-error"' in answer.text or "ideas" in answer.text
    assert rounds.happened("round_opened") == []


def test_the_page_of_a_matched_round_shows_pairs_proof_and_what_was_left_out(
    rounds: Rounds,
) -> None:
    first, second = rounds.looking("A common kitchen"), rounds.looking("A tool library")
    rounds.partner("La Halle d’en face", capacity=1)
    rounds.partner("Les Inconnus", verified=False)
    held = rounds.matched(rounds.opened(first, second))

    visitor = browser(rounds)
    page = visitor.get(f"{HERE}/{held.id}").text
    assert "<strong>0 paire bloquante</strong>" in page
    assert "/culture/partenaires/equite" in page
    assert held.seed in page
    assert held.document_hash in page
    left = page.split('id="sans-partenaire"')[1].split('id="preuve"')[0]
    assert "A tool library" in left
    assert "Les Inconnus" in left
    assert visitor.get(f"{HERE}/{held.id}.json").text == held.document
    assert HERE in visitor.get("/culture/partenaires/equite").text
    assert "L311-3-1" in page


def test_the_number_of_blocking_pairs_is_counted_from_the_file(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = rounds.looking("A common kitchen")
    rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    monkeypatch.setattr(
        proof, "deferred_acceptance", lambda instance: dict.fromkeys(instance.proposers)
    )
    page = browser(rounds).get(f"{HERE}/{held.id}").text
    assert re.search(r"<strong>1 paire bloquante</strong>", page)


def test_an_idea_that_was_hidden_since_is_a_number_and_no_title(rounds: Rounds) -> None:
    idea = rounds.looking("A common kitchen")
    rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    with rounds.site.writing() as session:
        hide(session, rounds.manager, rounds.service, f"idea:{idea.id}", WHY)
    page = browser(rounds).get(f"{HERE}/{held.id}").text
    assert "A common kitchen" not in page
    assert f"idée n° {idea.id}" in page.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_round_ends_or_is_called_off_by_a_form_with_a_reason(rounds: Rounds) -> None:
    idea = rounds.looking("A common kitchen")
    manager = browser(rounds, "manager")
    for act, state in (("annuler", "cancelled"), ("clore", "open")):
        held = rounds.opened(idea)
        form = f"{DESK}/{held.id}/{act}"
        assert manager.submit(form, form, reason="").status_code == 422
        assert rounds.now(held).state == "open"
        assert manager.submit(form, form, reason="In *time*.").status_code == 302
        assert rounds.now(held).state == state
        assert "<em>time</em>" in browser(rounds).get(f"{HERE}/{held.id}").text
    assert manager.submit(form, form).status_code == 302, "no reason is asked for any more"
    rounds.matched(held)
    for act in ("annuler", "clore"):
        assert manager.get(f"{DESK}/{held.id}/{act}").status_code == 409


@pytest.mark.parametrize("role", ["visitor", "citizen", "agent"])
def test_nobody_else_reaches_the_desk_of_rounds(rounds: Rounds, role: str) -> None:
    held = rounds.opened(rounds.looking("A common kitchen"))
    reader = browser(rounds, role)
    refused = 302 if role == "visitor" else 403
    for act in ("nouveau", f"{held.id}/clore", f"{held.id}/annuler"):
        assert reader.get(f"{DESK}/{act}").status_code == refused, act
        assert reader.post(f"{DESK}/{act}").status_code in (302, 400, 403), act
    assert rounds.now(held).state == "open"


@pytest.mark.parametrize("number", ["0", "4711", str(2**40)])
def test_what_is_no_round_is_not_found(rounds: Rounds, number: str) -> None:
    visitor, manager = browser(rounds), browser(rounds, "manager")
    for ending in ("", ".json"):
        assert visitor.get(f"{HERE}/{number}{ending}").status_code == 404
    for act in ("clore", "annuler"):
        assert manager.get(f"{DESK}/{number}/{act}").status_code == 404


def test_a_round_without_pairs_has_no_file(rounds: Rounds) -> None:
    held = rounds.matched(rounds.opened(rounds.looking("A common kitchen")))
    visitor = browser(rounds)
    assert visitor.get(f"{HERE}/{held.id}.json").status_code == 404
    assert visitor.get(f"{HERE}/{held.id}").status_code == 200


def test_lists_do_not_grow_their_number_of_queries(
    rounds: Rounds, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    reader = browser(rounds, "manager")

    def counted(*pages: str) -> list[int]:
        numbers = []
        for page in pages:
            reader.read(page)
            with query_count() as queries:
                reader.read(page)
            numbers.append(queries.count)
        return numbers

    def matched(number: int) -> str:
        for each in range(number):
            rounds.partner(f"Partner {each} of {number}", capacity=1)
        ideas = [rounds.looking(f"Idea {each}") for each in range(number)]
        return f"{HERE}/{rounds.matched(rounds.opened(*ideas, rounds.looking('Last'))).id}"

    before = counted(HERE, matched(1))
    later = matched(3)
    rounds.runs(opening.cancel_round, rounds.opened(rounds.looking("Another one")), WHY)
    assert counted(HERE, later) == before


def member(rounds: Rounds, partner: str) -> Browser:
    """A browser of whoever acts for a partner."""
    found = rounds.site.browser()
    found.sign_in(rounds.people[partner])
    return found


def test_a_member_puts_ideas_in_order_and_nobody_else_reads_it(rounds: Rounds) -> None:
    first, second = rounds.looking("A common kitchen"), rounds.looking("A tool library")
    rounds.partner("La Halle d’en face")
    held = rounds.opened(first, second)
    place = f"{HERE}/{held.id}/preferences"
    mia = member(rounds, "La Halle d’en face")
    assert place in mia.get(f"{HERE}/{held.id}").text
    one, two = (f"place_{each.id}" for each in (first, second))
    for wrong in ({one: "1", two: "1"}, {one: "0"}, {one: "x"}, {one: "99"},
                  {one: "2", f"refused_{first.id}": True}):  # fmt: skip
        answer = mia.submit(place, place, **wrong)
        assert answer.status_code == 422, wrong
        assert f'id="{one}-error"' in answer.text or f'id="{two}-error"' in answer.text
    assert rounds.happened("preferences_declared") == []
    assert mia.submit(place, place, **{two: "3", f"refused_{first.id}": True}).status_code == 302
    again = mia.get(place).text
    assert re.search(rf'id="{two}"[^>]*value="1"', again)
    assert re.search(rf'checked[^>]*id="refused_{first.id}"', again)

    rounds.partner("Rival")
    for reader in (browser(rounds, "manager"), browser(rounds, "citizen")):
        assert reader.get(place).status_code == 403
    assert browser(rounds).get(place).status_code == 302
    theirs = member(rounds, "Rival").get(place).text
    assert "checked" not in theirs
    assert 'value="1"' not in theirs

    everything = {one: "", two: "", f"refused_{first.id}": True, f"refused_{second.id}": True}
    mia.submit(place, place, **everything)
    assert "eak-message--attention" in mia.get(f"{HERE}/{held.id}").text
    rounds.matched(held)
    ended = mia.get(place).text
    assert "A common kitchen" in ended
    assert "<form" not in ended.split("<main")[1].split("</main>")[0]


def test_an_author_puts_partners_in_order(rounds: Rounds) -> None:
    idea = rounds.looking("A common kitchen")
    _a, organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(idea)
    place = f"{HERE}/{held.id}/idees/{idea.id}/preferences"
    author = browser(rounds, "citizen")
    assert place in author.get(f"{HERE}/{held.id}").text
    assert author.submit(place, place, **{f"refused_{organisation.id}": True}).status_code == 302
    for role, status in (("visitor", 302), ("agent", 403), ("manager", 403)):
        assert browser(rounds, role).get(place).status_code == status
    held = rounds.matched(held)
    assert "La Halle d’en face" in author.get(place).text
    page = browser(rounds).get(f"{HERE}/{held.id}").text
    assert rounds.pairs(held) == {}
    assert place not in page


def test_a_manager_confirms_one_pair_and_declines_another(rounds: Rounds) -> None:
    first, second = rounds.looking("A common kitchen"), rounds.looking("A tool library")
    _actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(first, second))
    manager = browser(rounds, "manager")
    assert "2 paires" in manager.get("/culture/gestion/").text
    confirming = f"{DESK}/{held.id}/idees/{first.id}/confirmer"
    declining = f"{DESK}/{held.id}/idees/{second.id}/decliner"
    page = manager.get(f"{HERE}/{held.id}").text
    assert confirming in page
    assert declining in page
    assert f'value="{offer.id}"' in manager.get(confirming).text
    assert manager.submit(confirming, confirming, reason="").status_code == 422
    assert manager.submit(confirming, confirming, reason="A *good* one.").status_code == 302
    assert manager.submit(declining, declining, reason="Too *far*.").status_code == 302
    public = browser(rounds).get(f"{HERE}/{held.id}").text
    assert "<em>good</em>" in public
    assert "<em>far</em>" in public
    assert DESK not in public
    for address in (confirming, declining):
        assert manager.get(address).status_code == 409

    mia = member(rounds, "La Halle d’en face")
    propose = f"/culture/partenaires/idees/{first.id}/proposer"
    pair = rounds.pair(held, first)
    shown = mia.get(f"/culture/partenaires/propositions/{pair.proposal_id}").text
    assert propose in shown
    form = mia.get(propose).text
    assert 'name="offer"' not in form, "a place of the offer is kept already"
    sent = {"brings": "A hall", "place": "Here", "timing": "Soon", "team": "Us",
            "interested": "none"}  # fmt: skip
    assert mia.submit(propose, propose, **sent).location.endswith(f"/{pair.proposal_id}")
    assert rounds.now(offer).taken == 1


def test_without_a_place_left_a_pair_cannot_be_confirmed_and_it_is_said(rounds: Rounds) -> None:
    idea = rounds.looking("A common kitchen")
    actor, _organisation, offer = rounds.partner("La Halle d’en face", capacity=1)
    held = rounds.matched(rounds.opened(idea))
    rounds.pilot(actor, idea=rounds.accepted("Another idea"), offer_id=offer.id)
    answer = browser(rounds, "manager").get(f"{DESK}/{held.id}/idees/{idea.id}/confirmer")
    assert answer.status_code == 409
    assert "La Halle d’en face" in answer.text


@pytest.mark.parametrize("role", ["visitor", "citizen", "agent"])
def test_nobody_else_decides_about_pairs(rounds: Rounds, role: str) -> None:
    idea = rounds.looking("A common kitchen")
    rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    reader = browser(rounds, role)
    for act in ("confirmer", "decliner"):
        address = f"{DESK}/{held.id}/idees/{idea.id}/{act}"
        assert reader.get(address).status_code == (302 if role == "visitor" else 403)
        assert reader.post(address).status_code in (302, 400, 403)
    assert rounds.pair(held, idea).standing == "waiting"


def test_the_organisation_is_written_to_when_a_pair_is_confirmed(rounds: Rounds) -> None:
    idea = rounds.looking("A common kitchen")
    _actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    rounds.site.drain()
    rounds.site.sent.clear()
    made = rounds.decides(held, idea, offer.id, "A *good* one.")
    rounds.site.drain()
    [letter] = rounds.site.sent
    assert letter.to == rounds.people["La Halle d’en face"].email
    assert f"/culture/partenaires/propositions/{made}" in letter.text


def test_who_switches_partners_off_or_on_is_told_what_becomes_of_a_round(rounds: Rounds) -> None:
    def told(*, enabling: bool) -> list[str]:
        with rounds.site.app.test_request_context("/"), rounds.site.reading() as session:
            return list(round_desk.effects(session, rounds.service, enabling=enabling))

    assert told(enabling=False) == []
    held = rounds.opened(rounds.looking("A common kitchen"))
    sentences = {*told(enabling=False), *told(enabling=True)}
    rounds.clock.advance(days=15)
    sentences |= {*told(enabling=True)}
    assert len(sentences) == 3
    rounds.matched(held)
    assert told(enabling=True) == []
