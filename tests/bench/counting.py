"""Counting votes, against bare passes over the same figures."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction

from eak_voting.counting.methods.budgets import Election, Project, election
from eak_voting.counting.methods.equal_shares import equal_shares
from eak_voting.counting.methods.majority import complete, rank, tally
from tests.bench.report import Figure

CANDIDATES = 20
GRADES = 7
BALLOTS = 50_000
VOTERS = 7_000
PROJECTS = 200
BUDGET = 8_000_000

#: Microseconds per candidate and criterion, seconds for a million grades, seconds for a budget.
RANKING, TALLYING, SHARING = 30, 2, 5


def measure() -> Iterator[Figure]:
    """The figures of counting, which are the same on any database."""
    chance = random.Random(2024)
    ballots = [tuple(chance.choices(range(GRADES + 1), k=CANDIDATES)) for _ in range(BALLOTS)]
    yield Figure(
        "tally 1,000,000 grades (limit: count them as one column)",
        "s",
        ours=_seconds(lambda: tally(ballots, range(CANDIDATES), GRADES)),
        limit=_seconds(lambda: Counter(grade for ballot in ballots for grade in ballot)),
        ceiling=TALLYING,
    )
    for count in (BALLOTS // 100, BALLOTS):
        yield _ranking(ballots[:count])
    yield _sharing(chance)


def _ranking(ballots: list[tuple[int, ...]]) -> Figure:
    tallies = tally(ballots, range(CANDIDATES), GRADES)
    times = 50

    def ranking() -> None:
        for _ in range(times):
            rank(complete(tallies, len(ballots), "worst"))

    def sorting() -> None:
        for _ in range(times):
            sorted(tallies.items(), key=lambda each: (sum(each[1]), each))

    scale = 1_000_000 / times / CANDIDATES
    return Figure(
        f"rank by majority judgment, {len(ballots):,} ballots (limit: sort)",
        "µs/candidate",
        ours=_seconds(ranking) * scale,
        limit=_seconds(sorting) * scale,
        ceiling=RANKING,
    )


def _sharing(chance: random.Random) -> Figure:
    town = _town(chance)
    outcome = equal_shares(town, "add1")

    def passes() -> None:
        for _ in range(outcome.runs):
            money = [Fraction(outcome.endowment or 0).numerator] * len(town.ballots)
            for group, ballot in enumerate(town.ballots):
                for _place, points in ballot:
                    money[group] -= points

    return Figure(
        f"equal shares, Add1, {VOTERS:,} ballots × {PROJECTS} projects, {outcome.runs} runs"
        " (limit: read the ballots in each)",
        "s",
        ours=_seconds(lambda: equal_shares(town, "add1")),
        limit=_seconds(passes),
        ceiling=SHARING,
    )


def _town(chance: random.Random) -> Election:
    """A town like Toulouse in 2024: three choices each, few projects that most like."""
    projects = [
        Project(str(number), Fraction(chance.choice((1, 4, 20, 50, 100, 250)) * 1000))
        for number in range(PROJECTS)
    ]
    liked = [1 / (place + 5) for place in range(PROJECTS)]
    codes = [project.code for project in projects]
    ballots = [set(chance.choices(codes, liked, k=3)) for _ in range(VOTERS)]
    return election(BUDGET, projects, ballots)


def _seconds(work: Callable[[], object]) -> float:
    # Of this process: what else the machine does is not our figure.
    began = time.process_time()
    work()
    return time.process_time() - began
