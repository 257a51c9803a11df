"""The administrators' screens: the health of the events, mail, services, people."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select, text, update

from eak_core import clock
from eak_core.db import Session
from eak_core.events import SITE, parking, schedule
from eak_core.events.models import EventLog, ParkedEvent
from eak_core.events.worker import Worker
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.letters.claiming import GIVE_UP_AFTER
from eak_core.letters.mail import FileTransport
from eak_core.letters.message import Claimed
from eak_core.letters.models import OutboxMessage
from eak_core.letters.outbox import enqueue_mail
from eak_core.letters.sending import Outbox
from eak_core.people.models import RoleGrant
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.plugins.per_service.counters import counted
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import signed_in, token_of

Count = Callable[[], AbstractContextManager[Queries]]

PAGES = (
    "/admin/",
    "/admin/plugins",
    "/admin/evenements/",
    "/admin/evenements/a-venir",
    "/admin/evenements/mis-de-cote",
    "/admin/evenements/mis-de-cote?etat=passes",
    "/admin/evenements/journal/site",
    "/admin/evenements/journal/culture",
    "/admin/evenements/journal/culture/verification",
    "/admin/courriels/",
    "/admin/courriels/boite",
    "/admin/courriels/domaine",
    "/admin/services/",
    "/admin/services/nouveau",
    "/admin/personnes/",
    "/admin/personnes/1",
    "/admin/obligations",
)


@pytest.fixture
def plugins() -> list[Any]:
    return [gauge, "tests.core.needle", "tests.core.rusty"]


@pytest.fixture
def mood() -> Iterator[gauge.Mood]:
    yield gauge.mood
    gauge.mood.handles = gauge.mood.shows = True


@pytest.fixture
def administrator(site: Site, people: People, service: Service) -> Browser:
    return signed_in(site, people.administrator)


def one(site: Site, model: type[Any]) -> Any:
    with site.reading() as session:
        return session.scalars(select(model)).one()


def types_of_site(site: Site) -> list[str]:
    with site.reading() as session:
        query = select(EventLog.type).where(EventLog.service_id == 0)
        return list(session.scalars(query.order_by(EventLog.position)))


# Who may -------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite"])
def test_every_page_is_for_administrators_alone(
    site: Site, people: People, service: Service
) -> None:
    administrator = signed_in(site, people.administrator)
    manager, citizen = signed_in(site, people.manager), signed_in(site, people.citizen)
    for path in PAGES:
        visitor = site.browser().get(path)
        assert visitor.status_code == 302, path
        assert visitor.location.startswith("/compte/connexion"), path
        assert manager.get(path).status_code == 403, path
        assert citizen.get(path).status_code == 403, path
        assert administrator.get(path).status_code == 200, path


@pytest.mark.parametrize("database", ["sqlite"])
def test_every_change_is_for_administrators_alone_and_asks_for_a_token(
    site: Site, people: People, service: Service
) -> None:
    administrator, manager = signed_in(site, people.administrator), signed_in(site, people.manager)
    rules = [
        rule for rule in site.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ())
    ]  # fmt: skip
    assert len(rules) > 10
    token = token_of(manager)
    example = {"service_id": 1, "position": 1, "message_id": 1, "person_id": people.citizen.id,
               "plugin": "gauge", "slug": "culture"}  # fmt: skip
    for rule in rules:
        with site.app.test_request_context():
            path = url_for(rule.endpoint, **{name: example[name] for name in rule.arguments})  # type: ignore[arg-type]
        assert manager.post(path, data={"csrf_token": token}).status_code == 403, path
        assert administrator.post(path).status_code == 400, path
        assert administrator.get(path).status_code in {200, 405}, path


# The overview ----------------------------------------------------------------------


def test_the_overview_says_what_needs_somebody(
    site: Site, administrator: Browser, service: Service, mood: gauge.Mood
) -> None:
    page = administrator.get("/admin/?lang=en").text
    assert "1 installed plugin cannot run." in page
    assert "set aside" not in page.split("Screens")[0].split("eak-calls")[-1]
    mood.handles = False
    site.submit()
    site.enable("gauge")
    Worker(site.app).drain(timeout=10)
    assert "1 event is set aside" in administrator.get("/admin/?lang=en").text


def test_plugins_are_shown_service_by_service(
    site: Site, administrator: Browser, service: Service
) -> None:
    site.add_service("routes", "Routes")
    site.enable("needle")
    site.disable("needle")
    page = administrator.get("/admin/plugins?lang=en").text
    assert "rust everywhere" in page
    assert "Traceback (most recent call last)" in page
    assert "/culture/gestion/plugins/gauge/activation" in page
    assert page.count('class="eak-on"') == 1


# The event core ---------------------------------------------------------------------


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


# Mail ----------------------------------------------------------------------------------


def queue(session: Session, number: int = 1, **parts: str) -> None:
    values = {"subject": "Welcome", "text": "Good day.", **parts}
    enqueue_mail(
        session,
        to="camille@example.org",
        subject=values["subject"],
        text=values["text"],
        html=values.get("html"),
        dedupe_key=f"letter:{number}",
    )


def test_addresses_are_shown_while_mail_waits_and_never_afterwards(
    site: Site, administrator: Browser
) -> None:
    with site.writing() as session:
        queue(session)
    assert "camille@example.org" in administrator.get("/admin/courriels/").text
    site.drain()
    page = administrator.get("/admin/courriels/?lang=en").text
    assert "camille@example.org" not in page
    assert "Nothing waits." in page


def test_a_message_that_was_given_up_is_tried_again(site: Site, administrator: Browser) -> None:
    def away(message: Claimed) -> None:
        raise ValueError("nobody there")

    kept = site.app.extensions["eak_transports"]["mail"]
    site.app.extensions["eak_transports"]["mail"] = away
    with site.writing() as session:
        queue(session)
        session.execute(update(OutboxMessage).values(trying_since=clock.now() - GIVE_UP_AFTER))
    Outbox(site.app).send_due()
    page = administrator.get("/admin/courriels/?lang=en").text
    assert "nobody there" in page
    assert "No more tries" in page
    assert "1 message was given up" in administrator.get("/admin/?lang=en").text
    site.app.extensions["eak_transports"]["mail"] = kept
    assert administrator.submit("/admin/courriels/", "/reessayer").status_code == 302
    site.drain()
    assert [each.to for each in site.sent] == ["camille@example.org"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_message_on_its_way_is_not_sent_twice_by_a_retry(
    site: Site, administrator: Browser
) -> None:
    with site.writing() as session:
        queue(session)
        session.execute(text("UPDATE outbox SET attempts = 1"))
    before = one(site, OutboxMessage).next_attempt_at
    data = {"csrf_token": token_of(administrator)}
    administrator.post("/admin/courriels/1/reessayer", data=data)
    administrator.post("/admin/courriels/reessayer", data=data)
    assert one(site, OutboxMessage).next_attempt_at == before


@pytest.mark.parametrize("database", ["sqlite"])
def test_mail_in_files_is_read_on_a_page_and_its_html_never_acts(
    site: Site, administrator: Browser
) -> None:
    folder = site.app.extensions["eak_config"].mail_folder
    site.app.extensions["eak_transports"]["mail"] = FileTransport(
        folder, "EAK <nobody@localhost>", "localhost"
    )
    with site.writing() as session:
        queue(
            session,
            subject="Été <script>1</script>",
            text="Bonjour <b>à tous</b>,\nhttp://localhost/compte/x?token=a&b=c\n",
            html='<p>Bonjour</p><script>alert(1)</script><img src="http://evil.example/x.png">',
        )
    site.drain()
    index = administrator.get("/admin/courriels/boite").text
    assert "Été &lt;script&gt;1" in index
    page = administrator.get("/admin/courriels/boite/1").text
    assert "camille@example.org" in page
    assert "Bonjour &lt;b&gt;à tous" in page
    assert 'href="http://localhost/compte/x?token=a&amp;b=c"' in page
    assert "<script>alert" not in page
    assert '<img src="http://evil' not in page
    assert "&lt;script&gt;alert(1)" in page, "the source is there for who wants to see it"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_broken_file_does_not_break_the_page(site: Site, administrator: Browser) -> None:
    folder: Path = site.app.extensions["eak_config"].mail_folder
    folder.mkdir()
    (folder / "00000001.eml").write_bytes(b"\xff\xfe\0garbage\r\n\r\n\xe9")
    (folder / "00000002.eml").write_bytes(
        b"Subject: =?utf-9?q?x?=\r\nDate: never\r\n"
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nna\xefve\r\n"
    )
    (folder / "notes.txt").write_text("no mail")
    assert administrator.get("/admin/courriels/boite").status_code == 200
    assert administrator.get("/admin/courriels/boite/1").status_code == 200
    assert administrator.get("/admin/courriels/boite/2").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_where_a_server_sends_mail_there_are_no_files_to_read(sites: Any) -> None:
    site = sites.make([], mail_url="smtp://127.0.0.1:9")
    browser = signed_in(site, site.people.administrator)
    assert browser.get("/admin/courriels/").status_code == 200
    assert browser.get("/admin/courriels/boite").status_code == 404


# Services ------------------------------------------------------------------------------


def test_a_service_is_opened_archived_and_opened_again(
    site: Site, administrator: Browser, service: Service
) -> None:
    answer = administrator.submit(
        "/admin/services/nouveau", "/nouveau",
        name="Routes", slug="routes", audience="internal", description="Roads.", plugins="gauge",
    )  # fmt: skip
    assert answer.status_code == 302
    assert administrator.get(answer.location).status_code == 200
    assert administrator.submit("/admin/services/", "/routes/archiver").status_code == 302
    with site.reading() as session:
        routes = session.scalars(select(Service).where(Service.slug == "routes")).one()
        assert routes.archived_at is not None
        assert routes.audience == "internal"
        assert active_plugins(session, routes.id) == {"gauge"}
    assert administrator.submit("/admin/services/", "/routes/rouvrir").status_code == 302
    with site.reading() as session:
        assert session.get_one(Service, routes.id).archived_at is None


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("slug", "name"),
    [("admin", "Admin"), ("culture", "Again"), ("../x", "X"), ("É", "X"), ("", "X"),
     ("x" * 41, "X"), ("routes", ""), ("routes", "\u202e\0"), ("routes", "x" * 200)],
)  # fmt: skip
def test_a_service_that_cannot_be_is_refused_and_stays_in_the_form(
    site: Site, administrator: Browser, service: Service, slug: str, name: str
) -> None:
    answer = administrator.submit(
        "/admin/services/nouveau", "/nouveau", name=name, slug=slug, description="Kept text."
    )
    assert answer.status_code == 422
    assert "Kept text." in answer.text
    assert one(site, Service).slug == "culture"


# People ---------------------------------------------------------------------------------


def test_people_are_found_by_name_and_address_and_neither_stands_in_an_address(
    site: Site, people: People, administrator: Browser
) -> None:
    people.add("Élodie Été")
    people.add("Anne‑Marie D’Ys", address="anne.dys")
    assert people.citizen
    for wanted in ("élodie", "camille.citizen@", "CITIZEN", "d'ys", "anne-marie"):
        answer = administrator.submit("/admin/personnes/", "/personnes/", text=wanted)
        assert answer.status_code == 200
        assert "example.org" in answer.text
    nobody = administrator.submit("/admin/personnes/?lang=en", "/personnes/", text="%%")
    assert (
        "No account has this"
        in administrator.post(
            "/admin/personnes/?lang=en", data={"csrf_token": token_of(administrator), "text": "%%"}
        ).text
    )
    assert nobody.status_code == 200
    assert [form.method for form in administrator.read("/admin/personnes/").forms].count("get") == 0


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("wanted", ["", "x", " ", "\0\0", "x" * 300, "\u202excam"])
def test_a_search_that_says_nothing_is_refused(administrator: Browser, wanted: str) -> None:
    answer = administrator.submit("/admin/personnes/", "/personnes/", text=wanted)
    assert answer.status_code == 422


def test_roles_are_given_and_taken(
    site: Site, people: People, administrator: Browser, service: Service
) -> None:
    page = f"/admin/personnes/{people.citizen.id}"
    citizen = signed_in(site, people.citizen)
    assert citizen.get("/culture/gestion/").status_code == 403
    assert administrator.submit(page, f"{page}/gestion", service="culture").status_code == 302
    assert citizen.get("/culture/gestion/").status_code == 200, "at the next request"
    assert administrator.submit(page, "/gestion/culture/retirer").status_code == 302
    assert one_grant(site) == []
    assert administrator.submit(page, f"{page}/administration").status_code == 302
    assert citizen.get("/admin/").status_code == 200
    assert administrator.submit(page, "/administration/retirer").status_code == 302
    assert citizen.get("/admin/").status_code == 403


def one_grant(site: Site) -> list[RoleGrant]:
    with site.reading() as session:
        return list(session.scalars(select(RoleGrant)))


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_last_administrator_neither_leaves_nor_is_closed(
    site: Site, people: People, administrator: Browser
) -> None:
    page = f"/admin/personnes/{people.administrator.id}"
    assert administrator.submit(page, "/administration/retirer").status_code == 409
    assert administrator.submit(page, "/fermer").status_code == 409
    assert administrator.get("/admin/").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("service_slug", ["", "nowhere", "' OR 1=1 --"])
def test_a_role_in_no_service_is_refused(
    site: Site, people: People, administrator: Browser, service_slug: str
) -> None:
    page = f"/admin/personnes/{people.citizen.id}"
    answer = administrator.submit(page, f"{page}/gestion", service=service_slug)
    assert answer.status_code == (404 if service_slug else 422)
    assert one_grant(site) == []


def test_a_closed_account_is_signed_out_at_once_and_can_be_opened_again(
    site: Site, people: People, administrator: Browser
) -> None:
    page = f"/admin/personnes/{people.citizen.id}"
    citizen = signed_in(site, people.citizen)
    assert citizen.get("/compte/").status_code == 200
    assert administrator.submit(page, "/fermer").status_code == 302
    assert citizen.get("/compte/").status_code == 302, "as for a visitor"
    with pytest.raises(AssertionError, match="could not sign in"):
        site.browser().sign_in(people.citizen)
    assert administrator.submit(page, "/rouvrir").status_code == 302
    assert citizen.get("/compte/").status_code == 302, "a session that was ended stays so"
    site.browser().sign_in(people.citizen)
    assert types_of_site(site)[-2:] == ["person.closed", "person.reopened"]


# Cost -----------------------------------------------------------------------------------


def many(site: Site, app: Flask) -> None:
    """More of everything than one page shows."""
    for number in range(6):
        service = site.add_service(f"service-{number}")
        site.enable("gauge", service=service)
    for number in range(6):
        site.people.add(f"Person {number}")
    with site.writing() as session:
        for number in range(6):
            queue(session, number + 10)


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_page_costs_more_queries_where_there_is_more_to_show(
    site: Site, app: Flask, administrator: Browser, service: Service, query_count: Count
) -> None:
    site.enable("gauge")
    with site.writing() as session:
        queue(session)
    counts = {}
    for path in PAGES:
        administrator.get(path)
        with query_count() as few:
            administrator.get(path)
        counts[path] = few.count
    many(site, app)
    for path in PAGES:
        administrator.get(path)  # the first one after a change looks at the log, once
        with query_count() as plenty:
            administrator.get(path)
        assert plenty.count == counts[path], path
