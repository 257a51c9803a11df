"""The managers’ screens of plugins: who sees them, what they list, and what each page says."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pluggy import PluginManager

from eak_core.admin.plugin_pages import licence_of
from eak_core.admin.plugins import OFF, ON
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor
from eak_core.plugins.loading.candidates import from_entry_points
from eak_core.plugins.loading.discovery import discover
from eak_core.plugins.loading.installed import Installed
from eak_core.services.directory import archive_service
from eak_core.services.models import Service
from tests.core.desk import settings, signed_in, token_of

PAGE = "/culture/gestion/plugins/"
SWITCH = f"{PAGE}gauge/activation"
SETTINGS = f"{PAGE}gauge/reglages"

Count = Callable[[], AbstractContextManager[Queries]]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "path",
    ["", "gauge/activation", "gauge/rattrapage", "gauge/reglages", "gauge/pannes"],
)
def test_only_those_who_run_the_service_see_its_plugins(
    site: Site, people: People, service: Service, path: str
) -> None:
    other = site.add_service("routes")
    stranger = people.add("Remi Routes")
    with site.writing() as session:
        known = session.get_one(Person, stranger.id)
        give_role(session, known, other, "manager", granted_by=None)
    visitor = site.browser().get(PAGE + path)
    assert visitor.status_code == 302
    assert visitor.location.startswith("/compte/connexion")
    assert signed_in(site, people.citizen).get(PAGE + path).status_code == 403
    assert signed_in(site, stranger).get(PAGE + path).status_code == 403
    assert signed_in(site, people.manager).get(PAGE + path).status_code == 200
    assert signed_in(site, people.administrator).get(PAGE + path).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["gauge/activation", "gauge/reglages", "gauge/reprise"])
def test_nobody_else_switches_sets_or_resumes(
    site: Site, people: People, service: Service, path: str
) -> None:
    citizen = signed_in(site, people.citizen)
    sent = {"to": ON, "_seen": "0", "goal": "99", "csrf_token": token_of(citizen)}
    assert citizen.post(PAGE + path, data=sent).status_code == 403
    assert site.active() == frozenset()
    assert settings(site, service)["goal"] == 10


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_change_without_its_token_is_refused(
    site: Site, manager: Browser, service: Service
) -> None:
    assert manager.post(SWITCH, data={"to": ON}).status_code == 400
    assert site.active() == frozenset()


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "path", ["nothing/activation", "nothing/reglages", "nothing/rattrapage", "nothing/pannes",
             "needle/reglages", "rusty/reglages", "nothing/rattrapage.json"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(manager: Browser, service: Service, path: str) -> None:
    assert manager.get(PAGE + path).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_archived_service_keeps_its_plugins_as_they_are(
    site: Site, people: People, manager: Browser, service: Service
) -> None:
    site.enable("gauge")
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        archive_service(session, Actor.system(), known)
    assert manager.get(PAGE).status_code == 403
    answer = manager.post(SWITCH, data={"to": OFF, "csrf_token": token_of(manager)})
    assert answer.status_code == 403
    assert site.active() == {"gauge"}


def test_every_plugin_is_listed_with_its_state_and_tracebacks_only_for_administrators(
    manager: Browser, administrator: Browser, service: Service
) -> None:
    page = manager.get(f"{PAGE}?lang=en").text
    assert "Measures ideas." in page
    assert "rust everywhere" in page
    assert "Traceback (most recent call last)" not in page
    assert "Traceback (most recent call last)" in administrator.get(PAGE).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_any_plugin_the_page_says_so(sites: Any) -> None:
    site = sites.make([])
    assert site.service
    browser = signed_in(site, site.people.manager)
    assert "No plugin is installed." in browser.get(f"{PAGE}?lang=en").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_plugin_whose_package_is_gone_is_still_shown(
    sites: Any, manager: Browser, site: Site, service: Service
) -> None:
    site.enable("gauge")
    with site.app.app_context():
        url = site.app.extensions["eak_config"].database_url
    without = sites.make([], url=url)
    browser = without.browser()
    browser.sign_in(site.people.manager)
    page = browser.get(f"{PAGE}?lang=en").text
    assert "its package is no longer installed" in page


def test_the_licence_is_that_of_the_package_also_where_it_is_installed_from_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, said in (
        ("spdx", "License-Expression: EUPL-1.2"),
        ("old", "License: MIT"),
        ("no", ""),
    ):
        folder = tmp_path / f"eak_{name}-1.0.dist-info"
        folder.mkdir()
        text = f"Metadata-Version: 2.4\nName: eak-{name}\nVersion: 1.0\n{said}\n"
        (folder / "METADATA").write_text(text)
        (folder / "entry_points.txt").write_text(f"[eak.plugins]\n{name} = eak_{name}.plugin\n")
        (folder / "RECORD").write_text(f"_eak_{name}.pth,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("spdx", "old", "no")
    offered = (each for each in from_entry_points() if each.name in names)
    found = discover(offered, PluginManager("eak"))
    licences = {name: licence_of(found[name]) for name in names}
    assert licences == {"spdx": "EUPL-1.2", "old": "MIT", "no": ""}
    assert licence_of(Installed("a module")) == ""


def test_each_plugin_has_a_page_for_managers_and_one_for_administrators(
    site: Site, manager: Browser, people: People
) -> None:
    site.enable("gauge")
    here = manager.get(f"{PAGE}gauge?lang=en")
    all_over = signed_in(site, people.administrator).get("/admin/plugins/gauge?lang=en")
    assert (here.status_code, all_over.status_code) == (200, 200)
    for page in (here.text, all_over.text):
        assert "A section on the service’s home page." in page
        assert "<code>idea.submitted</code>" in page
        assert "Nothing." in page, "it stores nothing about people"
        assert "not declared" in page
    assert f'href="{SWITCH}"' in here.text
    assert f'href="{PAGE}gauge"' in all_over.text
    assert f'href="{PAGE}gauge"' in manager.get(PAGE).text
    assert manager.get(f"{PAGE}nothing").status_code == 404
    assert manager.get("/admin/plugins/gauge").status_code == 403


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_of_a_plugin_says_what_the_plugin_says(sites: Sites) -> None:
    site = sites.make()
    browser = signed_in(site, site.people.administrator)
    for name, said in {
        "voting": ("Put to the vote", "Hours before the close", "The public log of the votes"),
        "newsletter": ("your consent", "Write, test and send the letter"),
        "decidim": ("A way to take in what another platform holds.",),
        "ambassadors": ("never to assess their work",),
    }.items():
        page = browser.get(f"/admin/plugins/{name}?lang=en").text
        for each in said:
            assert each in page, (name, each)
