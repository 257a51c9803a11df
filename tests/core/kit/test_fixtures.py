"""The fixtures that plugin authors get."""

import smtplib
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from eak_core.db import Session, current_session, db
from eak_core.events import read_log
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.refusals import NetworkRefused, Refusals
from eak_core.kit.testing.site import Sent, Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.outbox import enqueue_mail
from eak_core.people.models import Person
from eak_core.permissions import Actor, may
from eak_core.security_log import MOST_A_MINUTE, SecurityLog
from eak_core.services.models import Service


@pytest.fixture
def plugins() -> list[str]:
    return []


def test_the_application_stands_on_a_fresh_migrated_database(site: Site, database: str) -> None:
    with site.reading() as session:
        assert session.get_bind().dialect.name == database
        assert session.scalar(text("SELECT version_num FROM alembic_version")) is not None
        assert session.scalars(select(Person)).all() == []


def test_each_person_has_the_rights_of_their_role(
    site: Site,
    service: Service,
    citizen: Actor,
    agent: Actor,
    manager: Actor,
    administrator: Actor,
) -> None:
    with site.app.app_context():
        assert may(citizen, "idea.submit", service)
        assert not may(citizen, "service.manage", service)
        assert agent.agent
        assert not citizen.agent
        assert may(manager, "service.manage", service)
        assert not may(manager, "site.administer")
        assert may(administrator, "site.administer")


def test_signing_in_goes_through_the_page_and_lasts_until_signing_out(
    client: Browser, site: Site
) -> None:
    client.sign_in(site.people.citizen)
    assert "Camille Citizen" in client.get("/").text
    client.sign_out()
    assert "Camille Citizen" not in client.get("/").text


def test_a_form_is_sent_with_the_token_of_its_page(
    client: Browser, site: Site, service: Service
) -> None:
    client.sign_in(site.people.citizen)
    path = f"/{service.slug}/idees/nouvelle"
    assert client.post(path, data={"title": "No token"}).status_code == 400
    answer = client.submit(path, title="Benches", problem="None.", body="Some.")
    assert answer.status_code in {302, 422}, answer.text


def test_a_field_that_the_page_does_not_show_cannot_be_sent(
    client: Browser, site: Site, service: Service
) -> None:
    client.sign_in(site.people.citizen)
    with pytest.raises(KeyError, match="has no stage"):
        client.submit(f"/{service.slug}/idees/nouvelle", stage="accepted")


def test_what_one_request_keeps_does_not_reach_the_next_one(
    session: Session, client: Browser, site: Site
) -> None:
    client.sign_in(site.people.citizen)
    other = site.browser()
    assert "Camille Citizen" in client.get("/").text
    assert "Camille Citizen" not in other.get("/").text
    assert current_session() is session


def test_what_leaves_is_seen_and_leaves_for_nowhere(
    session: Session, sent: list[Sent], drain: Callable[[], None]
) -> None:
    enqueue_mail(session, to="a@example.org", subject="Hello", text="You.", dedupe_key="k")
    session.commit()
    assert sent == []
    drain()
    (letter,) = sent
    assert (letter.kind, letter.to, letter.subject, letter.text) == (
        "mail", "a@example.org", "Hello", "You.",
    )  # fmt: skip


def test_an_idea_of_the_citizen_is_in_the_service_and_in_its_log(
    site: Site, idea: Idea, service: Service
) -> None:
    assert idea.service_id == service.id
    with site.reading() as session:
        types = [each.type for each in read_log(session, service.id)]
    assert types[-1] == "idea.submitted"


