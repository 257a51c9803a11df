"""Charts as drawings of their own: SVG files that carry their look, for papers and other sites.

They are as wide as a page, on white, with nothing to load: colours are attributes, since a strict
Content-Security-Policy lets no style stand in a document. What they show is also in their
description.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from eak_core.api import _, figures, render
from eak_voting.counting.outcome import Outcome
from eak_voting.pages.results import budget_sentences, sentences
from eak_voting.pages.results.result_charts import budget_chart, grades, merit_charts, vote_chart
from eak_voting.pages.wording import RULE_TITLES
from eak_voting.settings import Terms

#: What about fits into the column of names, in letters, and the lines it may take.
NAME_LETTERS = 27
NAME_LINES = 3
TITLE_LETTERS = 72

LINE = 19
TOP = 14

#: The lightness of grades falls from the worst to the best; the two lowest are hatched too.
COLOURS = {
    7: "#1d4233",
    6: "#2b5a46",
    5: "#557b69",
    4: "#a6b9ad",
    3: "#e5decf",
    2: "#f2e4dc",
    1: "#e4cbc0",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of a chart at its place: ``y`` is its top, ``lines`` what its name is broken into."""

    row: Any
    y: int
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def first_line(self) -> int:
        """The base line of the first line of its name."""
        return self.middle - (len(self.lines) - 1) * LINE // 2 + 5


def names(terms: Terms, outcome: Outcome) -> list[tuple[str, str]]:
    """The drawings there are of a result: the name of each in its address, and what it shows."""
    if outcome.spending is not None:
        return [("budget", _("Two ways to count, side by side"))]
    if outcome.ranking:
        return [("votes", _("Ranking"))]
    return [(chart.key, chart.title) for chart in merit_charts(terms, outcome)]


def draw(terms: Terms, outcome: Outcome, name: str, source: str) -> str | None:
    """The drawing ``name`` as an SVG document; None where there is none of that name.

    ``source`` is the address of the result, which stands below.
    """
    if not outcome.counted:
        return None
    if name == "budget" and outcome.spending is not None:
        return _budget(terms, outcome, source)
    if name == "votes" and outcome.ranking:
        chart = vote_chart(terms, outcome)
        assert chart is not None
        rows = _stacked((row.option.title, row) for row in chart.rows)
        scale = _("full bar: %(full)s of the voters", full=figures.share(chart.full, 100))
        return _drawing("votes", terms, outcome, source, rows, kind=_("Ranking"), scale=scale)
    for merit in merit_charts(terms, outcome):
        if merit.key == name:
            rows = _stacked((row.option.title, row) for row in merit.rows)
            return _drawing("merit", terms, outcome, source, rows, chart=merit, grades=grades())
    return None


def _budget(terms: Terms, outcome: Outcome, source: str) -> str:
    chart = budget_chart(terms, outcome)
    assert chart is not None
    rows = _stacked(
        (str(RULE_TITLES[count.rule]), (bar, budget_sentences.spent(terms, count)))
        for count, bar, _alone in chart.counts
    )
    return _drawing(
        "budget",
        terms,
        outcome,
        source,
        rows,
        kind=_("Two ways to count, side by side"),
        legend=(_("funded by both counts"), _("funded by this count alone"), _("left")),
    )


def _drawing(
    template: str, terms: Terms, outcome: Outcome, source: str, rows: Sequence[Placed], **more: Any
) -> str:
    last = rows[-1]
    return render(
        f"voting/chart_{template}.svg",
        terms=terms,
        outcome=outcome,
        title=wrap(terms.title, TITLE_LETTERS),
        headline=wrap(sentences.headline(terms, outcome), TITLE_LETTERS + 28),
        turnout=sentences.turnout(terms, outcome),
        source=source,
        rows=rows,
        bottom=last.y + last.height,
        colours=COLOURS,
        figures=figures,
        **more,
    )


def _stacked(named: Iterable[tuple[str, Any]]) -> list[Placed]:
    """Rows below each other, each as high as its name needs."""
    placed = []
    y = 0
    for name, row in named:
        lines = wrap(name, NAME_LETTERS, max_lines=NAME_LINES, placeholder="…") or [""]
        height = 2 * TOP + max(len(lines), 1) * LINE
        placed.append(Placed(row, y, height, tuple(lines)))
        y += height
    return placed
