"""The counts, which a handler keeps from what the log says."""

import pytest
from sqlalchemy import select

from eak_core.events.worker import Worker
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.transferring import transfer_idea
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.models import Service
from eak_discussion.comments import edit_comment, hide_comment, restore_comment, withdraw_comment
from eak_discussion.counts import Counts, counts
from eak_discussion.models import Count
from tests.plugins.discussion.conftest import Talk


def counted(site: Site, talk: Talk) -> tuple[int, int, int]:
    site.drain()
    with site.reading() as session:
        found = counts(session, site.service.id, [talk.idea.id])[talk.idea.id]
    return found.in_favour, found.neutral, found.against


def test_a_comment_counts_by_its_stance_and_while_it_can_be_read(
    site: Site, talk: Talk, citizen: Actor, manager: Actor
) -> None:
    assert counted(site, talk) == (0, 0, 0)
    first = talk.say(stance="for")
    second = talk.say(stance="against")
    talk.say(stance="neutral", answering=first)
    assert counted(site, talk) == (1, 1, 1)
    talk.act(edit_comment, citizen, second, body="After all, yes.", stance="for")
    assert counted(site, talk) == (2, 1, 0)
    talk.act(hide_comment, manager, first, "An insult.")
    assert counted(site, talk) == (1, 1, 0)
    talk.act(withdraw_comment, citizen, first)
    assert counted(site, talk) == (1, 1, 0)
    talk.act(restore_comment, manager, first, "A mistake.")
    assert counted(site, talk) == (1, 1, 0), "a withdrawn comment does not count again"
    talk.act(hide_comment, manager, second, "An insult.")
    talk.act(restore_comment, manager, second, "A mistake.")
    assert counted(site, talk) == (1, 1, 0)


def test_what_is_hidden_elsewhere_changes_no_count(site: Site, talk: Talk, manager: Actor) -> None:
    from eak_core.moderation.decisions import hide

    talk.say()
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{talk.idea.id}", "Not an idea.")
    assert counted(site, talk) == (1, 0, 0)


def test_comments_go_with_an_idea_that_becomes_part_of_another(
    site: Site, talk: Talk, manager: Actor
) -> None:
    twin = site.submit("The same")
    talk.say(stance="for")
    first = talk.say("Of the other one.", stance="against", idea=twin)
    talk.say(stance="for", answering=first, idea=twin)
    site.drain()
    with site.writing() as session:
        merge_ideas(session, manager, site.service, twin.id, talk.idea.id, "They say the same.")
    assert counted(site, talk) == (2, 0, 1)
    page = site.browser().get(f"/culture/idees/{talk.idea.id}-{talk.idea.slug}").text
    assert "Of the other one." in page
    talk.say(stance="neutral")
    talk.act(hide_comment, manager, first, "An insult.")
    assert counted(site, talk) == (2, 1, 0)
    site.replay("discussion")
    assert counted(site, talk) == (2, 1, 0)
    with site.reading() as session:
        assert not session.scalars(select(Count).where(Count.idea_id == twin.id)).all()


def test_comments_go_with_an_idea_to_another_service_hidden_or_not(
    site: Site, talk: Talk, manager: Actor
) -> None:
    roads = site.add_service("routes")
    site.enable("discussion", service=roads)
    first = talk.say("A good idea.", stance="for")
    hidden = talk.say("An idiot's idea.", stance="against")
    talk.say("Well.", stance="neutral", answering=first)
    talk.act(hide_comment, manager, hidden, "An insult.")
    talk.say("Of another idea.", stance="for", idea=site.submit("Another"))
    chief = site.people.actor(site.people.administrator)

    def found(place: Service) -> tuple[int, int, int, bool]:
        with site.reading() as session:
            number = counts(session, place.id, [talk.idea.id])[talk.idea.id]
        page = site.browser().get(f"/{place.slug}/recherche?q=good").text
        return number.in_favour, number.neutral, number.against, "<mark>good" in page

    def move(here: Service, there: Service) -> None:
        with site.writing() as session:
            transfer_idea(session, chief, here, talk.idea.id, there, "It is about a road.")
        site.drain()
        old = site.browser().get(f"/{here.slug}/discussion/commentaires/{first.id}")
        assert old.headers["Location"] == f"/{there.slug}/discussion/commentaires/{first.id}"
        page = site.browser().get(f"/{there.slug}/idees/{talk.idea.id}-{talk.idea.slug}").text
        assert "A good idea." in page
        assert "idiot" not in page

    site.drain()
    move(site.service, roads)
    assert [found(site.service), found(roads)] == [(0, 0, 0, False), (1, 1, 0, True)]
    for place in (roads, site.service):
        site.replay("discussion", service=place)
    assert [found(site.service), found(roads)] == [(0, 0, 0, False), (1, 1, 0, True)]
    move(roads, site.service)
    assert [found(site.service), found(roads)] == [(1, 1, 0, True), (0, 0, 0, False)]
    talk.act(restore_comment, manager, hidden, "A mistake.")
    assert counted(site, talk) == (1, 1, 1)
    for place in (site.service, roads):
        site.replay("discussion", service=place)
    assert counted(site, talk) == (1, 1, 1)


