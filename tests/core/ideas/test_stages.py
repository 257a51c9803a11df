"""The graph of stages, and how ideas move through it."""

import itertools
import threading
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Conflict, Forbidden, Invalid, Refused
from eak_core.events.models import EventLog
from eak_core.ideas.deciding.moving import move_ideas
from eak_core.ideas.deciding.switching import disable, ideas_by_stage
from eak_core.ideas.deciding.transitions import (
    can_withdraw,
    change_stage,
    next_stages,
    withdraw_idea,
)
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.reading.details import read_idea
from eak_core.ideas.stages import Graph, weave
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.loading.manifest import Stage
from eak_core.plugins.per_service.activation import enable

VOTING = ("voting", Stage("voting", "Voting"))
MATCHING = ("matching", Stage("matchmaking", "Matchmaking", after="voting"))
GIVEN_UP = Stage("given_up", "Given up")
TRYING = ("trial", Stage("experimenting", "E", after="matchmaking", outcomes=(GIVEN_UP,)))
JUDGING = ("trial", Stage("evaluating", "V", after="experimenting", outcomes=(GIVEN_UP,)))

PATH = ["draft", "submitted", "screening", "accepted"]
GOOD_END = ["adopted", "under_way"]


@pytest.mark.parametrize(
    "declared", list(itertools.permutations([VOTING, MATCHING, TRYING, JUDGING]))
)
def test_the_order_of_stages_does_not_depend_on_the_order_of_plugins(declared: Any) -> None:
    names = [stage.name for stage in weave(declared)]
    assert names == [*PATH, "voting", "matchmaking", "experimenting", "evaluating", *GOOD_END]


def test_a_stage_behind_one_that_nobody_brings_keeps_its_place_among_the_rest() -> None:
    names = [stage.name for stage in weave([JUDGING, TRYING, VOTING])]
    assert names == [*PATH, "voting", "experimenting", "evaluating", *GOOD_END]


def test_stages_that_wait_for_each_other_are_placed_all_the_same() -> None:
    circle = [("a", Stage("one", "1", after="two")), ("b", Stage("two", "2", after="one"))]
    assert {stage.name for stage in weave(circle)} == {*PATH, "one", "two", *GOOD_END}


def test_nothing_comes_behind_the_adoption() -> None:
    late = ("late", Stage("late", "Late", after="adopted"))
    assert [stage.name for stage in weave([late, VOTING])] == [*PATH, "voting", "late", *GOOD_END]


def test_a_stage_leads_to_the_end_of_the_core_that_it_names_and_back_to_another() -> None:
    back = Stage("evaluating", "V", after="experimenting", leads_to=("stopped", "experimenting"))
    trying = ("trial", Stage("experimenting", "E"))
    path = weave([trying, ("trial", back)])
    names = [stage.name for stage in Graph(path, frozenset({"trial"})).next("evaluating")]
    assert names == ["stopped", "experimenting"]
    # Where the plugin is off, an idea left there goes on as from any other stage.
    off = [stage.name for stage in Graph(path, frozenset()).next("evaluating")]
    assert off == ["adopted", "rejected"]


def _next(graph: Graph, name: str) -> list[str]:
    return [stage.name for stage in graph.next(name)]


def test_a_missing_stage_is_skipped() -> None:
    path = weave([VOTING, MATCHING, TRYING, JUDGING])
    for active, to in (({"voting"}, ["voting"]), ({"trial"}, ["experimenting"]), (set(), [])):
        graph = Graph(path, frozenset(active))
        assert _next(graph, "accepted") == [*to, "adopted", "rejected"]
    assert _next(Graph(path, frozenset()), "submitted") == ["screening", "rejected"]


def test_a_direct_stage_is_open_from_the_acceptance_on_past_those_before_it() -> None:
    trying = ("trial", Stage("experimenting", "E", after="matchmaking", direct=True))
    path = weave([VOTING, MATCHING, trying])
    graph = Graph(path, frozenset({"voting", "matching", "trial"}))
    assert _next(graph, "accepted") == ["voting", "experimenting", "adopted", "rejected"]
    assert _next(graph, "voting") == ["matchmaking", "experimenting", "adopted", "rejected"]
    assert _next(graph, "matchmaking") == ["experimenting", "adopted", "rejected"]
    assert "experimenting" not in _next(graph, "screening")
    assert "experimenting" not in _next(Graph(path, frozenset({"voting"})), "accepted")


