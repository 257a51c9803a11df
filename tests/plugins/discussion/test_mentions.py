"""People named in comments: who is meant, who is told, and what stays of an erased name."""

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.notices import following
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_discussion.comments import edit_comment, withdraw_comment
from eak_discussion.mentions import match, without
from eak_discussion.models import Mention
from tests.plugins.discussion.conftest import Talk
from tests.plugins.discussion.test_notices import told

NAMES = {1: "Jean", 2: "Jean Martin", 3: "Zoé O’Hara", 4: "Jean", 5: "Zoé"}


def test_the_longest_whole_name_is_meant_and_nobody_where_two_have_it() -> None:
    cases = {
        "Jean Martin, look": ({2: "Jean Martin"}, []),
        "jean martin": ({2: "jean martin"}, []),
        "Jean Martinez": ({}, ["Jean"]),
        "Zoé O’Hara.": ({3: "Zoé O’Hara"}, []),
        "Zoéline": ({}, []),
        "Jean": ({}, ["Jean"]),
        "Nobody": ({}, []),
    }
    for typed, (people, unclear) in cases.items():
        assert match([typed], NAMES, None) == (people, unclear), typed
    assert match(["Jean"], NAMES, 4).people == {4: "Jean"}
    assert match(["Jean"], NAMES, 2).people == {}
    text = without("@Jean Martin, @jean, a@Jean, @Jeanne", "Jean", ["Jean", "Jean Martin"])
    assert text.count("@") == 3
    assert text.startswith("@Jean Martin, ")
    assert "a@Jean, @Jeanne" in text


def test_whoever_is_named_is_told_once_and_nobody_who_takes_no_part(
    site: Site, talk: Talk, clock: FrozenClock
) -> None:
    people = site.people
    agent, manager = people.actor(people.agent), people.actor(people.manager)
    talk.say(f"@{people.agent.name}, @{people.citizen.name}: see.", author=manager)
    site.drain()
    assert told(site, people.agent) == []
    assert [each.partition(" ")[2][:27] for each in told(site, people.citizen)] == [
        "Manager names you in a comm"
    ]
    first = talk.say("I am here.", author=agent)
    talk.say(f"So you say, @{people.agent.name}.", author=manager, answering=first)
    talk.say(f"And more, @{people.agent.name}!", author=manager)
    talk.say(f"I, @{people.agent.name}, agree.", author=agent)
    gone = talk.say(f"Not here, @{people.agent.name}.", author=manager)
    talk.act(withdraw_comment, manager, gone)
    with site.writing() as session:
        following.leave(session, people.actor(people.citizen), site.service, f"idea:{talk.idea.id}")
    talk.say(f"Gone, @{people.citizen.name}?", author=manager)
    site.drain()
    # Whoever is named by a correction is told of it, and nobody a second time.
    before = told(site, people.agent)
    said = talk.say("I agree.", author=manager)
    for more in ("", " Fully.", ""):
        body = f"I agree, @{people.agent.name}.{more}"
        talk.act(edit_comment, manager, said, body=body, stance="for")
    site.drain()
    corrected = [each for each in told(site, people.agent) if each not in before]
    assert [each.split(" / ")[-1] for each in corrected] == [
        "It names you.",
        f"You follow “{talk.idea.title}”.",
    ]
    named = before
    (once,) = [each for each in named if "names you" in each]
    assert once.endswith(f"on “{talk.idea.title}” / And more, @Agathe Agent! / It names you.")
    assert sum("answers your comment" in each for each in named) == 1
    assert not any("Gone" in each for each in told(site, people.citizen))


def test_an_erased_name_leaves_what_others_said(
    site: Site, talk: Talk, citizen: Actor, manager: Actor
) -> None:
    people = site.people
    said = talk.say("Thanks.", author=manager)
    talk.act(edit_comment, manager, said, body=f"@{citizen.name} is right.", stance="for")
    other = talk.say(f"No, @{citizen.name} is wrong.", author=manager)
    site.drain()
    before = site.browser().get(talk.path)
    assert "Camille Citizen" in before.text
    with site.reading() as session:
        copy = export_person(session, citizen, citizen.person_id or 0)
    assert len(copy["plugins"]["discussion"]["named_in"]) == 2
    with site.writing() as session:
        erase_person(session, Actor.system(), people.citizen.id)
    site.drain()
    assert talk.now(said).body.endswith(" is right.")
    for comment in (said, other):
        assert "Camille" not in talk.now(comment).body
    page = site.browser().get(talk.path, headers={"If-None-Match": before.headers["ETag"]})
    assert page.status_code == 200
    assert "Camille" not in page.text
    with site.reading() as session:
        assert session.query(Mention).all() == []
