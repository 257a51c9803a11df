"""Results as readers, other sites and programs meet them."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
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
from eak_core.people.personal_data import erase_person
from eak_core.permissions import Actor
from eak_voting.casting import bursts
from eak_voting.casting.exclusions import exclude
from eak_voting.casting.opening import cancel
from eak_voting.counting.methods.equal_shares import equal_shares
from eak_voting.counting.outcome import Outcome
from eak_voting.counting.tally import read_box
from eak_voting.models import Ballot, Live
from eak_voting.publishing import pabulib, published
from eak_voting.publishing.recount import recount
from eak_voting.settings import BudgetRules, Quorum, canonical
from tests.plugins.voting.conftest import Polls

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '=<script>alert("1")</script>'

VOTES: dict[str, list[Any]] = {
    "support": [[1], [1, 2], [], [3]],
    "approval": [[1], [1, 2], [], [3]],
    "majority": [{1: [7, 5]}, {1: [3, 3], 2: [5, 0]}, {}, {3: [1, 1]}],
    "budget": [[1], [1, 2], [], [3]],
}
DRAWINGS = {
    "support": ["votes"],
    "approval": ["votes"],
    "majority": ["ensemble", "critere-1", "critere-2"],
    "budget": ["budget"],
}
METHODS = list(VOTES)


@pytest.fixture(autouse=True)
def cheap_accounts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts without the price of a password each, where nobody signs in."""
    if "people" not in request.fixturenames:
        monkeypatch.setattr("eak_core.people.accounts.hash_password", lambda password: None)


def counted(polls: Polls, method: str = "approval", **more: Any) -> Ballot:
    """A ballot in which four people voted, counted."""
    ballot = polls.open(method, **more)
    for number, said in enumerate(VOTES[method], 1):
        polls.vote(ballot, said, polls.voter(number))
    return polls.close(ballot)


def at(ballot: Ballot, rest: str = "resultats") -> str:
    return f"/culture/votes/{ballot.id}/{rest}"


# What is shown, and when ------------------------------------------------------------------------


@pytest.mark.parametrize("publication", ["after_close", "totals"])
def test_nobody_reads_a_result_before_the_close_and_managers_neither(
    client: Browser, people: People, polls: Polls, publication: Any
) -> None:
    ballot = polls.open(publication=publication)
    for number in (1, 2, 3):
        polls.vote(ballot, [2], polls.voter(number))
    polls.site.drain()
    polls.clock.advance(hours=3)
    polls.site.drain()
    with polls.site.writing() as session:
        # Nothing is counted before the close; were it counted, it would not show either.
        result = canonical(read_box(session, polls.service, ballot).count("5eed")).decode()
        session.add(Live(ballot_id=ballot.id, at=polls.clock.now, result=result))
    for signed_in in (False, True):
        if signed_in:
            client.sign_in(people.manager)
        page = client.get(at(ballot))
        assert page.status_code == 200
        assert '<svg class="eak-chart__bar"' not in page.text
        assert ("3 personnes ont voté" in page.text) == (publication == "totals")
        for rest in ("resultats.csv", "resultats.json", "resultats/votes.svg", "scrutin.json",
                     "resultats/integrer", "votes"):  # fmt: skip
            assert client.get(at(ballot, rest)).status_code == 404, rest


def test_a_provisional_result_says_that_it_is_one_and_of_when(
    client: Browser, polls: Polls
) -> None:
    ballot = polls.open(secrecy="public", publication="live")
    polls.vote(ballot, [1], polls.voter(1))
    polls.clock.advance(minutes=1)
    polls.site.drain()
    answer = client.get(at(ballot))
    assert "Provisoire" in answer.text
    assert "voici ce qui était compté le 2 mars 2026 à 10:01" in answer.text
    assert "arrive en tête" in answer.text
    for rest in ("resultats.csv", "resultats.json", "resultats/votes.svg", "scrutin.json",
                 "resultats/integrer", "votes"):  # fmt: skip
        assert client.get(at(ballot, rest)).status_code == 404, rest
        assert at(ballot, rest) not in answer.text
    # The next count leaves no event, so the page says itself until when it may be kept.
    [deadline] = re.findall(r'-(\d+)"$', answer.headers["ETag"])
    assert int(deadline) <= polls.clock.now.timestamp() + 60


