"""``eak voting count``: counting a file of ballots, without a site, as JSON on standard output."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from eak_core.api import imports, standalone
from eak_voting.commands import grade_sheets
from eak_voting.counting.methods import majority
from eak_voting.counting.methods.budgets import Election, Funded, NotFunded, Outcome
from eak_voting.counting.methods.endowment import Completion
from eak_voting.counting.methods.equal_shares import equal_shares
from eak_voting.counting.methods.greedy import greedy
from eak_voting.publishing import pabulib

_encoder = msgspec.json.Encoder(decimal_format="number")


@standalone
@click.group()
def count() -> None:
    """Count a file of ballots; the result is JSON. Nothing but the file is needed."""


@count.command("majority")
@click.argument("file", type=imports.FILE)
@click.option("--grades", type=click.IntRange(2, 100), required=True, help="How many there are.")
@click.option(
    "--missing",
    type=click.Choice(get_args(majority.Missing)),
    required=True,
    help="What a grade that was not given counts as: the worst, the candidate's own median, or "
    "nothing, with shares compared.",
)
def count_majority(file: Path, grades: int, missing: majority.Missing) -> None:
    """Majority judgment of FILE, a CSV table: a header of candidates, then a row per ballot, of
    grades from 1 (the worst); 0 or an empty cell is not graded."""
    sheet = grade_sheets.read(file, grades)
    given = majority.tally(sheet.ballots, sheet.candidates, grades)
    compared = majority.complete(given, len(sheet.ballots), missing)
    # Shares alone are compared by "normalised"; the counts as they were given show them best.
    shown = given if missing == "normalised" else compared
    _show(
        {
            each.candidate: {
                "rank": each.rank,
                "grade": each.grade,
                "gauge": _gauge(majority.gauge(shown[each.candidate])),
                "tally": shown[each.candidate],
            }
            for each in majority.rank(compared)
        }
    )


@count.command("equal-shares")
@click.argument("file", type=imports.FILE)
@click.option(
    "--completion",
    type=click.Choice(get_args(Completion)),
    default="none",
    show_default=True,
    help="What becomes of the money that one run leaves.",
)
@click.option("--comparison", is_flag=True, help="Greedy, where more voters prefer its outcome.")
@click.option("--points", is_flag=True, help="Count the points given, not only who gave some.")
@click.option("--seed", default="", help="What lots are drawn from.")
def count_equal_shares(
    file: Path, completion: Completion, comparison: bool, points: bool, seed: str
) -> None:
    """The Method of Equal Shares on FILE, in the Pabulib format (.pb)."""
    election = read_pabulib(file).election(points=points)
    outcome = equal_shares(election, completion, comparison=comparison, seed=seed)
    _show({"completion": completion, **_outcome(election, outcome, seed)})


@count.command("greedy")
@click.argument("file", type=imports.FILE)
@click.option("--points", is_flag=True, help="Count the points given, not only who gave some.")
@click.option("--seed", default="", help="What lots are drawn from.")
def count_greedy(file: Path, points: bool, seed: str) -> None:
    """The greedy count of FILE, in the Pabulib format (.pb): by votes, while the money lasts."""
    election = read_pabulib(file).election(points=points)
    _show(_outcome(election, greedy(election, seed=seed), seed))


def read_pabulib(path: Path) -> pabulib.PabulibFile:
    """The Pabulib file at ``path``; what was read otherwise than it is written is told on standard
    error. `imports.WrongFile` names the line that is wrong."""
    with imports.TextLines(path) as lines:
        try:
            read = pabulib.read(lines.whole())
        except pabulib.PabulibError as error:
            raise imports.WrongFile(f"{path}: {error}") from error
    for note in read.notes:
        click.echo(note, err=True)
    return read


def _show(document: Any) -> None:
    click.echo(msgspec.json.format(_encoder.encode(document), indent=2).decode())


def _gauge(gauge: majority.Gauge) -> dict[str, Any]:
    return {"sign": gauge.sign, "p": gauge.p, "q": gauge.q, "of": gauge.total}


def _outcome(election: Election, outcome: Outcome, seed: str) -> dict[str, Any]:
    titles = {project.code: project.title for project in election.projects}
    reasons: list[Funded | NotFunded] = [*outcome.funded, *outcome.not_funded]
    document: dict[str, Any] = {
        "rule": outcome.rule,
        "selected": outcome.selected,
        "cost": _number(outcome.cost),
        "budget": _number(election.budget),
        "voters": election.voters,
        "unrepresented": outcome.unrepresented,
        "seed": seed,
        "ties": [msgspec.structs.asdict(tie) for tie in outcome.ties],
        "reasons": {each.code: {"title": titles[each.code], **_reason(each)} for each in reasons},
    }
    if outcome.endowment is not None:
        document |= {"endowment": _number(outcome.endowment), "runs": outcome.runs}
    if outcome.comparison is not None:
        document["comparison"] = msgspec.structs.asdict(outcome.comparison)
    return document


def _reason(each: Funded | NotFunded) -> dict[str, Any]:
    facts = {
        name: _number(value) if isinstance(value, Fraction) else value
        for name, value in msgspec.structs.asdict(each).items()
        if name != "code" and value is not None
    }
    if isinstance(each, NotFunded):
        facts["spent_on"] = {code: _number(amount) for code, amount in each.spent_on}
    return {"funded": isinstance(each, Funded), "why": _why(each), **facts}


def _why(each: Funded | NotFunded) -> str:
    """The reason in a sentence."""
    if isinstance(each, NotFunded):
        missing = f"{_number(each.missing)} of {_number(each.cost)} is missing"
        if each.cause == "no_votes":
            return "Nobody voted for it."
        if each.share is None:
            return f"{_number(each.available)} was left in its turn: {missing}."
        return f"Its supporters have {_number(each.available)} left: {missing}."
    if each.max_payment is None:
        return f"It came next by its votes, and {_number(each.budget_left)} was left after it."
    return (
        f"{each.payers} supporters pay for it, at most {_number(each.max_payment)} per vote: "
        f"{_number(each.effective_votes or Fraction(0))} effective votes, the most in its turn."
    )


def _number(value: Fraction) -> int | Decimal:
    """``value`` as JSON writes it: whole, or with the decimals that are exact, from two to six of
    them; with two where none are (a third has no end)."""
    if value.denominator == 1:
        return int(value)
    places = next((each for each in range(2, 7) if 10**each % value.denominator == 0), 2)
    return Decimal(round(value * 10**places)).scaleb(-places)
