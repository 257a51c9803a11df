"""Results as other sites and programs meet them."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import msgspec
import pytest
from pabulib.checker import Checker

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_voting.counting.methods.equal_shares import equal_shares
from eak_voting.counting.outcome import Outcome
from eak_voting.publishing import pabulib, published
from eak_voting.publishing.recount import recount
from eak_voting.settings import BudgetRules
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.results import DRAWINGS, METHODS, at, counted

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("cheap_accounts"),
]
SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("method", METHODS)
def test_the_json_is_what_the_hash_was_computed_of(
    client: Browser, polls: Polls, method: str
) -> None:
    ballot = counted(polls, method)
    answer = client.get(at(ballot, "resultats.json"))
    assert hashlib.sha256(answer.data).hexdigest() == ballot.result_hash


@pytest.mark.parametrize("method", METHODS)
def test_the_downloaded_file_recounts(client: Browser, polls: Polls, method: str) -> None:
    ballot = counted(polls, method)
    answer = client.get(at(ballot, "scrutin.json"))
    assert "attachment" in answer.headers["Content-Disposition"]
    report = recount(published.read(answer.data))
    assert report.holds, report.line


def test_the_table_has_a_row_for_each_option_and_criterion(client: Browser, polls: Polls) -> None:
    ballot = counted(polls, "majority")
    rows = list(csv.DictReader(io.StringIO(client.get(at(ballot, "resultats.csv")).text)))
    assert [row["criterion"] for row in rows] == [""] * 3 + ["economic"] * 3 + ["social"] * 3
    first = rows[3]
    assert (first["title"], first["rank"], first["grade_7"], first["not_graded"]) == (
        "Idea 1", "1", "1", "2",
    )  # fmt: skip
    french = client.get(at(ballot, "resultats.csv?pour=tableur")).text
    assert french.startswith("\ufeffcriterion;rank;")


def test_a_title_is_no_formula_where_a_french_program_opens_the_table_of_commas(
    client: Browser, polls: Polls, site: Site
) -> None:
    ballot = polls.open(ideas=[site.submit("Un toit;=HYPERLINK(A1)")])
    polls.vote(ballot, [1])
    polls.close(ballot)
    table = client.get(at(ballot, "resultats.csv")).text
    assert "HYPERLINK" in table
    assert not [row for row in csv.reader(io.StringIO(table), delimiter=";")
                if any(cell.startswith("=") for cell in row)]  # fmt: skip


@pytest.mark.parametrize("by", ["approve", "points"])
def test_a_budget_goes_out_as_pabulib_has_it_and_counts_the_same(
    client: Browser, polls: Polls, by: Any
) -> None:
    rules = BudgetRules(amount=100, ballot=by, completion="none")
    ballot = polls.open("budget", budget=rules, costs=(40, 30, 70))
    said: list[Any] = [{1: 7, 2: 3}, {2: 10}, {}] if by == "points" else [[1, 2], [2], []]
    for number, each in enumerate(said, 1):
        polls.vote(ballot, each, polls.voter(number))
    ballot = polls.close(ballot)
    text = client.get(at(ballot, "scrutin.pb")).text
    file = pabulib.read(io.StringIO(text))
    result = msgspec.json.decode(client.get(at(ballot, "resultats.json")).data, type=Outcome)
    assert result.spending is not None
    again = equal_shares(file.election(points=by == "points"), "none", seed=ballot.seed or "")
    terms = polls.terms(ballot)
    codes = [terms.options[each - 1].code for each in result.spending.equal_shares.selected]
    assert list(again.selected) == codes
    assert [each.cells["selected"] for each in file.projects] == [
        str(int(each.code in codes)) for each in file.projects
    ]
    assert client.get(at(counted(polls), "scrutin.pb")).status_code == 404


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (BudgetRules(amount=100, rule="greedy", at_least=1, at_most=2), "greedy-threshold"),
        (BudgetRules(amount=40, rule="greedy", ballot="basket"), "greedy-threshold"),
        (BudgetRules(amount=100, rule="greedy", ballot="points"), "greedy-threshold"),
        (BudgetRules(amount=100, completion="none"), "unknown"),
        (BudgetRules(amount=100, completion="add1-exhaustive", comparison=True), "unknown"),
    ],
)
def test_a_file_for_pabulib_passes_its_checker_with_limits_rule_and_blank_votes(
    client: Browser, polls: Polls, tmp_path: Path, rules: BudgetRules, said: str
) -> None:
    ballot = polls.open("budget", budget=rules, costs=(40, 30, 20))
    points = rules.ballot == "points"
    votes: list[Any] = [{1: 10}, {1: 7, 2: 3}, {}] if points else [[1], [1], []]
    for number, each in enumerate(votes, 1):
        polls.vote(ballot, each, polls.voter(number))
    ballot = polls.close(ballot)
    text = client.get(at(ballot, "scrutin.pb")).text
    file = pabulib.read(io.StringIO(text))
    assert (file.meta["rule"], file.blank, len(file.votes)) == (said, 1, 2)
    assert file.meta.get("max_length") == (str(rules.at_most) if rules.at_most else None)
    assert file.meta.get("min_length") == (str(rules.at_least) if rules.at_least else None)
    assert file.meta.get("max_sum_cost") == ("40" if rules.ballot == "basket" else None)
    path = tmp_path / "checked.pb"
    path.write_text(text, encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        checked: dict[str, Any] = Checker().process_files([str(path)])
    assert checked["checked"]["results"]["errors"] == {}


@pytest.mark.parametrize("completion", ["none", "add1"])
def test_equal_shares_of_approvals_are_what_the_checker_of_pabulib_counts(
    client: Browser, polls: Polls, tmp_path: Path, completion: Any
) -> None:
    rules = BudgetRules(amount=100, completion=completion)
    ballot = polls.open("budget", budget=rules, costs=(40, 30, 50))
    for number, each in enumerate([[1, 2], [1], [2, 3], [3], [3]], 1):
        polls.vote(ballot, each, polls.voter(number))
    ballot = polls.close(ballot)
    path = tmp_path / "checked.pb"
    path.write_text(client.get(at(ballot, "scrutin.pb")).text, encoding="utf-8")
    assert "rule;equalshares" in path.read_text(encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        checked: dict[str, Any] = Checker().process_files([str(path)])
    assert checked["checked"]["results"]["errors"] == {}


@pytest.mark.parametrize("method", METHODS)
def test_files_are_what_their_published_schemas_say(
    client: Browser, polls: Polls, method: str
) -> None:
    ballot = counted(polls, method)
    kinds: list[tuple[str, type]] = [
        ("resultats.json", Outcome),
        ("scrutin.json", published.BallotFile),
    ]
    for rest, kind in kinds:
        answer = client.get(at(ballot, rest))
        msgspec.json.decode(answer.data, type=kind, strict=True)
        [address] = re.findall(r'<([^>]+)>; rel="describedby"', answer.headers["Link"])
        schema = client.get(urlsplit(address).path)
        assert schema.content_type == "application/schema+json"
        found = json.loads(schema.data)
        assert found["$id"] == address
        described = found["$defs"][kind.__name__]
        assert described["additionalProperties"] is False
        members = json.loads(answer.data).keys()
        assert set(described["required"]) <= members <= described["properties"].keys()


@pytest.mark.parametrize("method", METHODS)
def test_drawings_are_documents_of_their_own(client: Browser, polls: Polls, method: str) -> None:
    ballot = counted(polls, method)
    page = client.get(at(ballot)).text
    for name in DRAWINGS[method]:
        address = at(ballot, f"resultats/{name}.svg")
        assert f'href="{address}"' in page
        answer = client.get(address)
        assert answer.content_type == "image/svg+xml; charset=utf-8"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        drawing = ET.fromstring(answer.data)  # noqa: S314 – our own answer
        assert drawing.tag == f"{SVG}svg"
        assert drawing.get("role") == "img"
        named = {each.get("id"): each.text for each in drawing if each.get("id")}
        assert all(named[each] for each in (drawing.get("aria-labelledby") or "").split())
        loose = [each for each in drawing.iter() if each.get("style") or each.get("class")]
        assert loose == [], "its look is in its attributes"
        assert not drawing.findall(f".//{SVG}style") + drawing.findall(f".//{SVG}script")
        assert "localhost/culture/votes/" in answer.text
        figures = list(
            csv.reader(io.StringIO(client.get(at(ballot, f"resultats/{name}.csv")).text))
        )
        assert len({len(row) for row in figures}) == 1
        assert len(figures) > 2
    assert client.get(at(ballot, "resultats/nothing.svg")).status_code == 404


def test_other_sites_may_frame_the_embedded_page_and_no_other(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = counted(polls, "majority")
    client.sign_in(people.manager)
    answer = client.get(at(ballot, "resultats/integrer"))
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert "<nav" not in answer.text
    assert people.manager.name not in answer.text
    assert "arrive en tête" in answer.text
    whole = client.get(at(ballot))
    assert "frame-ancestors 'none'" in whole.headers["Content-Security-Policy"]
    [code] = [each for each in Page(whole.text).loose if each.tag == "textarea"]
    assert code.text == (
        f'<iframe src="http://localhost{at(ballot, "resultats/integrer")}"'
        ' title="Résultats\N{NO-BREAK SPACE}: A greener yard" width="100%" height="720"'
        ' loading="lazy"></iframe>'
    )


def test_the_feed_tells_each_result_in_words(
    client: Browser,
    polls: Polls,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    def read() -> tuple[list[ET.Element], int]:
        with query_count() as queries:
            answer = client.get("/culture/votes/resultats.atom")
        assert answer.content_type == "application/atom+xml; charset=utf-8"
        feed = ET.fromstring(answer.data)  # noqa: S314 – our own answer
        return feed.findall(f"{ATOM}entry"), queries.count

    read()
    assert read()[0] == []
    first = counted(polls)
    read()
    entries, queries = read()
    [entry] = entries
    assert entry.findtext(f"{ATOM}id") == f"http://localhost{at(first)}"
    assert "arrive en tête" in (entry.findtext(f"{ATOM}summary") or "")
    counted(polls, "majority")
    polls.open()
    entries, more = read()
    assert len(entries) == 2, "what is open has no result"
    assert more == queries


def test_files_of_an_internal_service_are_for_its_agents(client: Browser, polls: Polls) -> None:
    ballot = counted(polls)
    with polls.site.writing() as session:
        session.merge(polls.service).audience = "internal"
    for rest in ("resultats.csv", "resultats.json", "scrutin.json", "resultats/votes.svg",
                 "resultats/integrer"):  # fmt: skip
        assert client.get(at(ballot, rest)).status_code == 404, rest
    assert client.get(at(ballot)).status_code == 404
