"""Suggestions from the tables: who is found, in which order and why, and what partners decline."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import g

from eak_core.errors import Invalid
from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import submit_idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_matchmaking.models import Need, Offer, Organisation
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import ending, offering
from eak_matchmaking.organisations import standing
from eak_matchmaking.personal_data import erase_person, export_person
from eak_matchmaking.scoring.scores import Part, Score
from eak_matchmaking.scoring.suggesting import Suggestions
from eak_matchmaking.scoring.thesaurus import read_thesaurus
from eak_matchmaking.suggestions import declining
from eak_matchmaking.suggestions.finding import needs_for_organisation, offers_for_idea
from eak_matchmaking.suggestions.sides import OfferRow, offer_side
from eak_matchmaking.suggestions.tables import Decline
from tests.plugins.matchmaking.resources import Resources, day, offered


@pytest.fixture(autouse=True)
def spring(clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))


def idea_in(
    resources: Resources, *communes: str, title: str = "Une bibliothèque d’outils", **more: object
) -> Idea:
    with resources.site.writing() as session:
        proposal = Proposal(
            title=title, problem="Un problème.", body="Un texte.", communes=communes,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip
        made = submit_idea(session, resources.author, resources.service, proposal)
        return session.get_one(Idea, made.id)


def suggested(resources: Resources, idea: Idea) -> list[Suggestions]:
    """The list of each need of ``idea``, once the index has followed."""
    resources.site.drain()
    with resources.site.reading() as session:
        found = offers_for_idea(session, resources.service, session.get_one(Idea, idea.id))
        return [each.suggestions for each in found]


def order(resources: Resources, idea: Idea) -> list[int]:
    [found] = suggested(resources, idea)
    return [int(each.name) for each in found.best]


def part(score: Score, kind: str) -> Part:
    [found] = [each for each in score.parts if each.kind == kind]
    return found


def decline(
    resources: Resources,
    need: Need,
    reason: str = "other",
    words: str = "",
    by: Actor | None = None,
) -> None:
    actor = by or resources.member
    with resources.site.writing() as session:
        about = session.get_one(Need, need.id)
        declining.decline(session, actor, resources.service, about, reason, words)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_fits_best_comes_first_with_all_parts_of_its_score(resources: Resources) -> None:
    idea = idea_in(resources, "92050")
    resources.state(idea=idea, what="Une salle pour quarante personnes", ends_on=day("2026-03-31"))
    plain = resources.publish(title="Un hangar", details="Vide.")
    words = resources.publish(title="Une grande salle", details="Quarante places assises.")
    near = resources.publish(title="Un local", details="Ici.", communes=["92050"])
    synonym = resources.publish(title="Un entrepôt sec", details="")
    resources.publish(title="Une salle, en euros", kind="money")
    [found] = suggested(resources, idea)
    # “salle”, “hangar” and “entrepôt” are one group: a synonym counts for one half.
    assert [int(each.name) for each in found.best][:2] == [words.id, near.id]
    assert {int(each.name) for each in found.best} == {plain.id, words.id, near.id, synonym.id}
    best, second, *_rest = (each.score for each in found.best)
    assert set(part(best, "words").items) >= {"salle", "quarante"}
    assert part(second, "commune").items == ("92050",)
    assert part(best, "kind").items == ("place",)
    assert part(best, "period").asked == 30
    others = {int(each.name): part(each.score, "words").items for each in found.best}
    assert others[synonym.id] == ("salle ≈ entrepôt",)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_pair_has_one_score_on_both_sides(resources: Resources) -> None:
    idea = idea_in(resources, "92050")
    resources.state(idea=idea, what="Une salle et du matériel de voirie")
    resources.publish(title="Un hangar et un enrobé", details="Du matériel.")
    resources.publish(resources.other, title="Une salle", communes=["92050", "92012"])
    for number in range(2):
        resources.publish(resources.other, title=f"Une salle {number} au bord de la voirie")
    [offers] = suggested(resources, idea)
    with resources.site.reading() as session:
        ours = needs_for_organisation(session, resources.service, resources.organisation.id)
    [told] = ours
    [need] = told.suggestions.best
    same = next(each for each in offers.best if int(each.name) == told.offer.id)
    assert need.score == same.score
    assert set(part(same.score, "words").items) == {
        "matériel", "salle ≈ hangar", "voirie ≈ enrobé",
    }  # fmt: skip
    assert told.needs[need.name].title == idea.title


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_cannot_answer_is_left_out_with_all_reasons_and_the_rest_is_not_there(
    resources: Resources,
) -> None:
    idea = idea_in(resources, "92050")
    resources.state(
        idea=idea, what="Une salle", starts_on=day("2026-04-01"), ends_on=day("2026-04-30")
    )
    able = resources.publish(title="Une salle à Nanterre", communes=["92050"])
    elsewhere = resources.publish(title="Une salle à Antony", communes=["92002"])
    before = resources.publish(title="Une salle en mars", ends_on=day("2026-03-31"))
    full = resources.publish(title="Une salle prise", capacity=1)
    with resources.site.writing() as session:
        session.get_one(Offer, full.id).taken = 1
    gone = resources.publish(title="Une salle finie")
    resources.act(ending.take_back, resources.member, gone)
    resources.draft(title="Une salle secrète")
    [found] = suggested(resources, idea)
    assert [int(each.name) for each in found.best] == [able.id]
    assert {int(each.name): each.obstacles for each in found.left_out} == {
        elsewhere.id: ("territory",), before.id: ("period",), full.id: ("capacity",),
    }  # fmt: skip
    assert found.hindered == 3


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_need_without_a_last_day_is_asked_for_as_long_as_an_experiment_lasts(
    resources: Resources,
) -> None:
    idea = idea_in(resources)
    resources.state(idea=idea, what="Une salle", starts_on=day("2026-04-01"))
    resources.publish(title="Une salle", ends_on=day("2026-04-30"))
    late = resources.publish(title="Une salle plus tard", starts_on=day("2026-11-01"))
    [found] = suggested(resources, idea)
    [best] = found.best
    assert (part(best.score, "period").met, part(best.score, "period").asked) == (30, 184)
    assert [int(each.name) for each in found.left_out] == [late.id]


def test_the_length_of_an_offer_is_how_many_different_words_it_has() -> None:
    row = OfferRow(
        1, "", "money", 1, "", " 92050 ", None, day("2026-03-31"), 2, datetime.now(UTC)
    )  # fmt: skip
    words = read_thesaurus(["toit vert, jardin"], str.split)
    side = offer_side(row, ["toit", "vert", "toit", "vert", "nu"], (), words)
    assert side.text.length == 3
    assert side.text.counts == {"toit": 2, "vert": 2, "nu": 1, "toit vert": 2}
    assert side.period is not None
    assert (side.period.last, side.communes, side.places) == (day("2026-03-31"), {"92050"}, 2)


@pytest.mark.parametrize("database", ["sqlite"])
def test_suggestions_follow_what_offers_say(resources: Resources, clock: FrozenClock) -> None:
    idea = idea_in(resources)
    resources.state(idea=idea, what="Une salle de danse")
    first = resources.publish(title="Un toit plat")
    clock.advance(minutes=1)
    second = resources.publish(title="Une cave voûtée")
    assert order(resources, idea) == [first.id, second.id]
    resources.act(
        offering.edit_offer, resources.member, second, offered(title="Une salle de danse")
    )
    assert order(resources, idea) == [second.id, first.id]


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_same_statements_for_any_number_of_offers_needs_and_declined_ideas(
    resources: Resources, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    idea = idea_in(resources, "92050")
    counts = []
    for number in range(5):
        resources.state(idea=idea, what=f"Une salle {number}")
        other = idea_in(resources, title=f"Une autre idée {number}")
        away = resources.state(idea=other, what="Une autre salle")
        resources.publish(title=f"Une salle {number}")
        resources.publish(resources.other, title=f"Un local {number}")
        decline(resources, away)
        resources.site.drain()
        with resources.site.reading() as session:
            about, ours = session.get_one(Idea, idea.id), resources.organisation.id
            with query_count() as queries:
                assert offers_for_idea(session, resources.service, about)
            counts.append(queries.count)
            with query_count() as queries:
                assert needs_for_organisation(session, resources.service, ours)
            counts.append(queries.count)
    assert counts == counts[:2] * 5


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_missing_no_more_is_suggested_to_nobody(resources: Resources) -> None:
    idea, other = idea_in(resources), idea_in(resources, title="Une autre idée")
    found, kept = resources.state(idea=idea, what="Une salle"), resources.state(idea=other)
    resources.publish(title="Une salle")
    resources.act(stating.say_met, resources.author, found)
    assert suggested(resources, idea) == []

    def ours() -> list[int]:
        with resources.site.reading() as session:
            [told] = needs_for_organisation(session, resources.service, resources.organisation.id)
            return [int(each.name) for each in told.suggestions.best]

    assert ours() == [kept.id]
    decline(resources, found)
    gone = resources.state(idea=idea_in(resources, title="Une troisième"))
    decline(resources, gone)
    reason, manager = "It is *gone*.", resources.manager
    with resources.site.writing() as session:
        for idea_id in (other.id, gone.idea_id):
            hide(session, manager, resources.service, f"idea:{idea_id}", reason)
    assert ours() == []
    with resources.site.reading() as session:
        declined = declining.declined(session, resources.service.id, resources.organisation.id)
    assert [each.idea_id for each in declined] == [idea.id]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_declined_is_left_out_on_both_sides_until_it_is_taken_back(
    resources: Resources,
) -> None:
    idea = idea_in(resources)
    need = resources.state(idea=idea, what="Une salle")
    ours = resources.publish(title="Une salle")
    theirs = resources.publish(resources.other, title="Une grande salle")
    decline(resources, need, "moment", "Après les **travaux**.")
    [found] = suggested(resources, idea)
    assert [int(each.name) for each in found.best] == [theirs.id]
    assert [(int(each.name), each.obstacles) for each in found.left_out] == [
        (ours.id, ("declined",))
    ]
    with resources.site.reading() as session:
        [told] = needs_for_organisation(session, resources.service, resources.organisation.id)
        assert told.suggestions.best == ()
        [kept] = declining.declined(session, resources.service.id, resources.organisation.id)
    assert (kept.title, kept.reason, kept.words) == (idea.title, "moment", "Après les **travaux**.")
    for _time in range(2):
        with resources.site.writing() as session:
            declining.take_back(session, resources.member, resources.service, idea.id)
    assert order(resources, idea) == [ours.id, theirs.id]
    assert len(resources.happened("idea_declined")) == 1
    assert len(resources.happened("idea_reconsidered")) == 1
    [said] = resources.happened("idea_declined")
    assert "travaux" not in said
    assert "moment" not in said


@pytest.mark.parametrize("database", ["sqlite"])
def test_like_ideas_lose_one_part_in_five_as_the_reason_says(resources: Resources) -> None:
    declined = [idea_in(resources, "92050", title=f"Idée {number}") for number in range(4)]
    needs = [resources.state(idea=each, what="Une salle") for each in declined]
    like = idea_in(resources, "92050", "92012", title="Une idée là aussi")
    resources.state(idea=like, what="Une salle")
    resources.publish(title="Une salle", details="")

    def told() -> tuple[int, int]:
        [found] = suggested(resources, like)
        lost = [each.points for each in found.best[0].score.parts if each.kind == "declined"]
        return found.best[0].score.points, sum(lost)

    whole, _nothing = told()
    decline(resources, needs[0], "other")
    assert told() == (whole, 0)
    for number, parts in enumerate((1, 2, 3, 3)):
        decline(resources, needs[number], "place")
        lost = whole * parts // 5
        assert told() == (whole - lost, -lost)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_reason_is_one_of_those_there_are_and_words_are_bounded(resources: Resources) -> None:
    need = resources.state()
    for reason, words in (("boredom", ""), ("other", "x" * 1_001)):
        with pytest.raises(Invalid):
            decline(resources, need, reason, words)
    with resources.site.reading() as session:
        assert session.query(Decline).count() == 0


def test_what_was_declined_goes_with_a_merger_and_ends_with_the_organisation(
    resources: Resources,
) -> None:
    need = resources.state()
    decline(resources, need, "other", "Ours.")
    decline(resources, resources.state(idea=idea_in(resources)), "other")
    other = resources.other
    decline(resources, need, "place", "Theirs.", by=other)
    manager = resources.manager
    with resources.site.writing() as session:
        g.service = resources.service
        ours, theirs = session.query(Organisation).order_by(Organisation.id).all()
        standing.merge(session, manager, resources.service, ours, theirs, "The same.")
        kept = session.query(Decline).order_by(Decline.idea_id).all()
        assert [(each.organisation_id, each.words) for each in kept] == [
            (theirs.id, "Theirs."), (theirs.id, ""),
        ]  # fmt: skip
        standing.close(session, other, resources.service, theirs, "It moved.")
        assert session.query(Decline).count() == 0


def test_whoever_declined_has_it_in_their_copy_and_only_the_reason_outlives_the_account(
    resources: Resources,
) -> None:
    decline(resources, resources.state(), "place", "My own words.")
    person = resources.member.person_id
    assert person is not None
    with resources.site.writing() as session:
        [told] = export_person(session, person)["declined"]
        assert (told["reason"], told["words"]) == ("place", "My own words.")
        erase_person(session, person)
        kept = session.query(Decline).one()
        assert (kept.declined_by, kept.words, kept.reason) == (None, "", "place")
