"""The administrators’ screens of the event core: its health, what was set aside, its logs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from eak_core import clock
from eak_core.events import SITE, parking, schedule
from eak_core.events.models import EventLog, ParkedEvent
from eak_core.events.worker import Worker
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.counters import counted
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import one, token_of

Count = Callable[[], AbstractContextManager[Queries]]


def park(site: Site, mood: gauge.Mood) -> ParkedEvent:
    """An event that the gauge cannot handle."""
    mood.handles = False
    site.submit()
    site.enable("gauge")
    Worker(site.app).drain(timeout=10)
    found = one(site, ParkedEvent)
    assert isinstance(found, ParkedEvent)
    return found


def address(event: ParkedEvent) -> str:
    return f"/admin/evenements/mis-de-cote/{event.service_id}/{event.plugin}/{event.position}"


def test_the_health_of_each_subscription_is_shown(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    park(site, mood)
    page = administrator.get("/admin/evenements/?lang=en").text
    assert "Culture" in page
    assert "Gauge" in page
    assert "since" in page, "how long the oldest event has been set aside"


def test_scheduled_work_that_failed_is_shown_with_its_error_and_what_waits_too(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    empty = administrator.get("/admin/evenements/a-venir?lang=en").text
    assert "Nothing is scheduled." in empty
    site.enable("gauge")
    mood.handles = False
    with site.writing() as session:
        schedule(session, "gauge", service.id, "weigh:1", clock.now())
        schedule(session, "gauge", service.id, "weigh:2", clock.now() + timedelta(days=1))
        schedule(session, "gauge", SITE, "weigh:3", clock.now() - timedelta(days=1))
    site.drain()
    page = administrator.get("/admin/evenements/a-venir?lang=en").text
    states = [row.split("</tr>")[0] for row in page.split("<tr>")[1:] if "weigh:" in row]
    assert ["weigh:1" in states[0], "weigh:3" in states[1], "weigh:2" in states[2]] == [True] * 3
    assert "Failed" in states[0]
    assert "the gauge is out of order" in states[0]
    assert "the plugin is off" in states[1]
    assert "Planned" in states[2]
    assert "1 scheduled work fails" in administrator.get("/admin/?lang=en").text


def test_a_parked_event_is_handled_again_once_the_cause_is_gone(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    event = park(site, mood)
    page = administrator.get(address(event)).text
    assert "the needle is stuck" in page
    mood.handles = True
    assert administrator.submit(address(event), "/reessayer").status_code == 302
    site.drain()
    with site.reading() as session:
        assert session.scalars(select(ParkedEvent)).all() == []
        assert counted(session, service.id, "gauge", "ideas", "service") == 1
        who = session.scalars(select(EventLog.actor_id).where(EventLog.type == "event.retried"))
        assert who.all() == [site.people.administrator.id]


def test_a_parked_event_is_skipped_with_a_reason_that_is_kept(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    event = park(site, mood)
    silent = administrator.submit(address(event), "/passer", reason="  ")
    assert silent.status_code == 422
    assert one(site, ParkedEvent).skipped_at is None
    reason = "Measured by hand, <i>twice</i>."
    assert administrator.submit(address(event), "/passer", reason=reason).status_code == 302
    skipped = one(site, ParkedEvent)
    assert skipped.skip_reason == reason
    assert skipped.skipped_by == site.people.administrator.id
    assert "Measured by hand, &lt;i&gt;twice" in administrator.get(address(event)).text
    listed = administrator.get("/admin/evenements/mis-de-cote?etat=passes&lang=en").text
    assert "Skipped on" in listed
    nothing = administrator.get("/admin/evenements/mis-de-cote?lang=en").text
    assert "No event is set aside." in nothing


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_event_that_two_decide_on_is_decided_once(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    event = park(site, mood)
    late = administrator.read(address(event)).form("/passer")
    administrator.submit(address(event), "/passer", reason="First.")
    answer = administrator.post(late.action, data=late.filled({"reason": "Second."}))
    assert answer.status_code == 404
    assert one(site, ParkedEvent).skip_reason == "First."


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_event_behind_another_one_cannot_be_skipped(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    event = park(site, mood)
    with site.writing() as session:
        parking.park(
            session, "gauge", event.service_id, event.position + 1, event.subject, "behind",
            behind=True,
        )  # fmt: skip
    behind = f"{address(event).rpartition('/')[0]}/{event.position + 1}"
    answer = administrator.submit(f"{behind}?lang=en", "/passer", reason="Not yet.")
    assert answer.status_code == 409
    assert (
        "decide on that one"
        in administrator.post(
            f"{behind}/passer?lang=en",
            data={"csrf_token": token_of(administrator), "reason": "Not yet."},
        ).text
    )
    assert (
        "Waits behind an earlier one"
        in administrator.get("/admin/evenements/mis-de-cote?lang=en").text
    )


def test_a_log_is_browsed_by_type_and_position(
    site: Site, administrator: Browser, service: Service
) -> None:
    for title in ("One", "Two", "Three"):
        site.submit(title)
    here = "/admin/evenements/journal/culture"
    page = administrator.get(f"{here}?type=idea.submitted").text
    assert page.count("<code>idea.submitted</code>") == 3
    assert "<code>service.created</code>" not in page
    with site.reading() as session:
        head = session.scalars(
            select(EventLog.position).where(EventLog.service_id == service.id)
        ).all()
    first = administrator.get(f"{here}?position=1").text
    assert "<code>service.created</code>" in first
    assert "<code>idea.submitted</code>" not in first
    assert len(head) > 3
    assert "Camille" not in administrator.get(here).text, "it names nobody"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_log_is_followed_by_what_it_is_about(
    site: Site, administrator: Browser, service: Service
) -> None:
    ideas = [site.submit(title) for title in ("One", "Two")]
    here = "/admin/evenements/journal/culture"
    link = f"{here}?subject=idea:{ideas[0].id}"
    assert f'href="{link}"' in administrator.get(here).text
    page = administrator.get(link).text
    assert page.count("<code>idea.submitted</code>") == 1
    assert f"<code>idea:{ideas[1].id}</code>" not in page
    assert administrator.get(f"{here}?subject={'x' * 121}").status_code == 422
    last = administrator.get(f"{here}?position={2**63 - 1}")
    assert last.status_code in (200, 422)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "query",
    ["type=nothing", "position=0", "position=-1", "position=x", f"position={'9' * 30}",
     "type=<script>alert(1)</script>"],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused(
    administrator: Browser, service: Service, query: str
) -> None:
    answer = administrator.get(f"/admin/evenements/journal/culture?{query}")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_a_log_is_verified_on_a_page(site: Site, administrator: Browser, service: Service) -> None:
    page = "/admin/evenements/journal/culture/verification?lang=en"
    assert "The log is whole" in administrator.get(page).text
    with site.writing() as session:
        session.execute(
            text("UPDATE log_head SET position = position + 1 WHERE service_id = :id"),
            {"id": service.id},
        )
    broken = administrator.get(page).text
    assert "1 fault was found" in broken
    assert "the head says" in broken
    site_log = administrator.get("/admin/evenements/journal/site/verification?lang=en").text
    assert "The log is whole" in site_log, "each log is verified alone"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "path",
    ["/admin/evenements/journal/nowhere", "/admin/evenements/journal/nowhere/verification",
     "/admin/evenements/mis-de-cote/1/gauge/99",
     f"/admin/evenements/mis-de-cote/1/gauge/{'9' * 40}", "/admin/evenements/?page=2",
     "/admin/evenements/?page=x", "/admin/courriels/boite/7", f"/admin/courriels/boite/{'9' * 40}",
     "/admin/courriels/boite/..%2f..%2fsecret_key", "/admin/courriels/boite?page=99",
     "/admin/personnes/999", f"/admin/personnes/{'9' * 40}", "/admin/nothing"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(
    administrator: Browser, service: Service, path: str
) -> None:
    assert administrator.get(path).status_code == 404
