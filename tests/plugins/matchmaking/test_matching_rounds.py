"""Matching rounds: who opens them, what they come to, and that it happens once."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from eak_core.errors import Conflict, Forbidden, Invalid
from eak_core.events.models import ScheduledWork
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.commands.match import match
from eak_matchmaking.matching import closing, finding, opening
from eak_matchmaking.matching.tables import MatchingRound
from eak_matchmaking.models import Need, Organisation
from eak_matchmaking.needs import stating
from eak_matchmaking.organisations import standing
from tests.plugins.matchmaking.resources import day
from tests.plugins.matchmaking.rounds import OPEN, Rounds

WHY = "It *cannot* wait."


def test_ideas_and_partners_are_matched_at_the_date_by_their_points(rounds: Rounds) -> None:
    _a, small, hall = rounds.partner("Les Petits", capacity=1, title="A hall with a kitchen")
    _b, large, _offer = rounds.partner("Les Grands", capacity=3, title="Rooms")
    kitchen = rounds.looking("A common kitchen", what="A hall with a kitchen")
    games = rounds.looking("Games for all", what="A hall")
    held = rounds.matched(rounds.opened(kitchen, games))

    assert rounds.pairs(held) == {kitchen.id: small.id, games.id: large.id}
    pair = rounds.pair(held, kitchen)
    assert (pair.standing, pair.offer_id, pair.score > 0) == ("waiting", hall.id, True)
    [told] = rounds.happened("round_closed")
    assert json.loads(told) == {
        "round_id": held.id, "pairs": 2, "document_hash": held.document_hash,
    }  # fmt: skip
    assert rounds.now(hall).taken == 0, "a place is taken when the pair is confirmed"


def test_everybody_can_match_it_again_and_no_pair_blocks(rounds: Rounds) -> None:
    ideas = [rounds.looking(f"Idea number {number}") for number in range(3)]
    for name in ("One", "Two"):
        rounds.partner(name, capacity=1)
    held = rounds.matched(rounds.opened(*ideas))

    written = held.document.encode()
    assert hashlib.sha256(written).hexdigest() == held.document_hash
    answered = json.loads(CliRunner().invoke(match, ["-"], input=written).stdout)
    assert answered["blocking_pairs"] == []
    assert {int(name): int(to) for name, to in answered["matching"].items() if to} == rounds.pairs(
        held
    )
    [left] = answered["unmatched"]
    assert rounds.came_to(held).ideas_left_out == {left: "refused"}


def test_equal_points_go_to_whoever_was_published_first(rounds: Rounds) -> None:
    first, second = rounds.looking("First idea"), rounds.looking("First idea")
    _a, earlier, _o = rounds.partner("Earlier", capacity=1)
    _b, later, _p = rounds.partner("Later", capacity=1)
    held = rounds.matched(rounds.opened(second, first))

    assert rounds.pairs(held) == {first.id: earlier.id, second.id: later.id}
    assert len(held.seed) == 64


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_was_left_out_is_said_with_the_reason(rounds: Rounds) -> None:
    going, gone, moved, met = (rounds.looking(f"Idea {each}") for each in "abcd")
    other = rounds.looking("A workshop", kind="equipment", what="A press")
    _a, taken, offer = rounds.partner("Taken", capacity=1)
    rounds.pilot(_a, idea=rounds.accepted("Piloted"), offer_id=offer.id)
    _b, unknown, _p = rounds.partner("Unknown", verified=False)
    _c, alone, _q = rounds.partner("Alone", kind="money", title="Money", quantity=5)
    _d, one, _r = rounds.partner("One", capacity=1)
    _e, never, _s = rounds.partner("Never", title="Nothing")
    held = rounds.opened(going, gone, moved, met, other)
    with rounds.site.writing() as session:
        hide(session, rounds.manager, rounds.service, f"idea:{gone.id}", WHY)
    rounds.move(moved, "rejected")
    with rounds.site.writing() as session:
        session.query(Need).filter_by(idea_id=met.id).one().met_at = rounds.clock.now
    held = rounds.matched(held)

    assert rounds.came_to(held).ideas_left_out == {
        str(gone.id): "gone", str(moved.id): "stage", str(met.id): "no_need",
        str(other.id): "nobody",
    }  # fmt: skip
    left = rounds.came_to(held).partners_left_out
    assert left.pop(str(taken.id)) == "no_place"
    assert left.pop(str(unknown.id)) == "unverified"
    assert left.pop(str(alone.id)) == "nobody"
    matched = rounds.pairs(held)[going.id]
    assert left == {str(({one.id, never.id} - {matched}).pop()): "not_asked"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_pilots_an_idea_already_is_not_matched_with_it(rounds: Rounds) -> None:
    actor, organisation, offer = rounds.partner("La Halle d’en face", capacity=2)
    idea = rounds.looking("A tool library")
    rounds.pilot(actor, idea=idea, offer_id=offer.id)
    held = rounds.matched(rounds.opened(idea))

    assert rounds.pairs(held) == {}
    assert (held.document, held.document_hash) == ("", "")
    assert rounds.came_to(held).ideas_left_out == {str(idea.id): "nobody"}
    assert rounds.came_to(held).places == {str(organisation.id): 1}


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_those_who_run_the_service_open_end_and_cancel(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    held = rounds.opened(idea)
    for actor, refusal in ((Actor.visitor(), SignInRequired), (rounds.author, Forbidden)):
        with pytest.raises(refusal):
            rounds.opened(idea, by=actor)
        for act in (opening.end_round, opening.cancel_round):
            with pytest.raises(refusal):
                rounds.runs(act, held, WHY, by=actor)
    assert rounds.now(held).state == "open"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": " "}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"text": "x" * 10**5}, {"text"}),
        ({"closes_at": None}, {"closes_at"}),
        ({"ideas": []}, {"ideas"}),
        ({"ideas": [4711]}, {"ideas"}),
        ({"ideas": list(range(1, 502))}, {"ideas"}),
        ({"title": "", "closes_at": None, "ideas": []}, {"title", "closes_at", "ideas"}),
    ],
)
def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(
    rounds: Rounds, wrong: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        rounds.opened(rounds.looking("A tool library"), **wrong)
    assert set(refused.value.fields) == fields
    assert rounds.happened("round_opened") == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("after", [timedelta(0), -timedelta(days=9), timedelta(days=400)])
def test_a_round_closes_after_now_and_within_a_year(rounds: Rounds, after: timedelta) -> None:
    with pytest.raises(Invalid):
        rounds.opened(rounds.looking("A tool library"), closes_at=rounds.clock.now + after)


def test_ideas_that_look_for_nobody_take_no_part(rounds: Rounds) -> None:
    nothing, early = rounds.accepted("Without a need"), rounds.site.submit("Not accepted")
    rounds.state(idea=early)
    found = rounds.accepted("It is there")
    rounds.act(stating.say_met, rounds.author, rounds.state(idea=found))
    for idea in (nothing, early, found):
        with pytest.raises(Invalid):
            rounds.opened(idea)


def test_an_idea_that_is_hidden_keeps_no_other_from_taking_part(rounds: Rounds) -> None:
    hidden, shown = rounds.looking("Hidden"), rounds.looking("Shown")
    with rounds.site.writing() as session:
        hide(session, rounds.manager, rounds.service, f"idea:{hidden.id}", WHY)
    with pytest.raises(Invalid):
        rounds.opened(hidden)
    rounds.opened(shown)


def test_an_idea_that_is_named_twice_takes_part_once(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    held = rounds.opened(idea, idea)
    with rounds.site.reading() as session:
        row = session.get_one(MatchingRound, held.id)
        assert list(finding.ideas_in(session, rounds.service.id, row)) == [idea.id]


def test_one_round_is_open_at_a_time_and_a_form_sent_twice_is_one(rounds: Rounds) -> None:
    idea, key = rounds.looking("A tool library"), "0" * 36
    first = rounds.opened(idea, form_key=key)
    assert rounds.opened(idea, form_key=key).id == first.id
    with pytest.raises(Conflict):
        rounds.opened(idea)
    rounds.runs(opening.cancel_round, first, WHY)
    assert rounds.opened(idea).id != first.id
    assert len(rounds.happened("round_opened")) == 2


def test_a_round_is_matched_once_its_time_has_come_and_not_before(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle")
    held = rounds.opened(idea)
    rounds.clock.advance(seconds=(OPEN + timedelta(seconds=29)).total_seconds())
    rounds.site.drain()
    assert rounds.now(held).state == "open", "what was sent in time may still be waiting"
    rounds.clock.advance(seconds=1)
    rounds.site.drain()
    assert rounds.now(held).state == "closed"
    for act in (opening.end_round, opening.cancel_round):
        with pytest.raises(Conflict):
            rounds.runs(act, held, WHY)
    rounds.site.drain()
    assert len(rounds.happened("round_closed")) == 1


def test_before_its_date_a_round_ends_for_a_reason_after_it_without(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    held = rounds.opened(idea)
    with pytest.raises(Invalid):
        rounds.runs(opening.end_round, held, " ")
    with pytest.raises(Invalid):
        rounds.runs(opening.end_round, held, "x" * 10**5)
    rounds.runs(opening.end_round, held, WHY)
    assert (rounds.now(held).ended_because, rounds.now(held).closes_at) == (WHY, rounds.clock.now)
    assert len(rounds.happened("round_ended")) == 1
    rounds.runs(opening.end_round, held, "")
    rounds.site.drain()
    assert rounds.now(held).state == "closed", "who runs the service need not wait any longer"
    assert (rounds.now(held).ended_because, len(rounds.happened("round_ended"))) == (WHY, 1)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_called_off_is_never_matched(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    held = rounds.opened(idea)
    with pytest.raises(Invalid):
        rounds.runs(opening.cancel_round, held, "")
    rounds.runs(opening.cancel_round, held, WHY)
    with rounds.site.reading() as session:
        named = select(ScheduledWork.name).where(ScheduledWork.name.startswith("match_round"))
        assert session.scalars(named).all() == [], "nothing is left to do"
    rounds.clock.advance(days=30)
    rounds.site.drain()
    found = rounds.now(held)
    assert (found.state, found.cancelled_because, found.document) == ("cancelled", WHY, "")
    assert rounds.happened("round_closed") == []
    for act in (opening.end_round, opening.cancel_round):
        with pytest.raises(Conflict):
            rounds.runs(act, held, WHY)


@pytest.mark.parametrize("acts", [("end", "end"), ("cancel", "cancel"), ("end", "cancel")])
def test_two_managers_at_once_do_it_once(rounds: Rounds, acts: tuple[str, str]) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle")
    held = rounds.opened(idea)
    named = {"end": opening.end_round, "cancel": opening.cancel_round}
    rounds.clock.release()
    barrier, manager = Barrier(2), rounds.manager

    def run(act: Callable[..., None]) -> None:
        barrier.wait(30)
        with suppress(Conflict):
            rounds.runs(act, held, WHY, by=manager)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [named[each] for each in acts]))
    ended, cancelled = (len(rounds.happened(f"round_{each}")) for each in ("ended", "cancelled"))
    assert ended <= 1
    assert cancelled == ("cancel" in acts)


def test_what_somebody_else_did_meanwhile_is_seen(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    ended = rounds.opened(idea)
    rounds.runs(opening.end_round, ended, WHY)
    with rounds.site.writing() as session:
        read_before = session.get_one(MatchingRound, ended.id)
        set_committed_value(read_before, "closes_at", ended.closes_at)
        opening.end_round(session, rounds.manager, rounds.service, read_before, WHY)
    assert len(rounds.happened("round_ended")) == 1
    rounds.matched(ended)
    cancelled = rounds.opened(idea)
    rounds.runs(opening.cancel_round, cancelled, WHY)
    for act in (opening.cancel_round, opening.end_round):
        with rounds.site.writing() as session:
            read_before = session.get_one(MatchingRound, cancelled.id)
            set_committed_value(read_before, "state", "open")
            with pytest.raises(Conflict):
                act(session, rounds.manager, rounds.service, read_before, WHY)
    assert len(rounds.happened("round_cancelled")) == 1


def test_what_was_matched_is_kept_only_while_it_is_still_so(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = rounds.looking("A tool library")
    _a, first, _o = rounds.partner("First")
    _b, second, _p = rounds.partner("Second")
    held = rounds.opened(idea)
    computed = closing.matched

    def meanwhile(*given: Any) -> Any:
        found = computed(*given)
        if rounds.now(first).closed_at is None:
            with rounds.site.writing() as session:
                row = session.get_one(Organisation, first.id)
                standing.close(session, _a, rounds.service, row, WHY)
        return found

    monkeypatch.setattr(closing, "matched", meanwhile)
    held = rounds.matched(held)
    assert rounds.pairs(held) == {idea.id: second.id}
    assert len(rounds.happened("round_closed")) == 1


def test_two_workers_that_have_computed_the_same_keep_it_once(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle")
    held = rounds.opened(idea)
    rounds.clock.advance(days=15)
    service, name = rounds.service, opening.matching_of(held)
    with rounds.site.reading() as session:
        compute = closing.read_round(session, service, name, held.closes_at)
    assert compute is not None
    for found in (compute(), compute()):
        with rounds.site.writing() as session:
            closing.close_due(session, service, name, held.closes_at, found)
    assert len(rounds.happened("round_closed")) == 1
    with rounds.site.reading() as session:
        assert closing.read_round(session, service, name, held.closes_at) is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_left_out_of_suggestions_is_no_pair(rounds: Rounds) -> None:
    idea = rounds.looking("In 2031", starts_on=day("2031-03-01"), ends_on=day("2031-03-31"))
    rounds.partner("Until 2030", ends_on=day("2030-12-31"))
    held = rounds.matched(rounds.opened(idea))
    assert rounds.pairs(held) == {}


def test_a_worker_that_dies_while_it_writes_leaves_nothing_and_another_goes_on(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle")
    held = rounds.opened(idea)

    def dies(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(closing, "publish", dies)
        rounds.clock.advance(days=15)
        rounds.site.drain()
    found = rounds.now(held)
    assert (found.state, found.document, rounds.pairs(held)) == ("open", "", {})
    held = rounds.matched(held)
    assert len(rounds.pairs(held)) == 1
    assert len(rounds.happened("round_closed")) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_switched_off_in_between_it_is_matched_when_it_is_on_again(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle")
    held = rounds.opened(idea)
    rounds.site.disable("matchmaking")
    rounds.clock.advance(days=20)
    rounds.site.drain()
    assert rounds.now(held).state == "open"
    rounds.site.enable("matchmaking")
    rounds.site.drain()
    assert rounds.now(held).state == "closed"
    assert len(rounds.pairs(held)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_that_was_withdrawn_is_matched_with_nobody(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle")
    held = rounds.opened(idea)
    with rounds.site.writing() as session:
        row = session.get_one(type(idea), idea.id)
        withdraw_idea(session, rounds.author, rounds.service, rounds.site.active(), row, WHY)
    held = rounds.matched(held)
    assert rounds.pairs(held) == {}
    assert rounds.came_to(held).ideas_left_out == {str(idea.id): "gone"}