def test_counts_built_anew_are_those_that_were_kept(
    site: Site, talk: Talk, citizen: Actor, manager: Actor
) -> None:
    said = [talk.say(stance=stance) for stance in ("for", "for", "against", "neutral")]
    talk.act(hide_comment, manager, said[0], "An insult.")
    talk.act(withdraw_comment, citizen, said[3])
    before = counted(site, talk)
    site.replay("discussion")
    assert counted(site, talk) == before == (1, 0, 1)


def test_what_happened_while_it_was_off_is_caught_up(
    site: Site, talk: Talk, manager: Actor
) -> None:
    comment = talk.say()
    assert counted(site, talk) == (1, 0, 0)
    site.disable("discussion")
    talk.act(hide_comment, manager, comment, "Hidden while the plugin is off.")
    assert counted(site, talk) == (1, 0, 0)
    site.enable("discussion")
    assert counted(site, talk) == (0, 0, 0)


def test_the_counts_of_one_idea_are_not_those_of_another(site: Site, talk: Talk) -> None:
    other = site.submit("Another")
    talk.say()
    talk.say(idea=other)
    talk.say(idea=other, stance="against")
    site.drain()
    with site.reading() as session:
        found = counts(session, site.service.id, [talk.idea.id, other.id])
        assert counts(session, site.service.id + 1, [talk.idea.id])[talk.idea.id] == Counts()
    assert [each.total for each in found.values()] == [1, 2]


def test_switching_says_how_many_comments_it_concerns(
    site: Site, talk: Talk, citizen: Actor
) -> None:
    from eak_core.plugins.per_service.preview import preview

    def sentences() -> str:
        with site.reading() as session:
            return " ".join(preview(session, site.service, "discussion", {}).sentences)

    assert "comment" not in sentences()
    talk.say()
    talk.act(withdraw_comment, citizen, talk.say())
    assert "1\u00a0commentaire n’est plus affiché" in sentences()
    site.disable("discussion")
    assert "1\u00a0commentaire écrit auparavant est de nouveau affiché." in sentences()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_thousand_comments_are_handled_in_few_batches(site: Site, talk: Talk) -> None:
    from eak_core import clock
    from eak_discussion.comments import insert_comment

    site.disable("discussion")
    with site.writing() as session:
        for _each in range(1_000):
            insert_comment(session, site.service.id, talk.idea.id, "Words.", "for", clock.now())
    site.enable("discussion")
    assert Worker(site.app).drain(timeout=30)
    assert counted(site, talk) == (1_000, 0, 0)
    with site.reading() as session:
        assert session.query(PluginActivation).count() == 1


def test_a_comment_touches_the_counts_of_its_own_idea_alone(
    site: Site, talk: Talk, manager: Actor
) -> None:
    other = site.submit("Another idea")
    with site.writing() as session:
        session.add(Count(service_id=site.service.id, idea_id=other.id, stance="for", comments=0))
    said = talk.say(stance="for")
    site.drain()
    talk.act(hide_comment, manager, said, "An insult.")
    site.drain()
    with site.reading() as session:
        assert session.scalars(select(Count.idea_id)).all() == [other.id]
