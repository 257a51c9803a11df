"""What people see of proposals, and do: each address, by each role, in each standing."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import delete

from eak_core.kit.testing import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.moderation.decisions import hide
from eak_matchmaking.models import Member
from eak_matchmaking.proposals import deciding, proposing
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.matchmaking.pilots import Pilots

# What is stored is proved on both databases; what pages say, on the quicker one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])

HERE = "/culture/partenaires"
MANAGE = "/culture/gestion/partenaires"

PUBLIC = ("visitor", "agent", "rival")
PARTIES = ("citizen", "member", "manager", "administrator")
ROLES = (*PUBLIC, *PARTIES)

#: What each kind of text says, so that a page can be searched for it.
BRINGS, CONFLICT, VIEW, QUESTION, ANSWER = (
    "Deux halles", "Un cousin", "Pas en hiver", "Quelle halle", "Celle du nord",
)  # fmt: skip
REASON = "Trop tard"


@pytest.fixture
def browsers(pilots: Pilots) -> Callable[[str], Browser]:
    people = pilots.site.people
    _ = pilots.member, pilots.other, pilots.idea

    def of(role: str) -> Browser:
        browser = pilots.site.browser()
        if role != "visitor":
            known = {"member": pilots.person, "rival": pilots.rival}
            browser.sign_in(known.get(role) or getattr(people, role))
        return browser

    return of


def talked(pilots: Pilots, end: str) -> Proposal:
    """A proposal about which everything was said, brought to an ``end``."""
    made = pilots.propose(brings=BRINGS, interested=True, conflict=CONFLICT)
    pilots.does(deciding.give_view, pilots.author, made, "against", VIEW)
    pilots.does(deciding.ask_back, pilots.manager, made, QUESTION)
    pilots.does(proposing.answer, pilots.member, made, ANSWER)
    if end in ("accepted", "ended"):
        pilots.does(deciding.accept, pilots.manager, made)
    if end == "ended":
        pilots.does(deciding.end, pilots.manager, made, REASON)
    if end == "declined":
        pilots.does(deciding.decline, pilots.manager, made, REASON)
    if end == "withdrawn":
        pilots.does(proposing.withdraw, pilots.member, made, REASON)
    return made


#: In each standing, what everybody reads: None where there is no page for them.
TOLD: dict[str, set[str] | None] = {
    "open": None,
    "withdrawn": None,
    "accepted": {BRINGS, CONFLICT},
    "ended": {BRINGS, CONFLICT, REASON},
    "declined": {REASON},
}


@pytest.mark.parametrize("end", list(TOLD))
def test_who_reads_what_of_a_proposal(
    pilots: Pilots, browsers: Callable[[str], Browser], end: str
) -> None:
    made = talked(pilots, end)
    pilots.site.drain()
    for role in ROLES:
        reads_what_is_told(browsers(role), made, role, end)


def reads_what_is_told(browser: Browser, made: Proposal, role: str, end: str) -> None:
    told = TOLD[end]
    page = browser.get(f"{HERE}/propositions/{made.id}")
    every = {BRINGS, CONFLICT, VIEW, QUESTION, ANSWER, REASON}
    if role in PARTIES:
        expected = every - (set() if end in ("declined", "withdrawn", "ended") else {REASON})
        assert page.status_code == 200
        assert {each for each in every if each in page.text} == expected
    elif told is None:
        assert page.status_code == 404
    else:
        assert page.status_code == 200
        assert {each for each in every if each in page.text} == told
    agreed = browser.get(f"{HERE}/propositions/{made.id}/accord")
    assert agreed.status_code == (200 if end in ("accepted", "ended") else 404)
    # Nowhere else do they stand for everybody.
    secret = every - (told or set())
    for path in ("/culture/", f"/culture/idees/{made.idea_id}", f"{HERE}/", "/culture/idees/",
                 f"{HERE}/{made.organisation_id}", f"{HERE}/besoins",
                 f"/culture/recherche?q={BRINGS}"):  # fmt: skip
        text = browser.get(path, follow_redirects=True).text
        found = {each for each in secret if f">{each}" in text}
        assert not found, path


#: Who may open the page of each act on an open proposal.
ACTS = {
    f"{HERE}/propositions/{{}}/avis": {"citizen"},
    f"{HERE}/propositions/{{}}/repondre": {"member"},
    f"{HERE}/propositions/{{}}/retirer": {"member"},
    f"{MANAGE}/propositions/{{}}/accepter": {"manager", "administrator"},
    f"{MANAGE}/propositions/{{}}/demander": {"manager", "administrator"},
    f"{MANAGE}/propositions/{{}}/decliner": {"manager", "administrator"},
}


def test_each_address_by_each_role(pilots: Pilots, browsers: Callable[[str], Browser]) -> None:
    made = talked(pilots, "open")
    signed_in = {role: browsers(role) for role in ROLES}
    for role, browser in signed_in.items():
        opens_what_is_theirs(pilots, browser, made, role)
    accepted = pilots.pilot(pilots.other)
    for role, browser in signed_in.items():
        ended = browser.get(f"{HERE}/propositions/{accepted.id}/terminer")
        assert (ended.status_code == 200) == (role in ("rival", "manager", "administrator")), role


def opens_what_is_theirs(pilots: Pilots, browser: Browser, made: Proposal, role: str) -> None:
    for path, able in ACTS.items():
        address = path.format(made.id)
        allowed = role in able
        opened = browser.get(address)
        assert (opened.status_code == 200) == allowed, address
        assert browser.post(address, data={}).status_code in (400, 403, 404), address
    assert pilots.now(made).standing == "open"
    desk = browser.get(f"{HERE}/{made.organisation_id}/propositions")
    assert (desk.status_code == 200) == (role == "member")
    listed = browser.get(f"{MANAGE}/propositions")
    assert (listed.status_code == 200) == (role in ("manager", "administrator"))
    form = browser.get(f"{HERE}/idees/{made.idea_id}/proposer")
    assert (form.status_code in (200, 302)) == (role in ("member", "rival", "visitor"))
    for number in (0, 4711, 2**31, 10**30):
        assert browser.get(f"{HERE}/propositions/{number}").status_code == 404


def test_a_proposal_from_the_idea_to_its_agreement(
    pilots: Pilots, browsers: Callable[[str], Browser], clock: FrozenClock
) -> None:
    offer, need = pilots.publish(title="La halle", capacity=1), pilots.state(what="Un toit plat")
    member, author, manager = browsers("member"), browsers("citizen"), browsers("manager")
    idea = f"/culture/idees/{pilots.idea.id}"
    assert f"{HERE}/idees/{pilots.idea.id}/proposer" in member.read(idea).text
    said = {
        "brings": "Deux **halles**", "place": "À Nanterre", "timing": "De mai à octobre",
        "team": "Avec trois écoles", "offer": offer.id, "need": need.id, "interested": "none",
    }  # fmt: skip
    form = f"{HERE}/idees/{pilots.idea.id}/proposer"
    refused = member.submit(form, "proposer", **{**said, "interested": ""})
    assert refused.status_code == 422
    assert "Deux **halles**" in refused.text, "what was typed is kept"
    place = member.submit(form, "proposer", **said).location
    pilots.site.drain()
    assert member.get(form).location == place, "it has been proposed"
    assert "l’auteur de l’idée" in member.read(place).text
    visitor = pilots.site.browser()
    assert "1 partenaire propose de la piloter" in visitor.read(idea).text
    assert place not in visitor.read(idea).text
    assert place in author.read(idea).text
    assert place in author.read("/compte/").text

    author.submit(f"{place}/avis", "avis", view="reserved", words="Pas en hiver.")
    assert place not in author.read("/compte/").text
    desk = manager.read("/culture/gestion/").text
    assert "1 proposition de pilote est à trancher" in desk
    waiting = manager.read(f"{MANAGE}/propositions").text
    assert "À vous, depuis le 2 mars 2026" in waiting
    assert "Favorable, avec des réserves" in waiting
    acts = place.replace("/culture/", "/culture/gestion/")
    manager.submit(f"{acts}/demander", "demander", words="Quelle halle ?")
    ours = member.read(f"{HERE}/{pilots.organisation.id}/propositions").text
    assert "À vous, depuis le 2 mars 2026" in ours
    member.submit(f"{place}/repondre", "repondre", words="Celle du nord.")
    assert "Le besoin auquel elle répond est pourvu" in manager.read(f"{acts}/accepter").text
    manager.submit(f"{acts}/accepter", "accepter", meets="y")
    pilots.site.drain()

    page = visitor.read(idea).text
    assert "La Halle" in page
    assert "Pilote accepté" in page
    assert "en devient le pilote" in page
    assert pilots.now(need).met_because == "pilot"
    assert pilots.now(offer).taken == 1
    agreement = visitor.read(f"{place}/accord").text
    for each in (
        "La Halle",
        "À Nanterre",
        "2 mars 2026",
        "Un toit plat",
        "déclare n’en avoir aucun",
    ):
        assert each in agreement
    assert "concierge" not in agreement, "private conditions stay private"
    assert place in visitor.read(f"{HERE}/{pilots.organisation.id}").text
    member.submit(f"{place}/terminer", "terminer", reason="Le toit fuit.")
    pilots.site.drain()
    assert "Pilote terminé" in visitor.read(idea).text
    assert "Le toit fuit." in visitor.read(place).text
    assert "a pris fin" in visitor.read(f"{place}/accord").text
    assert pilots.now(offer).taken == 0


def test_two_who_accept_the_last_place_read_a_sentence(
    pilots: Pilots, browsers: Callable[[str], Browser]
) -> None:
    offer = pilots.publish(capacity=1)
    first = pilots.propose(offer_id=offer.id)
    second = pilots.propose(idea=pilots.accepted("Another idea"), offer_id=offer.id)
    manager = browsers("manager")
    answers = [
        manager.submit(f"{MANAGE}/propositions/{each.id}/accepter", "accepter")
        for each in (first, second)
    ]
    assert [each.status_code for each in answers] == [302, 409]
    assert "Il ne reste rien de cette offre" in answers[1].text
    assert pilots.now(second).standing == "open"


def test_of_a_hidden_idea_only_those_concerned_read_what_was_proposed(
    pilots: Pilots, browsers: Callable[[str], Browser]
) -> None:
    made = talked(pilots, "accepted")
    manager = pilots.manager
    with pilots.site.writing() as session:
        hide(session, manager, pilots.service, f"idea:{made.idea_id}", "It insults.")
    pilots.site.drain()
    for role in ROLES:
        reads_if_concerned(browsers(role), made, role)


def reads_if_concerned(browser: Browser, made: Proposal, role: str) -> None:
    for page in (f"{HERE}/propositions/{made.id}", f"{HERE}/propositions/{made.id}/accord"):
        answer = browser.get(page)
        assert answer.status_code == (200 if role in PARTIES else 404)
        if role in ("citizen", "member"):
            assert "A tool library" not in answer.text
    assert "A tool library" not in browser.read(f"{HERE}/{made.organisation_id}").text


@pytest.mark.parametrize("role", ROLES)
def test_a_hidden_pilot_says_why_and_is_read_by_those_concerned(
    pilots: Pilots, browsers: Callable[[str], Browser], role: str
) -> None:
    made, still_open = talked(pilots, "accepted"), pilots.propose(pilots.other)
    managing, browser = browsers("manager"), browsers(role)
    page, acts = f"{HERE}/propositions/{made.id}", f"{MANAGE}/propositions/{made.id}"
    hidden = managing.submit(f"{acts}/masquer", "masquer", reason="Des noms *privés*.")
    assert hidden.status_code == 302
    pilots.site.drain()
    for path in (page, f"{page}/accord"):
        answer = browser.get(path)
        assert answer.status_code == (200 if role in PARTIES else 410)
        assert (BRINGS in answer.text) == (role in PARTIES)
    assert "Des noms" in browser.get(page).text
    for act in ("masquer", "retablir"):
        able = role in ("manager", "administrator")
        assert (browser.get(f"{acts}/{act}").status_code == 200) == able
    managing.submit(f"{acts}/retablir", "retablir", reason="Ils sont publics.")
    pilots.site.drain()
    assert BRINGS in browser.read(page).text
    if role == "manager":
        refused = browser.submit(
            f"{MANAGE}/propositions/{still_open.id}/masquer", "masquer", reason="Non."
        )
        assert refused.status_code == 409


def test_a_hidden_offer_is_named_nowhere(
    pilots: Pilots, browsers: Callable[[str], Browser]
) -> None:
    offer = pilots.publish(title="Une halle injurieuse")
    made = pilots.pilot(offer_id=offer.id)
    manager = pilots.manager
    visitor = browsers("visitor")
    page = f"{HERE}/propositions/{made.id}"
    assert "injurieuse" in visitor.read(page).text
    with pilots.site.writing() as session:
        hide(session, manager, pilots.service, offer.subject, "It insults.")
    for path in (page, f"{page}/accord"):
        assert "injurieuse" not in visitor.read(path).text


def test_lists_do_not_grow_their_number_of_queries(
    pilots: Pilots,
    browsers: Callable[[str], Browser],
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    manager, member = browsers("manager"), browsers("member")
    pages = (
        (manager, f"{MANAGE}/propositions"),
        (member, f"{HERE}/{pilots.organisation.id}/propositions"),
        (manager, "/culture/gestion/"),
        (member, f"{HERE}/{pilots.organisation.id}"),
    )

    def counted() -> list[int]:
        numbers = []
        for browser, path in pages:
            browser.read(path)
            with query_count() as queries:
                browser.read(path)
            numbers.append(queries.count)
        return numbers

    pilots.pilot()
    pilots.propose(idea=pilots.accepted("Idea 0"))
    before = counted()
    for number in range(1, 4):
        pilots.propose(idea=pilots.accepted(f"Idea {number}"))
        pilots.pilot(idea=pilots.accepted(f"Pilot {number}"))
    assert counted() == before


def test_who_was_removed_meanwhile_reads_a_sentence_and_loses_nothing(
    pilots: Pilots, browsers: Callable[[str], Browser]
) -> None:
    member, number = browsers("member"), pilots.person.id
    form = f"{HERE}/idees/{pilots.idea.id}/proposer"
    found = member.read(form).form("proposer")
    with pilots.site.writing() as session:
        session.execute(delete(Member).where(Member.person_id == number))
    answer = member.post(form, data=found.filled({"brings": "Deux halles"}))
    assert answer.status_code == 403
    assert "organisation" in answer.text
    assert pilots.happened("pilot_proposed") == []
