"""Statements that are rendered once for each kind of database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, text, update

from eak_core.api import Prepared
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.people.models import PersonSession
from eak_core.services.models import Service

RENAME = Prepared(
    update(Service).where(Service.slug == bindparam("which")).values(name=bindparam("now"))
)


def names(site: Site) -> list[str]:
    with site.reading() as session:
        return list(session.scalars(select(Service.name).order_by(Service.id)))


def test_it_runs_with_values_or_once_with_each_and_tells_how_many_rows(site: Site) -> None:
    assert site.service.slug == "culture"
    site.add_service("sport")
    with site.writing() as session, Queries(site.app) as asked:
        connection = session.connection()
        assert RENAME.run(connection, {"which": "culture", "now": "It's 100 %"}).rowcount == 1
        several = [{"which": which, "now": which.upper()} for which in ("sport", "nowhere")]
        assert RENAME.run(connection, several).rowcount == 1
        assert asked.count == 2
    assert names(site) == ["It's 100 %", "SPORT"]


def test_values_are_the_drivers_and_those_that_nobody_asks_for_are_left(site: Site) -> None:
    columns = ("number", "person_id", "begun_at", "used_at", "browser")
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    row = {"number": "1", "person_id": site.people.citizen.id, "browser": "", "more": object()}
    with site.writing() as session:
        written = Prepared(insert(PersonSession), columns)
        written.run(session.connection(), {**row, "begun_at": at, "used_at": at})
    with site.reading() as session:
        query = select(PersonSession).where(PersonSession.number == "1")
        assert session.scalars(query).one().used_at == at


def test_one_value_may_stand_in_several_places(site: Site) -> None:
    query = Prepared(text("SELECT name FROM service WHERE slug = :word OR name = :word"))
    with site.reading() as session:
        found = query.run(session.connection(), {"word": site.service.slug})
        assert found.scalar_one() == site.service.name


def test_what_would_be_computed_for_it_is_refused(site: Site) -> None:
    """A default of a column is the model's to give, which nobody asks here."""
    forgotten = Prepared(insert(PersonSession), ("number", "person_id"))
    with site.writing() as session, pytest.raises(TypeError, match="all its values"):
        forgotten.run(session.connection(), {"number": "2", "person_id": 1})


def test_what_a_condition_compares_with_is_part_of_it_and_a_list_of_values_is_refused(
    site: Site,
) -> None:
    which = Service.slug == bindparam("which")
    constant = Prepared(select(Service.name).where(which, Service.audience != "internal"))
    several = Prepared(select(Service.name).where(Service.slug.in_(["culture", "sport"])))
    with site.reading() as session:
        found = constant.run(session.connection(), {"which": site.service.slug})
        assert found.scalar_one() == site.service.name
        with pytest.raises(TypeError, match="list of values"):
            several.run(session.connection(), {})
