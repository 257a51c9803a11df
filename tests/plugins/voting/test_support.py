"""Support for ideas outside of any ballot: one click, taken back by another one."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from eak_core.api import NotFound, Refused, SignInRequired
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.transferring import transfer_idea
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_voting.casting import support
from eak_voting.models import BallotOption, Support
from eak_voting.subscribers import supports
from tests.plugins.voting.conftest import Polls


def address(idea: Idea) -> str:
    return f"/culture/idees/{idea.id}-{idea.slug}"


def give(site: Site, idea: Idea, actor: Actor) -> bool:
    with site.writing() as session:
        return support.give(session, actor, site.service, session.get_one(Idea, idea.id))


def take_back(site: Site, idea: Idea, actor: Actor) -> bool:
    with site.writing() as session:
        return support.take_back(session, actor, site.service, session.get_one(Idea, idea.id))


def number(site: Site, idea: Idea) -> int:
    site.drain()
    with site.reading() as session:
        return supports(session, site.service.id, [idea.id])[idea.id]


@pytest.mark.parametrize("database", ["sqlite"])
def test_asking_for_the_head_of_the_page_supports_nothing(
    site: Site, client: Browser, people: People, idea: Idea
) -> None:
    client.sign_in(people.agent)
    assert client.head(f"/culture/votes/soutiens/{idea.id}").status_code == 200
    with site.reading() as session:
        assert session.query(Support).count() == 0


def test_an_idea_is_supported_by_one_click_and_no_longer_by_another(
    site: Site, client: Browser, people: People, idea: Idea
) -> None:
    client.sign_in(people.agent)
    assert "Personne ne soutient encore" in client.get(address(idea)).text
    answer = client.submit(address(idea), f"/soutiens/{idea.id}")
    assert answer.location.endswith(f"{address(idea)}#soutien")
    site.drain()
    page = client.get(address(idea)).text
    assert "1 personne soutient cette idée." in page
    assert "Vous en êtes." in page
    client.submit(address(idea), f"/soutiens/{idea.id}/retirer")
    site.drain()
    assert "Personne ne soutient encore" in client.get(address(idea)).text


def test_a_click_that_comes_twice_counts_once(
    site: Site, idea: Idea, citizen: Actor, agent: Actor
) -> None:
    assert [give(site, idea, citizen) for _time in range(2)] == [True, False]
    assert give(site, idea, agent)
    assert number(site, idea) == 2
    assert [take_back(site, idea, citizen) for _time in range(2)] == [True, False]
    assert number(site, idea) == 1


def test_the_count_is_the_same_when_it_is_built_anew(
    site: Site, idea: Idea, citizen: Actor, agent: Actor
) -> None:
    for actor in (citizen, agent):
        give(site, idea, actor)
    take_back(site, idea, citizen)
    assert number(site, idea) == 1
    site.replay("voting")
    assert number(site, idea) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_visitors_are_led_to_the_button_by_way_of_signing_in(
    site: Site, client: Browser, people: People, idea: Idea
) -> None:
    page = client.get(address(idea))
    assert f"/culture/votes/soutiens/{idea.id}" in page.text
    assert "Set-Cookie" not in page.headers
    answer = client.get(f"/culture/votes/soutiens/{idea.id}")
    assert answer.status_code == 302
    assert "connexion" in answer.location
    client.sign_in(people.citizen)
    client.submit(f"/culture/votes/soutiens/{idea.id}", f"/soutiens/{idea.id}")
    assert number(site, idea) == 1
    with site.reading() as session, pytest.raises(SignInRequired):
        support.give(session, Actor.visitor(), site.service, idea)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_that_has_come_to_its_end_takes_no_more_support_and_gives_it_back(
    site: Site, idea: Idea, citizen: Actor, agent: Actor, manager: Actor
) -> None:
    give(site, idea, agent)
    active = site.active()
    with site.writing() as session:
        moved = session.get_one(Idea, idea.id)
        for stage in ("screening", "rejected"):
            change_stage(session, manager, site.service, active, moved, stage, "Too dear.")
    with pytest.raises(Refused):
        give(site, idea, citizen)
    assert take_back(site, idea, agent)
    assert number(site, idea) == 0


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("how", ["hidden", "withdrawn"])
def test_an_idea_that_nobody_can_read_is_not_supported(
    site: Site, client: Browser, people: People, idea: Idea, citizen: Actor, how: str
) -> None:
    manager, active = people.actor(people.manager), site.active()
    with site.writing() as session:
        if how == "hidden":
            hide(session, manager, site.service, f"idea:{idea.id}", "Names a neighbour.")
        else:
            gone = session.get_one(Idea, idea.id)
            withdraw_idea(session, citizen, site.service, active, gone, "It exists.")
    with pytest.raises(NotFound):
        give(site, idea, citizen)
    client.sign_in(people.agent)
    assert client.get(f"/culture/votes/soutiens/{idea.id}").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_service_can_do_without_support(
    site: Site, client: Browser, people: People, idea: Idea, citizen: Actor
) -> None:
    give(site, idea, citizen)
    site.drain()
    client.sign_in(people.manager)
    client.submit("/culture/gestion/plugins/voting/reglages", "reglages", support=None)
    with pytest.raises(Refused):
        give(site, idea, people.actor(people.agent))
    page = client.get(address(idea)).text
    assert "soutien" not in page.lower()
    assert "soutien" not in client.get("/culture/idees/").text.lower()


def test_cards_and_exports_tell_the_number_and_cost_one_query_for_all(
    site: Site,
    client: Browser,
    polls: Polls,
    citizen: Actor,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    first, *others = polls.ideas(2)
    give(site, first, citizen)
    polls.open("approval", ideas=[first], title="Trees or benches")
    site.drain()
    counts = []
    for _round in range(2):
        client.read("/culture/idees/")
        with query_count() as queries:
            page = client.get("/culture/idees/").text
        counts.append(queries.count)
        for each in (*others, *polls.ideas(4)):
            give(site, each, citizen)
        site.drain()
    assert "1 soutien" in page
    assert "Au vote jusqu’au 9 mars 2026" in page
    assert counts[0] == counts[1]
    rows = csv.DictReader(io.StringIO(client.get("/culture/idees.csv").text.lstrip("\ufeff")))
    assert {row["voting.supports"] for row in rows} == {"1"}


def test_the_page_of_an_idea_asks_for_the_settings_of_votes_once(
    client: Browser, idea: Idea, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with query_count() as queries:
        assert "voting" in client.get(address(idea)).text
    assert sum("plugin_setting" in each for each in queries.statements) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_of_an_idea_leads_to_its_ballots(
    client: Browser, polls: Polls, idea: Idea
) -> None:
    ballot = polls.open("approval", ideas=[idea], title="Trees or benches")
    page = client.get(address(idea)).text
    assert "Mise au vote jusqu’au 9 mars 2026" in page
    assert f"/culture/votes/{ballot.id}-trees-or-benches" in page
    polls.close(ballot)
    assert "A été mise au vote" in client.get(address(idea)).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_supports_an_idea_is_told_to_nobody(
    site: Site, client: Browser, people: People, idea: Idea
) -> None:
    other = people.add("Sasha Supporter")
    give(site, idea, people.actor(other))
    site.drain()
    client.sign_in(people.manager)
    for path in (address(idea), "/culture/idees/", "/culture/idees.json", "/culture/gestion/"):
        assert "Sasha" not in client.get(path).text
    with site.reading() as session:
        assert session.query(Support).one().person_id == other.id


def test_who_supports_two_ideas_that_become_one_counts_once(
    site: Site, citizen: Actor, agent: Actor, manager: Actor, polls: Polls
) -> None:
    kept, twin, third = polls.ideas(3)
    for idea, actor in ((kept, citizen), (twin, citizen), (twin, agent), (third, agent)):
        give(site, idea, actor)
    for gone in (twin, third):
        with site.writing() as session:
            merge_ideas(session, manager, site.service, gone.id, kept.id, "They say the same.")
    assert [number(site, idea) for idea in (kept, twin, third)] == [2, 0, 0]
    site.replay("voting")
    assert [number(site, idea) for idea in (kept, twin, third)] == [2, 0, 0]
    assert take_back(site, kept, agent)
    assert number(site, kept) == 1


def test_supports_go_with_an_idea_to_another_service(
    site: Site, citizen: Actor, agent: Actor, polls: Polls
) -> None:
    (idea,) = polls.ideas(1)
    for actor in (citizen, agent):
        give(site, idea, actor)
    roads = site.add_service("routes")
    chief = site.people.actor(site.people.administrator)
    ways = [(site.service, roads), (roads, site.service), (site.service, roads)]
    for here, there in ways:
        with site.writing() as session:
            transfer_idea(session, chief, here, idea.id, there, "It is about a road.")
    site.enable("voting", service=roads)
    for place in (site.service, roads, site.service):
        with site.reading() as session:
            assert supports(session, site.service.id, [idea.id])[idea.id] == 0
            assert {each.service_id for each in session.query(Support)} == {roads.id}
        site.replay("voting", service=place)
    with site.reading() as session:
        assert supports(session, roads.id, [idea.id]) == {idea.id: 2}


def test_an_idea_on_a_ballot_that_is_not_counted_becomes_part_of_no_other(
    site: Site, manager: Actor, polls: Polls
) -> None:
    ballot = polls.open()
    with site.reading() as session:
        named = session.query(BallotOption).filter_by(ballot_id=ballot.id).first()
        assert named is not None
        voted = named.idea_id
    other, roads = site.submit("Another one"), site.add_service("routes")
    chief = site.people.actor(site.people.administrator)
    with site.writing() as session, pytest.raises(Refused, match=ballot.title):
        transfer_idea(session, chief, site.service, voted or 0, roads, "It is about a road.")
    with site.writing() as session, pytest.raises(Refused, match=ballot.title):
        merge_ideas(session, manager, site.service, voted or 0, other.id, "They say the same.")
    with site.writing() as session:
        merge_ideas(session, manager, site.service, other.id, voted or 0, "They say the same.")
