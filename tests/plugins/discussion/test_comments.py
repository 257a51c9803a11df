"""What people and moderators may do with comments, and what is written then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from eak_core import clock as platform_clock
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.events.models import EventLog
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hidden_reason
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor, SignInRequired, Suspended, Suspension
from eak_core.plugins.per_service.settings import configure
from eak_discussion.comments import (
    edit_comment,
    hide_comment,
    post_comment,
    restore_comment,
    withdraw_comment,
)
from eak_discussion.models import Comment
from tests.plugins.discussion.conftest import Talk


def logged(site: Site) -> list[tuple[str, str]]:
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.data)
            .where(EventLog.service_id == site.service.id, EventLog.type.like("discussion.%"))
            .order_by(EventLog.position)
        )
        return [(row.type, row.data) for row in rows]


def configured(site: Site, **values: object) -> None:
    settings = {"edit_minutes": 5, "closed_after_outcome": False, **values}
    with site.writing() as session:
        configure(session, Actor.system(), site.service, "discussion", settings, version=0)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_comment_is_written_with_its_event_which_holds_no_words(talk: Talk) -> None:
    comment = talk.say("Lend me a **drill**.", "against")
    assert (comment.stance, comment.depth, comment.parent_id) == ("against", 1, None)
    [(kind, data)] = logged(talk.site)
    assert kind == "discussion.comment_posted"
    assert "drill" not in data
    assert f'"comment_id":{comment.id}' in data


@pytest.mark.parametrize("database", ["sqlite"])
def test_answers_nest_three_deep_and_an_answer_to_the_deepest_stands_beside_it(talk: Talk) -> None:
    first = talk.say("one")
    second = talk.say("two", answering=first)
    third = talk.say("three", answering=second)
    fourth = talk.say("four", answering=third)
    assert [c.depth for c in (first, second, third, fourth)] == [1, 2, 3, 3]
    assert fourth.parent_id == third.parent_id == second.id
    assert {c.root_id for c in (second, third, fourth)} == {first.id}


@pytest.mark.parametrize("database", ["sqlite"])
def test_visitors_are_asked_to_sign_in_and_nothing_is_written(talk: Talk) -> None:
    with pytest.raises(SignInRequired):
        talk.say(author=Actor.visitor())
    assert talk.all() == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("body", "stance", "field"),
    [("", "for", "body"), (" \n\0 ", "for", "body"), ("x" * 4_001, "for", "body"),
     ("Words.", "maybe", "stance"), ("Words.", "", "stance")],
)  # fmt: skip
def test_what_is_no_comment_is_refused_by_its_field(
    talk: Talk, body: str, stance: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        talk.say(body, stance)
    assert set(refusal.value.fields) == {field}
    assert talk.all() == []


def test_the_same_form_sent_twice_is_one_comment_and_one_event(
    site: Site, idea: Idea, citizen: Actor
) -> None:
    ids = []
    for _time in range(2):
        with site.writing() as session:
            comment = post_comment(
                session, citizen, site.service, idea, body="Once.", stance="for", form_key="abc-1"
            )
            ids.append(comment.id)
    assert ids[0] == ids[1]
    assert len(logged(site)) == 1


def test_nobody_comments_whose_account_was_erased_since_the_request_was_read(
    site: Site, idea: Idea, citizen: Actor
) -> None:
    assert citizen.person_id is not None
    with site.writing() as session:
        erase_person(session, Actor.system(), citizen.person_id)
    with pytest.raises(SignInRequired), site.writing() as session:
        post_comment(session, citizen, site.service, idea, body="Late.", stance="for")
    assert logged(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_comments_on_a_draft_a_withdrawn_or_an_unknown_idea(
    site: Site, talk: Talk, citizen: Actor
) -> None:
    for stage in ("draft", "withdrawn"):
        with site.writing() as session:
            session.get_one(Idea, talk.idea.id).stage = stage
        with pytest.raises(NotFound):
            talk.say()
    other = site.add_service("routes")
    elsewhere = site.submit("Elsewhere", service=other)
    with pytest.raises(NotFound):
        talk.say(idea=elsewhere)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_answer_belongs_to_the_idea_of_what_it_answers(site: Site, talk: Talk) -> None:
    comment = talk.say()
    with pytest.raises(NotFound):
        talk.say(answering=comment, idea=site.submit("Another"))


def test_the_author_changes_a_comment_within_five_minutes_and_not_later(
    talk: Talk, clock: FrozenClock, citizen: Actor
) -> None:
    comment = talk.say("First words.", "for")
    clock.advance(minutes=4, seconds=59)
    talk.act(edit_comment, citizen, comment, body="Better words.", stance="against")
    now = talk.now(comment)
    assert (now.body, now.stance, now.edited_at) == ("Better words.", "against", clock.now)
    clock.advance(seconds=1)
    with pytest.raises(Refused, match="5"):
        talk.act(edit_comment, citizen, comment, body="Too late.", stance="for")
    assert talk.now(comment).body == "Better words."


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_service_sets_how_long_comments_can_be_changed(
    talk: Talk, clock: FrozenClock, citizen: Actor
) -> None:
    configured(talk.site, edit_minutes=0)
    comment = talk.say()
    with pytest.raises(Refused):
        talk.act(edit_comment, citizen, comment, body="Changed.", stance="for")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_change_that_changes_nothing_is_no_event(talk: Talk, citizen: Actor) -> None:
    comment = talk.say("Same.", "for")
    talk.act(edit_comment, citizen, comment, body="Same. ", stance="for")
    assert len(logged(talk.site)) == 1
    assert talk.now(comment).edited_at is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_changes_or_withdraws_the_comment_of_another(
    talk: Talk, manager: Actor, agent: Actor
) -> None:
    comment = talk.say()
    for somebody in (manager, agent):
        with pytest.raises(Forbidden):
            talk.act(edit_comment, somebody, comment, body="Mine now.", stance="for")
        with pytest.raises(Forbidden):
            talk.act(withdraw_comment, somebody, comment)
    assert talk.now(comment).body == "A good idea."


def test_a_withdrawn_comment_loses_its_words_for_good_and_keeps_its_place(
    talk: Talk, citizen: Actor, agent: Actor
) -> None:
    comment = talk.say("Regretted.")
    answer = talk.say("I answer.", author=agent, answering=comment)
    talk.act(withdraw_comment, citizen, comment)
    now = talk.now(comment)
    assert now.body == ""
    assert now.withdrawn_at is not None
    assert talk.now(answer).parent_id == comment.id
    with pytest.raises(Refused):
        talk.act(edit_comment, citizen, comment, body="Back.", stance="for")
    with pytest.raises(Refused):
        talk.say(answering=now)


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_is_suspended_comments_no_more_and_may_still_withdraw(
    site: Site, talk: Talk, citizen: Actor
) -> None:
    comment, until = talk.say("An attack."), platform_clock.now() + timedelta(days=1)
    suspension = Suspension(site.service.id, "content", until, measure_id=1, said="Until then.")
    suspended = replace(citizen, suspensions=(suspension,))
    with pytest.raises(Suspended):
        talk.say("Another one.", author=suspended)
    with pytest.raises(Suspended):
        talk.act(edit_comment, suspended, comment, body="Worse.", stance="for")
    talk.act(withdraw_comment, suspended, comment)
    assert talk.now(comment).body == ""


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_change_that_comes_after_a_withdrawal_brings_no_words_back(
    site: Site, talk: Talk, citizen: Actor
) -> None:
    comment = talk.say("Regretted.")
    talk.act(withdraw_comment, citizen, comment)
    with pytest.raises(Refused), site.writing() as session:
        # As another window read it before the withdrawal.
        edit_comment(session, citizen, site.service, comment, body="Back.", stance="for")
    assert talk.now(comment).body == ""


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_who_runs_the_service_hides_and_only_with_a_reason(
    talk: Talk, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    comment = talk.say("Rude.")
    for somebody in (citizen, agent, Actor.visitor()):
        with pytest.raises(Forbidden):
            talk.act(hide_comment, somebody, comment, "Because.")
    with pytest.raises(Invalid):
        talk.act(hide_comment, manager, comment, "  ")
    talk.act(hide_comment, manager, comment, "An insult.")
    with talk.site.reading() as session:
        assert hidden_reason(session, talk.service.id, comment.subject) == "An insult."
    with pytest.raises(Refused):
        talk.say(answering=comment)
    with pytest.raises(Refused):
        talk.act(edit_comment, citizen, comment, body="Softer.", stance="for")
    talk.act(restore_comment, manager, comment, "A misunderstanding.")
    talk.say(answering=comment)


def test_a_service_may_close_discussions_once_there_is_an_outcome(
    site: Site, talk: Talk, manager: Actor
) -> None:
    with site.writing() as session:
        session.get_one(Idea, talk.idea.id).stage = "rejected"
    with site.reading() as session:
        rejected = session.get_one(Idea, talk.idea.id)
    talk.say("Open by default.", idea=rejected)
    configured(site, closed_after_outcome=True)
    with pytest.raises(Refused):
        talk.say("Too late.", idea=rejected)
    talk.say("Others stay open.", idea=site.submit("Another"))


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_archived_service_takes_no_more_comments(site: Site, talk: Talk) -> None:
    service = site.service
    with site.writing() as session:
        session.get_one(type(service), service.id).archived_at = platform_clock.now()
    with site.reading() as session:
        archived = session.get_one(type(service), service.id)
    author = site.people.actor(site.people.citizen)
    with pytest.raises(Forbidden), site.writing() as session:
        post_comment(session, author, archived, talk.idea, body="Late.", stance="for")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_comment_of_another_service_does_not_exist_here(
    site: Site, talk: Talk, people: People
) -> None:
    from eak_discussion.comments import comment_of

    comment = talk.say()
    other = site.add_service("routes")
    with site.reading() as session:
        assert comment_of(session, site.service, comment.id).id == comment.id
        for wrong in (0, -1, 2**31, 2**70, comment.id + 1):
            with pytest.raises(NotFound):
                comment_of(session, site.service, wrong)
        with pytest.raises(NotFound):
            comment_of(session, other, comment.id)


def test_dates_are_those_of_the_clock(talk: Talk, clock: FrozenClock) -> None:
    comment = talk.say()
    assert comment.posted_at == clock.now
    clock.advance(days=1)
    assert talk.say().posted_at - comment.posted_at == timedelta(days=1)
    assert all(isinstance(each, Comment) for each in talk.all())


NOTHING = "\u200b\u3164\u2060"


@pytest.mark.parametrize("database", ["sqlite"])
def test_words_that_show_nothing_are_no_comment_and_no_reason(talk: Talk, database: str) -> None:
    with pytest.raises(Invalid):
        talk.say(NOTHING)
    said = talk.say("👩‍🌾")
    assert said.body == "👩‍🌾"
    manager = talk.site.people.actor(talk.site.people.manager)
    with pytest.raises(Invalid):
        talk.act(edit_comment, talk.site.people.actor(talk.site.people.citizen), said,
                 body=NOTHING, stance="for")  # fmt: skip
    with pytest.raises(Invalid):
        talk.act(hide_comment, manager, said, NOTHING)


def test_a_form_sent_again_with_other_words_corrects_the_comment_it_made(
    site: Site, idea: Idea, citizen: Actor, clock: FrozenClock
) -> None:
    def send(body: str, **more: object) -> Comment:
        with site.writing() as session:
            return post_comment(
                session, citizen, site.service, idea, body=body, stance="for", form_key="abc-1",
                **more,  # type: ignore[arg-type]
            )  # fmt: skip

    first = send("Lend my dril.")
    assert [send("Lend my drill.").id, send("Lend my drill.").id] == [first.id, first.id]
    assert [kind for kind, _data in logged(site)] == [
        "discussion.comment_posted", "discussion.comment_edited",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        send("Lend my dril.")
    with pytest.raises(Conflict):
        send("Lend my drill.", parent=first)
    with site.reading() as session:
        assert [each.body for each in session.query(Comment)] == ["Lend my drill."]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_correction_that_comes_too_late_is_refused_and_changes_nothing(
    site: Site, idea: Idea, citizen: Actor, clock: FrozenClock
) -> None:
    def send(body: str) -> None:
        with site.writing() as session:
            post_comment(
                session, citizen, site.service, idea, body=body, stance="for", form_key="abc-1"
            )

    send("One.")
    clock.advance(minutes=6)
    send("One.")
    with pytest.raises(Refused, match="5"):
        send("Two.")
    with site.reading() as session:
        assert [each.body for each in session.query(Comment)] == ["One."]
