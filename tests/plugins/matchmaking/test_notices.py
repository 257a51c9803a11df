"""Who is told of pilots and matching rounds: those who follow an idea, or the service."""

from sqlalchemy import select

from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.notices import following, inbox
from eak_core.notices.models import Notice, Occasion
from eak_core.people.models import Person
from eak_matchmaking.matching import opening
from eak_matchmaking.proposals import deciding
from tests.plugins.matchmaking.pilots import Pilots
from tests.plugins.matchmaking.rounds import Rounds

ON = frozenset({"matchmaking"})


def told(site: Site, person: Person) -> list[str]:
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, site.people.actor(person), None)
    return [
        each.text for each in page.items if "atching round" in each.text or "pilots" in each.text
    ]


def follow(site: Site, subject: str) -> Person:
    """The agent, who follows ``subject``."""
    agent: Person = site.people.agent
    site.drain()
    with site.writing() as session:
        following.follow(session, site.people.actor(agent), site.service, ON, subject)
    return agent


def test_who_follows_an_idea_is_told_of_its_pilot_and_its_author_is_not_written_to_twice(
    pilots: Pilots,
) -> None:
    site, idea = pilots.site, pilots.idea
    agent = follow(site, f"idea:{idea.id}")
    pilot = pilots.pilot()
    site.drain()
    [said] = told(site, agent)
    assert said.endswith(f" pilots “{idea.title}”")
    author = site.people.citizen
    assert told(site, author) == [said]
    with site.reading() as session:
        due = dict(
            session.execute(
                select(Notice.person_id, Notice.mail_due_at)
                .join(Occasion, Occasion.id == Notice.occasion_id)
                .where(Occasion.kind == "matchmaking.pilots")
            ).all()
        )
    assert due[author.id] is None, "they have a letter about it"
    assert due[agent.id] is not None
    pilots.does(deciding.end, pilots.manager, pilot, "It is over.")
    site.drain()
    assert told(site, agent)[0].endswith(f"no longer pilots “{idea.title}”")
    with site.writing() as session:
        hide(session, pilots.manager, site.service, f"matchmaking.proposal:{pilot.id}", "Rude.")
    site.drain()
    assert told(site, agent) == []


def test_who_follows_the_service_is_told_when_a_round_opens_and_when_it_is_called_off(
    rounds: Rounds,
) -> None:
    site = rounds.site
    agent = follow(site, f"service:{rounds.service.id}")
    rounds.partner("Halle")
    held = rounds.opened(rounds.looking("A market"))
    site.drain()
    assert told(site, agent) == [f"The matching round “{held.title}” is open"]
    rounds.runs(opening.cancel_round, held, "Nobody came.")
    site.drain()
    assert told(site, agent)[0] == f"The matching round “{held.title}” is called off"
