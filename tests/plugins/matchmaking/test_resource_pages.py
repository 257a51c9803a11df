"""What people see of offers and needs: each address, by each role; lists, feeds and files."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from xml.etree import ElementTree

import msgspec
import pytest
from sqlalchemy import select

from eak_core.kit.testing import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.web.open_data.sets import parts_of
from eak_matchmaking.models import Need, Offer
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import ending, moderating
from eak_matchmaking.offers.finding import open_offers_named
from eak_matchmaking.pages.need_feeds import NeedsFile
from eak_matchmaking.pages.offer_feeds import OffersFile
from tests.plugins.matchmaking.resources import Resources, day, needed

HERE = "/culture/partenaires"
API = "/api/v1/culture/partenaires"
SECRET = "birthday"
"""A word of the private conditions."""


@pytest.fixture
def browsers(resources: Resources) -> Callable[[str], Browser]:
    people = resources.site.people
    _ = resources.member, resources.other, resources.idea

    def of(role: str) -> Browser:
        browser = resources.site.browser()
        if role != "visitor":
            known = {"member": resources.person, "rival": resources.rival}
            browser.sign_in(known.get(role) or getattr(people, role))
        return browser

    return of


#: What pages say to whom is proved on the quicker one; what they read, on both beside them.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"])
ROLES = ("visitor", "citizen", "agent", "manager", "administrator", "rival", "member")


@on_sqlite
def test_drafts_and_private_conditions_stay_with_whom_they_are_for(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    draft, offer = resources.draft(title="A quiet draft"), resources.publish()
    ended = resources.publish(title="An ended hall")
    resources.act(ending.take_back, resources.member, ended)
    resources.site.drain()
    for role in ROLES:
        reads_what_is_for_them(browsers(role), draft, offer, ended, role)


def reads_what_is_for_them(
    browser: Browser, draft: Offer, offer: Offer, ended: Offer, role: str
) -> None:
    own = role == "member"
    mine = f"{HERE}/offres/{draft.id}"
    for path in ("", "/modifier"):
        assert browser.get(mine + path).status_code == (200 if own else 404), path
    assert browser.get(f"{mine}/terminer").status_code == (200 if own else 404)
    for path in ("/publier", "/supprimer"):
        assert browser.get(mine + path).status_code == 405
    expected = 200 if own else 302 if role == "visitor" else 403
    for path in ("/modifier", "/terminer"):
        assert browser.get(f"{HERE}/offres/{offer.id}{path}").status_code == expected, path
    reads = role in ("member", "manager", "administrator")
    for each in (offer, ended):
        page = browser.read(f"{HERE}/offres/{each.id}").text
        assert (SECRET in page) == reads, "private conditions"
        assert "<strong>insurance</strong>" in page, "public conditions"
    for path in (f"{HERE}/offres", f"{HERE}/offres?q={SECRET}", f"{HERE}/offres?q=quiet",
                 f"/culture/recherche?q={SECRET}", "/culture/recherche?q=quiet", "/culture/",
                 f"{HERE}/besoins", f"{HERE}/besoins.atom", f"{HERE}/besoins.csv",
                 f"{HERE}/offres.atom", f"{HERE}/offres.csv", f"{API}/offres.json",
                 f"{API}/besoins.json"):  # fmt: skip
        text = browser.get(path).text
        assert "A quiet draft" not in text, path
        assert "concierge" not in text, path
    ours = browser.get(f"{HERE}/offres/les-notres")
    assert ours.status_code == (200 if role in ("member", "rival") else expected)
    assert ("A quiet draft" in ours.text) == own


@on_sqlite
def test_only_the_organisation_changes_what_it_offers(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    draft, offer = resources.draft(), resources.publish()
    assert ROLES[-1] == "member"
    for role in ROLES:
        changes_what_is_theirs(resources, browsers(role), draft, offer, role)


def changes_what_is_theirs(
    resources: Resources, browser: Browser, draft: Offer, offer: Offer, role: str
) -> None:
    token = browser.read(f"{HERE}/offres").text
    for path in (f"{draft.id}/publier", f"{draft.id}/supprimer", f"{offer.id}/terminer",
                 f"{offer.id}/modifier", "nouvelle"):  # fmt: skip
        assert browser.post(f"{HERE}/offres/{path}", data={}).status_code == 400, "no token"
    assert token
    if role == "member":
        browser.submit(f"{HERE}/offres/{draft.id}", "publier")
        browser.submit(f"{HERE}/offres/{offer.id}/terminer", "terminer")
    published, ended = resources.now(draft).published_at, resources.now(offer).ended_at
    assert (published is not None, ended is not None) == (role == "member",) * 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_offer_is_prepared_read_again_published_and_found(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    browser = browsers("member")
    said = {
        "kind": "place", "title": "La halle du marché", "details": "Deux cents mètres carrés.",
        "quantity": "200", "unit": "m²", "capacity": "2", "communes": ["92050"],
        "conditions": "Assurance à fournir.",
    }  # fmt: skip
    place = browser.submit(f"{HERE}/offres/nouvelle", "nouvelle", **said).location
    assert "brouillon" in browser.read(place).text
    browser.submit(place, "publier")
    resources.site.drain()
    visitor = resources.site.browser()
    page = visitor.read(place).text
    assert "200\N{NO-BREAK SPACE}m² par pilote" in page
    assert "Encore 2" in page
    assert "La halle du marché" in visitor.read(f"{HERE}/offres?q=halles").text
    assert f'href="{place}"' in visitor.read("/culture/recherche?q=halle").text
    assert "La halle du marché" not in visitor.read(f"{HERE}/offres?q=piscine").text
    assert "La halle du marché" not in visitor.read(f"{HERE}/offres?type=money").text
    assert "La halle du marché" not in visitor.read(f"{HERE}/offres?commune=92002").text
    form = visitor.get(f"{HERE}/offres?type=boat&commune=1&jour=never")
    assert form.status_code == 422
    browser.submit(f"{place}/terminer", "terminer")
    resources.site.drain()
    assert "La halle du marché" not in visitor.read(f"{HERE}/offres").text
    assert f'href="{place}"' not in visitor.read("/culture/recherche?q=halle").text
    assert "a pris fin" in visitor.read(place).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_refused_is_shown_again_as_typed(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    browser = browsers("member")
    answer = browser.submit(
        f"{HERE}/offres/nouvelle", "nouvelle",
        kind="place", title="Une halle", capacity="0", ends_on="2001-01-01", quantity="beaucoup",
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'value="Une halle"' in answer.text
    assert 'value="beaucoup"' in answer.text


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_acts_for_nobody_is_told_what_to_do(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    answer = browsers("citizen").get(f"{HERE}/offres/nouvelle")
    assert answer.status_code == 403
    assert browsers("visitor").get(f"{HERE}/offres/nouvelle").status_code == 302


@on_sqlite
@pytest.mark.parametrize("role", ROLES)
def test_author_and_managers_have_the_forms_of_needs_and_nobody_else(
    resources: Resources, browsers: Callable[[str], Browser], role: str
) -> None:
    need = resources.state()
    browser = browsers(role)
    states = role in ("citizen", "manager", "administrator")
    expected = 200 if states else 302 if role == "visitor" else 403
    paths = [f"besoins/{need.id}/{act}" for act in ("modifier", "retirer", "trouve")]
    for path in (*paths, f"idees/{resources.idea.id}/besoins/nouveau"):
        assert browser.get(f"{HERE}/{path}").status_code == expected, path
        assert browser.post(f"{HERE}/{path}", data={}).status_code in (400, 403), path
    page = browser.read(f"/culture/idees/{resources.idea.id}").text
    assert "A hall for forty people" in page
    assert ("besoins/nouveau" in page) == states
    if states:
        browser.submit(f"{HERE}/besoins/{need.id}/trouve", "trouve")
    assert (resources.now(need).met_at is not None) == states


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_missing_shows_wherever_the_idea_does(
    resources: Resources, browsers: Callable[[str], Browser], clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 3, 1, 12, tzinfo=UTC))
    author = browsers("citizen")
    before = resources.site.browser().read("/culture/").text
    assert "cherche un partenaire" not in before
    author.submit(
        f"{HERE}/idees/{resources.idea.id}/besoins/nouveau", "nouveau",
        kind="place", what="Une salle", starts_on="2026-03-01", ends_on="31/03/2026",
    )  # fmt: skip
    author.submit(
        f"{HERE}/idees/{resources.idea.id}/besoins/nouveau", "nouveau",
        kind="money", what="Le bois", quantity="2000",
    )  # fmt: skip
    line = "Il manque\u202f: un lieu en mars, 2\u202f000\N{NO-BREAK SPACE}€"
    visitor = resources.site.browser()
    assert line in visitor.read(f"/culture/idees/{resources.idea.id}").text
    assert line in visitor.read("/culture/idees/").text
    assert "1 idée cherche un partenaire" in visitor.read("/culture/").text.replace("\xa0", " ")
    listed = visitor.read(f"{HERE}/besoins").text
    assert "Une salle" in listed
    assert "A tool library" in listed


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_missing_is_reported_hidden_and_shown_again(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    author, manager, visitor = browsers("citizen"), browsers("manager"), resources.site.browser()
    new, idea = f"{HERE}/idees/{resources.idea.id}/besoins/nouveau", resources.idea.id
    author.submit(new, "nouveau", kind="place", what="A rude hall")
    with resources.site.reading() as session:
        subject = session.scalars(select(Need)).one().subject
    places = [f"/culture/idees/{idea}", f"{HERE}/besoins", f"{HERE}/besoins.csv"]

    def readable() -> list[bool]:
        return ["A rude hall" in visitor.get(each, follow_redirects=True).text for each in places]

    assert readable() == [True] * 3
    report = f"/culture/signaler/{subject}"
    assert report in visitor.read(places[0]).text
    values = {"ground": "insult", "explanation": "It is rude.", "good_faith": "y"}
    sent = visitor.submit(report, report, **values, name="Zoé", email="zoe@example.org")
    assert sent.status_code == 302
    decide = f"/culture/gestion/signalements/{subject}"
    assert manager.submit(decide, decide, outcome="hidden", reason="Rule 2.").status_code == 302
    assert readable() == [False] * 3
    assert "cherche un partenaire" not in visitor.read("/culture/").text
    # Who stated it reads it still, with the reason, and is told.
    resources.site.drain()
    assert [each.to for each in resources.site.sent if "Rule 2." in each.text][:1]
    for reader in (author, manager):
        shown = reader.read(places[0]).text
        assert "A rude hall" in shown
        assert "Rule 2." in shown
    number = subject.partition(":")[2]
    again = f"/culture/gestion/partenaires/besoins/{number}/retablir"
    assert author.get(again).status_code == 403
    assert manager.submit(again, again, reason="It is not.").status_code == 302
    assert readable() == [True] * 3


@pytest.mark.parametrize("database", ["sqlite"])
def test_needs_leave_as_feed_table_and_json(resources: Resources, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    resources.state(what="=1+2", quantity=3, unit="halls", ends_on=day("2028-02-29"))
    money = resources.state(kind="money", what="Some money", quantity=2000)
    settled = resources.state(what="Found already")
    resources.act(stating.say_met, resources.author, settled)
    visitor = resources.site.browser()
    answer = visitor.get(f"{API}/besoins.json")
    found = msgspec.json.decode(answer.data, type=NeedsFile, strict=True)
    assert [(each.what, each.quantity, each.unit) for each in found.needs] == [
        ("Some money", 2000, "EUR"), ("=1+2", 3, "halls"),
    ]  # fmt: skip
    assert found.needs[1].ends_on == day("2028-02-29")
    assert "besoins.schema.json" in answer.headers["Link"]
    schema = visitor.get(f"{API}/besoins.schema.json").get_json()
    assert "NeedRecord" in schema["$defs"]
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"{HERE}/besoins.csv").text)))
    assert [row["what"] for row in rows] == ["Some money", "'=1+2"]
    assert rows[1]["ends_on"] == "2028-02-29"
    feed = ElementTree.fromstring(visitor.get(f"{HERE}/besoins.atom").text)  # noqa: S314
    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{atom}entry")
    assert [str(each.findtext(f"{atom}id")).rpartition("/")[2] for each in entries] == [
        str(money.id), str(money.id - 1),
    ]  # fmt: skip
    place = visitor.get(f"{HERE}/besoins/{money.id}").location
    assert place.endswith("#besoins")


@pytest.mark.parametrize("database", ["sqlite"])
def test_offers_leave_as_feed_table_and_json(resources: Resources, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    hall = resources.publish(
        title="=1+2", quantity=3, unit="halls", communes=["92050", "92012"],
        ends_on=day("2028-02-29"),
    )  # fmt: skip
    money = resources.publish(kind="money", title="Some money", quantity=2000)
    taken, hidden = resources.publish(title="Taken back"), resources.publish(title="Hidden")
    resources.act(ending.take_back, resources.member, taken)
    resources.act(moderating.hide_offer, resources.manager, hidden, "Against the *rules*.")
    resources.publish(title="Over", ends_on=day("2026-03-13"))
    clock.advance(days=2)
    visitor = resources.site.browser()
    answer = visitor.get(f"{API}/offres.json")
    found = msgspec.json.decode(answer.data, type=OffersFile, strict=True)
    assert [(each.title, each.quantity, each.unit) for each in found.offers] == [
        ("Some money", 2000, "EUR"), ("=1+2", 3, "halls"),
    ]  # fmt: skip
    last = found.offers[1]
    assert (last.organisation_name, last.communes) == ("La Halle", ["92012", "92050"])
    assert (last.capacity, last.places, last.ends_on) == (2, 2, day("2028-02-29"))
    assert last.conditions == "Bring your **insurance**."
    assert "offres.schema.json" in answer.headers["Link"]
    assert "OfferRecord" in visitor.get(f"{API}/offres.schema.json").get_json()["$defs"]
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"{HERE}/offres.csv").text)))
    assert [row["title"] for row in rows] == ["Some money", "'=1+2"]
    assert rows[1]["communes"] == "92012 | 92050"
    feed = visitor.get(f"{HERE}/offres.atom").text
    atom = "{http://www.w3.org/2005/Atom}"
    entries = ElementTree.fromstring(feed).findall(f"{atom}entry")  # noqa: S314
    assert [str(each.findtext(f"{atom}id")).rpartition("/")[2] for each in entries] == [
        str(money.id), str(hall.id),
    ]  # fmt: skip
    assert entries[0].findtext(f"{atom}author/{atom}name") == "La Halle"
    page = visitor.read(f"{HERE}/offres")
    assert {f"{HERE}/offres.atom", f"{HERE}/offres.csv", f"{API}/offres.json"} <= set(page.links)


def test_a_long_list_of_offers_is_read_in_parts(resources: Resources) -> None:
    made = [resources.publish(title=f"Hall {number}").id for number in range(5)][::-1]
    query = open_offers_named(resources.service.id)
    with resources.site.app.test_request_context():
        found = parts_of(query, Offer.id, lambda rows: [{"id": row[0].id} for row in rows], part=2)
        read = [[each["id"] for each in part] for part in found]
    assert read == [made[:2], made[2:4], made[4:]]


@pytest.mark.parametrize("number", ["0", str(2**31), "9" * 30])
def test_no_number_breaks_an_address(resources: Resources, number: str) -> None:
    visitor = resources.site.browser()
    for path in (f"offres/{number}", f"besoins/{number}"):
        assert visitor.get(f"{HERE}/{path}").status_code == 404
    assert visitor.get(f"{HERE}/offres?page={number}").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_lists_ask_the_same_however_long_they_are(
    resources: Resources, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    visitor = resources.site.browser()
    paths = (f"{HERE}/offres", f"{HERE}/besoins", f"{HERE}/besoins.atom", f"{HERE}/besoins.csv",
             f"{HERE}/offres.atom", f"{HERE}/offres.csv", f"{API}/offres.json",
             f"{API}/besoins.json", "/culture/idees/", "/culture/")  # fmt: skip

    def ask() -> list[int]:
        counts = []
        for path in paths:
            with query_count() as queries:
                assert visitor.get(path).status_code == 200
            counts.append(queries.count)
        return counts

    def add(number: int) -> None:
        resources.publish(resources.other if number % 2 else None, title=f"Hall {number}")
        resources.state(idea=resources.site.submit(f"Idea {number}"))

    add(0)
    resources.site.drain()
    ask()  # the first visit of all finds things out that the others know
    few = ask()
    for number in range(1, 8):
        add(number)
    resources.site.drain()
    assert ask() == few


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_kept_page_is_told_of_each_change(resources: Resources) -> None:
    """Whatever changes is an event, so that no browser keeps an old page."""
    visitor = resources.site.browser()
    place = f"/culture/idees/{resources.idea.id}-a-tool-library"

    def changed(kept: str) -> bool:
        return visitor.get(place, headers={"If-None-Match": kept}).status_code == 200

    need: Need = resources.state()
    acts: list[Callable[[], object]] = [
        lambda: resources.act(stating.edit_need, resources.author, need, needed(what="A barn")),
        lambda: resources.act(stating.say_met, resources.author, need),
    ]
    for act in acts:
        kept = visitor.get(place).headers["ETag"]
        assert not changed(kept)
        act()
        assert changed(kept)
    offer: Offer = resources.publish()
    place = f"{HERE}/offres/{offer.id}"
    kept = visitor.get(place).headers["ETag"]
    resources.act(ending.take_back, resources.member, offer)
    assert changed(kept)
