"""What votes tell on the core's pages: an idea's history, the portal, the footer, the desk."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_voting.casting.opening import cancel
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls


def history(client: Browser, idea: Idea) -> list[tuple[str, str]]:
    """What the page of an idea says of votes in its history, with where each entry leads."""
    text = client.get(f"/culture/idees/{idea.id}", follow_redirects=True).text
    [found] = re.findall(r'<ol class="idea-history">.*?</ol>', text, re.DOTALL)
    return re.findall(r'<a href="/culture/votes/([^"]*)">([^<]*)</a>', found)


def links(client: Browser) -> list[str]:
    """What the portal says can be done now."""
    [*found] = re.findall(
        r"Ce que vous pouvez faire maintenant</h2>(.*?)</section>", client.get("/").text, re.DOTALL
    )
    return re.findall(r"<li><a[^>]*>([^<]*)<", "".join(found))


def test_an_ideas_history_tells_when_it_was_put_to_the_vote(
    site: Site, client: Browser, polls: Polls
) -> None:
    first, second, other = polls.ideas(3)
    polls.draft(ideas=[first, second], title="Un brouillon")
    coming = polls.open(ideas=[first, second], title="À <venir>", opens_in=timedelta(days=1))
    assert history(client, first) == []
    polls.clock.advance(days=1)
    site.drain()
    there = f"{coming.id}-{coming.slug}"
    assert history(client, first) == [(there, "Mise au vote\u202f: À &lt;venir&gt;")]
    polls.close(coming)
    assert history(client, second) == [
        (there, "Mise au vote\u202f: À &lt;venir&gt;"),
        (there, "Fin du vote\u202f: À &lt;venir&gt;"),
    ]
    assert history(client, other) == []
    site.disable("voting")
    assert history(client, first) == []


def test_an_ideas_history_tells_that_a_vote_was_cancelled(
    site: Site, client: Browser, polls: Polls
) -> None:
    ballot = polls.open(ideas=(ideas := polls.ideas(2)), title="Un vote")
    site.drain()
    with site.writing() as session:
        cancel(session, polls.manager, site.service, session.get_one(Ballot, ballot.id), "Why not.")
    said = [text for _where, text in history(client, ideas[0])]
    assert said == ["Mise au vote\u202f: Un vote", "Vote annulé\u202f: Un vote"]


def test_a_kept_page_of_an_idea_turns_when_its_vote_opens_and_closes(
    site: Site, client: Browser, polls: Polls
) -> None:
    ideas = polls.ideas(2)
    path = f"/culture/idees/{ideas[0].id}-{ideas[0].slug}"
    ballot = polls.open(ideas=ideas, opens_in=timedelta(hours=1))

    def kept(tag: str | None = None) -> tuple[int, str]:
        answer = client.get(path, headers={"If-None-Match": tag} if tag else {})
        return answer.status_code, answer.headers["ETag"]

    _status, before = kept()
    assert kept(before)[0] == 304
    polls.clock.advance(hours=2)
    site.drain()
    status, opened = kept(before)
    assert status == 200
    assert kept(opened)[0] == 304
    polls.close(ballot)
    assert kept(opened)[0] == 200


def test_the_history_of_an_idea_takes_one_statement_for_all_its_votes(
    site: Site,
    client: Browser,
    polls: Polls,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    ideas = polls.ideas(2)

    def statements() -> int:
        site.drain()
        with query_count() as queries:
            history(client, ideas[0])
        return queries.count

    polls.open(ideas=ideas)
    statements()
    before = statements()
    for number in range(3):
        polls.open(ideas=ideas, title=f"Vote {number}")
    assert statements() == before
    assert len(history(client, ideas[0])) == 4


def test_the_portal_leads_to_the_votes_that_are_open_the_first_to_end_first(
    site: Site, client: Browser, polls: Polls
) -> None:
    ideas = polls.ideas(2)
    place = site.service.name
    waiting = f"Soutenir\u00a0: 2 idées attendent des soutiens ({place})"
    polls.draft(ideas=ideas, title="Un brouillon")
    site.drain()
    assert links(client) == [waiting]
    later = polls.open(ideas=ideas, title="Plus tard", lasts=timedelta(days=9))
    polls.open(ideas=ideas, title="Bientôt", lasts=timedelta(days=2))
    polls.open(ideas=ideas, title="À venir", opens_in=timedelta(days=1))
    assert links(client) == [
        f"Voter\u00a0: Bientôt ({place}) – il reste 2\u00a0jours",
        f"Voter\u00a0: Plus tard ({place}) – il reste 9\u00a0jours",
        waiting,
    ]
    assert f'href="/culture/votes/{later.id}-{later.slug}"' in client.get("/").text
    polls.clock.advance(days=3)
    assert links(client) == [
        f"Voter\u00a0: À venir ({place}) – il reste 5\u00a0jours",
        f"Voter\u00a0: Plus tard ({place}) – il reste 6\u00a0jours",
        waiting,
    ]
    site.disable("voting")
    assert links(client) == []


def test_the_portal_says_where_ideas_wait_for_support_most_of_them_first(
    site: Site,
    client: Browser,
    polls: Polls,
    manager: Actor,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    def said() -> list[str]:
        site.drain()
        with query_count() as queries:
            found = links(client)
        counted.append(queries.count)
        return found

    counted: list[int] = []
    first, *_others = polls.ideas(2)
    name = site.service.name
    assert said() == [f"Soutenir\u00a0: 2 idées attendent des soutiens ({name})"]
    assert 'href="/culture/idees/?etape=submitted"' in client.get("/").text
    many = site.add_service("routes", "Routes")
    site.enable("voting", service=many)
    for _time in range(3):
        assert site.submit(service=many)
    # Where support cannot be given, and where a reader may not come, nothing is said of it.
    off = site.add_service("sports", "Sports")
    inside = site.add_service("interne", "Interne", audience="internal")
    site.enable("voting", service=inside)
    assert site.submit(service=off)
    assert site.submit(service=inside, author=site.people.actor(site.people.agent))
    assert said() == [
        "Soutenir\u00a0: 3 idées attendent des soutiens (Routes)",
        f"Soutenir\u00a0: 2 idées attendent des soutiens ({name})",
    ]
    assert len(set(counted)) == 1
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{first.id}", "It names somebody.")
    assert said()[1] == f"Soutenir\u00a0: 1 idée attend des soutiens ({name})"


def test_the_footer_leads_to_the_receipts(client: Browser, site: Site) -> None:
    footer = client.get("/culture/").text.partition("<footer")[2]
    assert '<a href="/culture/votes/recu">Vérifier le reçu d’un vote</a>' in footer
    assert "Vérifier le reçu" not in client.get("/").text
    site.disable("voting")
    assert "Vérifier le reçu" not in client.get("/culture/").text


def test_a_services_home_says_how_many_ideas_wait_for_support(
    site: Site, client: Browser, polls: Polls, manager: Actor
) -> None:
    home = "/culture/"
    assert "attend des soutiens" not in client.get(home).text
    first, *_others = polls.ideas(3)
    site.drain()
    page = client.get(home).text
    assert "3 idées attendent des soutiens" in page
    assert 'href="/culture/idees/?etape=submitted"' in page
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{first.id}", "It names somebody.")
    site.drain()
    assert "2 idées attendent des soutiens" in client.get(home).text
    site.disable("voting")
    assert "attendent des soutiens" not in client.get(home).text