@pytest.mark.parametrize("method", METHODS)
def test_a_result_is_told_drawn_and_tabled(client: Browser, polls: Polls, method: str) -> None:
    ballot = counted(polls, method)
    answer = client.get(at(ballot))
    page = Page(answer.text)
    assert page.inline == []
    assert page.unlabelled() == []
    assert "Set-Cookie" not in answer.headers
    bars = re.findall(r'<svg class="eak-chart__bar"[^>]*aria-hidden="true".*?</svg>', answer.text)
    assert len(bars) >= 3
    assert answer.text.count("<table") >= 1
    assert str(ballot.result_hash) in answer.text
    assert str(ballot.terms_hash) in answer.text
    assert str(ballot.seed) in answer.text
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    references = re.findall(r'aria-labelledby="([^"]+)"', answer.text)
    assert set(references) <= page.ids
    assert "%(" not in answer.text


@pytest.mark.parametrize("method", METHODS)
def test_a_ballot_without_any_vote_has_a_page_too(
    client: Browser, polls: Polls, method: str
) -> None:
    ballot = polls.close(polls.open(method))
    assert "Personne n’a voté" in client.get(at(ballot)).text
    for rest in ("resultats.csv", "resultats.json", "scrutin.json", "resultats/integrer"):
        assert client.get(at(ballot, rest)).status_code == 200, rest
    assert client.get(at(ballot, f"resultats/{DRAWINGS[method][0]}.svg")).status_code == 404


def test_below_the_quorum_a_result_is_published_and_not_conclusive(
    client: Browser, polls: Polls
) -> None:
    ballot = counted(polls, quorum=Quorum(voters=5))
    page = client.get(at(ballot)).text
    assert "Non concluant" in page
    assert "il fallait 5 votants" in page
    assert "arrive en tête" in page


def test_exclusions_stand_with_their_number_and_reason(client: Browser, polls: Polls) -> None:
    ballot = polls.open()
    for number in range(bursts.LEAST):
        polls.vote(ballot, [1], polls.voter(number), source="192.0.2.0/24")
    polls.vote(ballot, [2], polls.voter(bursts.LEAST))
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        (burst,) = bursts.bursts_of(session, row)
        exclude(session, polls.manager, polls.service, row, burst.group, "One **machine**.")
    page = client.get(at(polls.close(ballot))).text
    assert f"<strong>{bursts.LEAST} votes</strong>" in page
    assert "One <strong>machine</strong>." in page
    assert "«\N{NO-BREAK SPACE}Idea 2\N{NO-BREAK SPACE}» arrive en tête" in page


def test_a_cancelled_ballot_says_why_it_has_no_result(client: Browser, polls: Polls) -> None:
    ballot = polls.open()
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, polls.service, held, "The budget was withdrawn.")
    page = client.get(at(ballot)).text
    assert "The budget was withdrawn." in page
    assert client.get(at(ballot, "resultats.json")).status_code == 404


def test_a_draft_has_no_page_of_results(client: Browser, polls: Polls) -> None:
    assert client.get(at(polls.draft())).status_code == 404


def test_titles_are_escaped_wherever_they_stand(client: Browser, polls: Polls) -> None:
    ideas = [polls.site.submit(HOSTILE), polls.site.submit("Trees")]
    ballot = polls.open("approval", ideas=ideas, title=HOSTILE)
    polls.vote(ballot, [1])
    ballot = polls.close(ballot)
    for rest in ("resultats", "resultats/integrer", "resultats/votes.svg"):
        assert "<script>alert" not in client.get(at(ballot, rest)).text, rest
    assert "<script>alert" not in client.get("/culture/votes/resultats.atom").text
    rows = list(csv.DictReader(io.StringIO(client.get(at(ballot, "resultats.csv")).text)))
    assert rows[0]["title"] == f"'{HOSTILE}", "no spreadsheet runs it"


