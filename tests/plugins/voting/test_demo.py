"""The demonstration of votes: played through the same functions as real ones."""

import pytest
from sqlalchemy import func, select

from eak_core import clock
from eak_core.demo import load
from eak_core.demo.content import AGENT_DOMAIN
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.services.models import Service
from eak_voting.ballots.finding import phase
from eak_voting.models import Ballot, BallotOption, Paper, RegisterEntry, Support
from eak_voting.publishing.recount import recount
from eak_voting.publishing.stored import file_of, result_of


# On PostgreSQL it is played with all plugins, where the command line is.
@pytest.mark.parametrize("database", ["sqlite"])
def test_the_demonstration_has_a_ballot_of_each_method_counted_open_and_announced(
    sites: Sites, plugins: list[str]
) -> None:
    site = sites.make(plugins, agent_domains=(AGENT_DOMAIN,))
    assert load(site.app)
    its_counted_ballot_funds_something_not_everything_and_can_be_recounted(site)
    with site.reading() as session:
        ballots = session.scalars(select(Ballot)).all()
    found = {(each.method, each.secrecy, phase(each)) for each in ballots}
    assert found == {
        ("budget", "pseudonymous", "counted"),
        ("approval", "secret", "open"),
        ("majority", "pseudonymous", "open"),
        ("majority", "secret", "upcoming"),
    }
    site.drain()
    with site.reading() as session:
        voters = session.scalar(select(func.count()).select_from(RegisterEntry)) or 0
        assert voters > 150
        assert voters == session.scalar(select(func.count()).select_from(Paper))
        assert (session.scalar(select(func.count()).select_from(Support)) or 0) > 50
        voted = select(Idea.stage, Idea.answer_by, Idea.answered_at).join(
            BallotOption, BallotOption.idea_id == Idea.id
        )
        for stage, promised, answered in session.execute(voted):
            assert stage != "screening", "what is put to the vote has had its screening"
            assert answered is not None or promised is None or promised > clock.now()
        assert session.scalars(select(Idea.title).where(Idea.stage == "voting")).all()


def its_counted_ballot_funds_something_not_everything_and_can_be_recounted(site: Site) -> None:
    with site.reading() as session:
        ballot = session.scalars(select(Ballot).where(Ballot.state == "counted")).one()
        service = session.get_one(Service, ballot.service_id)
        result = result_of(ballot)
        checked = recount(file_of(session, service, ballot))
    assert result.conclusive
    assert result.spending is not None
    assert 0 < len(result.spending.decisive.selected) < 4
    assert checked.holds, checked.line
    assert checked.line.startswith("CONFIRMED")
