"""What ends with what: ideas, organisations, members, and what was proposed."""

import pytest

from eak_core.errors import Forbidden
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor
from eak_matchmaking.models import Organisation
from eak_matchmaking.organisations import members, standing
from eak_matchmaking.personal_data import export_person
from eak_matchmaking.proposals import deciding, proposing, stages
from eak_matchmaking.proposals.tables import ProposalStep
from tests.plugins.matchmaking.pilots import WHY, Pilots, withdraw


@pytest.mark.parametrize("gone", ["withdrawn", "rejected"])
def test_with_an_idea_what_was_proposed_for_it_stops_and_history_stays(
    pilots: Pilots, clock: FrozenClock, gone: str
) -> None:
    offer, need = pilots.publish(capacity=1), pilots.state()
    accepted = pilots.pilot(offer_id=offer.id, need_id=need.id, meets=True)
    waiting = pilots.propose(pilots.other)
    elsewhere = pilots.propose(idea=pilots.accepted("Another idea"))
    clock.advance(days=1)
    if gone == "withdrawn":
        withdraw(pilots, pilots.idea)
    else:
        pilots.move(pilots.idea, "rejected")
    pilots.site.drain()
    assert (pilots.now(accepted).standing, pilots.now(waiting).standing) == ("ended", "withdrawn")
    assert pilots.now(accepted).closed_at == clock.now
    assert (pilots.now(offer).taken, pilots.now(need).met_at) == (0, None)
    assert pilots.waits(waiting) == (None, None)
    assert [each[:2] for each in pilots.history(waiting)] == [
        ("proposed", "organisation"), ("withdrawn", "site"),
    ]  # fmt: skip
    assert pilots.now(elsewhere).standing == "open"
    clock.advance(days=1)
    pilots.site.replay("matchmaking")
    assert len(pilots.history(accepted)) == 3, "built anew, nothing stops twice"


def test_what_is_proposed_after_an_idea_came_back_outlives_a_replay(
    pilots: Pilots, clock: FrozenClock
) -> None:
    idea = pilots.idea
    for stage in ("rejected", "screening", "accepted"):
        clock.advance(minutes=1)
        pilots.move(idea, stage)
    clock.advance(minutes=1)
    made = pilots.propose()
    pilots.site.drain()
    pilots.site.replay("matchmaking")
    assert pilots.now(made).standing == "open"


@pytest.mark.parametrize("database", ["sqlite"])
def test_with_an_organisation_all_it_proposed_stops(pilots: Pilots) -> None:
    offer = pilots.publish(capacity=1)
    accepted = pilots.pilot(offer_id=offer.id)
    waiting = pilots.propose(idea=pilots.accepted("Another idea"))
    theirs = pilots.propose(pilots.other)
    member, number = pilots.member, pilots.organisation.id
    with pilots.site.writing() as session:
        organisation = session.get_one(Organisation, number)
        standing.close(session, member, pilots.service, organisation, "We *stop*.")
    assert (pilots.now(accepted).standing, pilots.now(waiting).standing) == ("ended", "withdrawn")
    assert pilots.now(offer).taken == 0
    assert pilots.now(theirs).standing == "open"
    assert [each for each in pilots.happened("pilot_ended") if '"organisation"' in each]


def test_a_merged_organisation_goes_on_under_the_other_unless_that_one_proposed_too(
    pilots: Pilots,
) -> None:
    offer = pilots.publish(capacity=2)
    goes_on = pilots.pilot(offer_id=offer.id)
    both = pilots.accepted("Another idea")
    double = pilots.propose(idea=both, offer_id=offer.id)
    kept = pilots.propose(pilots.other, idea=both)
    into, manager, doubled = kept.organisation_id, pilots.manager, pilots.organisation.id
    with pilots.site.writing() as session:
        double_, other_ = (session.get_one(Organisation, each) for each in (doubled, into))
        standing.merge(session, manager, pilots.service, double_, other_, "The *same*.")
    assert (pilots.now(goes_on).standing, pilots.now(goes_on).organisation_id) == ("accepted", into)
    assert pilots.now(offer).taken == 1
    assert (pilots.now(double).standing, pilots.now(kept).standing) == ("withdrawn", "open")
    pilots.does(deciding.end, pilots.other, goes_on, WHY)
    assert pilots.now(offer).taken == 0


def test_a_member_who_is_removed_while_proposing_is_told_and_the_rest_goes_on(
    pilots: Pilots,
) -> None:
    before = pilots.propose()
    leaving = pilots.site.people.add("Lena Leaving")
    made = pilots.register(leaving, "Les Partants")
    lena = pilots.actor(leaving)
    asked = pilots.propose(lena)
    with pilots.site.writing() as session:
        organisation = session.get_one(Organisation, made.id)
        members.leave(session, lena, pilots.service, organisation, leaving.id)
    with pytest.raises(Forbidden):
        pilots.propose(lena, idea=pilots.accepted("Another idea"))
    for act, given in ((proposing.withdraw, (WHY,)), (proposing.answer, ("Yes.",))):
        with pytest.raises(Forbidden):
            pilots.does(act, lena, asked, *given)
    assert pilots.now(asked).standing == "open", "it is the organisation's"
    pilots.does(deciding.decline, pilots.manager, asked, WHY)
    assert pilots.now(before).standing == "open"


def test_the_copy_has_what_a_person_said_and_an_erased_one_leaves_the_record_true(
    pilots: Pilots,
) -> None:
    made = pilots.propose(form_key="0" * 36)
    pilots.does(deciding.give_view, pilots.author, made, "against", "My *own* words.")
    citizen = pilots.site.people.citizen
    with pilots.site.reading() as session:
        [told] = export_person(session, pilots.person.id)["proposals"]
        [view] = export_person(session, citizen.id)["said_of_proposals"]
    assert (told["brings"], view["words"]) == (made.brings, "My *own* words.")
    with pilots.site.writing() as session:
        for person in (pilots.person, citizen):
            erase_person(session, Actor.system(), person.id)
    now = pilots.now(made)
    assert (now.proposed_by, now.form_key, now.view, now.brings) == (
        None, None, "against", made.brings,
    )  # fmt: skip
    assert pilots.history(made) == [("proposed", "organisation", ""), ("viewed", "author", "")]
    with pilots.site.reading() as session:
        assert not session.query(ProposalStep).where(ProposalStep.person_id.is_not(None)).count()
    pilots.does(deciding.accept, pilots.manager, made)


def test_an_idea_leaves_the_stage_of_partners_with_a_pilot_or_back(pilots: Pilots) -> None:
    first, second = pilots.idea, pilots.accepted("Another idea")
    for idea in (first, second):
        pilots.move(idea, "matchmaking")

    def denied(idea: Idea, to: str) -> bool:
        with pilots.site.reading() as session:
            row = session.get_one(Idea, idea.id)
            return stages.guard(session, row, to) is not None

    made = pilots.propose()
    for to, free in (("experimenting", False), ("adopted", False), ("accepted", True),
                     ("screening", True), ("rejected", True), ("withdrawn", True)):  # fmt: skip
        assert denied(first, to) != free, to
    pilots.does(deciding.accept, pilots.manager, made)
    assert not denied(first, "experimenting")
    assert denied(second, "experimenting"), "another idea's pilot is not its own"
    pilots.does(deciding.end, pilots.manager, made, WHY)
    assert denied(first, "experimenting"), "a pilot that has ended is none"
    pilots.move(second, "rejected")
    withdraw(pilots, first)
