"""Whom partners and authors prefer in a round: what counts, until when, and who reads it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eak_core import clock as clocks
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.matching import declaring, opening
from eak_matchmaking.matching.tables import MatchingRound, Wish
from eak_matchmaking.models import Organisation
from eak_matchmaking.offers import ending
from eak_matchmaking.organisations import members, standing
from eak_matchmaking.personal_data import export_person
from tests.plugins.matchmaking.rounds import OPEN, Rounds

WHY = "It *cannot* wait."


def wishes(rounds: Rounds) -> set[tuple[str, int, int, int]]:
    """Who named whom, in which place."""
    with rounds.site.reading() as session:
        found = session.scalars(select(Wish)).all()
        return {(each.by, each.organisation_id, each.idea_id, each.place) for each in found}


def test_what_partners_declare_comes_before_points(rounds: Rounds) -> None:
    first, second = rounds.looking("A hall with a kitchen"), rounds.looking("Something else")
    actor, small, _offer = rounds.partner("Small", capacity=1, title="A hall with a kitchen")
    held = rounds.opened(first, second)
    rounds.wants(held, actor, [second, first])
    assert rounds.pairs(rounds.matched(held)) == {second.id: small.id}


def test_what_authors_declare_comes_before_points_and_they_ask_first(rounds: Rounds) -> None:
    idea = rounds.looking("A hall with a kitchen")
    _a, _fit, _o = rounds.partner("Fit", title="A hall with a kitchen")
    _b, wanted, _p = rounds.partner("Wanted", title="Rooms")
    held = rounds.opened(idea)
    rounds.wants(held, rounds.author, [wanted], idea=idea)
    assert rounds.pairs(rounds.matched(held)) == {idea.id: wanted.id}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("side", ["partner", "idea"])
def test_a_refusal_of_one_side_is_enough(rounds: Rounds, side: str) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(idea)
    if side == "partner":
        rounds.wants(held, actor, [], [idea])
    else:
        rounds.wants(held, rounds.author, [], [organisation], idea=idea)
    held = rounds.matched(held)
    assert rounds.pairs(held) == {}
    assert rounds.came_to(held).ideas_left_out == {str(idea.id): "nobody"}
    assert rounds.came_to(held).partners_left_out == {str(organisation.id): "nobody"}
    assert held.document == "", "who refused whom is not published"


def test_the_last_word_counts_and_takes_the_others_place(rounds: Rounds) -> None:
    ideas = [rounds.looking(f"Idea {number}") for number in range(3)]
    actor, organisation, _offer = rounds.partner("La Halle d’en face")
    other, theirs, _another = rounds.partner("Les Autres")
    held = rounds.opened(*ideas)
    rounds.wants(held, other, ideas[:1])
    kept = ("partner", theirs.id, ideas[0].id, 1)
    rounds.wants(held, actor, ideas[:2], ideas[2:])
    rounds.wants(held, actor, [ideas[2]])
    assert wishes(rounds) == {("partner", organisation.id, ideas[2].id, 1), kept}
    rounds.wants(held, actor)
    assert wishes(rounds) == {kept}
    assert len(rounds.happened("preferences_declared")) == 4


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("order", "refused"),
    [
        (["idea", "idea"], []),
        (["idea"], ["idea"]),
        ([], ["idea", "idea"]),
        (["other"], []),
        ([], ["other"]),
        ([4711], []),
        ([-1], []),
        (list(range(1, 52)), []),
        (list(range(1, 10**5)), []),
    ],
)
def test_what_makes_no_order_is_refused_and_nothing_is_kept(
    rounds: Rounds, order: Sequence[Any], refused: Sequence[Any]
) -> None:
    named = {"idea": rounds.looking("Takes part"), "other": rounds.looking("Takes no part")}
    actor, _organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(named["idea"])
    rounds.wants(held, actor, [named["idea"]])
    before = wishes(rounds)
    with pytest.raises(Invalid):
        rounds.wants(
            held, actor, *([named.get(each, each) for each in some] for some in (order, refused))
        )
    assert wishes(rounds) == before
    assert len(rounds.happened("preferences_declared")) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_partners_that_take_no_part_cannot_be_named(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    _a, unverified, _o = rounds.partner("Unverified", verified=False)
    ended_by, without, offer = rounds.partner("Without offers")
    rounds.act(ending.take_back, ended_by, offer)
    held = rounds.opened(idea)
    for each in (unverified, without):
        with pytest.raises(Invalid):
            rounds.wants(held, rounds.author, [each], idea=idea)


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_takes_no_part_declares_nothing(rounds: Rounds) -> None:
    idea, elsewhere = rounds.looking("A tool library"), rounds.looking("Another idea")
    unverified, _organisation, _offer = rounds.partner("Unverified", verified=False)
    without, _other, offer = rounds.partner("Without offers")
    rounds.act(ending.take_back, without, offer)
    held = rounds.opened(idea)
    for actor, refusal in (
        (Actor.visitor(), SignInRequired), (rounds.author, Forbidden), (unverified, Refused),
        (without, Refused),
    ):  # fmt: skip
        with pytest.raises(refusal):
            rounds.wants(held, actor, [idea])
    agent = rounds.actor(rounds.site.people.agent)
    for actor, about, refused in (
        (agent, idea, Forbidden), (rounds.manager, idea, Forbidden),
        (Actor.visitor(), idea, SignInRequired), (rounds.author, elsewhere, NotFound),
    ):  # fmt: skip
        with pytest.raises(refused):
            rounds.wants(held, actor, [], idea=about)
    assert wishes(rounds) == set()


def test_a_member_who_was_removed_meanwhile_declares_nothing(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(idea)
    with rounds.site.writing() as session:
        row = session.get_one(Organisation, organisation.id)
        assert actor.person_id is not None
        members.leave(session, actor, rounds.service, row, actor.person_id)
    with pytest.raises(Forbidden):
        rounds.wants(held, actor, [idea])


def test_what_was_asked_in_time_counts_and_what_was_asked_later_does_not(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(idea)
    rounds.clock.advance(seconds=(OPEN - timedelta(seconds=1)).total_seconds())
    with rounds.site.writing() as session:
        row = session.get_one(MatchingRound, held.id)
        # It waits for its turn, and the round ends meanwhile.
        with clocks.freeze(held.closes_at + timedelta(seconds=5)):
            declaring.declare(session, actor, rounds.service, row, [idea.id], ())
    assert wishes(rounds) == {("partner", organisation.id, idea.id, 1)}
    rounds.clock.advance(seconds=1)
    with pytest.raises(Conflict):
        rounds.wants(held, actor)
    assert len(wishes(rounds)) == 1
    held = rounds.matched(held)
    for again in (held, rounds.opened(rounds.looking("Another idea"))):
        if again.id != held.id:
            rounds.runs(opening.cancel_round, again, WHY)
        with pytest.raises(Conflict):
            rounds.wants(again, actor)


def test_a_merged_partner_hands_its_wishes_over_and_a_closed_one_takes_them_along(
    rounds: Rounds,
) -> None:
    ideas = [rounds.looking(f"Idea {number}") for number in range(2)]
    double, doubled, _o = rounds.partner("Double")
    _b, into, _p = rounds.partner("Into")
    leaving, gone, _q = rounds.partner("Gone")
    held = rounds.opened(*ideas)
    for actor in (double, leaving):
        rounds.wants(held, actor, [ideas[0]])
    rounds.wants(held, rounds.author, [doubled, gone], idea=ideas[0])
    rounds.wants(held, rounds.author, [into, doubled], idea=ideas[1])
    with rounds.site.writing() as session:
        rows = {each.id: session.get_one(Organisation, each.id) for each in (doubled, into, gone)}
        standing.merge(
            session, rounds.manager, rounds.service, rows[doubled.id], rows[into.id], WHY
        )
        standing.close(session, leaving, rounds.service, rows[gone.id], WHY)
    assert wishes(rounds) == {
        ("partner", into.id, ideas[0].id, 1),
        ("idea", into.id, ideas[0].id, 1),
        ("idea", into.id, ideas[1].id, 1),
    }
    rounds.matched(held)


def test_the_copy_has_what_a_person_declared_and_an_erased_one_leaves_the_partners_word(
    rounds: Rounds,
) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(idea)
    rounds.wants(held, actor, [idea])
    rounds.wants(held, rounds.author, [organisation], idea=idea)
    people = [actor.person_id, rounds.author.person_id, rounds.manager.person_id]
    with rounds.site.reading() as session:
        told = [export_person(session, each or 0) for each in people]
    assert [each["place"] for each in told[0]["preferences"]] == [1]
    assert [each["place"] for each in told[1]["preferences"]] == [1]
    assert [each["title"] for each in told[2]["matching_rounds"]] == ["Spring *call*"]
    with rounds.site.writing() as session:
        for each in people[:2]:
            erase_person(session, Actor.system(), each or 0)
    assert wishes(rounds) == {("partner", organisation.id, idea.id, 1)}
    with rounds.site.reading() as session:
        assert session.scalars(select(Wish.declared_by)).all() == [None]
    assert rounds.pairs(rounds.matched(held)) == {idea.id: organisation.id}


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_declared_is_told_to_nobody(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, _offer = rounds.partner("La Halle d’en face")
    held = rounds.opened(idea)
    rounds.wants(held, actor, [], [idea])
    rounds.wants(held, rounds.author, [organisation], idea=idea)
    assert [json.loads(each) for each in rounds.happened("preferences_declared")] == [
        {"round_id": held.id, "organisation_id": organisation.id, "idea_id": None},
        {"round_id": held.id, "organisation_id": None, "idea_id": idea.id},
    ]
