"""What may be kept: a visitor's page for as long as nothing happened, and no one else's."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask, flash, render_template_string
from flask.testing import FlaskClient

from eak_core import clock
from eak_core.plugins.loading.installed import Installed
from eak_core.web.caching import set_release, valid_until

from .conftest import FakeActor, Findings, MakeSite

NOON = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    @site.get("/page")
    def page() -> str:
        site.extensions["served"] += 1
        return "page"

    @site.get("/closing")
    def closing() -> str:
        valid_until(NOON + timedelta(hours=1))
        valid_until(NOON + timedelta(hours=2))
        return "closing"

    @site.get("/form")
    def form() -> str:
        return render_template_string("{{ csrf_token() }}")

    @site.get("/flash")
    def leave_message() -> str:
        flash("bonjour")
        return ""

    site.extensions["served"] = 0
    return site.test_client()


def again(client: FlaskClient, path: str, tag: str) -> int:
    return client.get(path, headers={"If-None-Match": tag}).status_code


def test_an_unchanged_page_is_answered_before_its_view_runs(
    client: FlaskClient, site: Flask
) -> None:
    first = client.get("/page")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first.headers["Vary"]
    assert again(client, "/page", first.headers["ETag"]) == 304
    assert site.extensions["served"] == 1


def test_an_event_of_the_service_makes_the_page_new(
    client: FlaskClient, findings: Findings
) -> None:
    tag = client.get("/page").headers["ETag"]
    findings.validator = 2
    assert again(client, "/page", tag) == 200


def test_another_address_language_theme_or_day_is_another_page(
    client: FlaskClient, findings: Findings
) -> None:
    with clock.freeze(NOON):
        tag = client.get("/page").headers["ETag"]
        assert again(client, "/page", tag) == 304
        assert again(client, "/page?page=2", tag) == 200
        client.set_cookie("eak_lang", "en")
        assert again(client, "/page", tag) == 200
        client.delete_cookie("eak_lang")
        assert findings.service
        findings.service.theme = "contraste"
        assert again(client, "/page", tag) == 200
        findings.service.theme = None
        assert again(client, "/page", tag) == 304
    with clock.freeze(NOON + timedelta(hours=12)):
        assert again(client, "/page", tag) == 200


def test_another_name_of_the_site_or_another_plugin_is_another_page(
    client: FlaskClient, site: Flask, make_site: MakeSite
) -> None:
    with clock.freeze(NOON):
        tag = client.get("/page").headers["ETag"]
        renamed = make_site(site_name="Participer")
        renamed.add_url_rule("/page", view_func=lambda: "page")
        assert again(renamed.test_client(), "/page", tag) == 200
        for version in ("1.0", "1.1"):
            set_release(site, [Installed("voting", version=version)])
            assert again(client, "/page", tag) == 200
            tag = client.get("/page").headers["ETag"]
            assert again(client, "/page", tag) == 304


@pytest.mark.parametrize("name", ["templates/deep/page.html", "translations/fr/LC_MESSAGES/it.po"])
def test_what_was_written_since_makes_another_page(
    client: FlaskClient, site: Flask, tmp_path: Path, name: str
) -> None:
    module = ModuleType("eak_words.plugin")
    module.__file__ = str(tmp_path / "plugin.py")
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / "templates" / "none.txt").parent.mkdir(exist_ok=True)
    with clock.freeze(NOON):
        tag = ""
        for at, other in ((1, True), (2, True), (2, False)):
            (tmp_path / name).touch()
            os.utime(tmp_path / name, (at, at))
            (tmp_path / "templates" / "none.txt").touch()
            set_release(site, [Installed("words", module=module)])
            assert again(client, "/page", tag) == (200 if other else 304)
            tag = client.get("/page").headers["ETag"]


def test_a_page_with_a_deadline_is_kept_until_the_first_of_them(client: FlaskClient) -> None:
    with clock.freeze(NOON):
        tag = client.get("/closing").headers["ETag"]
        assert again(client, "/closing", tag) == 304
    with clock.freeze(NOON + timedelta(minutes=59)):
        assert again(client, "/closing", tag) == 304
    with clock.freeze(NOON + timedelta(hours=1)):
        assert again(client, "/closing", tag) == 200


def test_nothing_is_kept_of_what_somebody_sees_who_is_signed_in(
    client: FlaskClient, findings: Findings
) -> None:
    tag = client.get("/page").headers["ETag"]
    findings.actor = FakeActor(person_id=7)
    response = client.get("/page", headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


def test_an_internal_service_is_never_answered_from_a_tag(
    client: FlaskClient, findings: Findings
) -> None:
    tag = client.get("/page").headers["ETag"]
    assert findings.service
    findings.service.audience = "internal"
    assert again(client, "/page", tag) == 200


def test_a_page_with_a_token_is_not_kept(client: FlaskClient) -> None:
    headers = client.get("/form").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in headers


def test_a_message_waiting_for_the_reader_is_shown_even_if_nothing_changed(
    client: FlaskClient,
) -> None:
    tag = client.get("/page").headers["ETag"]
    client.get("/flash")
    assert again(client, "/page", tag) == 200


def test_a_compressed_page_is_found_unchanged_too(client: FlaskClient) -> None:
    with_encoding = {"Accept-Encoding": "br"}
    tag = client.get("/page", headers=with_encoding).headers["ETag"]
    headers = {**with_encoding, "If-None-Match": tag}
    assert client.get("/page", headers=headers).status_code == 304


@pytest.mark.parametrize("tag", ['"x"', "W/", "*", '"-"', 'W/"é-\u0663"', "a" * 9000, ""])
def test_a_strange_tag_is_no_match(client: FlaskClient, tag: str) -> None:
    assert again(client, "/page", tag.encode().decode("latin-1")) == 200


def test_a_change_is_never_answered_from_a_tag(client: FlaskClient) -> None:
    tag = client.get("/page").headers["ETag"]
    assert client.post("/page", headers={"If-None-Match": tag}).status_code != 304
