"""Who may open and change what the administrators’ screens show, and what these cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask, url_for

from eak_core.events.worker import Worker
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.services.models import Service
from tests.core import gauge
from tests.core.desk import queue, signed_in, token_of

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
