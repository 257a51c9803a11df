"""Rows of columns, which are read beside what a session holds."""

from sqlalchemy import select

from eak_core.db.rows import read_rows
from eak_core.kit.testing.site import Site
from eak_core.services.models import Service

NAMES = select(Service.name, Service.slug)


def test_what_a_session_has_not_written_yet_is_in_its_rows(site: Site) -> None:
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        service.name = "Renamed"
        row = read_rows(session, NAMES.where(Service.id == service.id)).one()
        assert (row.name, row.slug) == ("Renamed", service.slug)
        service.name = "Renamed again"
        with session.no_autoflush:
            assert read_rows(session, NAMES).first() == ("Renamed", service.slug)
        session.rollback()
