"""The demonstration of partners, also where votes are on and have decided about its ideas."""

import pytest
from sqlalchemy import func, select

from eak_core.demo import load
from eak_core.demo.content import AGENT_DOMAIN
from eak_core.kit.testing.sites import Sites
from eak_core.services.models import Service
from eak_matchmaking.models import Need, Offer


# On PostgreSQL it is played with all plugins, where the command line is.
@pytest.mark.parametrize("database", ["sqlite"])
def test_partners_offer_and_ideas_need_something_in_every_service_of_theirs(sites: Sites) -> None:
    plugins = ["eak_matchmaking.plugin", "eak_voting.plugin"]
    site = sites.make(plugins, agent_domains=(AGENT_DOMAIN,))
    assert load(site.app)
    with site.reading() as session:
        services = session.scalar(select(func.count()).select_from(Service)) or 0
        needing = session.scalars(select(Need.service_id).distinct()).all()
        offering = session.scalars(select(Offer.service_id).distinct()).all()
    assert services >= 3
    assert len(needing) >= 3
    assert len(offering) >= 3
