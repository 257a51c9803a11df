"""Needs: who says what is missing, how it reads, and what becomes of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from eak_core.errors import Conflict, EakError, Forbidden, Invalid, NotFound, Refused
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.transferring import transfer_idea
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.models import Need
from eak_matchmaking.needs import finding, stating
from eak_matchmaking.pages import resource_words
from eak_matchmaking.personal_data import export_person
from tests.plugins.matchmaking.resources import Resources, day, needed


@pytest.mark.parametrize("database", ["sqlite"])
def test_author_and_manager_say_what_is_missing_and_nobody_else(resources: Resources) -> None:
    resources.state()
    resources.state(resources.manager)
    assert len(resources.happened("need_stated")) == 2
    others: list[tuple[Actor, type[EakError]]] = [
        (Actor.visitor(), SignInRequired),
        (resources.member, Forbidden),
        (resources.actor(resources.site.people.agent), Forbidden),
    ]
    for actor, refusal in others:
        with pytest.raises(refusal):
            resources.state(actor)
    assert len(resources.happened("need_stated")) == 2


def test_an_idea_with_needs_becomes_part_of_no_other_and_stays_in_its_service(
    resources: Resources,
) -> None:
    need, twin = resources.state(), resources.site.submit("The same")
    ids = need.idea_id, twin.id
    for idea, into, refused in ((ids[0], ids[1], True), (ids[1], ids[0], False)):
        with (
            resources.site.writing() as session,
            nullcontext() if not refused else pytest.raises(Refused, match=r"needs|besoins"),
        ):
            merge_ideas(session, resources.manager, resources.site.service, idea, into, "Twins.")
    site = resources.site
    roads, chief = site.add_service("routes"), site.people.actor(site.people.administrator)
    with site.writing() as session, pytest.raises(Refused, match=r"needs|besoins"):
        transfer_idea(session, chief, site.service, ids[0], roads, "It is about a road.")


@pytest.mark.parametrize("act", [stating.withdraw_need, stating.say_met])
def test_only_they_settle_it_and_only_once(resources: Resources, act: Callable[..., None]) -> None:
    need = resources.state()
    for actor in (Actor.visitor(), resources.member):
        with pytest.raises(Forbidden):
            resources.act(act, actor, need)
        with pytest.raises(Forbidden):
            resources.act(stating.edit_need, actor, need, needed())
    resources.act(act, resources.author, need)
    resources.act(act, resources.manager, need)
    name = "need_met" if act is stating.say_met else "need_withdrawn"
    assert len(resources.happened(name)) == 1
    with pytest.raises(Refused):
        resources.act(stating.edit_need, resources.author, need, needed(what="More"))
    other = stating.withdraw_need if act is stating.say_met else stating.say_met
    with pytest.raises(Refused):
        resources.act(other, resources.author, need)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_pilot_meets_a_need_without_its_author(resources: Resources) -> None:
    need = resources.state()
    with resources.site.writing() as session:
        stating.mark_met(session, resources.member, session.get_one(Need, need.id), "pilot")
    assert resources.now(need).met_because == "pilot"
    assert '"pilot"' in resources.happened("need_met")[0].replace("'", '"')


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"what": ""}, {"what"}),
        ({"what": "\u2800"}, {"what"}),
        ({"what": "x" * 201}, {"what"}),
        ({"what": "x" * 10**6}, {"what"}),
        ({"kind": "<script>"}, {"kind"}),
        ({"quantity": 0, "unit": "m²"}, {"quantity"}),
        ({"quantity": 10**9 + 1, "unit": "m²"}, {"quantity"}),
        ({"quantity": 3}, {"unit"}),
        ({"starts_on": day("2026-04-02"), "ends_on": day("2026-04-01")}, {"ends_on"}),
        ({"ends_on": day("2026-03-11")}, {"ends_on"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    resources: Resources, clock: FrozenClock, wrong: dict[str, Any], fields: set[str]
) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    with pytest.raises(Invalid) as refused:
        resources.state(**wrong)
    assert set(refused.value.fields) == fields
    assert resources.happened("need_stated") == []


def test_a_form_sent_twice_is_one_need_and_never_one_of_another_idea(resources: Resources) -> None:
    key, other = "1" * 36, resources.site.submit("An orchard")
    first = resources.state(form_key=key)
    assert resources.state(form_key=key).id == first.id
    assert resources.state(form_key=key, what="Two halls").id == first.id
    assert resources.now(first).what == "Two halls"
    with pytest.raises(Conflict):
        resources.state(form_key=key, idea=other)
    assert len(resources.happened("need_stated")) == 1


def test_a_form_sent_twenty_times_at_once_is_one_need(
    resources: Resources, clock: FrozenClock
) -> None:
    clock.release()
    author, _idea = resources.author, resources.idea
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _n: resources.state(author, form_key="2" * 36).id, range(20)))
    assert len(set(made)) == 1
    assert len(resources.happened("need_stated")) == 1


def test_there_is_an_end_to_what_one_idea_lacks_also_at_once(
    resources: Resources, clock: FrozenClock
) -> None:
    clock.release()
    author, _idea = resources.author, resources.idea

    def state(number: int) -> bool:
        try:
            resources.state(author, what=f"Chair {number}")
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(state, range(stating.MOST_NEEDS + 5))) == stating.MOST_NEEDS
    with resources.site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Need)) == stating.MOST_NEEDS


def waiting(resources: Resources) -> list[int]:
    with resources.site.reading() as session:
        rows = session.execute(finding.open_needs(resources.service.id)).all()
        found = sorted({row.Need.idea_id for row in rows})
        assert finding.count_waiting(session, resources.service.id) == len(found)
        by_idea = finding.missing_for(
            session, resources.service.id, [each.idea_id for each in session.scalars(select(Need))]
        )
        assert sorted(by_idea) == found
        return found


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_nobody_can_bring_any_more_is_not_asked_for(resources: Resources) -> None:
    names = ("met", "withdrawn", "hidden", "given up", "rejected", "still missing")
    ideas = {name: resources.site.submit(name.capitalize()) for name in names}
    needs = {name: resources.state(idea=idea) for name, idea in ideas.items()}
    assert len(waiting(resources)) == len(names)
    resources.act(stating.say_met, resources.author, needs["met"])
    resources.act(stating.withdraw_need, resources.author, needs["withdrawn"])
    active = frozenset({"matchmaking"})
    with resources.site.writing() as session:
        service, manager = resources.service, resources.manager
        hide(session, manager, service, f"idea:{ideas['hidden'].id}", "It names somebody.")
        given_up = session.get_one(Idea, ideas["given up"].id)
        withdraw_idea(session, resources.author, service, active, given_up, "No time.")
        rejected = session.get_one(Idea, ideas["rejected"].id)
        for stage in ("screening", "rejected"):
            change_stage(session, manager, service, active, rejected, stage, "It exists.")
    assert waiting(resources) == [ideas["still missing"].id]
    for name in ("hidden", "given up", "withdrawn"):
        with resources.site.reading() as session, pytest.raises(NotFound):
            finding.need_of(session, resources.service, needs[name].id)
    with pytest.raises(Refused):
        resources.state(resources.manager, idea=ideas["rejected"])
    with pytest.raises(NotFound):
        resources.state(resources.manager, idea=ideas["hidden"])


@pytest.mark.parametrize(
    ("last", "before", "after"),
    [
        ("2026-03-29", "2026-03-29T21:59:59+00:00", "2026-03-29T22:00:01+00:00"),
        ("2026-10-25", "2026-10-25T22:59:59+00:00", "2026-10-25T23:00:01+00:00"),
        ("2028-02-29", "2028-02-29T22:59:59+00:00", "2028-02-29T23:00:01+00:00"),
    ],
)
def test_after_its_last_day_in_paris_a_need_is_not_asked_for(
    resources: Resources, clock: FrozenClock, last: str, before: str, after: str
) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    resources.state(ends_on=day(last))
    clock.set(datetime.fromisoformat(before))
    assert waiting(resources) == [resources.idea.id]
    clock.set(datetime.fromisoformat(after))
    assert waiting(resources) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_missing_reads_as_one_line(resources: Resources, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 1, 12, tzinfo=UTC))
    hall = Need(kind="place", starts_on=day("2026-03-01"), ends_on=day("2026-03-31"))
    money = Need(kind="money", quantity=2000, unit="")
    chairs = Need(kind="equipment", quantity=1200, unit="chaises")
    rest = [Need(kind="skill"), Need(kind="data", starts_on=day("2027-01-01"))]
    with resources.site.app.test_request_context("/"):
        assert resource_words.line([]) == ""
        assert resource_words.line([hall, money]) == (
            "Il manque\u202f: un lieu en mars, 2\u202f000\N{NO-BREAK SPACE}€"
        )
        assert resource_words.line([chairs, *rest]) == (
            "Il manque\u202f: du matériel (1\u202f200\N{NO-BREAK SPACE}chaises), une compétence,"
            " des données à partir du 1er janvier 2027"
        )
        assert resource_words.line([hall, money, chairs, *rest]).endswith(" et 2 autres besoins")
        with force_locale("en"):
            assert resource_words.line([hall, money]) == "Missing: a place in March, €2,000"


def test_the_same_statements_for_any_number_of_ideas(
    resources: Resources, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    ideas = [resources.site.submit(f"Idea {number}") for number in range(6)]
    counted = []
    for few in (ideas[:1], ideas[1:]):
        for idea in few:
            resources.state(idea=idea)
        with resources.site.reading() as session, query_count() as queries:
            finding.missing_for(session, resources.service.id, [each.id for each in few])
        counted.append(queries.count)
    assert counted == [1, 1]


def test_what_somebody_said_is_in_their_copy_and_stays_with_the_idea(resources: Resources) -> None:
    need = resources.state(ends_on=day("2030-01-31"))
    person = resources.author.person_id
    assert person is not None
    with resources.site.reading() as session:
        [told] = export_person(session, person)["needs"]
    assert (told["what"], told["ends_on"]) == ("A hall for forty people", "2030-01-31")
    with resources.site.writing() as session:
        erase_person(session, Actor.system(), person)
    now = resources.now(need)
    assert (now.stated_by, now.form_key, now.what) == (None, None, need.what)
