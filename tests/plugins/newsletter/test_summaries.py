"""Summaries by a reader's rhythm and interests, from the stories that letters tell."""

from datetime import UTC, datetime, timedelta

from eak_core.api import Labels
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Sent, Site
from eak_newsletter.deliveries.selecting import chosen
from eak_newsletter.issues.content import Told
from eak_newsletter.issues.summaries import due_since
from eak_newsletter.readers.subscribing import Wishes
from tests.plugins.newsletter.conftest import Letters, Readers


def test_what_is_for_whom() -> None:
    stories = [
        Told("a", "1", "For all"), Told("a", "2", "Roofs", idea_id=2),
        Told("a", "3", "In Malakoff", idea_id=3),
    ]  # fmt: skip
    labels = {
        2: Labels(frozenset({"toits-verts"}), frozenset()),
        3: Labels(frozenset(), frozenset({"92046"})),
    }
    assert chosen(stories, labels, [], []) == (0, 1, 2)
    assert chosen(stories, labels, ["toits-verts"], []) == (0, 1)
    assert chosen(stories, labels, ["fab-labs"], ["92046"]) == (0, 2)
    assert chosen(stories[1:], labels, ["fab-labs"], []) == ()


def test_when_a_summary_is_due() -> None:
    now = datetime(2026, 3, 31, 8, tzinfo=UTC)
    day = timedelta(days=1)
    assert due_since("weekly", None, now) == now - 7 * day
    assert due_since("monthly", None, now) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert due_since("weekly", now - 6 * day, now) is None
    assert due_since("weekly", now - 7 * day, now) == now - 7 * day
    # After a quiet fortnight it tells of all of it.
    assert due_since("weekly", now - 15 * day, now) == now - 15 * day
    assert due_since("monthly", now - 30 * day, now) is None


def summaries(site: Site) -> list[Sent]:
    return [mail for mail in site.sent if mail.payload.get("list") == "newsletter.culture"]


def test_each_reader_gets_what_they_chose_in_their_rhythm_and_no_empty_letter(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    readers.take("all@example.org", Wishes("weekly"))
    readers.take("roofs@example.org", Wishes("weekly", ["toits-verts"]))
    readers.take("each@example.org", Wishes("issue"))
    readers.take("month@example.org", Wishes("monthly"))
    clock.advance(days=8)
    site.drain()
    assert summaries(site) == [], "nothing has happened"
    letters.accept("A tool library")
    clock.advance(days=1, hours=1)
    site.drain()
    assert sorted(mail.to for mail in summaries(site)) == ["all@example.org", "month@example.org"]
    body = summaries(site)[0].payload["body"].decode()
    assert "A tool library" in body
    letters.accept("A night bus")
    for _day in range(6):
        clock.advance(days=1)
        site.drain()
    assert len(summaries(site)) == 2
    clock.advance(days=1, hours=1)
    site.drain()
    assert [mail.to for mail in summaries(site)[2:]] == ["all@example.org"]
    body = summaries(site)[-1].payload["body"].decode()
    assert "A night bus" in body
    assert "A tool library" not in body
    assert "lettre/1" not in site.browser().get("/culture/lettre/").text


def test_building_anew_and_switching_on_late_send_nothing(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    readers.take("all@example.org", Wishes("weekly"))
    letters.accept("A tool library")
    clock.advance(days=1, hours=1)
    site.drain()
    sent = len(summaries(site))
    assert sent == 1
    site.replay("newsletter")
    site.disable("newsletter")
    site.enable("newsletter")
    site.drain()
    assert len(summaries(site)) == sent
