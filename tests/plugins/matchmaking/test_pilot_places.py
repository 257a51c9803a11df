"""An accepted pilot takes a place and meets a need, and gives both back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from eak_core.errors import Conflict, Forbidden, Invalid, Refused
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.permissions import Actor
from eak_matchmaking.needs import stating
from eak_matchmaking.proposals import deciding
from tests.plugins.matchmaking.pilots import WHY, Pilots


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_accepted_pilot_takes_a_place_and_meets_a_need_and_gives_both_back(
    pilots: Pilots,
) -> None:
    offer, need = pilots.publish(capacity=1), pilots.state()
    made = pilots.pilot(offer_id=offer.id, need_id=need.id, meets=True)
    assert pilots.now(offer).taken == 1
    assert pilots.now(need).met_because == "pilot"
    rival = pilots.accepted("Another idea")
    with pytest.raises(Invalid):
        pilots.propose(idea=rival, offer_id=offer.id)
    with pytest.raises(Invalid):
        pilots.does(deciding.end, pilots.member, made, " ")
    pilots.does(deciding.end, pilots.member, made, "We move.")
    assert (pilots.now(offer).taken, pilots.now(need).met_at) == (0, None)
    assert len(pilots.happened("need_stated")) == 2, "it is missing again"
    with pytest.raises(Conflict):
        pilots.does(deciding.end, pilots.manager, made, WHY)
    assert pilots.now(offer).taken == 0
    assert pilots.history(made)[-1] == ("ended", "organisation", "We move.")
    pilots.propose(idea=rival, offer_id=offer.id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_need_that_was_met_otherwise_stays_met(pilots: Pilots) -> None:
    need = pilots.state()
    kept = pilots.propose(need_id=need.id)
    pilots.act(stating.say_met, pilots.author, need)
    pilots.does(deciding.accept, pilots.manager, kept, meets=True)
    pilots.does(deciding.end, pilots.manager, kept, WHY)
    assert pilots.now(need).met_because == "said"
    other = pilots.state()
    unmet = pilots.propose(need_id=other.id)
    pilots.does(deciding.accept, pilots.manager, unmet)
    assert pilots.now(other).met_at is None, "nobody said that it meets it"


def test_of_two_pilots_for_one_need_the_one_that_met_it_counts(pilots: Pilots) -> None:
    need = pilots.state()
    first, second = pilots.propose(need_id=need.id), pilots.propose(pilots.other, need_id=need.id)
    for each in (first, second):
        pilots.does(deciding.accept, pilots.manager, each, meets=True)
    pilots.does(deciding.end, pilots.manager, second, WHY)
    assert pilots.now(need).met_because == "pilot"
    pilots.does(deciding.end, pilots.manager, first, WHY)
    assert pilots.now(need).met_at is None


def test_only_its_two_sides_end_a_pilot(pilots: Pilots) -> None:
    made = pilots.pilot()
    for actor in (Actor.visitor(), pilots.author, pilots.other):
        with pytest.raises(Forbidden):
            pilots.does(deciding.end, actor, made, WHY)
    pilots.does(deciding.end, pilots.manager, made, WHY)
    assert pilots.now(made).standing == "ended"


def test_of_two_who_accept_the_last_place_at_once_one_is_refused(
    pilots: Pilots, clock: FrozenClock
) -> None:
    clock.release()
    offer = pilots.publish(capacity=1)
    ideas = [pilots.accepted(f"Idea {number}") for number in range(2)]
    asked = [pilots.propose(idea=idea, offer_id=offer.id) for idea in ideas]
    managers = [pilots.manager, pilots.actor(pilots.site.people.administrator)]
    barrier = Barrier(2)

    def accept(number: int) -> str:
        barrier.wait(30)
        try:
            pilots.does(deciding.accept, managers[number], asked[number])
        except Refused as refused:
            return str(refused)
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(accept, range(2)))
    assert said[1] == "accepted"
    assert "offer" in said[0] or "offre" in said[0]
    assert sorted(pilots.now(each).standing for each in asked) == ["accepted", "open"]
    assert pilots.now(offer).taken == 1


def test_of_two_who_decide_the_same_at_once_one_is_told(pilots: Pilots, clock: FrozenClock) -> None:
    clock.release()
    offer = pilots.publish(capacity=2)
    made = pilots.propose(offer_id=offer.id)
    managers = [pilots.manager, pilots.actor(pilots.site.people.administrator)]
    barrier = Barrier(2)

    def accept(number: int) -> bool:
        barrier.wait(30)
        try:
            pilots.does(deciding.accept, managers[number], made)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, range(2))) == [False, True]
    assert pilots.now(offer).taken == 1
    assert len(pilots.happened("pilot_accepted")) == 1


def test_fifty_who_accept_and_end_at_once_never_exceed_a_capacity(
    pilots: Pilots, clock: FrozenClock
) -> None:
    clock.release()
    offer = pilots.publish(capacity=3)
    asked = [
        pilots.propose(idea=pilots.accepted(f"Idea {number}"), offer_id=offer.id)
        for number in range(10)
    ]
    people = [pilots.manager, pilots.actor(pilots.site.people.administrator)]
    barrier = Barrier(10)

    def act(number: int) -> None:
        if number < 10:
            barrier.wait(30)
        what = (deciding.accept, deciding.accept, deciding.decline, deciding.end, deciding.accept)
        function = what[number // 10]
        given = () if function is deciding.accept else (WHY,)
        try:
            pilots.does(function, people[number % 2], asked[number % 10], *given)
        except (Refused, Conflict):
            return
        assert pilots.now(offer).taken <= 3

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(act, range(50)))
    standings = [pilots.now(each).standing for each in asked]
    assert pilots.now(offer).taken == standings.count("accepted") <= 3
    assert sum(pilots.now(each).offer_taken for each in asked) == standings.count("accepted")
