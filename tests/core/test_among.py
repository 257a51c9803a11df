"""A condition on hundreds of numbers that is one value of its statement."""

from sqlalchemy import select

from eak_core.db.among import among
from eak_core.kit.testing import Site
from eak_core.kit.testing.queries import Queries
from eak_core.services.models import Service


def test_those_whose_number_is_given_are_kept_however_many_are_given(site: Site) -> None:
    here, other = site.service.id, site.add_service("parcs", "Parcs").id
    site.add_service("routes", "Routes")
    with site.reading() as session, Queries(site.app) as queries:
        for given, kept in (
            ([here, other, *range(1_000, 3_000)], {here, other}),
            ([other], {other}),
            ([], set()),
        ):
            found = session.scalars(select(Service.id).where(among(session, Service.id, given)))
            assert set(found) == kept
    # One statement for all of them: its text does not grow with what is given.
    assert len(set(queries.statements)) == 1
