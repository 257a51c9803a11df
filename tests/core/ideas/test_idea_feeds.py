"""Ideas for programs: feeds and open data."""

import csv
import gzip
import io
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import msgspec
import pytest

from eak_core.db import db
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, submit_idea
from eak_core.ideas.reading import exports, listing
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.web.open_data import kept, record_rows
from eak_core.web.open_data.cells import csv_lines
from eak_core.web.open_data.files import Record

ATOM = "{http://www.w3.org/2005/Atom}"


def written(fields: list[str], parts: Any) -> str:
    return "".join(csv_lines(record_rows(fields, parts)))


def parsed(feed: bytes) -> ET.Element:
    """The feed as a strict parser reads it."""
    return ET.fromstring(feed)  # noqa: S314 - it is our own answer


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_feed_is_atom_as_rfc_4287_asks(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal, idea: Idea
) -> None:
    with site.writing() as session:
        submit_idea(session, citizen, site.service, proposal)
    answer = client.get("/culture/idees.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = parsed(answer.data)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated", "")).tzinfo
        assert urlsplit(element.findtext(f"{ATOM}id", "")).scheme in {"http", "https"}
        assert element.find(f"{ATOM}author/{ATOM}name") is not None
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 2
    content = entries[0].find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    assert "<strong>prêter</strong>" in (content.text or "")
    rels = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert set(rels) == {"self", "alternate"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_entry_keeps_its_id_when_its_title_changes(
    site: Site, client: Browser, idea: Idea
) -> None:
    def entry_id() -> str:
        feed = parsed(client.get("/culture/idees.atom").data)
        return feed.findtext(f"{ATOM}entry/{ATOM}id", "")

    before = entry_id()
    with site.writing() as session:
        session.get_one(Idea, idea.id).slug = "another-title"
    assert entry_id() == before
    assert client.get(urlsplit(before).path).status_code == 301


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_empty_service_has_a_valid_feed_and_open_data(client: Browser, site: Site) -> None:
    assert site.service
    feed = parsed(client.get("/culture/idees.atom").data)
    assert feed.findtext(f"{ATOM}updated")
    assert json.loads(client.get("/culture/idees.json").data)["ideas"] == []
    header, *rows = csv.reader(io.StringIO(client.get("/culture/idees.csv").text))
    assert header[:3] == ["id", "url", "title"]
    assert rows == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_json_and_csv_say_the_same_with_the_columns_of_active_plugins(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal
) -> None:
    site.enable("poll")
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
    (record,) = json.loads(client.get("/culture/idees.json").data)["ideas"]
    (row,) = csv.DictReader(io.StringIO(client.get("/culture/idees.csv").text))
    assert list(record) == list(row)
    assert record["id"] == saved.id
    assert (record["communes"], row["communes"]) == (
        ["Boulogne-Billancourt", "Nanterre"], "Boulogne-Billancourt | Nanterre",
    )  # fmt: skip
    assert (record["criterion.social"], row["criterion.social"]) == (
        "Dit sur social.", "Dit sur social.",
    )  # fmt: skip
    assert (record["poll.turnout"], row["poll.turnout"]) == (7, "7")
    site.disable("poll")
    assert "poll" not in client.get("/culture/idees.csv").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_json_is_what_its_published_schema_says(
    site: Site, client: Browser, idea: Idea
) -> None:
    site.enable("poll")
    answer = client.get("/culture/idees.json")
    whole = msgspec.json.decode(answer.data, type=exports.IdeasFile, strict=True)
    assert [each.id for each in whole.ideas] == [idea.id]
    [address] = re.findall(r'<([^>]+)>; rel="describedby"', answer.headers["Link"])
    schema = json.loads(client.get(urlsplit(address).path).data)
    assert schema["$id"] == address
    described = schema["$defs"]["IdeaRecord"]
    [record] = json.loads(answer.data)["ideas"]
    more = {name for name in record if name.startswith(("criterion.", "poll."))}
    assert len(more) == 5, "what a service and its plugins add is allowed"
    assert described["properties"].keys() == record.keys() - more
    assert set(described["required"]) == record.keys() - more
    assert described.get("additionalProperties", True) is True
    assert client.get("/interne/idees.schema.json").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_export_for_spreadsheets_opens_with_a_double_click(
    site: Site, client: Browser, idea: Idea
) -> None:
    data = client.get("/culture/idees.csv?pour=tableur").data
    assert data.startswith(b"\xef\xbb\xbfid;url;title;")
    assert not client.get("/culture/idees.csv").data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\uff1d"])
def test_a_cell_never_begins_a_formula(start: str) -> None:
    lines = written(["title"], [[{"title": f"{start}cmd()"}]])
    _header, row = csv.reader(io.StringIO(lines))
    assert row[0][0] not in "=+-@\t\r"


def test_no_name_of_a_column_begins_a_formula_either() -> None:
    lines = written(["title"], [[{"title": "Trees", "poll.votes;=1+1": 4}]])
    assert lines.splitlines()[0] == "title,poll.votes;'=1+1"


def test_a_column_that_only_a_late_record_has_is_in_the_header() -> None:
    early = [{"id": number, "at": datetime(2026, 3, 2, tzinfo=UTC)} for number in range(3)]
    late: list[Record] = [{"id": 9, "poll.votes": 4}]
    with kept(iter([early, late])) as parts:
        lines = list(csv.reader(io.StringIO(written(["id", "at"], parts))))
    assert lines[0] == ["id", "at", "poll.votes"]
    assert lines[1] == ["0", "2026-03-02T00:00:00+00:00", ""]
    assert lines[-1] == ["9", "", "4"]


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_no_transaction_is_open_while_a_file_is_read(
    site: Site, client: Browser, idea: Idea, extension: str
) -> None:
    """However slowly: it is complete before the first byte of it leaves."""
    path = f"/culture/idees.{extension}"
    whole = client.get(path).data
    with site.app.app_context():
        pool = db.engine.pool
    answer = client.get(path, buffered=False)
    assert pool.checkedout() == 0  # type: ignore[attr-defined]
    assert answer.content_length == len(whole)
    assert b"".join(answer.iter_encoded()) == whole
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    if packed.headers.get("Content-Encoding") == "gzip":
        assert gzip.decompress(packed.data) == whole
    assert packed.content_length in {None, len(packed.data)}


def test_exports_cost_the_same_statements_for_each_part_and_hold_one_part(
    site: Site, citizen: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        for _number in range(5):
            submit_idea(session, citizen, site.service, proposal)
    with site.app.test_request_context("/culture/"), site.reading() as session:
        counts = []
        for part in (1, 5):
            with Queries(site.app) as queries:
                parts = list(
                    exports.records(
                        session, site.service, frozenset(), listing.Filters(), str, part
                    )
                )
            assert [len(each) for each in parts] == [part] * (5 // part)
            counts.append((queries.count - 2) / len(parts))
    assert counts[0] == counts[1]


def test_filters_hold_for_feeds_and_exports_too(
    site: Site, client: Browser, citizen: Actor, proposal: Proposal, idea: Idea
) -> None:
    with site.writing() as session:
        submit_idea(session, citizen, site.service, proposal)
    for extension in ("atom", "csv", "json"):
        text = client.get(f"/culture/idees.{extension}?commune=92050").text
        assert proposal.title in text
        assert idea.title not in text
        assert client.get(f"/culture/idees.{extension}?commune=1").status_code == 422


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_feeds_of_an_internal_service_do_not_exist_for_visitors(
    site: Site, client: Browser, people: Any
) -> None:
    site.add_service("interne", audience="internal")
    for extension in ("atom", "csv", "json"):
        assert client.get(f"/interne/idees.{extension}").status_code == 404
    client.sign_in(people.agent)
    assert client.get("/interne/idees.json").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_unchanged_list_is_answered_without_being_built(
    site: Site, client: Browser, idea: Idea
) -> None:
    for path in ("/culture/idees/", "/culture/idees.atom", "/culture/idees.json"):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    site.submit("Another one")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
