"""Who is shown how often: counted once a day, never by reading, and the place of newcomers."""

from datetime import UTC, datetime, timedelta

import pytest

from eak_core.clock import now
from eak_core.kit.testing.fixtures import FrozenClock
from eak_matchmaking.models import Presence
from eak_matchmaking.pages.fairness import waited
from eak_matchmaking.proposals import deciding, proposing
from eak_matchmaking.suggestions import fairness
from eak_matchmaking.suggestions.exposure import counted, keep_counted, lists_of
from eak_matchmaking.suggestions.tables import Exposure, Newcomer
from tests.plugins.matchmaking.pilots import Pilots
from tests.plugins.matchmaking.resources import Resources
from tests.plugins.matchmaking.test_suggestions import idea_in, suggested


@pytest.fixture(autouse=True)
def spring(clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 29, 9, tzinfo=UTC))


def shown(resources: Resources) -> dict[tuple[str, int], int]:
    with resources.site.reading() as session:
        rows = session.query(Exposure).all()
        return {(each.month, each.organisation_id): each.shown for each in rows}


def the_next_day(resources: Resources, clock: FrozenClock, days: int = 1) -> None:
    clock.advance(days=days)
    resources.site.drain()


def arrived(resources: Resources, organisation_id: int, days_ago: int) -> None:
    with resources.site.writing() as session:
        presence = session.get_one(Presence, (resources.service.id, organisation_id))
        presence.joined_at -= timedelta(days=days_ago)


def test_each_day_adds_once_for_each_list_and_months_stand_apart(
    resources: Resources, clock: FrozenClock
) -> None:
    resources.site.drain()
    ours, theirs = resources.organisation.id, resources.other and resources._others.id
    for number in range(2):
        idea = idea_in(resources, title=f"Idée {number}")
        resources.state(idea=idea, what="Une salle")
    resources.publish(title="Une salle")
    resources.publish(title="Une salle encore")
    resources.publish(resources.other, title="De l’argent", kind="money")
    resources.site.drain()
    the_next_day(resources, clock)
    assert shown(resources) == {("2026-03", ours): 2, ("2026-03", theirs): 0}
    resources.site.browser().read("/culture/partenaires/equite")
    resources.site.drain()
    assert shown(resources) == {("2026-03", ours): 2, ("2026-03", theirs): 0}
    the_next_day(resources, clock)
    the_next_day(resources, clock)
    assert shown(resources) == {
        ("2026-03", ours): 4, ("2026-03", theirs): 0,
        ("2026-04", ours): 2, ("2026-04", theirs): 0,
    }  # fmt: skip
    assert len(resources.happened("exposure_counted")) == 3
    with resources.site.reading() as session:
        april, march = fairness.months(session, resources.service.id)
    assert (april.month, march.month) == ("2026-04", "2026-03")
    assert march.gini == pytest.approx(0.5)


def test_a_day_is_counted_once_however_often_the_work_is_done(
    resources: Resources, clock: FrozenClock
) -> None:
    resources.state(idea=idea_in(resources), what="Une salle")
    resources.publish(title="Une salle")
    resources.site.drain()
    for _time in range(2):
        # Both have computed before either has written.
        with resources.site.reading() as session:
            lists = lists_of(session, resources.service)
        with resources.site.writing() as session:
            keep_counted(session, resources.service, "count_exposure", now(), counted(lists))
    assert list(shown(resources).values()) == [1]


