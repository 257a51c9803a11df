"""Who is told of a comment: the author of the idea, its followers, and whoever is answered."""

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.notices import following, inbox
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_discussion.comments import hide_comment, withdraw_comment
from tests.plugins.discussion.conftest import Talk


def told(site: Site, person: Person) -> list[str]:
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, site.people.actor(person), None)
    return [f"{each.text} / {each.detail} / {each.because}" for each in page.items]


def test_author_and_whoever_is_answered_are_told_and_nobody_of_their_own_words(
    site: Site, talk: Talk, clock: FrozenClock
) -> None:
    people = site.people
    agent = people.actor(people.agent)
    first = talk.say("I would **lend** mine.", author=agent)
    site.drain()
    title = talk.idea.title
    assert told(site, people.citizen) == [
        f"Agathe Agent comments on “{title}” / I would lend mine. / You follow “{title}”."
    ]
    assert told(site, people.agent) == []
    talk.say("So would I.", answering=first, author=people.actor(people.manager))
    site.drain()
    assert told(site, people.agent) == [
        f"Manon Manager answers your comment on “{title}” / So would I. / It answers your comment."
    ]
    assert len(told(site, people.citizen)) == 2
    assert told(site, people.manager) == []
    clock.advance(minutes=61)
    site.drain()
    assert sorted(mail.to for mail in site.sent) == sorted(
        [str(people.agent.email), str(people.citizen.email)]
    )


def test_whoever_comments_follows_the_idea_and_may_leave_it(site: Site, talk: Talk) -> None:
    people, subject = site.people, f"idea:{talk.idea.id}"
    agent = people.actor(people.agent)
    talk.say("One.", author=agent)
    with site.writing() as session:
        assert following.follows(session, agent, site.service, subject)
        following.leave(session, agent, site.service, subject)
    talk.say("Two.", author=agent)
    talk.say("Three.", author=people.actor(people.manager))
    site.drain()
    assert told(site, people.agent) == []


def test_what_was_hidden_or_withdrawn_is_told_to_nobody(
    site: Site, talk: Talk, manager: Actor
) -> None:
    people = site.people
    agent = people.actor(people.agent)
    before = talk.say("Hidden before anybody is told.", author=agent)
    talk.act(hide_comment, manager, before, "Not for here.")
    site.drain()
    after = talk.say("Hidden after they were.", author=agent)
    taken_back = talk.say("Taken back.", author=agent)
    site.drain()
    assert len(told(site, people.citizen)) == 2
    talk.act(hide_comment, manager, after, "Not for here.")
    talk.act(withdraw_comment, agent, taken_back)
    assert told(site, people.citizen) == []
    site.drain()
    hidden = "The moderators have hidden one of your comments / Not for here. / It is your comment."
    assert told(site, people.agent) == [hidden, hidden]
    assert told(site, people.citizen) == []


def test_where_it_is_off_nothing_of_it_is_told_and_on_again_only_what_was(
    site: Site, talk: Talk
) -> None:
    people = site.people
    talk.say("One.", author=people.actor(people.agent))
    site.drain()
    citizen = people.actor(people.citizen)
    site.disable("discussion")
    with site.reading() as session:
        assert inbox.unread(session, citizen) == 0
    assert told(site, people.citizen) == []
    site.enable("discussion")
    site.replay("discussion")
    assert len(told(site, people.citizen)) == 1
