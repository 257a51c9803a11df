"""Pairs of a round that was matched: confirmed, declined, and what they become."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.matching.tables import Pair
from eak_matchmaking.models import Organisation
from eak_matchmaking.offers import ending
from eak_matchmaking.organisations import standing
from eak_matchmaking.proposals import deciding, proposing
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.matchmaking.rounds import Rounds

WHY = "It *fits*."


def proposal(rounds: Rounds, proposal_id: int | None) -> Proposal:
    """A proposal as it stands."""
    with rounds.site.reading() as session:
        return session.get_one(Proposal, proposal_id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_confirmed_pair_is_a_proposal_that_holds_its_place(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    made = proposal(rounds, rounds.decides(held, idea, offer.id, WHY))

    pair = rounds.pair(held, idea)
    assert (pair.standing, pair.reason, pair.proposal_id) == ("confirmed", WHY, made.id)
    assert (made.organisation_id, made.offer_id, made.offer_taken) == (
        organisation.id, offer.id, True,
    )  # fmt: skip
    assert (made.standing, made.waits_for, made.brings) == ("open", "organisation", "")
    assert rounds.now(offer).taken == 1
    assert rounds.history(made) == [("matched", "manager", WHY)]
    assert len(rounds.happened("pair_confirmed")) == 1
    assert rounds.happened("pilot_proposed") == [], "nobody has proposed anything yet"
    for act, rest in ((deciding.accept, ()), (proposing.answer, ("Yes.",))):
        with pytest.raises(Refused):
            rounds.does(act, rounds.manager if act is deciding.accept else actor, made, *rest)

    completed = rounds.propose(actor, idea=idea, form_key="0" * 36)
    assert completed.id == made.id
    assert rounds.propose(actor, idea=idea, form_key="0" * 36).id == made.id
    assert rounds.waits(made)[0] == "author"
    assert (rounds.now(made).brings, rounds.now(made).offer_id) == ("Two *halls* we hold", offer.id)
    rounds.does(deciding.accept, rounds.manager, made)
    assert rounds.now(offer).taken == 1, "its place is taken once"
    rounds.does(deciding.end, rounds.manager, made, WHY)
    assert rounds.now(offer).taken == 0


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("end", ["decline", "withdraw", "close", "idea"])
def test_the_place_comes_back_if_nothing_comes_of_it(rounds: Rounds, end: str) -> None:
    idea = rounds.looking("A tool library")
    actor, organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    made = proposal(rounds, rounds.decides(held, idea, offer.id, WHY))
    if end == "decline":
        rounds.does(deciding.decline, rounds.manager, made, WHY)
    elif end == "withdraw":
        rounds.does(proposing.withdraw, actor, made)
    elif end == "close":
        with rounds.site.writing() as session:
            row = session.get_one(Organisation, organisation.id)
            standing.close(session, actor, rounds.service, row, WHY)
    else:
        rounds.clock.advance(minutes=1)
        rounds.move(idea, "rejected")
        rounds.site.drain()
    assert not rounds.now(made).living
    assert rounds.now(offer).taken == 0
    assert rounds.pair(held, idea).standing == "confirmed", "what was decided stays in the history"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_declined_pair_takes_nothing_and_tells_why(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    _actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    with pytest.raises(Invalid):
        rounds.decides(held, idea, " ")
    assert rounds.decides(held, idea, WHY) is None
    pair = rounds.pair(held, idea)
    assert (pair.standing, pair.reason, pair.because) == ("declined", WHY, "said")
    assert rounds.now(offer).taken == 0
    assert len(rounds.happened("pair_declined")) == 1
    for rest in ((WHY,), (offer.id, WHY)):
        with pytest.raises(Conflict):
            rounds.decides(held, idea, *rest)


def test_a_pair_is_decided_once_by_those_who_run_the_service(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    for by, refusal in ((Actor.visitor(), SignInRequired), (actor, Forbidden)):
        for rest in ((WHY,), (offer.id, WHY)):
            with pytest.raises(refusal):
                rounds.decides(held, idea, *rest, by=by)
    for rest in ((offer.id, ""), (None, WHY), (4711, WHY)):
        with pytest.raises(Invalid):
            rounds.decides(held, idea, *rest)
    with pytest.raises(NotFound):
        rounds.decides(held, rounds.looking("Takes no part"), WHY)
    assert rounds.pair(held, idea).standing == "waiting"
    assert rounds.now(offer).taken == 0
    rounds.decides(held, idea, offer.id, WHY)
    for rest in ((WHY,), (offer.id, WHY)):
        with pytest.raises(Conflict):
            rounds.decides(held, idea, *rest)
    assert rounds.now(offer).taken == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_offers_of_others_cannot_be_given(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    _a, _organisation, offer = rounds.partner("First", capacity=1)
    _b, _other, theirs = rounds.partner("Second")
    held = rounds.matched(rounds.opened(idea))
    with pytest.raises(Invalid):
        rounds.decides(held, idea, theirs.id, WHY)
    assert (rounds.now(offer).taken, rounds.now(theirs).taken) == (0, 0)


def test_who_acts_for_the_partner_does_not_decide(rounds: Rounds) -> None:
    organisation = rounds.register(rounds.site.people.manager, "Das Amt")
    with rounds.site.writing() as session:
        row = session.get_one(Organisation, organisation.id)
        standing.verify(session, rounds.manager, rounds.service, row, "Ours.")
    offer, idea = rounds.publish(rounds.manager), rounds.looking("A tool library")
    held = rounds.matched(rounds.opened(idea))
    for rest in ((WHY,), (offer.id, WHY)):
        with pytest.raises(Refused):
            rounds.decides(held, idea, *rest)
    administrator = rounds.actor(rounds.site.people.administrator)
    rounds.decides(held, idea, WHY, by=administrator)


@pytest.mark.parametrize("lost", ["ended", "full", "hidden"])
def test_an_offer_that_was_lost_meanwhile_is_said_and_nothing_is_written(
    rounds: Rounds, lost: str
) -> None:
    idea = rounds.looking("A tool library")
    actor, _organisation, offer = rounds.partner("La Halle d’en face", capacity=1)
    held = rounds.matched(rounds.opened(idea))
    if lost == "ended":
        rounds.act(ending.take_back, actor, offer)
    elif lost == "full":
        rounds.pilot(actor, idea=rounds.accepted("Another idea"), offer_id=offer.id)
    else:
        with rounds.site.writing() as session:
            hide(session, rounds.manager, rounds.service, offer.subject, WHY)
    with pytest.raises(Refused):
        rounds.decides(held, idea, offer.id, WHY)
    assert rounds.pair(held, idea).standing == "waiting"
    with rounds.site.reading() as session:
        assert session.query(Proposal).filter_by(idea_id=idea.id).count() == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_that_is_not_public_any_more_is_not_confirmed(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    _actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    with rounds.site.writing() as session:
        hide(session, rounds.manager, rounds.service, f"idea:{idea.id}", WHY)
    with pytest.raises(NotFound):
        rounds.decides(held, idea, offer.id, WHY)
    rounds.decides(held, idea, WHY)
    assert rounds.pair(held, idea).standing == "declined"


def test_what_the_organisation_proposed_meanwhile_is_what_the_pair_becomes(
    rounds: Rounds,
) -> None:
    idea = rounds.looking("A tool library")
    actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    own = rounds.propose(actor, idea=idea)
    assert rounds.decides(held, idea, offer.id, WHY) == own.id
    now = rounds.now(own)
    assert (now.brings, now.waits_for, now.offer_taken) == (own.brings, "author", True)
    rounds.does(deciding.accept, rounds.manager, own)
    assert rounds.now(offer).taken == 1


def test_what_it_pilots_already_is_not_confirmed_once_more(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    actor, _organisation, offer = rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    rounds.pilot(actor, idea=idea)
    with pytest.raises(Conflict):
        rounds.decides(held, idea, offer.id, WHY)
    assert rounds.now(offer).taken == 0


def test_pairs_end_with_the_organisation_and_go_on_with_the_one_it_is_merged_into(
    rounds: Rounds,
) -> None:
    ideas = [rounds.looking(f"Idea {number}") for number in range(2)]
    closing, gone, _o = rounds.partner("Gone", capacity=1)
    _b, doubled, _p = rounds.partner("Double", capacity=1)
    _c, into, theirs = rounds.partner("Into", verified=False)
    held = rounds.matched(rounds.opened(*ideas))
    by_partner = {organisation: idea for idea, organisation in rounds.pairs(held).items()}
    with rounds.site.writing() as session:
        rows = {each.id: session.get_one(Organisation, each.id) for each in (gone, doubled, into)}
        standing.close(session, closing, rounds.service, rows[gone.id], WHY)
        standing.merge(
            session, rounds.manager, rounds.service, rows[doubled.id], rows[into.id], WHY
        )
    first = next(each for each in ideas if each.id == by_partner[gone.id])
    second = next(each for each in ideas if each.id == by_partner[doubled.id])
    dropped, moved = rounds.pair(held, first), rounds.pair(held, second)
    assert (dropped.standing, dropped.because) == ("dropped", "organisation")
    assert (moved.standing, moved.organisation_id) == ("waiting", into.id)
    assert len(rounds.happened("pair_declined")) == 1
    with pytest.raises(Conflict):
        rounds.decides(held, first, WHY)
    rounds.decides(held, second, theirs.id, WHY)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("how", ["rejected", "withdrawn"])
def test_pairs_end_with_the_idea(rounds: Rounds, how: str) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    rounds.clock.advance(minutes=1)
    if how == "rejected":
        rounds.move(idea, "rejected")
    else:
        with rounds.site.writing() as session:
            row = session.get_one(type(idea), idea.id)
            withdraw_idea(session, rounds.author, rounds.service, rounds.site.active(), row, WHY)
    rounds.site.drain()
    pair = rounds.pair(held, idea)
    assert (pair.standing, pair.because, pair.decided_at) == ("dropped", "idea", rounds.clock.now)
    rounds.site.replay("matchmaking")
    assert rounds.pair(held, idea).standing == "dropped"


def test_an_erased_manager_leaves_the_decision(rounds: Rounds) -> None:
    idea = rounds.looking("A tool library")
    rounds.partner("La Halle d’en face")
    held = rounds.matched(rounds.opened(idea))
    rounds.decides(held, idea, WHY)
    with rounds.site.writing() as session:
        erase_person(session, Actor.system(), rounds.site.people.manager.id)
    pair = rounds.pair(held, idea)
    assert (pair.standing, pair.reason, pair.decided_by) == ("declined", WHY, None)
    assert rounds.now(held).opened_by is None


def test_50_who_confirm_and_accept_at_once_never_exceed_the_capacity(rounds: Rounds) -> None:
    ideas = [rounds.looking(f"Idea {number}") for number in range(25)]
    actor, _organisation, offer = rounds.partner("La Halle d’en face", capacity=40)
    held = rounds.matched(rounds.opened(*ideas))
    assert len(rounds.pairs(held)) == 25
    proposed = [
        rounds.propose(actor, idea=rounds.accepted(f"Other {number}"), offer_id=offer.id)
        for number in range(25)
    ]
    with rounds.site.writing() as session:
        session.get_one(type(offer), offer.id).capacity = 7
    rounds.clock.release()
    barrier, manager = Barrier(50), rounds.manager

    def run(number: int) -> bool:
        barrier.wait(60)
        with suppress(Refused):
            if number % 2:
                rounds.decides(held, ideas[number // 2], offer.id, WHY, by=manager)
            else:
                rounds.does(deciding.accept, manager, proposed[number // 2])
            return True
        return False

    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(run, range(50)))
    assert sum(done) == rounds.now(offer).taken == 7
    with rounds.site.reading() as session:
        confirmed = session.query(Pair).filter_by(standing="confirmed").count()
        accepted = session.query(Proposal).filter_by(standing="accepted").count()
        holding = session.query(Proposal).filter_by(offer_taken=True).count()
    assert confirmed + accepted == holding == 7