def test_nothing_is_counted_where_there_is_no_list(
    resources: Resources, clock: FrozenClock
) -> None:
    resources.publish(title="Une salle")
    the_next_day(resources, clock)
    assert shown(resources) == {}
    assert resources.happened("exposure_counted") == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_newcomer_nobody_would_see_has_the_fifth_place_where_it_scores_best(
    resources: Resources, clock: FrozenClock
) -> None:
    resources.site.drain()
    near = idea_in(resources, "92050", title="Une salle de danse")
    far = idea_in(resources, "92012", title="Une salle de jeux")
    best = resources.state(idea=near, what="Une salle")
    resources.state(idea=far, what="Une salle")
    for number in range(6):
        resources.publish(
            title=f"Une salle de danse et de jeux {number}",
            details="",
            communes=["92050", "92012"],
        )
    newcomer = resources.publish(resources.other, title="Une cave pour la danse", details="")
    arrived(resources, resources.organisation.id, 91)
    the_next_day(resources, clock)
    with resources.site.reading() as session:
        [placed] = session.query(Newcomer).all()
        assert (placed.organisation_id, placed.need_id) == (resources._others.id, best.id)
        assert [each.name for each in fairness.placed(session, resources.service.id)] == [
            "Les Autres"
        ]
    [found] = suggested(resources, near)
    assert int(found.best[4].name) == newcomer.id
    assert [each.welcomed for each in found.best] == [False] * 4 + [True, False, False]
    [other] = suggested(resources, far)
    assert int(other.best[-1].name) == newcomer.id
    assert not any(each.welcomed for each in other.best)
    assert shown(resources)["2026-03", resources._others.id] == 1
    arrived(resources, resources._others.id, 90)
    the_next_day(resources, clock)
    [found] = suggested(resources, near)
    assert not any(each.welcomed for each in found.best)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_newcomer_who_is_seen_has_no_place_and_each_list_gives_one(
    resources: Resources, clock: FrozenClock
) -> None:
    resources.site.drain()
    idea = idea_in(resources, title="Une salle de danse")
    resources.state(idea=idea, what="Une salle")
    for number in range(5):
        resources.publish(title=f"Une salle {number}", details="")
    resources.publish(
        resources.other, title="Un hangar tout au bout du port de la ville", details=""
    )
    person = resources.site.people.add("Theo Third")
    third = resources.register(person, "Les Troisièmes")
    resources.publish(resources.actor(person), title="Une cave", details="")
    arrived(resources, resources.organisation.id, 91)
    resources.site.drain()
    with resources.site.reading() as session:
        lists = lists_of(session, resources.service)
    found = counted(lists)
    assert lists.newcomers == {resources._others.id, third.id}
    assert set(found.newcomers) == {resources._others.id}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_newcomer_who_is_seen_in_one_list_has_no_place_in_another(resources: Resources) -> None:
    resources.site.drain()
    for title, communes in (("Une salle ici", ["92050"]), ("Une salle là", ["92012"])):
        resources.state(idea=idea_in(resources, *communes, title=title), what="Une salle")
    for number in range(5):
        resources.publish(title=f"Une salle {number}", communes=["92050"])
    resources.publish(resources.other, title="Une cave")
    arrived(resources, resources.organisation.id, 91)
    resources.site.drain()
    with resources.site.reading() as session:
        found = counted(lists_of(session, resources.service))
    assert found.newcomers == {}
    assert found.shown[resources._others.id] == 1


def test_what_was_counted_is_history_and_outlives_a_rebuild(
    resources: Resources, clock: FrozenClock
) -> None:
    resources.state(idea=idea_in(resources), what="Une salle")
    resources.publish(title="Une salle")
    the_next_day(resources, clock)
    before = shown(resources)
    assert before
    resources.site.replay("matchmaking")
    assert shown(resources) == before


def test_what_was_decided_is_counted_with_the_time_to_a_first_answer(
    pilots: Pilots, clock: FrozenClock
) -> None:
    def told() -> fairness.Decided | None:
        with pilots.site.reading() as session:
            return fairness.decided(session, pilots.service.id)

    assert told() is None
    first, other = pilots.propose(), pilots.propose(pilots.other)
    third = pilots.propose(idea=pilots.accepted("Des vélos"))
    open_one = pilots.propose(pilots.other, idea=pilots.accepted("Des toits"))
    clock.advance(days=1)
    pilots.does(deciding.give_view, pilots.author, first, "for", "")
    assert told() is None, "what is open is not public"
    clock.advance(days=2)
    for each, decide in ((first, "accept"), (other, "decline"), (third, "accept")):
        if decide == "accept":
            pilots.does(deciding.accept, pilots.manager, each, meets=False)
        else:
            pilots.does(deciding.decline, pilots.manager, each, "Another *one* fits better.")
    # The first was answered after a day, the other two after three.
    assert told() == fairness.Decided(3, 2, timedelta(days=3))
    pilots.does(proposing.withdraw, pilots.other, open_one, "")
    assert told() == fairness.Decided(3, 2, timedelta(days=3))
    text = pilots.site.browser().read("/culture/partenaires/equite").text
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
    assert "Sur 3 propositions tranchées, 2 ont été acceptées (67 %)." in text
    assert "en 3 jours au plus" in text


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(), "0 heure"),
        (timedelta(seconds=1), "1 heure"),
        (timedelta(hours=47), "47 heures"),
        (timedelta(hours=47, seconds=1), "2 jours"),
        (timedelta(days=2, hours=1), "3 jours"),
    ],
)
def test_a_time_is_told_in_hours_and_then_in_days(
    resources: Resources, time: timedelta, said: str
) -> None:
    with resources.site.app.test_request_context("/"):
        assert waited(time).replace("\N{NO-BREAK SPACE}", " ") == said
