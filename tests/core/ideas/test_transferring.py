"""An idea goes to another service with all that belongs to it, and to nobody who may not know."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import EakError, Forbidden, Invalid, NotFound, Refused
from eak_core.events import read_log
from eak_core.events.core import get_event_core
from eak_core.events.reading import verify
from eak_core.files.models import StoredFile
from eak_core.ideas.content.rows import idea_of
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.prepared import prepare
from eak_core.ideas.deciding.screening import declare_conflict
from eak_core.ideas.deciding.transferring import targets, transfer_idea
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.describing.subjects import add_subject, subjects_of
from eak_core.ideas.models import Idea, IdeaCriterion
from eak_core.ideas.proposing.proposals import Origin, Proposal, edit_idea, import_idea, submit_idea
from eak_core.ideas.reading.places import passages
from eak_core.ideas.visibility import subject_of
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.moderation.reports import report
from eak_core.notices.following import follow_by_default
from eak_core.notices.models import Follow
from eak_core.permissions import Actor, Suspension
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.services.models import Service
from tests.core.ideas.conftest import run_by_both
from tests.core.test_two_at_once import together

NONE: frozenset[str] = frozenset()
WHY = "It is about a road."
SYSTEM = Actor.system()


def transfer(
    site: Site, idea: Idea, to: Service, *, back: Service | None = None, actor: Actor | None = None,
    why: str = WHY,
) -> None:  # fmt: skip
    actor = actor or site.people.actor(site.people.manager)
    with site.writing() as session:
        here, there = (session.get_one(Service, each.id) for each in (back or site.service, to))
        transfer_idea(session, actor, here, idea.id, there, why)


def right(site: Site) -> bool:
    """Whether what is counted is what there is."""
    with site.reading() as session:
        return list(verify(session, get_event_core().registry)) == []


def test_an_idea_goes_with_all_that_belongs_to_it_and_comes_back(
    site: Site, roads: Service, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    with site.writing() as session:
        culture = session.get_one(Service, site.service.id)
        for place, name in ((culture, "Vélo"), (roads, "Vélo"), (culture, "Musées")):
            add_subject(session, SYSTEM, place, name)
        about = tuple(
            each.id for each in subjects_of(session, culture.id) if each.name in {"Vélo", "Musées"}
        )
        cost = criteria_of(session, culture.id)[0].id
        said = Proposal(
            "Une piste", "No way.", "Make one.", subjects=about, statements={cost: "It is cheap."}
        )
        idea = session.get_one(Idea, submit_idea(session, citizen, culture, said).id)
        edit_idea(session, citizen, culture, idea, said)
        follow_by_default(session, culture.id, subject_of(idea.id), agent.person_id)
        plan = {"owner": "ideas", "subject": subject_of(idea.id), "token": "t" * 32, "alt": ""}
        session.add(
            StoredFile(
                **plan, service_id=culture.id, kind="document", name="plan.pdf", digest="d" * 64,
                size=1, created_at=clock.now(),
            )
        )  # fmt: skip
    twin = site.submit("Une voie", author=agent)
    with site.writing() as session:
        merge_ideas(session, manager, site.service, twin.id, idea.id, "They say the same.")
    site.drain()
    transfer(site, idea, roads)
    site.drain()
    assert right(site)
    reader = site.browser()
    for old in (f"/culture/idees/{idea.id}-{idea.slug}", f"/culture/idees/{twin.id}"):
        answer = reader.get(old)
        # In one step; and not for ever, as it may come back.
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/routes/idees/{idea.id}"
    address = f"/routes/idees/{idea.id}-{idea.slug}"
    page = reader.get(address)
    told = "Transférée de « Culture » à « Routes »"
    for each in (
        told,
        WHY,
        "plan.pdf",
        "Une voie",
        "It is cheap.",
        "a modifié son texte",
        ">Vélo<",
    ):
        assert each in plain(page.text)
    assert "Musées" not in page.text
    kept = {"If-None-Match": page.headers["ETag"]}
    assert reader.get(address, headers=kept).status_code == 200, "it names what another log tells"
    for path in ("idees/", "recherche?q=piste", "idees.json"):
        assert "une-piste" not in reader.get(f"/culture/{path}").text
        assert "une-piste" in reader.get(f"/routes/{path}").text
    for person in (site.people.citizen, site.people.agent):
        inbox = site.browser()
        inbox.sign_in(person)
        news = inbox.get("/compte/nouveautes/").text
        assert "a été transférée de" in news
        assert news.count("eak-notices__what") == 1
    desk = site.browser()
    desk.sign_in(site.people.manager)
    for place, told in (
        ("culture", "« Une piste » part vers le service « Routes »"),
        ("routes", "vient du"),
    ):
        assert told in plain(desk.get(f"/{place}/gestion/journal").text)
    transfer(site, idea, site.service, back=roads)
    site.drain()
    assert right(site)
    assert reader.get(f"/culture/idees/{idea.id}-{idea.slug}").status_code == 200
    assert reader.get(address).headers["Location"] == f"/culture/idees/{idea.id}"
    found = indexed(site)
    assert found == {site.service.id: 1, roads.id: 0}
    with site.reading() as session:
        stated = select(IdeaCriterion.criterion_id).where(IdeaCriterion.idea_id == idea.id)
        assert session.scalars(stated).all() == [cost]
        followed = select(Follow.service_id).where(Follow.subject == subject_of(idea.id))
        assert set(session.scalars(followed)) == {site.service.id}
    for place in (site.service, roads):
        site.replay("core", service=place)
    assert indexed(site) == found
    assert right(site)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def indexed(site: Site) -> dict[int, int]:
    """How many ideas a search finds in each service, as documents and as terms say."""
    with site.reading() as session:
        found = dict[int, int]()
        for place in session.scalars(select(Service)):
            ids = select(SearchDocument.id).where(
                SearchDocument.service_id == place.id, SearchDocument.kind == "idea"
            )
            number = select(SearchTerm.documents).where(
                SearchTerm.service_id == place.id, SearchTerm.kind == "idea", SearchTerm.stem == ""
            )
            found[place.id] = len(session.scalars(ids).all())
            assert (session.scalar(number) or 0) == found[place.id]
        return found


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_read_a_service_learns_nothing_of_what_went_there(
    site: Site, citizen: Actor, agent: Actor
) -> None:
    inner = run_by_both(site, site.add_service("interne", "Cellule", audience="internal"))
    roads = run_by_both(site, site.add_service("routes", "Routes"))
    own, theirs = site.submit("Un abri", author=agent), site.submit("Une rampe", author=citizen)
    with site.writing() as session:
        for person in (citizen, agent):
            follow_by_default(session, site.service.id, subject_of(own.id), person.person_id)
    site.drain()
    with pytest.raises(Refused, match="Tous ses auteurs"):
        transfer(site, theirs, inner)
    transfer(site, own, inner)
    site.drain()
    assert right(site)
    people = {"agent": site.browser(), "citizen": site.browser(), "visitor": site.browser()}
    people["agent"].sign_in(site.people.agent)
    people["citizen"].sign_in(site.people.citizen)
    old = f"/culture/idees/{own.id}-{own.slug}"
    assert people["agent"].get(old).headers["Location"] == f"/interne/idees/{own.id}"
    nothing = people["citizen"].get("/culture/idees/999-un-abri")
    for who in ("citizen", "visitor"):
        answer = people[who].get(old)
        assert answer.status_code == nothing.status_code == 404
        for word in ("Cellule", "interne", "Un abri"):
            assert word not in answer.text
    told = people["citizen"].get("/compte/nouveautes/").text
    assert "a quitté ce service" in told
    for word in ("Cellule", "interne", "Un abri"):
        assert word not in told
    desk = site.browser()
    desk.sign_in(site.people.manager)
    journal = plain(desk.get("/culture/gestion/journal").text)
    assert "part vers un autre service" in journal
    # On to where everybody may read it: that it was in between is no one's business there.
    transfer(site, own, roads, back=inner)
    site.drain()
    news = people["citizen"].get("/compte/nouveautes/").text
    assert "est maintenant dans le service" in news
    for word in ("Cellule", "interne", WHY):
        assert word not in news
    assert "Cellule" in people["agent"].get("/compte/nouveautes/").text
    page = f"/routes/idees/{own.id}-{own.slug}"
    assert "Transférée de « Culture » à « Routes »" in plain(people["visitor"].get(page).text)
    assert WHY not in people["visitor"].get(page).text
    assert "Transférée de « Culture » à « Cellule »" in plain(people["agent"].get(page).text)
    assert people["visitor"].get(old).headers["Location"] == f"/routes/idees/{own.id}"
    assert people["visitor"].get(f"/interne/idees/{own.id}").status_code == 404
    with site.reading() as session:
        followed = select(Follow.service_id, Follow.person_id).where(
            Follow.subject == subject_of(own.id)
        )
        ids = (agent.person_id, citizen.person_id)
        assert sorted(session.execute(followed).all()) == sorted((roads.id, each) for each in ids)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_goes_where_whoever_sends_it_could_submit_one(
    site: Site, roads: Service, citizen: Actor
) -> None:
    with site.reading() as session:
        assert [each.id for each in targets(session, citizen, site.service)] == [roads.id]
        until = clock.now() + timedelta(days=1)
        away = replace(citizen, suspensions=(Suspension(roads.id, "content", until, 1),))
        assert targets(session, away, site.service) == []


def test_what_cannot_be_transferred_is_refused_with_a_sentence_and_nothing_changes(
    site: Site, roads: Service, citizen: Actor, manager: Actor, events: Callable[[], list[str]]
) -> None:
    names = ("kept", "hidden", "withdrawn", "rejected", "merged", "near", "prepared", "reported")
    ideas = {name: site.submit(name, author=citizen) for name in names}
    elsewhere = site.submit("elsewhere", service=roads, author=citizen)
    with site.writing() as session:
        rows = {each.title: each for each in session.scalars(select(Idea))}
        culture = session.get_one(Service, site.service.id)
        hide(session, manager, culture, subject_of(rows["hidden"].id), WHY)
        withdraw_idea(session, citizen, culture, NONE, rows["withdrawn"], WHY)
        change_stage(session, manager, culture, NONE, rows["rejected"], "rejected", WHY)
        merge_ideas(session, manager, culture, rows["merged"].id, rows["kept"].id, WHY)
        declare_conflict(session, manager, culture, rows["near"], "My cousin's.")
        prepare(session, manager, culture, NONE, rows["prepared"], "screening", WHY)
        report(
            session,
            citizen,
            culture,
            subject_of(rows["reported"].id),
            ground="insult",
            explanation=WHY,
        )
        origin = Origin("decidim", "7")
        saved = import_idea(session, manager, culture, Proposal("imported"), origin, clock.now())
        assert saved is not None
        ideas["imported"] = session.get_one(Idea, saved.id)
    before = events()
    for name in (*names[1:], "imported"):
        with pytest.raises(EakError) as refusal:
            transfer(site, ideas[name], roads)
        assert not isinstance(refusal.value, Forbidden), name
    with pytest.raises(Refused):
        transfer(site, ideas["kept"], site.service)
    with pytest.raises(NotFound):
        transfer(site, elsewhere, roads)
    with pytest.raises(Invalid):
        transfer(site, ideas["kept"], roads, why=" ")
    others = site.add_service("jardins")
    for who, to in ((citizen, roads), (manager, others)):
        with pytest.raises(Forbidden):
            transfer(site, ideas["kept"], to, actor=who)
    assert events() == before
    transfer(site, ideas["kept"], roads)
    # Whoever has read it before decides nothing here any more.
    with site.writing() as session, pytest.raises(NotFound):
        change_stage(session, manager, site.service, NONE, ideas["kept"], "rejected", WHY)
    assert right(site)


@pytest.mark.parametrize("other", ["transfer", "decide", "edit"])
def test_of_two_who_act_on_an_idea_at_once_one_is_told_and_nothing_is_torn(
    site: Site, roads: Service, citizen: Actor, manager: Actor, database: Kind, other: str
) -> None:
    idea = site.submit("one")
    order = iter([True, False])

    def act(session: Session, meet: Callable[[], object]) -> None:
        first = next(order)
        culture = session.get_one(Service, site.service.id)
        known = idea_of(session, culture, idea.id)
        meet()
        if first or other == "transfer":
            transfer_idea(
                session, manager, culture, idea.id, session.get_one(Service, roads.id), WHY
            )
        elif other == "decide":
            change_stage(session, manager, culture, NONE, known, "rejected", WHY)
        else:
            edit_idea(session, citizen, culture, known, Proposal("Two", "No way.", "Make one."))

    refused = together(site, database, act)
    # A text that is changed just before goes along changed.
    assert len(refused) == 1 or other == "edit"
    assert all(str(each.message) for each in refused)
    assert right(site)
    with site.reading() as session:
        where = session.get_one(Idea, idea.id).service_id
        seen = list(read_log(session, site.service.id, subject=subject_of(idea.id)))
        last = seen[-1].type
        assert (last == "idea.transferred") == (where == roads.id)


@pytest.mark.parametrize(
    ("went", "told"),
    [
        ([(1, "a", "b"), (2, "b", "c")], ["a b", "b c"]),
        ([(1, "a", "x"), (2, "x", "c")], ["a ~ c"]),
        ([(1, "a", "x"), (2, "x", "a")], []),
        ([(1, "x", "a"), (2, "a", "b"), (3, "b", "x")], ["a b"]),
        ([(1, "x", "y"), (2, "y", "a")], []),
    ],
)
def test_an_idea_goes_past_the_services_that_somebody_may_not_know(
    went: list[tuple[int, str, str]], told: list[str]
) -> None:
    number = {name: ord(name) for name in "abcxy"}
    steps = [(each, number[here], number[there]) for each, here, there in went]
    found = passages(steps, {number[name] for name in "abc"})
    assert [
        f"{chr(each.from_id)}{' ' if each.direct else ' ~ '}{chr(each.to_id)}" for each in found
    ] == told


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_transfer_on_a_page_that_says_what_follows(site: Site, roads: Service) -> None:
    idea = site.submit("Une piste")
    desk = site.browser()
    desk.sign_in(site.people.manager)
    page = f"/culture/gestion/idees/{idea.id}/transferer"
    assert desk.submit(page, "/transferer", reason=WHY).status_code == 422
    done = desk.submit(page, "/transferer", to="routes", reason=WHY)
    assert done.headers["Location"] == f"/routes/idees/{idea.id}-{idea.slug}"
    assert desk.get(page).status_code == 404
    other = site.browser()
    other.sign_in(site.people.citizen)
    assert other.get(f"/routes/gestion/idees/{idea.id}/transferer").status_code == 403
