"""Participatory budgets of other places, taken over from Pabulib files to be read and compared.

Such a ballot has its own dates and votes, is counted by the same functions as any other, and says
where it comes from (``Ballot.origin``). It stays apart from what is voted here: its voters are in
no register, it has no receipts, and nothing of it enters the public log.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec
from sqlalchemy import insert, select

from eak_core.api import (
    Actor,
    Refused,
    Service,
    Session,
    _l,
    clean_line,
    clean_lines,
    clock,
    insert_once,
    midnight,
    require,
    slug_of,
)
from eak_voting.ballots import timetable
from eak_voting.ballots.finding import terms_of, written
from eak_voting.ballots.preparing import MOST_MONEY, locked
from eak_voting.casting import choices
from eak_voting.models import CODE_LENGTH, PLACE_NAMES, TITLE_LENGTH, Ballot, BallotOption, Paper
from eak_voting.publishing.pabulib import PabulibFile, PabulibProject, PabulibVote
from eak_voting.settings import (
    BudgetBallot,
    BudgetRule,
    BudgetRules,
    Completion,
    Settings,
    Source,
    Terms,
    canonical,
    digest,
)

ORIGIN_LENGTH = 120
OPTION_TITLE_LENGTH = 300
_AT_ONCE = 1_000
#: Years that a clock of any database knows: others were never meant.
_DAY = re.compile(r"(?:(\d{1,2})\.(\d{1,2})\.)?([12]\d{3})", re.ASCII)

_BALLOTS: Mapping[str, BudgetBallot] = {
    "approval": "approve",
    "choose-1": "approve",
    "cumulative": "points",
    "scoring": "points",
}
#: The rules of the format that are counted here, each with its completion, and whether more voters
#: may prefer the greedy outcome. The others keep their name and parameters (`Source`), and are
#: compared with the greedy count, of which they are kinds (greedy-threshold, greedy-no-skip …).
_RULES: Mapping[str, tuple[BudgetRule, Completion, bool]] = {
    "equalshares": ("equal-shares", "none", False),
    "equalshares-comparison": ("equal-shares", "none", True),
    "equalshares/add1": ("equal-shares", "add1", False),
    "equalshares/add1-comparison": ("equal-shares", "add1", True),
}
_OTHERWISE: tuple[BudgetRule, Completion, bool] = ("greedy", "add1-exhaustive", False)
#: What a column of the database holds.
LARGEST_COST = 2**31 - 1
_CENTS = 100

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Imported:
    """The ballot; ``created`` is False where it was here already."""

    ballot: Ballot
    created: bool


def take_over(
    session: Session,
    actor: Actor,
    service: Service,
    file: PabulibFile,
    *,
    on_progress: Progress = lambda votes: None,
) -> Imported:
    """Make a closed ballot of ``file``, which is counted like any other: by a worker, or by
    `eak_voting.counting.result.count_at_once`. ``on_progress`` is told how many votes were written.

    Where a ballot of the same country, unit and instance is here, nothing is written. `Refused`
    says what cannot be taken over: orders of preference, amounts that are finer than cents, a file
    without dates, or one that differs from what was taken over before.
    """
    require(actor, "voting.manage", service)
    values = _ballot_values(actor, service, file)
    found = insert_once(session, Ballot, values, Ballot.id)
    if found is None:
        return Imported(_known(session, service, file, str(values["origin"])), created=False)
    session.execute(insert(BallotOption), _option_values(found, file))
    ballot = locked(session, session.get_one(Ballot, found))
    terms = terms_of(session, service, ballot)
    frozen = canonical(terms)
    ballot.terms, ballot.terms_hash = frozen.decode(), digest(frozen)
    session.flush()
    votes = _write_papers(session, ballot, terms, file, on_progress)
    ballot.ballots_hash = choices.ballots_digest(terms, votes)
    timetable.count_now(session, ballot)
    session.flush()
    return Imported(ballot, created=True)


def origin_of(file: PabulibFile) -> str:
    """What names the election of ``file``: ``pabulib/Poland/Warszawa/2020/Bemowo``; names that are
    longer than a column end in a hash. What people read is in the terms (`Source`)."""
    parts = [clean_line(file.meta.get(name, "")).replace("/", "-") for name in PLACE_NAMES]
    if not all(parts[:3]):
        raise Refused(_l("The file does not say its country, unit and instance."))
    origin = "/".join(["pabulib", *filter(None, parts)])
    if len(origin) > ORIGIN_LENGTH:
        short = hashlib.sha256(origin.encode()).hexdigest()[:16]
        return f"{origin[: ORIGIN_LENGTH - len(short) - 1]}~{short}"
    return origin


def _ballot_values(actor: Actor, service: Service, file: PabulibFile) -> dict[str, object]:
    origin = origin_of(file)
    title = clean_line(file.meta.get("description", "")) or origin.partition("/")[2]
    opens_at, closes_at = _dates(file.meta)
    return {
        "service_id": service.id,
        "title": title[:TITLE_LENGTH],
        "slug": slug_of(title[:TITLE_LENGTH]),
        "text": clean_lines(file.meta.get("acknowledgments", "")),
        "method": "budget",
        "secrecy": "pseudonymous",
        "settings": written(_settings(file)),
        "state": "closed",
        "opens_at": opens_at,
        "closes_at": closes_at,
        "opened_at": opens_at,
        "closed_at": closes_at,
        "key": secrets.token_hex(32),
        "origin": origin,
        "created_by": actor.person_id,
        "created_at": clock.now(),
        "version_id": 1,
        "cancel_reason": "",
    }


def _settings(file: PabulibFile) -> Settings:
    """The rules of the file. Where some of its votes went beyond its limits, the limits give way:
    a vote that was counted there is counted here."""
    ballot = _BALLOTS.get(file.vote_type)
    if ballot is None:
        raise Refused(
            _l("Votes that are orders of preference cannot be counted here (vote_type: ordinal).")
        )
    named = [sum(given > 0 for _code, given in vote.choices) for vote in file.votes]
    totals = [sum(given for _code, given in vote.choices) for vote in file.votes]
    least = min((number for number in named if number), default=0)
    most = _limit(file.meta, "max_length")
    rule, completion, comparison = _RULES.get(file.meta.get("rule", ""), _OTHERWISE)
    units = _units(file)
    rules = BudgetRules(
        amount=_in_units(file.budget, units, "budget", MOST_MONEY),
        currency=clean_line(file.meta.get("currency", ""))[:3] or "EUR",
        ballot=ballot,
        points=max(_limit(file.meta, "max_sum_points") or 1, *totals, 1),
        at_least=min(_limit(file.meta, "min_length") or 0, least),
        at_most=None if most is None else max(most, *named, 1),
        rule=rule,
        completion=completion,
        comparison=comparison,
        per_unit=units if units > 1 else msgspec.UNSET,
        source=Source(
            meta=dict(file.meta), projects=tuple(dict(each.cells) for each in file.projects)
        ),
    )
    return Settings(method="budget", secrecy="pseudonymous", budget=rules)


def _limit(meta: Mapping[str, str], name: str) -> int | None:
    said = meta.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _units(file: PabulibFile) -> int:
    """In how many parts of the currency's unit the amounts of ``file`` are exact: 1 or 100."""
    amounts = (file.budget, *(project.cost for project in file.projects))
    return 1 if all(each.denominator == 1 for each in amounts) else _CENTS


