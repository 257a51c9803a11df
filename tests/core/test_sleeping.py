"""Accounts that nobody uses: warned, then erased, unless something about them is still needed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Misconfigured
from eak_core.events import SITE
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog
from eak_core.events.scheduling import begin_all
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.moderation.models import Appeal
from eak_core.people.accounts import sleeping
from eak_core.people.accounts.account import create_person
from eak_core.people.models import Person

Add = Callable[..., int]


@pytest.fixture
def site(sites: Sites, clock: FrozenClock) -> Site:
    site = sites.make(())
    assert site.service
    with site.writing() as session:
        begin_all(session, get_event_core(site.app))
    return site


@pytest.fixture
def add(site: Site) -> Add:
    def add(name: str, **values: Any) -> int:
        with site.writing() as session:
            person = create_person(session, f"{name}@example.org", name, None, **values)
            return person.id

    return add


def names(site: Site) -> set[str]:
    with site.reading() as session:
        return set(session.scalars(select(Person.name).where(Person.email.like("%@example.org"))))


def letters(site: Site) -> list[Any]:
    """The mails that left since this was asked last."""
    found = [each.payload for each in site.sent]
    site.sent.clear()
    return found


def pass_months(site: Site, clock: FrozenClock, months: int) -> None:
    clock.advance(days=31 * months)
    site.drain()


def test_whoever_sleeps_is_warned_after_two_years_and_erased_after_three(
    site: Site, clock: FrozenClock, add: Add
) -> None:
    add("sleeper", locale="en")
    pass_months(site, clock, 23)
    assert letters(site) == []
    pass_months(site, clock, 1)
    (letter,) = letters(site)
    assert letter["to"] == "sleeper@example.org"
    assert "sleeper" in letter["text"]
    assert "24 months" in letter["text"]
    assert "/compte/connexion" in letter["text"]
    pass_months(site, clock, 11)
    assert (names(site), letters(site)) == ({"sleeper"}, [])
    pass_months(site, clock, 1)
    (letter,) = letters(site)
    assert names(site) == set()
    assert "as you asked" not in letter["text"]
    with site.reading() as session:
        last = session.scalars(
            select(EventLog).where(EventLog.service_id == SITE).order_by(EventLog.position.desc())
        ).first()
        assert last is not None
        assert (last.type, last.actor_id) == ("person.erased", None)


def test_whoever_came_back_is_awake_and_warned_anew_two_years_on(
    site: Site, clock: FrozenClock, add: Add
) -> None:
    sleeper = add("sleeper")
    pass_months(site, clock, 24)
    with site.writing() as session:
        session.get_one(Person, sleeper).last_login_at = clock.now
    pass_months(site, clock, 23)
    assert len(letters(site)) == 1
    pass_months(site, clock, 1)
    assert (names(site), len(letters(site))) == ({"sleeper"}, 1)
    with site.writing() as session:
        session.get_one(Person, sleeper).last_login_at = clock.now
    # However long no worker ran: what was said of another sleep does not count.
    pass_months(site, clock, 37)
    assert (names(site), len(letters(site))) == ({"sleeper"}, 1)


def test_a_site_that_begins_late_gives_everybody_their_year(
    site: Site, clock: FrozenClock, add: Add
) -> None:
    sleeper = add("sleeper")
    with site.writing() as session:
        session.get_one(Person, sleeper).created_at = clock.now - timedelta(days=3_000)
        session.get_one(Person, sleeper).confirmed_at = clock.now - timedelta(days=3_000)
    site.drain()
    pass_months(site, clock, 11)
    assert (names(site), len(letters(site))) == ({"sleeper"}, 1)
    pass_months(site, clock, 1)
    assert names(site) == set()


@pytest.mark.parametrize("database", ["sqlite"])
def test_administrators_and_those_with_an_appeal_in_course_stay(
    site: Site, clock: FrozenClock, add: Add
) -> None:
    add("chief", administrator=True)
    contests = add("contests")
    with site.writing() as session:
        appeal = Appeal(
            service_id=site.service.id, subject="idea:1", decision_id=None, appellant_id=contests,
            words="No.", made_at=clock.now,
        )  # fmt: skip
        session.add(appeal)
    pass_months(site, clock, 24)
    pass_months(site, clock, 13)
    assert names(site) == {"chief", "contests"}
    with site.writing() as session:
        appeal = session.scalars(select(Appeal)).one()
        appeal.outcome, appeal.answer = "upheld", "It stays."
    pass_months(site, clock, 1)
    assert names(site) == {"chief"}


def test_a_closed_account_is_erased_without_a_letter_that_asks_to_sign_in(
    site: Site, clock: FrozenClock, add: Add
) -> None:
    closed = add("closed")
    with site.writing() as session:
        session.get_one(Person, closed).active = False
    pass_months(site, clock, 24)
    assert letters(site) == []
    pass_months(site, clock, 12)
    assert names(site) == set()


def test_many_are_seen_to_in_parts(
    site: Site, clock: FrozenClock, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sleeping, "WARNED_AT_ONCE", 2)
    monkeypatch.setattr(sleeping, "ERASED_AT_ONCE", 2)
    for number in range(5):
        add(f"sleeper{number}")
    pass_months(site, clock, 24)
    assert len(letters(site)) == 5
    pass_months(site, clock, 12)
    assert (names(site), len(letters(site))) == (set(), 5)


@pytest.mark.parametrize("database", ["sqlite"])
def test_administrators_read_when_an_account_is_erased(
    site: Site, clock: FrozenClock, add: Add
) -> None:
    sleeper = add("sleeper")
    pass_months(site, clock, 24)
    config = site.app.extensions["eak_config"]
    with site.reading() as session:
        due = sleeping.erased_on(session.get_one(Person, sleeper), config)
    assert due is not None
    browser = site.browser()
    browser.sign_in(site.people.administrator)
    browser.submit(f"/admin/personnes/{sleeper}", "/fiche")
    page = browser.get(f"/admin/personnes/{sleeper}?lang=en").text
    assert f"warned on {clock.now:%-d} " in page
    assert str(due.year) in page


@pytest.mark.parametrize(
    ("seen", "warned", "due"),
    [
        ((2024, 2, 29), (2026, 3, 1), (2027, 3, 1)),
        ((2024, 2, 29), (2026, 2, 1), (2027, 2, 28)),
        ((2020, 1, 1), (2026, 6, 30), (2027, 6, 30)),
    ],
)
def test_the_day_is_a_rule(seen: Any, warned: Any, due: Any) -> None:
    config: Any = SimpleNamespace(account_warned_months=24, account_erased_months=36)
    person = Person(
        created_at=datetime(2019, 1, 1, tzinfo=UTC),
        last_login_at=datetime(*seen, 12, tzinfo=UTC),
        sleep_warned_at=datetime(*warned, 12, tzinfo=UTC),
    )
    found = sleeping.erased_on(person, config)
    assert found is not None
    assert found.date() == datetime(*due, tzinfo=UTC).date()


@pytest.mark.parametrize("erased", [24, 1, 0, -3])
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_warning_comes_before_what_it_warns_of(sites: Sites, erased: int) -> None:
    with pytest.raises(Misconfigured, match="account_erased_months"):
        sites.make((), account_erased_months=erased)
