"""One chart of each kind, with the figures of a town.

``python -m tests.core.web.chart_samples`` draws the golden files anew.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from eak_core.web import charts

#: Where one picture of each kind is kept.
GOLDEN = Path(__file__).parents[2] / "golden/charts"

_OPENS = datetime(2026, 3, 2, 8, tzinfo=UTC)
_GRADES = (
    "Excellent", "Very good", "Good", "Fairly good", "Passable", "Insufficient", "To reject",
)  # fmt: skip
_TALLIES = (
    (0, 236, 532, 434, 256, 146, 129),
    (236, 232, 302, 299, 299, 216, 149),
    (3, 4, 200, 426, 500, 300, 300),
    (0, 0, 0, 0, 0, 0, 0),
)
NAMES = (
    "Benches in the shade of the town hall",
    "A library of tools, lent for a week, repaired on Saturdays",
    "Buses at night",
    "A pond",
)
_COMMUNES = (
    ("Antony", 48.7503, 2.2985, 4), ("Bagneux", 48.7983, 2.3099, 0),
    ("Boulogne-Billancourt", 48.8365, 2.2389, 21), ("Courbevoie", 48.8953, 2.2561, 9),
    ("Nanterre", 48.8960, 2.2071, 16), ("Saint-Cloud", 48.8429, 2.2084, 5),
    ("Sceaux", 48.7768, 2.2953, 1), ("Sèvres", 48.8216, 2.2116, 2),
)  # fmt: skip


def _stacks() -> charts.Stacks:
    grades = tuple(
        charts.Grade(name, 7 - place, "".join(word[0] for word in name.upper().split()))
        for place, name in enumerate(_GRADES)
    )
    rows = []
    for place, (name, tally) in enumerate(zip(NAMES, _TALLIES, strict=True), 1):
        seen = 0
        marked = None
        for grade, count in enumerate(tally):
            seen += count
            if marked is None and 2 * seen >= sum(tally) > 0:
                marked = grade
        label = charts.Label(
            name,
            _GRADES[marked] if marked is not None else "not graded",
            url=f"/ideas/{place}",
            place=place,
        )
        parts = tuple(charts.Part(grade, count) for grade, count in enumerate(tally))
        rows.append(charts.Stack(label, parts, marked, (place * 10,)))
    return charts.Stacks(
        key="profiles",
        title="Profiles",
        caption="Votes by grade",
        things="Idea",
        grades=grades,
        rows=tuple(rows),
        legend="Grades",
        marked="majority grade",
        columns=(charts.Column("Not graded"),),
    )


SAMPLES: dict[str, charts.Chart] = {
    "bars": charts.Bars(
        key="bars",
        title="Votes",
        caption="Votes by idea",
        things="Idea",
        amounts="Votes",
        rows=tuple(
            charts.Bar(
                charts.Label(name, str(votes), f"{votes * 100 // 1733} %", place=place, tied=tied),
                votes,
            )
            for place, name, votes, tied in zip(
                (1, 2, 2, 4), NAMES, (590, 120, 120, 0), (False, True, True, False), strict=True
            )
        ),
        whole=1733,
    ),
    "stacks": _stacks(),
    "lines": charts.Lines(
        key="lines",
        title="Spending",
        caption="Spent after each project",
        along="projects, in the order in which they are taken",
        lines=(
            charts.Line("Equal shares", tuple((n, 4_100 * n) for n in range(11))),
            charts.Line("Most votes first", ((0, 0), (1, 19_000), (2, 31_000), (3, 44_000))),
        ),
        limit=45_000,
        limit_name="the budget",
        said=lambda amount: f"{amount:,} €",
    ),
    "timeline": charts.Timeline(
        key="timeline",
        title="When votes are cast",
        caption="Ballots",
        things="Ballot",
        ends=("Opens", "Closes"),
        rows=tuple(
            charts.Span(
                charts.Label(name, said),
                _OPENS + timedelta(days=start),
                _OPENS + timedelta(days=end),
            )
            for name, said, start, end in zip(
                NAMES, ("closed", "open", "announced", "announced"), (0, 10, 25, 40),
                (14, 24, 25, 52), strict=True,
            )
        ),
        today=_OPENS + timedelta(days=18),
    ),
    "map": charts.PlaceMap(
        key="map",
        title="Ideas by commune",
        caption="Ideas by commune",
        things="Commune",
        amounts="Ideas",
        places=tuple(charts.Place(*each) for each in _COMMUNES),
    ),
    "flow": charts.Flow(
        key="flow",
        title="The path of an idea",
        caption="Stages",
        things="Stage",
        values="Ideas",
        arrows_name="Can go on to",
        nodes=tuple(
            charts.Node(name, title, f"{count} ideas")
            for name, title, count in (
                ("submitted", "Submitted", 12), ("screening", "Screening", 4),
                ("accepted", "Accepted", 7), ("voting", "Put to the vote", 3),
                ("adopted", "Adopted", 2), ("rejected", "Not retained", 5),
            )
        ),
        arrows=(
            ("submitted", "screening"), ("submitted", "rejected"), ("screening", "accepted"),
            ("screening", "rejected"), ("accepted", "voting"), ("accepted", "rejected"),
            ("voting", "adopted"), ("voting", "rejected"), ("rejected", "screening"),
        ),
    ),
}  # fmt: skip


def drawing(kind: str) -> str:
    """The chart of this kind as a file."""
    chart = SAMPLES[kind]
    notes = ("1,733 people voted.", "example.org/culture/votes/3")
    return charts.document(chart, f"A {kind} for the town", "“Benches” come first.", notes)


def _main() -> None:
    from eak_core.kit.testing.site import open_app

    GOLDEN.mkdir(exist_ok=True)
    folder = Path(mkdtemp())
    app = open_app(f"sqlite:///{folder}/golden.db", folder)
    with app.test_request_context("/?lang=en"):
        for kind in SAMPLES:
            (GOLDEN / f"{kind}.svg").write_text(drawing(kind), encoding="utf-8")


if __name__ == "__main__":
    _main()
