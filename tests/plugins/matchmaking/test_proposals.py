"""Proposals: who offers to pilot what, who answers, and what is decided."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.moderation.decisions import hide, restore
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import ending
from eak_matchmaking.proposals import deciding, proposing
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.matchmaking.pilots import WHY, Pilots, withdraw


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
        withdraw(pilots, idea)
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
