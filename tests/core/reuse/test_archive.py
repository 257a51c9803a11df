"""The open data of a service: each set in each of its files, and the archive of all of them."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from eak_core.db import db
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.web.open_data.archives import archive

ARCHIVE = "/culture/donnees.zip"


@pytest.fixture
def plugins() -> list[str]:
    return ["tests.core.plugins.everything.plugin"]


def unpacked(browser: Browser) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(browser.get(ARCHIVE).data)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_archive_is_the_single_files_and_says_each_column_in_both_languages(
    site: Site, client: Browser, idea: Idea
) -> None:
    site.enable("everything")
    files = unpacked(client)
    endings = ("csv", "json", "schema.json")
    assert files.keys() == {
        "LISEZMOI.txt", "LICENCE.txt", "dictionnaire.csv", "dictionnaire.json",
        *(f"{name}.{ending}" for name in ("idees", "poids") for ending in endings),
    }  # fmt: skip
    for name in ("idees", "poids"):
        for ending in endings:
            assert files[f"{name}.{ending}"] == client.get(f"/culture/donnees/{name}.{ending}").text
    assert files["idees.csv"] == client.get("/culture/idees.csv").text
    rows = list(csv.DictReader(io.StringIO(files["dictionnaire.csv"])))
    assert json.loads(files["dictionnaire.json"])["columns"] == rows
    said = {(row["file"], row["column"]): row for row in rows}
    for name in ("idees", "poids"):
        header = next(csv.reader(io.StringIO(files[f"{name}.csv"])))
        assert [column for file, column in said if file == name] == header
    assert "everything.weight" in files["idees.csv"].partition("\n")[0]
    assert said["poids", "weight"]["unit_fr"] == "kilograms"
    for (_name, column), row in said.items():
        assert all(row[each] for each in row if not each.startswith("unit")), row
        if row["file"] == "idees" and "." not in column:
            assert row["meaning_fr"] != row["meaning_en"], row
    assert said["idees", "author"]["type_fr"] == "texte, ou rien"
    assert idea.title in files["idees.csv"]
    page = client.get("/culture/donnees").text
    assert all(f"<code>{column}</code>" in page for _file, column in said)


@pytest.mark.parametrize("database", ["sqlite"])
def test_it_is_as_old_as_what_pages_show_and_holds_nothing_that_is_hidden(
    site: Site, client: Browser, idea: Idea, clock: FrozenClock
) -> None:
    site.enable("everything")
    tag = client.get(ARCHIVE).headers["ETag"]
    assert client.get(ARCHIVE, headers={"If-None-Match": tag}).status_code == 304
    clock.advance(days=400)
    with site.writing() as session:
        manager = site.people.actor(site.people.manager)
        hide(session, manager, site.service, f"idea:{idea.id}", "Not ours.")
    assert client.get(ARCHIVE, headers={"If-None-Match": tag}).status_code == 200
    files = unpacked(client)
    assert not any(idea.title in text for text in files.values())
    assert f" {clock.now.year} " in files["LISEZMOI.txt"].partition("\n\n")[2]
    site.disable("everything")
    assert not any("everything" in text for text in unpacked(client).values())
    assert client.get("/culture/donnees/poids.csv").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_internal_is_open_data_for_nobody(site: Site) -> None:
    site.add_service("interne", audience="internal")
    for reader in (None, site.people.agent, site.people.administrator):
        browser = site.browser()
        if reader is not None:
            browser.sign_in(reader)
        for path in ("", ".zip", "/idees.csv", "/idees.json", "/idees.schema.json"):
            assert browser.get(f"/interne/donnees{path}").status_code == 404, (reader, path)


def test_it_leaves_while_it_is_made_and_no_transaction_is_open_meanwhile(
    site: Site, client: Browser, idea: Idea
) -> None:
    answer = client.get(ARCHIVE, buffered=False)
    with site.app.app_context():
        pool = db.engine.pool
    for _piece in answer.iter_encoded():
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
    answer.close()
    asked = client.head(ARCHIVE)
    assert (asked.status_code, asked.data) == (200, b"")
    assert pool.checkedout() == 0  # type: ignore[attr-defined]
    assert idea.title in client.get(f"/culture/idees/{idea.id}", follow_redirects=True).text


def test_a_hundred_thousand_rows_pass_through_an_archive_part_by_part() -> None:
    asked: list[int] = []

    def rows() -> Iterator[str]:
        for number in range(200):
            asked.append(number)
            yield "".join(f"{number * 500 + each},a text of some length\r\n" for each in range(500))

    pieces = archive([("a.txt", ["first"]), ("b.csv", rows())], datetime(2026, 3, 2, tzinfo=UTC))
    first = next(pieces)
    assert first.startswith(b"PK")
    assert not asked, "what comes first leaves first"
    whole, largest = first, 0
    for piece in pieces:
        whole += piece
        largest = max(largest, len(piece))
    assert largest < 200_000
    with zipfile.ZipFile(io.BytesIO(whole)) as zipped:
        assert zipped.read("b.csv").count(b"\r\n") == 100_000
        assert {each.date_time for each in zipped.infolist()} == {(2026, 3, 2, 0, 0, 0)}