# What it costs ----------------------------------------------------------------------------------


def grown(value: Any, factor: int) -> Any:
    """A result of ``factor`` times as many votes."""
    counts = ("voters", "counted", "blank", "votes", "above", "below")
    if isinstance(value, dict):
        return {
            key: each * factor if key in counts and isinstance(each, int) else
            [count * factor for count in each] if key in ("tally", "given") else
            grown(each, factor)
            for key, each in value.items()
        }  # fmt: skip
    return [grown(each, factor) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("method", METHODS)
def test_the_page_costs_the_same_for_a_million_votes(
    client: Browser,
    polls: Polls,
    query_count: Callable[[], AbstractContextManager[Queries]],
    method: str,
) -> None:
    ballot = counted(polls, method)

    def cost() -> tuple[list[str], int]:
        with query_count() as queries:
            page = client.get(at(ballot))
        assert page.status_code == 200
        return queries.statements, len(page.data)

    client.get(at(ballot))
    few, small = cost()
    assert not [each for each in few if "voting_paper" in each or "voting_register" in each]
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        assert row.result is not None
        large = msgspec.convert(grown(json.loads(row.result), 250_000), Outcome)
        assert large.counted == 1_000_000
        row.result = canonical(large).decode()
    many, length = cost()
    assert many == few
    # Only the digits of the figures are more.
    assert length < small * 1.1


# For programs and other sites -------------------------------------------------------------------


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


# Open ballots -----------------------------------------------------------------------------------


def said(page: str) -> Iterator[tuple[str, list[str]]]:
    """Names with what they chose."""
    for item in re.findall(r'<li class="results-vote">(.*?)</ul>', page, re.DOTALL):
        [name] = re.findall(r'results-vote__name">(.*?)</p>', item)
        yield name, re.findall(r"<li>(.*?)</li>", item)


def test_open_choices_are_read_with_their_names_after_the_count(
    client: Browser, polls: Polls
) -> None:
    ballot = counted(polls, "majority", secrecy="public")
    found = dict(said(client.get(at(ballot, "votes")).text))
    [only] = found["Voter 1"]
    assert only.replace("\N{NO-BREAK SPACE}", " ") == (
        "Idea 1 : Economic « Excellent », Social « Bien »"
    )
    assert found["Voter 3"] == ["Vote blanc"]
    assert at(ballot, "votes") in client.get(at(ballot)).text


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_no_other_ballot_has_such_a_page(client: Browser, polls: Polls, secrecy: Any) -> None:
    ballot = counted(polls, secrecy=secrecy)
    assert client.get(at(ballot, "votes")).status_code == 404
    assert at(ballot, "votes") not in client.get(at(ballot)).text
    assert "Voter" not in client.get(at(ballot, "scrutin.json")).text


def test_an_erased_person_has_no_name_there(client: Browser, polls: Polls) -> None:
    ballot = counted(polls, secrecy="public")
    erased = polls.voter(2).person_id
    assert erased is not None
    with polls.site.writing() as session:
        erase_person(session, Actor.system(), erased)
    found = list(said(client.get(at(ballot, "votes")).text))
    assert ("Une personne qui a quitté le site", ["Idea 1", "Idea 2"]) in found
    assert len(found) == 4


def test_the_list_of_names_costs_the_same_for_many(
    client: Browser,
    polls: Polls,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    few, many = polls.open(secrecy="public"), polls.open(secrecy="public")
    for number in range(60):
        polls.vote(many, [1], polls.voter(number))
        if number < 2:
            polls.vote(few, [1], polls.voter(number))
    counts = []
    for ballot in (few, many):
        polls.close(ballot)
        client.get(at(ballot, "votes"))
        with query_count() as queries:
            page = client.get(at(ballot, "votes"))
        counts.append(queries.count)
    assert counts[0] == counts[1]
    assert len(list(said(page.text))) == 50
    assert len(list(said(client.get(at(many, "votes?page=2")).text))) == 10
