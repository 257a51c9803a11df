"""What experiments have of other plugins, by events and hooks, and what followers are told."""

import pytest
from sqlalchemy import select

from eak_core.errors import Refused
from eak_core.events import publish
from eak_core.ideas.models import Idea, StageChange
from eak_core.kit.testing.site import Site
from eak_core.notices.following import follow
from eak_core.plugins.per_service.activation import active_plugins
from eak_experiments.drafting import fixing
from eak_experiments.drafting.finding import protocol_of
from eak_experiments.models import Experiment
from eak_experiments.pilots import pilots_of
from eak_experiments.protocol.steps import said
from eak_matchmaking.events import PilotAccepted, PilotEnded
from eak_matchmaking.organisations import registering
from eak_voting.transparency import protocols
from eak_voting.transparency.log import leaves_of_kind
from eak_voting.transparency.records import decode
from tests.plugins.experiments.content import accepted, started
from tests.plugins.matchmaking.acts import profile
from tests.plugins.voting.conftest import Polls


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_partner_that_was_accepted_is_in_the_protocol_from_the_beginning(here: Site) -> None:
    here.enable("matchmaking")
    idea_id = accepted(here)
    actor = here.people.actor(here.people.citizen)
    with here.writing() as session:
        partner = registering.register(
            session, actor, here.service, profile("Les Toits vivants"), form_key=None
        )
        happened = PilotAccepted(proposal_id=7, idea_id=idea_id, organisation_id=partner.id)
        publish(session, happened, service_id=here.service.id)
    here.drain()
    client = here.browser()
    client.sign_in(here.people.manager)
    place = f"/culture/experimentations/preparer/{idea_id}"
    client.submit(place, "preparer", title="De l’ombre", challenge="Il fait chaud.")
    with here.reading() as session:
        made = session.query(Experiment).one()
        assert [each.name for each in protocol_of(session, made).partners] == ["Les Toits vivants"]
    with here.writing() as session:
        ended = PilotEnded(proposal_id=7, idea_id=idea_id, organisation_id=1, because="said")
        publish(session, ended, service_id=here.service.id)
    here.drain()
    with here.reading() as session:
        assert pilots_of(session, here.service.id, idea_id) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_idea_is_tried_past_the_votes_but_not_out_of_a_ballot(here: Site, clock) -> None:
    here.enable("voting")
    here.enable("matchmaking")
    idea_id, polls = accepted(here), Polls(here, clock)
    voted = polls.in_stage("voting").id
    polls.open(ideas=[Idea(id=voted), polls.in_stage("accepted")])
    started(here, idea_id=idea_id)
    with here.reading() as session:
        assert session.get_one(Idea, idea_id).stage == "experimenting"
        gone_through = session.scalars(
            select(StageChange.to_stage).filter_by(idea_id=idea_id).order_by(StageChange.id)
        ).all()
        assert gone_through == ["screening", "accepted", "experimenting"]
    with pytest.raises(Refused, match="scrutin"):
        started(here, idea_id=voted)
    with here.reading() as session:
        assert session.get_one(Idea, voted).stage == "voting"
        assert set(session.scalars(select(Experiment.stage))) == {"running", "fixed"}


def test_followers_of_an_idea_are_told_that_its_experiment_starts(here: Site, clock) -> None:
    idea_id, citizen = accepted(here), here.people.actor(here.people.citizen)
    with here.writing() as session:
        active = active_plugins(session, here.service.id)
        follow(session, citizen, here.service, active, f"idea:{idea_id}")
    here.drain()
    started(here, idea_id=idea_id)
    here.drain()
    for _half_day in range(4):
        clock.advance(hours=12)
        here.drain()
    told = "".join(each.text for each in here.sent if each.kind == "mail")
    assert "a démarré" in told
    assert "est annoncée" in told


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_protocols_enter_the_public_log_of_votes_once(here: Site, clock) -> None:
    here.enable("voting")
    manager, number = here.people.actor(here.people.manager), started(here)
    for _time in range(3):
        clock.advance(hours=1, minutes=1)
        here.drain()
    with here.writing() as session:
        made = session.get_one(Experiment, number)
        values = {**said(protocol_of(session, made), "budget"), "budget": 9}
        fixing.amend_step(session, manager, here.service, made, "budget", values, "Cheaper.")
    for _time in range(2):
        clock.advance(hours=1, minutes=1)
        here.drain()
    with here.reading() as session:
        made = session.get_one(Experiment, number)
        entered = [
            decode(each.data) for each in leaves_of_kind(session, here.service.id, protocols.KIND)
        ]
        kept = fixing.proved(session, made)
    assert [(each.version, each.protocol) for each in entered] == [
        (each.version, each.hash) for each in kept
    ]
    assert [each.experiment for each in entered] == [number, number]
    page = here.browser().read("/culture/votes/journal").text
    assert f"/culture/experimentations/{number}" in page
