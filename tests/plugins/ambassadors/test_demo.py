"""The demonstration: five ambassadors, a nomination in each state, and a badge that verifies."""

import pytest
from sqlalchemy import select

from eak_ambassadors.badges.verifying import verify
from eak_ambassadors.models import Ambassador, Badge, Nomination, Sitting
from eak_ambassadors.recognition import signing
from eak_core import clock
from eak_core.demo import load
from eak_core.demo.content import AGENT_DOMAIN
from eak_core.kit.testing.sites import Sites
from eak_core.services.models import Service


@pytest.mark.parametrize("database", ["sqlite"])
def test_ambassadors_stand_in_three_services_and_nominations_in_each_state(sites: Sites) -> None:
    site = sites.make(["eak_ambassadors.plugin"], agent_domains=(AGENT_DOMAIN,))
    assert load(site.app)
    with site.app.test_request_context(), site.reading() as session:
        ambassadors = session.scalars(select(Ambassador)).all()
        assert len(ambassadors) == 5
        assert len({each.service_id for each in ambassadors}) == 3
        waiting = session.scalars(select(Nomination).where(Nomination.closed_at.is_(None))).all()
        assert [each.agreed_at is None for each in waiting].count(True) == 1
        sittings = session.scalars(select(Sitting).order_by(Sitting.id)).all()
        assert {(each.drawn_at is not None, each.recognised) for each in sittings} == {
            (False, None), (True, None), (True, False), (True, True),
        }  # fmt: skip
        badge = session.scalars(select(Badge)).first()
        assert badge is not None
        service = session.get_one(Service, badge.service_id)
        issuer = signing.issuer(session, service)
        found = verify(badge.token.encode(), issuer, clock.now())
        assert found.credential["issuer"]["name"] == service.name
    # Whoever is shown has a portrait, and it is told to those who do not see it.
    wall = site.browser().read("/laboratoire/ambassadeurs/").text
    assert wall.count('alt="Portrait dessiné') == 2