def test_queries_are_counted_and_transactions_are_not(
    session: Session, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with query_count() as queries:
        session.scalars(select(Person)).all()
        session.scalars(select(Service)).all()
        session.commit()
    assert queries.count == 2


def test_time_stands_still_until_it_is_told_to_pass(clock: FrozenClock) -> None:
    before = clock.now
    assert clock.now == before
    clock.advance(days=2)
    assert clock.now - before == timedelta(days=2)


def test_an_application_on_the_database_of_another_is_closed_at_the_end(
    sites: Sites, pool: Pool, database: Any, tmp_path: Any
) -> None:
    first = sites.make([])
    with Sites(pool, database, tmp_path / "inner") as inner:
        second = inner.make([], url=first.url)
        assert second.service.id
        with second.app.app_context():
            connections = db.engine.pool
    with second.app.app_context():
        assert db.engine.pool is not connections


def test_putting_a_database_back_forgets_everything(sites: Sites) -> None:
    site = sites.make([])
    first = site.service.id
    site.submit()
    sites.renew(site)
    with site.reading() as session:
        assert session.scalars(select(Idea)).all() == []
    assert site.service.id == first


def test_what_happened_on_a_site_is_kept_for_others_to_go_on_from(
    sites: Sites, database: str
) -> None:
    site = sites.make([])
    site.submit("An idea of before")
    Path(site.app.instance_path, "letter").write_text("Dear reader")
    past = sites.keep(site)
    site.submit("An idea of after")
    for other in (sites.make([]), site):
        sites.renew(other, past)
        with other.reading() as session:
            assert session.scalars(select(Idea.title)).all() == ["An idea of before"]
        assert Path(other.app.instance_path, "letter").read_text() == "Dear reader"
        other.submit("An idea of its own", author=other.people.actor(other.people.manager))
        assert other.browser().get("/culture/idees/").text.count("An idea of") == 2


class TestNoNetwork:
    """Without any database: only sockets."""

    def test_connecting_to_another_machine_is_refused(self, refusals: Refusals) -> None:
        with pytest.raises(NetworkRefused, match=r"connect\(\('192\.0\.2\.1', 80\)\)"):
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        assert refusals.refused
        refusals.refused.clear()

    def test_names_of_other_machines_are_not_looked_up(self, refusals: Refusals) -> None:
        with pytest.raises(NetworkRefused, match="getaddrinfo"):
            socket.getaddrinfo("example.org", 80)
        refusals.refused.clear()

    def test_mail_to_another_machine_is_refused(self, refusals: Refusals) -> None:
        with pytest.raises(NetworkRefused, match="outbox"):
            smtplib.SMTP("192.0.2.1", 25, timeout=1)
        refusals.refused.clear()

    def test_what_a_thread_tried_is_remembered(self, refusals: Refusals) -> None:
        def try_it() -> None:
            with pytest.raises(NetworkRefused):
                socket.create_connection(("192.0.2.1", 80), timeout=1)

        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
        assert len(refusals.refused) == 1
        refusals.refused.clear()

    def test_a_server_of_the_test_itself_is_reached(self) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname(), timeout=5) as connection,
        ):
            assert connection.getpeername() == server.getsockname()


class TestReadingPages:
    """Controls and what names them."""

    def test_a_control_without_a_label_is_found(self) -> None:
        page = Page('<form><input name="a"><textarea name="b"></textarea></form>')
        assert [each.name for each in page.unlabelled()] == ["a", "b"]

    @pytest.mark.parametrize(
        "html",
        [
            '<label for="x">A</label><input id="x" name="a">',
            '<label>A <input name="a"></label>',
            '<input name="a" aria-label="A">',
            '<h2 id="h">A</h2><input name="a" aria-labelledby="h">',
            '<input type="hidden" name="a">',
            "<button>Send</button>",
            '<button><img src="x" alt="Send"></button>',
        ],
    )
    def test_what_names_a_control(self, html: str) -> None:
        assert Page(html).unlabelled() == []

    @pytest.mark.parametrize(
        "html",
        ["<style>a{}</style>", "<script>1</script>", '<p style="x">', '<p onclick="x">'],
    )
    def test_inline_style_and_script_are_found(self, html: str) -> None:
        assert len(Page(html).inline) == 1
        assert Page('<script type="application/ld+json">{}</script>').inline == []

    def test_a_form_untouched_sends_what_a_browser_would(self) -> None:
        form = Page(
            '<form method="post"><input name="a" value="1"><input type="checkbox" name="b">'
            '<input type="radio" name="c" value="x"><input type="radio" name="c" value="y" checked>'
            '<select name="d"><option value="p"><option value="q" selected></select>'
            '<textarea name="e">\ntext</textarea><button name="f" value="g">Go</button></form>'
        ).form()
        assert form.filled({}) == {
            "a": ["1"], "b": [], "c": ["y"], "d": ["q"], "e": ["text"], "f": [],
        }  # fmt: skip
        assert form.filled({"b": True, "d": "p"})["b"] == ["on"]

    def test_an_option_without_a_value_sends_what_it_says(self) -> None:
        html = "<form method=post><select name=a>{}</select></form>"
        for options in ("<option> Lille <option>Lens", "<option value=x><option selected>Lille"):
            assert Page(html.format(options)).form().filled({}) == {"a": ["Lille"]}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("again", ["renewed", "lent"])
def test_what_another_test_wrote_too_many_of_is_not_left_out_of_this_one(
    pool: Pool, sites: Sites, database: Kind, tmp_path: Path, again: str
) -> None:
    with Sites(pool, database, tmp_path / "first") as first:
        site = first.make([])
        log: SecurityLog = site.app.extensions["eak_security_log"]
        with site.app.app_context():
            for _time in range(MOST_A_MINUTE + 1):
                log.write("sign_in", {})
        if again == "renewed":
            first.renew(site)
    if again == "lent":
        assert sites.make([]).app is site.app
    # The next minute has come.
    vars(log)["_minute"] -= 1
    with site.app.app_context():
        log.write("sign_out", {})
    written = "".join(file.read_text() for file in log.folder.glob("*.jsonl"))
    assert "sign_out" in written
    assert "left_out" not in written