def _in_units(amount: Fraction, units: int, what: str, most: int) -> int:
    exact = amount * units
    if exact.denominator != 1 or exact > most:
        raise Refused(
            _l(
                "Amounts have two decimals and are at most %(most)s here: %(what)s",
                most=most // units,
                what=what,
            )
        )
    return exact.numerator


def _dates(meta: Mapping[str, str]) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last one, in Paris."""
    first, last = _day(meta, "date_begin", last=False), _day(meta, "date_end", last=True)
    if last < first:
        raise Refused(_l("The file says that it ended before it began."))
    return midnight(first), midnight(last + timedelta(days=1))


def _day(meta: Mapping[str, str], name: str, *, last: bool) -> date:
    said = _DAY.fullmatch(meta.get(name, ""))
    if said is not None:
        day, month, year = said.groups()
        try:
            if day is None:  # some files know the year alone
                return date(int(year), 12, 31) if last else date(int(year), 1, 1)
            return date(int(year), int(month), int(day))
        except ValueError:
            pass  # there is no such day: said below, as for what is no date at all
    raise Refused(_l("The file does not say when it was (%(what)s).", what=name))


def _option_values(ballot_id: int, file: PabulibFile) -> list[dict[str, object]]:
    units = _units(file)
    return [
        {"ballot_id": ballot_id, "number": number,
         "cost": _in_units(each.cost, units, each.code, LARGEST_COST),
         "code": _code(each), "title": (clean_line(each.title) or each.code)[:OPTION_TITLE_LENGTH]}
        for number, each in enumerate(file.projects, 1)
    ]  # fmt: skip


def _code(project: PabulibProject) -> str:
    if len(project.code) > CODE_LENGTH:
        raise Refused(_l("The project_id is too long: %(code)s", code=project.code))
    return project.code


def _said(terms: Terms, numbers: Mapping[str, int], vote: PabulibVote) -> str:
    """A vote of the file as the box keeps it."""
    budget = terms.settings.budget
    assert budget is not None
    given = {numbers[code]: points for code, points in vote.choices if points}
    return choices.write(terms, given if budget.ballot == "points" else list(given))


def _write_papers(
    session: Session, ballot: Ballot, terms: Terms, file: PabulibFile, on_progress: Progress
) -> list[str]:
    """Put the votes of ``file`` into the box; what they say."""
    written: list[str] = []
    numbers = {option.code: option.number for option in terms.options}
    votes = _all_votes(file)
    for start in range(0, len(votes), _AT_ONCE):
        some = votes[start : start + _AT_ONCE]
        rows = [
            {
                "ballot_id": ballot.id,
                "mark": _mark(ballot, vote.voter),
                "choices": _said(terms, numbers, vote),
                "version": 1,
            }
            for vote in some
        ]
        session.execute(insert(Paper), rows)
        written += (str(row["choices"]) for row in rows)
        on_progress(start + len(some))
    return written


def _all_votes(file: PabulibFile) -> list[PabulibVote]:
    """The votes that are listed, and the blank ones that are only told of."""
    # No voter_id of a file is empty, so these cannot be taken for somebody's.
    blank = (PabulibVote(f"\0{number}", (), {}) for number in range(file.blank))
    return [*file.votes, *blank]


def _mark(ballot: Ballot, voter: str) -> str:
    """A pseudonym of a voter of the file, which is no key of a person of this site."""
    return hmac.new(
        bytes.fromhex(ballot.key), f"pabulib\0{voter}".encode(), hashlib.sha256
    ).hexdigest()


def _known(session: Session, service: Service, file: PabulibFile, origin: str) -> Ballot:
    """The ballot that was taken over before, where ``file`` has the same votes."""
    ballot = session.scalars(
        select(Ballot).where(Ballot.service_id == service.id, Ballot.origin == origin)
    ).one()
    if not _is_same(terms_of(session, service, ballot), file, ballot):
        raise Refused(
            _l(
                "Another file of %(origin)s was taken over before, and its votes are others."
                " Nothing was changed.",
                origin=origin,
            )
        )
    return ballot


def _is_same(terms: Terms, file: PabulibFile, ballot: Ballot) -> bool:
    numbers = {option.code: option.number for option in terms.options}
    if list(numbers) != [project.code for project in file.projects]:
        return False
    try:
        votes: Iterable[str] = [_said(terms, numbers, vote) for vote in _all_votes(file)]
    except choices.WrongChoices:
        return False
    return choices.ballots_digest(terms, votes) == ballot.ballots_hash
