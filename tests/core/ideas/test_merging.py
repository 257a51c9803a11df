"""Two ideas that say the same become one: nothing of either is lost, nothing counts twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.events.core import get_event_core
from eak_core.events.reading import verify
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.screening import declare_conflict
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.listing import count_by_stage
from eak_core.ideas.visibility import subject_of
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.notices.following import follow_by_default, leave
from eak_core.notices.models import Follow
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core.test_two_at_once import together

NONE: frozenset[str] = frozenset()
WHY = "Both lend tools."
SYSTEM = Actor.system()


def merge(site: Site, idea: Idea, into: Idea, actor: Actor | None = None, why: str = WHY) -> None:
    actor = actor or site.people.actor(site.people.manager)
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        merge_ideas(session, actor, service, idea.id, into.id, why)


def followers(site: Site, idea: Idea) -> set[int]:
    with site.reading() as session:
        query = select(Follow.person_id).where(
            Follow.subject == subject_of(idea.id), Follow.left_at.is_(None)
        )
        return set(session.scalars(query))


def test_address_text_followers_and_figures_go_to_the_idea_that_stays(
    site: Site, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    kept = site.submit("Une outilthèque", author=citizen)
    twin, third = (site.submit(name, author=agent) for name in ("Des perceuses", "Des échelles"))
    people = [site.people.add(name) for name in ("both", "one", "left")]
    others = [person.id for person in people]
    with site.writing() as session:
        for idea in (kept, twin):
            follow_by_default(session, site.service.id, subject_of(idea.id), others[0])
            follow_by_default(session, site.service.id, subject_of(idea.id), others[2])
        follow_by_default(session, site.service.id, subject_of(twin.id), others[1])
        leave(session, site.people.actor(people[2]), site.service, subject_of(kept.id))
    merge(site, third, twin)
    merge(site, twin, kept)
    site.drain()
    assert followers(site, kept) == {citizen.person_id, agent.person_id, *others[:2]}
    assert followers(site, twin) == followers(site, third) == set()
    reader = site.browser()
    for gone in (twin, third):
        for path in (f"/culture/idees/{gone.id}-{gone.slug}", f"/culture/idees/{gone.id}"):
            answer = reader.get(path)
            assert answer.status_code == 301
            assert answer.headers["Location"] == f"/culture/idees/{kept.id}", "in one step"
    page = reader.get(f"/culture/idees/{kept.id}-{kept.slug}").text
    assert "Des perceuses" in page
    assert "Des échelles" in page
    assert WHY in page
    for path in ("/culture/idees/", "/culture/recherche?q=perceuses", "/culture/idees.json"):
        assert "Des perceuses" not in reader.get(path).text
    with site.reading() as session:
        assert count_by_stage(session, site.service.id) == {"submitted": 1}
        assert list(verify(session, get_event_core().registry)) == []
    notices = site.browser()
    notices.sign_in(site.people.agent)
    inbox = notices.get("/compte/nouveautes/").text
    assert "réunie à « Une outilthèque »" in inbox.replace("\u202f", " ").replace("\xa0", " ")
    assert WHY in inbox


def test_what_cannot_be_merged_is_refused_with_a_sentence_and_nothing_changes(
    site: Site, citizen: Actor, manager: Actor, events: Callable[[], list[str]]
) -> None:
    names = ("kept", "hidden", "withdrawn", "rejected", "done", "near", "merged")
    ideas = {name: site.submit(name, author=citizen) for name in names}
    elsewhere = site.submit("elsewhere", service=site.add_service("routes"), author=citizen)
    with site.writing() as session:
        rows = {each.title: each for each in session.scalars(select(Idea))}
        service = session.get_one(Service, site.service.id)
        hide(session, manager, service, subject_of(rows["hidden"].id), WHY)
        withdraw_idea(session, citizen, service, NONE, rows["withdrawn"], WHY)
        change_stage(session, manager, service, NONE, rows["rejected"], "rejected", WHY)
        declare_conflict(session, manager, service, rows["near"], "My cousin's.")
        rows["done"].stage = "done"
    merge(site, ideas["merged"], ideas["kept"])
    before = events()
    kept = ideas["kept"]
    refused: list[tuple[Idea, Idea, type[Exception]]] = [
        (kept, kept, Refused),
        (kept, elsewhere, NotFound),
        (elsewhere, kept, NotFound),
        *((ideas[name], kept, Refused) for name in ("hidden", "withdrawn", "done", "near")),
        *((kept, ideas[name], Refused) for name in ("hidden", "withdrawn", "done", "near")),
        (kept, ideas["rejected"], Refused),
        (ideas["merged"], kept, Conflict),
        (kept, ideas["merged"], Conflict),
    ]
    for idea, into, kind in refused:
        with pytest.raises(kind):
            merge(site, idea, into)
    for who in (citizen, site.people.actor(site.people.agent)):
        with pytest.raises(Forbidden):
            merge(site, ideas["rejected"], kept, who)
    with pytest.raises(Invalid):
        merge(site, ideas["rejected"], kept, why=" ")
    assert events() == before
    merge(site, ideas["rejected"], kept)
    assert events() == [*before, "idea.merged"]


def test_of_two_who_merge_both_with_each_other_at_once_one_is_told(
    site: Site, manager: Actor, database: Kind
) -> None:
    ideas = [site.submit(name) for name in ("one", "two")]
    order = iter([(0, 1), (1, 0)])

    def act(session: object, meet: Callable[[], object]) -> None:
        idea, into = next(order)
        meet()
        merge_ideas(session, manager, site.service, ideas[idea].id, ideas[into].id, WHY)  # type: ignore[arg-type]

    assert [type(each) for each in together(site, database, act)] == [Conflict]


def test_the_author_of_a_merged_idea_has_a_copy_and_is_forgotten(
    site: Site, citizen: Actor, agent: Actor
) -> None:
    kept, twin = site.submit("kept", author=citizen), site.submit("twin", author=agent)
    merge(site, twin, kept)
    assert agent.person_id is not None
    with site.reading() as session:
        copy = export_person(session, SYSTEM, agent.person_id)
        assert f"'merged_into_id': {kept.id}" in str(copy)
    with site.writing() as session:
        erase_person(session, SYSTEM, agent.person_id)
    page = site.browser().get(f"/culture/idees/{kept.id}-{kept.slug}").text
    assert "twin" in page
    assert site.people.agent.name not in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_merge_on_a_page_that_says_what_follows(site: Site) -> None:
    kept, twin = site.submit("Une outilthèque"), site.submit("Une outilthèque de plus")
    desk = site.browser()
    desk.sign_in(site.people.manager)
    page = f"/culture/gestion/idees/{twin.id}/reunir"
    wrong = desk.submit(page, "/reunir", into="the other one", reason=WHY)
    assert wrong.status_code == 422
    typed = f"http://localhost/culture/idees/{kept.id}-{kept.slug}"
    done = desk.submit(page, "/reunir", into=typed, reason=WHY)
    assert done.headers["Location"] == f"/culture/idees/{kept.id}-{kept.slug}"
    assert desk.get(page).status_code == 404
    other = site.browser()
    other.sign_in(site.people.citizen)
    assert other.get(f"/culture/gestion/idees/{kept.id}/reunir").status_code == 403
