"""The letters of the demonstration: they have left, and nothing leaves of them any more."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from eak_core.demo.demonstration import Demo
from eak_core.kit.testing.site import Site
from eak_newsletter.deliveries.running import counts
from eak_newsletter.demo import LETTERS, play
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber


@pytest.mark.parametrize("database", ["sqlite"])
def test_three_letters_have_left_a_draft_waits_and_no_reader_is_real(site: Site) -> None:
    with site.writing() as session:
        site.service.slug = "laboratoire"
        session.merge(site.service)
    people = {"gestion": site.people.manager, "citoyenne": site.people.citizen}
    demo = Demo(datetime(2026, 3, 2, tzinfo=UTC), people)
    with site.app.test_request_context(), site.writing() as session:
        play(session, site.service, demo)
    site.drain()
    assert site.sent == []
    with site.reading() as session:
        issues = session.scalars(select(Issue).order_by(Issue.id)).all()
        assert [(each.state, each.number) for each in issues] == [
            ("sent", 1), ("sent", 2), ("sent", 3), ("draft", None),
        ]  # fmt: skip
        assert [each.subject for each in issues[:3]] == [
            each.subject for each in LETTERS["laboratoire"]
        ]
        assert counts(session, issues[0].id)["unknown"] == 1
        addresses = session.scalars(select(Subscriber.address)).all()
        others = [each for each in addresses if each != site.people.citizen.email]
        assert len(others) == len(addresses) - 1
        assert all(each.endswith("@demo.example") for each in others)
    page = site.browser().get("/laboratoire/lettre/3")
    assert "Pourquoi nous ne faisons pas la moyenne" in page.text
    assert site.browser().get("/laboratoire/lettre/lettres.atom").status_code == 200
