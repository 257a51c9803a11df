"""Proposals: who offers to pilot what, who answers, what is decided, and what ends with what."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.moderation.decisions import hide, restore
from eak_core.people.personal_data import erase_person
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.models import Organisation
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import ending
from eak_matchmaking.organisations import members, standing
from eak_matchmaking.personal_data import export_person
from eak_matchmaking.proposals import deciding, proposing, stages
from eak_matchmaking.proposals.tables import Proposal, ProposalStep
from tests.plugins.matchmaking.pilots import Pilots

WHY = "It *cannot* be."


def test_a_proposal_waits_for_the_author_then_for_the_service(
    pilots: Pilots, clock: FrozenClock
) -> None:
    made = pilots.propose()
    assert pilots.waits(made) == ("author", clock.now)
    clock.advance(days=1)
    pilots.does(deciding.give_view, pilots.author, made, "reserved", "Not in *winter*.")
    assert pilots.waits(made) == ("manager", clock.now)
    viewed = clock.now
    clock.advance(days=1)
    pilots.does(deciding.give_view, pilots.author, made, "for", "")
    assert pilots.waits(made) == ("manager", viewed), "a second view keeps nobody waiting longer"
    assert pilots.now(made).view == "for"
    pilots.does(deciding.ask_back, pilots.manager, made, "Which hall?")
    assert pilots.waits(made) == ("organisation", clock.now)
    clock.advance(days=1)
    pilots.does(proposing.answer, pilots.member, made, "The northern one.")
    assert pilots.waits(made) == ("manager", clock.now)
    pilots.does(deciding.accept, pilots.manager, made)
    assert pilots.waits(made) == (None, None)
    assert pilots.now(made).accepted_at == clock.now
    assert pilots.history(made) == [
        ("proposed", "organisation", ""),
        ("viewed", "author", "Not in *winter*."),
        ("viewed", "author", ""),
        ("asked_back", "manager", "Which hall?"),
        ("answered", "organisation", "The northern one."),
        ("accepted", "manager", ""),
    ]
    for name in ("proposed", "asked_back", "answered", "accepted"):
        assert len(pilots.happened(f"pilot_{name}")) == 1


def test_what_one_proposes_for_an_own_idea_waits_for_the_service(pilots: Pilots) -> None:
    pilots.register(pilots.site.people.citizen, "La Mienne")
    with pytest.raises(Invalid) as refused:
        pilots.propose(pilots.author)
    assert set(refused.value.fields) == {"interested"}, "an interest of one's own is declared"
    made = pilots.propose(pilots.author, interested=True, conflict="The idea is ours.")
    assert pilots.waits(made)[0] == "manager"


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_acts_for_nobody_proposes_nothing(pilots: Pilots) -> None:
    agent = pilots.actor(pilots.site.people.agent)
    for actor, refusal in ((Actor.visitor(), SignInRequired), (agent, Forbidden)):
        with pytest.raises(refusal):
            pilots.propose(actor)
    assert pilots.happened("pilot_proposed") == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"brings": ""}, {"brings"}),
        ({"place": "\u200b \n"}, {"place"}),
        ({"timing": "x" * 601}, {"timing"}),
        ({"team": "x" * 10**6}, {"team"}),
        ({"interested": None}, {"interested"}),
        ({"interested": True, "conflict": " "}, {"conflict"}),
        ({"interested": True, "conflict": "x" * 601}, {"conflict"}),
        ({"offer_id": 4711}, {"offer"}),
        ({"offer_id": -1}, {"offer"}),
        ({"need_id": 4711}, {"need"}),
        ({"brings": "", "place": "", "timing": "", "team": "", "interested": None},
         {"brings", "place", "timing", "team", "interested"}),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(
    pilots: Pilots, wrong: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        pilots.propose(**wrong)
    assert set(refused.value.fields) == fields
    assert pilots.happened("pilot_proposed") == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_conflict_that_was_denied_is_not_kept(pilots: Pilots) -> None:
    assert pilots.propose(conflict="My aunt.").conflict == ""


@pytest.mark.parametrize("database", ["sqlite"])
def test_offers_of_others_and_ended_ones_and_needs_of_others_cannot_be_chosen(
    pilots: Pilots,
) -> None:
    theirs, ended, drafted = pilots.publish(pilots.other), pilots.publish(), pilots.draft()
    pilots.act(ending.take_back, pilots.member, ended)
    for offer in (theirs, ended, drafted):
        with pytest.raises(Invalid) as refused:
            pilots.propose(offer_id=offer.id)
        assert set(refused.value.fields) == {"offer"}
    elsewhere = pilots.state(idea=pilots.accepted("Another idea"))
    met = pilots.state()
    pilots.act(stating.say_met, pilots.author, met)
    for need in (elsewhere, met):
        with pytest.raises(Invalid) as refused:
            pilots.propose(need_id=need.id)
        assert set(refused.value.fields) == {"need"}


def test_one_living_proposal_for_an_organisation_and_an_idea(pilots: Pilots) -> None:
    first = pilots.propose()
    with pytest.raises(Conflict):
        pilots.propose()
    pilots.propose(pilots.other)
    pilots.propose(idea=pilots.accepted("Another idea"))
    pilots.does(deciding.accept, pilots.manager, first)
    with pytest.raises(Conflict):
        pilots.propose()
    pilots.does(deciding.end, pilots.manager, first, WHY)
    pilots.propose()
    assert len(pilots.happened("pilot_proposed")) == 4


def test_the_database_itself_keeps_a_second_living_proposal_out(pilots: Pilots) -> None:
    made = pilots.propose()
    row = {each.name: getattr(made, each.name) for each in Proposal.__table__.columns}
    for standing_, refused in (("declined", False), ("accepted", True), ("open", True)):
        values = {**row, "id": None, "form_key": None, "standing": standing_}
        del values["id"]

        def write(values: dict[str, Any] = values) -> None:
            with pilots.site.writing() as session:
                session.execute(insert(Proposal).values(values))

        if refused:
            with pytest.raises(IntegrityError):
                write()
        else:
            write()


def test_a_form_sent_twice_is_one_proposal(pilots: Pilots) -> None:
    key = "0" * 36
    first = pilots.propose(form_key=key)
    assert pilots.propose(form_key=key).id == first.id
    with pytest.raises(Conflict):
        pilots.propose(form_key=key, idea=pilots.accepted("Another idea"))
    assert len(pilots.happened("pilot_proposed")) == 1
    assert len(pilots.history(first)) == 1


def test_twice_at_once_is_one_proposal(pilots: Pilots, clock: FrozenClock) -> None:
    clock.release()
    _ = pilots.member, pilots.idea
    barrier, member = Barrier(2), pilots.member

    def send(number: int) -> int | None:
        barrier.wait(30)
        try:
            return pilots.propose(member, form_key=f"{number}" * 36).id
        except Conflict:
            return None

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(send, range(2)))
    assert made.count(None) == 1
    assert len(pilots.happened("pilot_proposed")) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("stage", ["submitted", "screening", "rejected", "withdrawn"])
def test_only_ideas_that_are_accepted_and_go_on_can_be_piloted(pilots: Pilots, stage: str) -> None:
    idea = pilots.site.submit()
    if stage in ("screening", "rejected"):
        pilots.move(idea, stage)
    if stage == "withdrawn":
        _withdraw(pilots, idea)
    with pytest.raises((Refused, NotFound)):
        pilots.propose(idea=idea)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_that_others_may_not_read_is_not_piloted(pilots: Pilots) -> None:
    made, manager = pilots.propose(), pilots.manager
    with pilots.site.writing() as session:
        hide(session, manager, pilots.service, f"idea:{pilots.idea.id}", "It insults.")
    with pytest.raises(NotFound):
        pilots.propose(pilots.other)
    with pytest.raises(NotFound):
        pilots.does(deciding.accept, pilots.manager, made)
    with pilots.site.writing() as session:
        restore(session, manager, pilots.service, f"idea:{pilots.idea.id}", "It does not.")
    pilots.site.drain()
    pilots.does(deciding.accept, pilots.manager, made)
    assert pilots.now(made).standing == "accepted"


ACTS: list[tuple[Callable[..., None], tuple[Any, ...], str]] = [
    (deciding.give_view, ("against", WHY), "author"),
    (deciding.ask_back, ("Why?",), "manager"),
    (deciding.accept, (), "manager"),
    (deciding.decline, (WHY,), "manager"),
    (proposing.withdraw, (WHY,), "member"),
]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("act", "given", "role"), ACTS)
def test_each_act_is_for_whom_it_is(
    pilots: Pilots, act: Callable[..., None], given: tuple[Any, ...], role: str
) -> None:
    made = pilots.propose()
    people = pilots.site.people
    actors = {
        "visitor": Actor.visitor(),
        "agent": pilots.actor(people.agent),
        "author": pilots.author,
        "member": pilots.member,
        "other": pilots.other,
        "manager": pilots.manager,
    }
    for name, actor in actors.items():
        if name != role:
            with pytest.raises(Forbidden):
                pilots.does(act, actor, made, *given)
    assert len(pilots.history(made)) == 1
    pilots.does(act, actors[role], made, *given)
    assert len(pilots.history(made)) == 2


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("end", [deciding.decline, proposing.withdraw, "accept"])
def test_what_is_decided_is_not_decided_again(pilots: Pilots, end: Any) -> None:
    made = pilots.propose()
    if end == "accept":
        pilots.does(deciding.accept, pilots.manager, made)
    else:
        pilots.does(end, pilots.member if end is proposing.withdraw else pilots.manager, made, WHY)
    before = pilots.history(made)
    actors = {"author": pilots.author, "manager": pilots.manager, "member": pilots.member}
    for act, given, role in ACTS:
        with pytest.raises(Conflict):
            pilots.does(act, actors[role], made, *given)
    with pytest.raises(Conflict):
        pilots.does(proposing.answer, pilots.member, made, "Late.")
    if end != "accept":
        with pytest.raises(Conflict):
            pilots.does(deciding.end, pilots.manager, made, WHY)
    assert pilots.history(made) == before


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_answers_what_was_not_asked(pilots: Pilots) -> None:
    made = pilots.propose()
    with pytest.raises(Conflict):
        pilots.does(proposing.answer, pilots.member, made, "Hello.")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("act", "given", "field", "role"),
    [
        (deciding.give_view, ("maybe", "Well."), "view", "author"),
        (deciding.give_view, ("against", " "), "words", "author"),
        (deciding.give_view, ("reserved", ""), "words", "author"),
        (deciding.give_view, ("for", "x" * 1501), "words", "author"),
        (deciding.ask_back, (" ",), "words", "manager"),
        (deciding.decline, ("",), "reason", "manager"),
        (deciding.decline, ("x" * 10**5,), "reason", "manager"),
        (proposing.withdraw, ("x" * 1501,), "words", "member"),
    ],
)
def test_words_that_are_missing_or_too_long_are_asked_for(
    pilots: Pilots, act: Any, given: tuple[Any, ...], field: str, role: str
) -> None:
    made = pilots.propose()
    actor = {"author": pilots.author, "manager": pilots.manager, "member": pilots.member}[role]
    with pytest.raises(Invalid) as refused:
        pilots.does(act, actor, made, *given)
    assert set(refused.value.fields) == {field}
    assert len(pilots.history(made)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_acts_for_the_organisation_does_not_decide_its_proposal(pilots: Pilots) -> None:
    pilots.register(pilots.site.people.manager, "Notre Halle")
    made = pilots.propose(pilots.manager)
    for act, given in ((deciding.accept, ()), (deciding.decline, (WHY,))):
        with pytest.raises(Refused):
            pilots.does(act, pilots.manager, made, *given)
    administrator = pilots.actor(pilots.site.people.administrator)
    pilots.does(deciding.accept, administrator, made)
    assert pilots.now(made).standing == "accepted"


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


def _withdraw(pilots: Pilots, idea: Idea) -> None:
    active, author = pilots.site.active(), pilots.author
    with pilots.site.writing() as session:
        row = session.get_one(Idea, idea.id)
        withdraw_idea(session, author, pilots.service, active, row, "It *exists* already.")


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
        _withdraw(pilots, pilots.idea)
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
    _withdraw(pilots, first)


@pytest.mark.parametrize("database", ["sqlite"])
def test_ids_and_codes_alone_are_recorded(pilots: Pilots) -> None:
    made = pilots.propose(interested=True, conflict="Cousins.")
    pilots.does(deciding.give_view, pilots.author, made, "against", "Cousins, indeed.")
    pilots.does(deciding.ask_back, pilots.manager, made, "Cousins?")
    pilots.does(proposing.answer, pilots.member, made, "Cousins!")
    pilots.does(deciding.decline, pilots.manager, made, "Cousins.")
    for name in ("proposed", "viewed", "asked_back", "answered", "declined"):
        [told] = pilots.happened(f"pilot_{name}")
        assert "ousins" not in told
        assert "against" not in told