def test_an_idea_that_won_has_a_good_end_whatever_is_on() -> None:
    for active in (set(), {"voting"}, {"voting", "matching", "trial"}):
        graph = Graph(weave([VOTING, MATCHING, TRYING, JUDGING]), frozenset(active))
        assert "adopted" in _next(graph, "voting")
        assert _next(graph, "adopted") == ["under_way", "stopped"]
        assert _next(graph, "under_way") == ["done", "stopped"]
        for end in ("done", "stopped"):
            assert graph.is_final(end)
            assert _next(graph, end) == []
        assert not graph.is_final("adopted")


def test_a_stage_with_outcomes_ends_in_them_and_not_in_a_rejection() -> None:
    graph = Graph(weave([TRYING, JUDGING]), frozenset({"trial"}))
    assert _next(graph, "experimenting") == ["evaluating", "given_up"]
    assert _next(graph, "evaluating") == ["given_up"]
    assert _next(graph, "given_up") == []
    assert graph.is_final("given_up")


def test_how_far_an_idea_has_come_is_told_in_quarters() -> None:
    early = ("early", Stage("checking", "C", after="submitted"))
    graph = Graph(weave([early, VOTING, TRYING]), frozenset({"voting"}))
    told = {
        0: ["draft"],
        1: ["submitted"],
        2: ["checking", "screening"],
        3: ["accepted", "voting", "experimenting", "adopted", "under_way", "of a plugin that left"],
        4: ["given_up", "done", "stopped", "rejected", "withdrawn", "merged"],
    }
    assert told == {
        n: [each for each in names if graph.quarter(each) == n] for n, names in told.items()
    }


def test_an_idea_in_the_stage_of_a_plugin_that_is_off_or_gone_can_go_on() -> None:
    graph = Graph(weave([VOTING, MATCHING]), frozenset({"matching"}))
    assert _next(graph, "voting") == ["matchmaking", "adopted", "rejected"]
    assert _next(graph, "of_a_removed_plugin") == ["accepted", "rejected"]
    assert graph.stage("of_a_removed_plugin").title == "Of a removed plugin"


def move(
    site: Site, actor: Actor, idea: Idea, to: str, reason: str = "Because.", **more: Any
) -> None:
    """Bring ``idea`` to ``to``, in a transaction of its own."""
    with site.writing() as session:
        now = session.get_one(Idea, idea.id)
        active = site.active()
        change_stage(session, actor, site.service, active, now, to, reason, **more)


