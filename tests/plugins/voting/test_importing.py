"""Budgets of other places, taken over from Pabulib files and written as such."""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pabulib.checker import Checker
from sqlalchemy import select

from eak_core.errors import Forbidden, Refused
from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_voting.counting import tally
from eak_voting.counting.methods.greedy import greedy
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.publishing.files import pabulib as lines_of
from eak_voting.publishing.recount import recount
from eak_voting.publishing.shown import shown
from eak_voting.publishing.stored import result_of
from eak_voting.transparency.tables import Leaf
from tests.plugins.voting.taken_over import DATA, SMALL, bring, parsed, published, rows, work

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/pabulib is not here")


def test_a_file_becomes_a_counted_ballot_with_its_dates_rules_and_origin(site: Site) -> None:
    ballot = bring(site).ballot
    assert (ballot.state, ballot.origin) == ("counted", "pabulib/France/Petiteville/2024")
    assert ballot.opens_at.isoformat() == "2024-05-31T22:00:00+00:00", "midnight in Paris"
    assert ballot.closes_at.isoformat() == "2024-07-04T22:00:00+00:00", "the end of the last day"
    result = result_of(ballot)
    assert (result.voters, result.counted, result.excluded) == (4, 4, 0)
    assert result.spending is not None
    assert result.spending.rule == "equal-shares"
    assert result.spending.greedy.selected == (1, 3), "benches for 60, then what fits"
    with site.reading() as session:
        seen = shown(session, site.service, session.get_one(Ballot, ballot.id))
    assert seen.outcome == result
    assert [option.title for option in seen.terms.options] == ["Benches", "Trees", "c"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_it_is_never_mixed_with_votes_of_this_site(site: Site) -> None:
    ballot = bring(site).ballot
    assert rows(site, Paper) == 4
    for table in (RegisterEntry, Receipt, Leaf):
        assert rows(site, table) == 0
    assert work(site) == ["protocols"]
    file = published(site, ballot)
    assert (file.log, file.receipts) == (None, ())
    assert not any(name in file.terms.text for name in ("anne", "bob"))
    assert recount(file).holds, recount(file).line
    with site.reading() as session:
        told = session.scalars(select(EventLog.type).where(EventLog.type.like("voting.%"))).all()
    assert told == ["voting.ballot_counted"]


def test_others_write_while_a_file_that_was_taken_over_is_counted(
    site: Site,
    eak: Callable[..., Result],
    file: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count, times = tally.outcome, []  # type: ignore[attr-defined]

    def slow(*given: Any, **named: Any) -> Outcome:
        times.append(1)
        site.submit(f"Meanwhile {len(times)}")  # a writer that waits would wait for ever here
        return count(*given, **named)

    monkeypatch.setattr(tally, "outcome", slow)
    tried = eak("import-pabulib", file(SMALL), "--dry-run")
    assert (tried.exit_code, rows(site, Ballot)) == (0, 0), tried.output
    done = eak("import-pabulib", file(SMALL))
    assert done.exit_code == 0, done.output
    assert len(times) == 2
    with site.reading() as session:
        [ballot] = session.scalars(select(Ballot))
        assert ballot.state == "counted"
    assert work(site) == ["protocols"]


def test_what_was_taken_over_by_a_command_that_died_before_it_counted_is_counted_by_a_worker(
    site: Site,
    eak: Callable[..., Result],
    file: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("eak_voting.commands.pabulib.count_at_once", dies)
    assert eak("import-pabulib", file(SMALL)).exit_code != 0
    with site.reading() as session:
        assert [each.state for each in session.scalars(select(Ballot))] == ["closed"]
    assert "Here already" in eak("import-pabulib", file(SMALL)).output
    site.drain()
    with site.reading() as session:
        [ballot] = session.scalars(select(Ballot))
    assert ballot.state == "counted"
    assert recount(published(site, ballot)).holds


def test_the_same_file_twice_is_there_once_and_another_of_its_name_is_refused(site: Site) -> None:
    first, again = bring(site), bring(site)
    assert (first.created, again.created) == (True, False)
    assert first.ballot.id == again.ballot.id
    assert rows(site, Paper) == 4
    with pytest.raises(Refused, match="others"):
        bring(site, SMALL.replace("dora;a", "dora;b"))
    with pytest.raises(Refused, match="others"):
        bring(site, SMALL.replace("c;40;1;", "d;40;1;").replace("b,c", "b,d"))
    assert bring(site, SMALL.replace("instance;2024", "instance;2025")).created


def test_points_are_taken_over_as_points(site: Site) -> None:
    text = (
        SMALL.replace("vote_type;approval", "vote_type;cumulative")
        .replace("voter_id;vote", "voter_id;vote;points")
        .replace("anne;a", "anne;a;5")
        .replace("bob;a,b", "bob;a,b;0,5")
        .replace("carl;b,c", "carl;b,c;2,3")
        .replace("dora;a", "dora;;")
    )
    ballot = bring(site, text).ballot
    result = result_of(ballot)
    assert (result.counted, result.blank) == (4, 1)
    with site.reading() as session:
        kept = sorted(session.scalars(select(Paper.choices)))
    assert kept == ["[[1,5]]", "[[2,2],[3,3]]", "[[2,5]]", "[]"]
    assert recount(published(site, ballot)).holds


def test_votes_beyond_the_limits_of_their_file_count_as_they_did_there(site: Site) -> None:
    ballot = bring(site, SMALL.replace("max_length;2", "max_length;1")).ballot
    assert result_of(ballot).counted == 4
    assert recount(published(site, ballot)).holds


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("vote_type;approval", "vote_type;ordinal"), "ordinal"),
        (("a;60.0", "a;60.125"), "decimals"),
        (("budget;100", "budget;100.505"), "decimals"),
        (("a;60.0", "a;2147483648"), "at most"),
        (("date_end;04.07.2024", "date_end;31.02.2024"), "date_end"),
        (("date_end;04.07.2024", "date_end;31.12.9999"), "date_end"),
        (("date_begin;01.06.2024", "date_begin;01.01.0001"), "date_begin"),
        (("date_end;04.07.2024", "date_end;04.05.2024"), "before"),
        (("unit;Petiteville", "unit;"), "unit"),
        (("a;60.0;3", "a" * 41 + ";60.0;3"), "project_id"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_and_nothing_is_kept(
    site: Site, change: tuple[str, str], said: str
) -> None:
    text = SMALL.replace(*change)
    if said == "project_id":
        text = text.replace(";a\n", f";{'a' * 41}\n").replace(";a,", f";{'a' * 41},")
    with pytest.raises(Refused, match=said):
        bring(site, text)
    assert rows(site, Ballot) == rows(site, Paper) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_those_who_manage_ballots_take_them_over(site: Site, citizen: Actor) -> None:
    with pytest.raises(Forbidden):
        bring(site, by=citizen)


def test_what_is_written_reads_as_what_was_taken_over(site: Site) -> None:
    ballot = bring(site).ballot
    again = parsed("".join(lines_of(published(site, ballot))))
    before = parsed(SMALL)
    for name in ("country", "unit", "instance", "date_begin", "budget", "currency", "rule"):
        assert again.meta[name] == before.meta[name], name
    assert [(each.code, each.cost) for each in again.projects] == [
        (each.code, each.cost) for each in before.projects
    ]
    assert again.election().ballots == before.election().ballots
    assert {vote.voter for vote in again.votes} == {"1", "2", "3", "4"}, "no voter of the file"


@pytest.mark.parametrize("database", ["sqlite"])
def test_its_pages_say_that_it_was_held_elsewhere(site: Site, client: Browser) -> None:
    ballot = bring(site).ballot
    page = f"/culture/votes/{ballot.id}-{ballot.slug}"
    for path in (page, f"/culture/votes/{ballot.id}/resultats"):
        text = client.get(f"{path}?lang=en").text
        assert "This vote was not held here" in text
        assert "France, Petiteville, 2024" in text
        # The footer leads to all receipts of the service.
        assert "receipt" not in text.partition("<footer")[0].lower()
    assert "Held elsewhere" in client.get("/culture/votes/?lang=en").text


def official(text: str = SMALL, **selected: int) -> str:
    """``text`` with what was decided."""
    lines = text.replace("cost;votes;name", "cost;votes;name;selected").split("\n")
    for code, value in selected.items():
        place = next(at for at, line in enumerate(lines) if line.startswith(f"{code};"))
        lines[place] += f";{value}"
    return "\n".join(lines)


def test_what_was_decided_elsewhere_is_the_result_and_our_counts_are_a_comparison(
    site: Site, client: Browser
) -> None:
    text = official(SMALL.replace("rule;equalshares", "rule;greedy-custom"), a=0, b=1, c=1)
    ballot = bring(site, text).ballot
    spending = result_of(ballot).spending
    assert spending is not None
    assert (spending.result.selected, spending.result.cost) == ((2, 3), 90)
    assert spending.greedy.selected == (1, 3), "what this site counts"
    assert recount(published(site, ballot)).holds
    page = client.get(f"/culture/votes/{ballot.id}/resultats?lang=en").text
    assert "2 projects were funded, for €90 out of a budget of €100" in page
    assert "official result" in page
    assert "“greedy-custom”" in page
    assert "another result for 2 projects" in page
    table = client.get(f"/culture/votes/{ballot.id}/resultats.csv").text.split()
    assert [row.split(",")[5] for row in table[1:]] == ["0", "1", "1"]
    again = parsed("".join(lines_of(published(site, ballot))))
    assert [each.cells["selected"] for each in again.projects] == ["0", "1", "1"]
    assert again.meta["rule"] == "greedy-custom"


@pytest.mark.parametrize(
    ("rule", "counted"),
    [
        ("equalshares", ("equal-shares", "none", False)),
        ("equalshares-comparison", ("equal-shares", "none", True)),
        ("equalshares/add1", ("equal-shares", "add1", False)),
        ("equalshares/add1-comparison", ("equal-shares", "add1", True)),
        ("greedy", ("greedy", "add1-exhaustive", False)),
        ("greedy-threshold", ("greedy", "add1-exhaustive", False)),
        ("something-new", ("greedy", "add1-exhaustive", False)),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_each_rule_of_the_format_is_counted_or_kept_by_its_name_with_its_parameters(
    site: Site, client: Browser, rule: str, counted: tuple[object, ...], database: str
) -> None:
    text = SMALL.replace("rule;equalshares\n", f"rule;{rule}\nmin_project_score_threshold;2\n")
    ballot = bring(site, text).ballot
    rules = published(site, ballot).terms.settings.budget
    assert rules is not None
    assert (rules.rule, rules.completion, rules.comparison) == counted
    page = client.get(f"/culture/votes/{ballot.id}/resultats?lang=en").text
    assert f"“{rule}”" in page
    assert "min_project_score_threshold = 2" in page
    again = parsed("".join(lines_of(published(site, ballot))))
    for name in ("rule", "min_project_score_threshold", "min_length", "max_length"):
        assert again.meta[name] == parsed(text).meta[name], name


def test_amounts_with_cents_are_exact_everywhere(site: Site, client: Browser) -> None:
    text = SMALL.replace("budget;100", "budget;1100.50").replace("a;60.0", "a;1000.25")
    ballot = bring(site, text).ballot
    file = published(site, ballot)
    assert file.terms.settings.budget is not None
    assert (file.terms.settings.budget.amount, file.terms.settings.budget.units) == (110_050, 100)
    spending = result_of(ballot).spending
    assert spending is not None
    assert (spending.greedy.selected, spending.greedy.cost) == ((1, 2, 3), 109_025)
    assert spending.greedy.funded[-1].budget_left == "1025"
    page = client.get(f"/culture/votes/{ballot.id}/resultats?lang=en").text
    assert "€1,100.50" in page
    assert "€1,000.25" in page
    assert "1000.25" in client.get(f"/culture/votes/{ballot.id}/resultats.csv").text
    again = parsed("".join(lines_of(file)))
    assert (again.budget, again.projects[0].cost) == (Fraction("1100.50"), Fraction("1000.25"))
    assert recount(file).holds


@pytest.mark.parametrize("database", ["sqlite"])
def test_blank_votes_that_the_comment_tells_of_are_voters_who_chose_nothing(site: Site) -> None:
    remark = "comment;#1: 2 blank votes are not listed.\n"
    text = SMALL.replace("currency;EUR\n", f"currency;EUR\n{remark}")
    ballot = bring(site, text).ballot
    result = result_of(ballot)
    assert (result.voters, result.counted, result.blank) == (6, 6, 2)
    assert rows(site, Paper) == 6
    file = published(site, ballot)
    assert recount(file).holds, recount(file).line
    again = parsed("".join(lines_of(file)))
    assert (again.blank, len(again.votes)) == (2, 4)
    assert not bring(site, text).created


def test_names_of_any_length_are_kept_and_told_apart(site: Site, client: Browser) -> None:
    long = "16 - Fontaine-Lestang / Arènes / " + "x" * 200
    first = bring(site, SMALL.replace("unit;Petiteville", f"unit;{long}"))
    assert bring(site, SMALL.replace("unit;Petiteville", f"unit;{long}y")).created
    assert not bring(site, SMALL.replace("unit;Petiteville", f"unit;{long}")).created
    page = client.get(f"/culture/votes/{first.ballot.id}-{first.ballot.slug}").text
    assert long in page
    assert parsed("".join(lines_of(published(site, first.ballot)))).meta["unit"] == long


CASES = sorted((DATA.parent / "cases").glob("*.pb"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_case_that_was_got_wrong_comes_in_is_shown_and_goes_out_as_it_was(
    site: Site, client: Browser, case: Path, database: str, tmp_path: Path
) -> None:
    source = parsed(case.read_text(encoding="utf-8"))
    ballot = bring(site, case.read_text(encoding="utf-8")).ballot
    assert client.get(f"/culture/votes/{ballot.id}/resultats").status_code == 200
    file = published(site, ballot)
    assert recount(file).holds, recount(file).line
    written = "".join(lines_of(file))
    again = parsed(written)
    kept = dict(source.meta) | {"num_votes": again.meta["num_votes"]}
    assert {**again.meta, "budget": ""} == {**kept, "budget": ""}
    assert again.projects == source.projects
    assert again.election().ballots == source.election().ballots
    assert faults(written, tmp_path) == {}
    selected = result_of(ballot).spending
    if "Gdynia" in case.stem:
        assert selected is not None
        codes = [file.terms.options[number - 1].code for number in selected.result.selected]
        assert codes == ["1", "8", "3"]


def faults(text: str, folder: Path) -> dict[str, object]:
    """What the checker of Pabulib calls errors in ``text``."""
    path = folder / "checked.pb"
    path.write_text(text, encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        checked: dict[str, Any] = Checker().process_files([str(path)])
    return dict(checked["checked"]["results"]["errors"])


@pytest.mark.parametrize("database", ["sqlite"])
@needs_data
@pytest.mark.parametrize(
    ("name", "projects", "votes"),
    [("France_Toulouse_2024.pb", 183, 7260), ("Switzerland_Zurich_D5.pb", 24, 180)],
)
def test_real_elections_go_through(
    site: Site, client: Browser, name: str, projects: int, votes: int
) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    ballot = bring(site, text).ballot
    result = result_of(ballot)
    assert result.counted == result.voters == votes
    assert result.spending is not None
    assert result.spending.rule == "greedy"
    source = parsed(text)
    points = source.vote_type == "cumulative"
    file = published(site, ballot)
    assert len(file.terms.options) == projects
    codes = [file.terms.options[number - 1].code for number in result.spending.greedy.selected]
    expected = greedy(source.election(points=points), seed=result.seed)
    assert codes == list(expected.selected)
    assert recount(file).holds, recount(file).line
    assert client.get(f"/culture/votes/{ballot.id}/resultats").status_code == 200
    again = parsed("".join(lines_of(file)))
    assert again.election(points=points) == source.election(points=points)