def stage_of(site: Site, idea: Idea) -> str:
    """Where ``idea`` stands."""
    with site.reading() as session:
        return session.get_one(Idea, idea.id).stage


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_goes_its_way_with_a_public_reason_for_each_step(
    site: Site, manager: Actor, idea: Idea, events: Any
) -> None:
    site.enable("poll")
    for to in ("screening", "accepted", "polling"):
        move(site, manager, idea, to, f"Why {to}.")
    with site.reading() as session:
        changes = session.scalars(select(StageChange).order_by(StageChange.id)).all()
    assert [(each.from_stage, each.to_stage, each.reason) for each in changes] == [
        ("submitted", "screening", "Why screening."),
        ("screening", "accepted", "Why accepted."),
        ("accepted", "polling", "Why polling."),
    ]
    assert {each.actor_id for each in changes} == {manager.person_id}
    assert events() == ["idea.submitted", *["idea.stage_changed"] * 3]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_step_that_the_graph_does_not_have_is_refused_and_nothing_is_written(
    site: Site, manager: Actor, idea: Idea, events: Any
) -> None:
    for to in ("accepted", "polling", "draft", "withdrawn", "nowhere"):
        with pytest.raises(Refused):
            move(site, manager, idea, to)
    assert stage_of(site, idea) == "submitted"
    assert events() == ["idea.submitted"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_managers_move_ideas(
    site: Site, citizen: Actor, agent: Actor, manager: Actor, idea: Idea
) -> None:
    other = site.add_service("routes")
    with site.reading() as session:
        now = session.get_one(Idea, idea.id)
        assert next_stages(frozenset(), site.service, now, citizen) == []
        assert next_stages(frozenset(), site.service, now, manager) != []
        assert next_stages(frozenset(), other, now, manager) == []
    for actor in (citizen, agent, Actor.visitor()):
        with pytest.raises(Forbidden):
            move(site, actor, idea, "screening")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("reason", ["", "  \n\x00 ", "x" * 2_001])
def test_a_stage_change_without_an_acceptable_reason_is_refused(
    site: Site, manager: Actor, idea: Idea, reason: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        move(site, manager, idea, "screening", reason)
    assert list(refusal.value.fields) == ["reason"]
    assert stage_of(site, idea) == "submitted"


def test_a_guard_refuses_with_its_reason_and_only_while_its_plugin_is_on(
    site: Site, manager: Actor
) -> None:
    site.enable("poll")
    idea = site.submit("An open question")
    for to in ("screening", "accepted", "polling"):
        move(site, manager, idea, to)
    with pytest.raises(Refused, match="still open"):
        move(site, manager, idea, "rejected")
    assert stage_of(site, idea) == "polling"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_manager_who_looked_at_a_former_stage_is_told_and_nothing_changes(
    site: Site, manager: Actor, idea: Idea, events: Any
) -> None:
    move(site, manager, idea, "screening")
    with pytest.raises(Conflict):
        move(site, manager, idea, "rejected", seen="submitted")
    assert stage_of(site, idea) == "screening"
    assert events() == ["idea.submitted", "idea.stage_changed"]


def test_of_two_managers_at_once_one_moves_the_idea_and_the_other_is_told(
    site: Site, manager: Actor, idea: Idea, events: Any
) -> None:
    service, ready, told = site.service, threading.Barrier(2), []

    def act(to: str) -> None:
        with site.reading() as session:
            seen = session.get_one(Idea, idea.id)
        ready.wait()
        try:
            with site.writing() as session:
                now = session.merge(seen, load=False)
                change_stage(session, manager, service, frozenset(), now, to, "Because.")
        except Conflict as conflict:
            told.append(str(conflict))

    threads = [threading.Thread(target=act, args=[to]) for to in ("screening", "rejected")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(told) == 1
    assert events() == ["idea.submitted", "idea.stage_changed"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_rejected_idea_can_be_looked_at_again(site: Site, manager: Actor, idea: Idea) -> None:
    move(site, manager, idea, "rejected")
    move(site, manager, idea, "screening")
    assert stage_of(site, idea) == "screening"


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_author_withdraws_at_any_time_before_an_outcome_with_a_reason(
    site: Site, citizen: Actor, manager: Actor, idea: Idea, events: Any
) -> None:
    move(site, manager, idea, "screening")
    with site.writing() as session:
        now = session.get_one(Idea, idea.id)
        with pytest.raises(Invalid):
            withdraw_idea(session, citizen, site.service, frozenset(), now, " ")
        with pytest.raises(Forbidden):
            withdraw_idea(session, manager, site.service, frozenset(), now, "No.")
        withdraw_idea(session, citizen, site.service, frozenset(), now, "It exists.")
    assert events() == ["idea.submitted", "idea.stage_changed", "idea.withdrawn"]
    with site.writing() as session, pytest.raises(Refused):
        now = session.get_one(Idea, idea.id)
        withdraw_idea(session, citizen, site.service, frozenset(), now, "Again.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_adopted_idea_is_not_its_authors_alone(site: Site) -> None:
    idea, citizen = site.submit(), site.people.actor(site.people.citizen)
    manager = site.people.actor(site.people.manager)
    for stage in ("screening", "accepted", "adopted", "under_way"):
        with site.writing() as session:
            held = session.get_one(Idea, idea.id)
            change_stage(session, manager, site.service, frozenset(), held, stage, "It is good.")
        adopted = stage in ("adopted", "under_way")
        with site.reading() as session:
            held = session.get_one(Idea, idea.id)
            assert can_withdraw(frozenset(), site.service, held, citizen) is not adopted
        if adopted:
            with site.writing() as session, pytest.raises(Refused, match="y travaillent"):
                held = session.get_one(Idea, idea.id)
                withdraw_idea(session, citizen, site.service, frozenset(), held, "No more.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_rejected_idea_has_its_outcome_and_is_not_withdrawn(
    site: Site, citizen: Actor, manager: Actor, idea: Idea
) -> None:
    move(site, manager, idea, "rejected")
    with site.writing() as session, pytest.raises(Refused):
        now = session.get_one(Idea, idea.id)
        withdraw_idea(session, citizen, site.service, frozenset(), now, "Too late.")


def test_ideas_are_moved_before_the_plugin_of_their_stage_is_switched_off(
    site: Site, manager: Actor, events: Any
) -> None:
    site.enable("poll")
    # The guard of the plugin would refuse: it goes with the plugin.
    standing = [site.submit(f"An open idea {number}") for number in range(3)]
    for idea, to in itertools.product(standing, ("screening", "accepted", "polling")):
        move(site, manager, idea, to)
    site.submit("An idea that stays where it is")
    with site.reading() as session:
        assert ideas_by_stage(session, site.service.id) == {"polling": 3, "submitted": 1}
    for to in (None, "polling"):
        with site.writing() as session, pytest.raises(Refused, match="3"):
            disable(session, manager, site.service, "poll", move_ideas_to=to, reason="No.")
    assert site.active() == {"poll"}
    with site.writing() as session:
        disable(
            session, manager, site.service, "poll",
            move_ideas_to="accepted", reason="No polls this year.",
        )  # fmt: skip
    assert last_in_log(site, 5) == [
        "idea.submitted",
        *["idea.stage_changed"] * 3,
        "plugin.disabled",
    ]
    assert {stage_of(site, idea) for idea in standing} == {"accepted"}
    with site.reading() as session:
        reasons = session.scalars(
            select(StageChange.reason).order_by(StageChange.id.desc()).limit(3)
        ).all()
    assert set(reasons) == {"No polls this year."}
    assert events().count("idea.stage_changed") == 12
    with site.writing() as session:
        enable(session, manager, site.service, "poll")
    assert {stage_of(site, idea) for idea in standing} == {"accepted"}


def last_in_log(site: Site, number: int) -> list[str]:
    with site.reading() as session:
        query = select(EventLog.type).where(EventLog.service_id == site.service.id)
        return list(session.scalars(query.order_by(EventLog.position)))[-number:]


@pytest.mark.parametrize("database", ["sqlite"])
def test_ideas_go_on_to_a_stage_of_a_plugin_that_stays_and_to_none_of_one_that_is_off(
    site: Site, manager: Actor, idea: Idea
) -> None:
    site.enable("poll")
    for to in ("screening", "accepted", "polling"):
        move(site, manager, idea, to)

    def switch_off() -> None:
        with site.writing() as session:
            disable(
                session, manager, site.service, "poll", move_ideas_to="piloting", reason="Begun."
            )

    with pytest.raises(Refused):
        switch_off()
    assert (stage_of(site, idea), site.active()) == ("polling", {"poll"})
    site.enable("pilot")
    switch_off()
    assert (stage_of(site, idea), site.active()) == ("piloting", {"pilot"})


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("to", ["draft", "withdrawn", "polling", "nowhere"])
def test_ideas_are_not_moved_where_they_cannot_stand(
    site: Site, manager: Actor, idea: Idea, to: str
) -> None:
    with site.writing() as session, pytest.raises(Refused):
        move_ideas(
            session, manager, site.service, ["submitted"], to, "Because.", active=frozenset()
        )
    assert stage_of(site, idea) == "submitted"


def steps_of(site: Site, idea: Idea) -> list[tuple[str, str]]:
    """Where the page says that ``idea`` stands."""
    with site.reading() as session, site.app.app_context():
        graph = Graph(weave([VOTING]), frozenset({"voting"}))
        reading = read_idea(session, graph, session.get_one(Idea, idea.id))
    return [(step.stage.name, step.state) for step in reading.steps]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_stage_that_was_skipped_is_never_shown_as_done(
    site: Site, manager: Actor, idea: Idea
) -> None:
    for to in ("screening", "accepted", "adopted"):
        move(site, manager, idea, to)
    done = [(name, "done") for name in ("submitted", "screening", "accepted")]
    assert steps_of(site, idea) == [*done, ("adopted", "current"), ("under_way", "ahead")]
    move(site, manager, idea, "stopped", "Nobody came: an evening would have been enough.")
    assert steps_of(site, idea) == [*done, ("adopted", "done"), ("stopped", "current")]
    other = site.submit("Refused at once")
    move(site, manager, other, "rejected")
    assert steps_of(site, other) == [("submitted", "done"), ("rejected", "current")]
