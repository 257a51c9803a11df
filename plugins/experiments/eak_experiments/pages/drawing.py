"""The charts of an experiment: the figures of each hypothesis, and its days with today in them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from eak_core.api import _, charts, figures, midnight
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment, Step
from eak_experiments.pages.showing import day_said, thresholds, with_unit
from eak_experiments.protocol.document import Hypothesis, Protocol
from eak_experiments.record import Measure
from eak_experiments.rules.condensing import condensed
from eak_experiments.rules.dates import review_day
from eak_experiments.rules.quantities import from_thousandths, thousandths
from eak_experiments.wording import OUTCOMES, STAGES


def measures_chart(
    said: Hypothesis, number: int, measures: Sequence[Measure], experiment: Experiment
) -> charts.Lines | None:
    """The figures of a hypothesis against its baseline, its target and its stop threshold; None
    where none was entered. Very many are drawn as their means by week or by month."""
    own = [each for each in measures if each.hypothesis == said.key]
    if not own or experiment.started_on is None or said.stop is None:
        return None
    span = experiment.started_on, max(each.day for each in own)
    lines = []
    for arm, name in (("trial", _("Measured")), ("comparison", _("Those one compares with"))):
        given = [(each.day, from_thousandths(each.thousandths)) for each in own if each.arm == arm]
        if given:
            grain, points = condensed(given)
            placed = tuple((day.toordinal(), thousandths(value)) for day, value in points)
            lines.append(charts.Line(_grained(name, grain), placed))
    for name, value in ((_("Baseline"), said.baseline), (_("Target"), said.target)):
        if value is not None:
            lines.append(_level(name, value, span))
    title = _("Hypothesis %(number)s: %(metric)s", number=number, metric=said.metric)
    return charts.Lines(
        key=f"measures-{said.key}",
        title=title,
        caption=title,
        along=_("Day"),
        lines=tuple(lines),
        limit=thousandths(said.stop),
        limit_name=_("Stop threshold"),
        said=lambda amount: (
            f"{figures.number(from_thousandths(amount))}\N{NO-BREAK SPACE}{said.unit}"
        ),
        placed=lambda day: day_said(date.fromordinal(day)),
    )


def _grained(name: str, grain: str) -> str:
    if grain == "week":
        return _("%(name)s, mean of the week", name=name)
    return _("%(name)s, mean of the month", name=name) if grain == "month" else name


def _level(name: str, value: Decimal, span: tuple[date, date]) -> charts.Line:
    ends = sorted({each.toordinal() for each in span})
    return charts.Line(name, tuple((day, thousandths(value)) for day in ends))


def timeline(
    experiment: Experiment, planned: date | None, steps: Sequence[Step]
) -> charts.Timeline | None:
    """The days of an experiment: as planned, to its review, extended, suspended; None before it
    started."""
    if experiment.started_on is None or experiment.ends_on is None or planned is None:
        return None
    start, end = experiment.started_on, experiment.ends_on
    rows = [
        _span(_("The experiment"), start, planned),
        _span(_("Until the review"), start, review_day(start, planned)),
    ]
    ended = experiment.days[1]
    if ended is not None and ended < min(planned, end):
        rows[0] = _span(_("As planned"), start, planned)
        rows.insert(0, _span(_("The experiment"), start, max(ended, start + timedelta(days=1))))
    if end > planned:
        rows.append(_span(_("Extension"), planned, end))
    rows.extend(_span(_("Suspended"), *each) for each in pauses(steps, min(today(), end)))
    title = _("When")
    return charts.Timeline(
        key="days",
        title=title,
        caption=title,
        things=_("Period"),
        ends=(_("From"), _("To")),
        rows=tuple(rows),
        today=midnight(today()),
    )


def pauses(steps: Sequence[Step], until: date) -> list[tuple[date, date]]:
    """When an experiment was suspended: from one day to another, the last one ``until`` today."""
    found: list[tuple[date, date]] = []
    since: date | None = None
    for step in steps:
        if step.kind == "suspended":
            since = step.at.date()
        elif since is not None and step.kind in ("resumed", "ended", "closed"):
            found.append((since, max(step.at.date(), since + timedelta(days=1))))
            since = None
    if since is not None:
        found.append((since, max(until, since + timedelta(days=1))))
    return found


def _span(name: str, start: date, end: date) -> charts.Span:
    return charts.Span(charts.Label(name, ""), midnight(start), midnight(end))


def relatives(found: Sequence[Experiment], shown: Experiment) -> charts.Flow | None:
    """The experiments that did each other again; None where there is one alone."""
    if len(found) < 2:
        return None
    title = _("Done again")
    known = {each.id for each in found}
    return charts.Flow(
        key="relatives",
        title=title,
        caption=title,
        things=_("Experiment"),
        values=_("Outcome"),
        arrows_name=_("Done again by"),
        nodes=tuple(
            charts.Node(f"e{each.id}", _titled(each, shown), _came_to(each)) for each in found
        ),
        arrows=tuple(
            (f"e{each.origin_id}", f"e{each.id}") for each in found if each.origin_id in known
        ),
    )


def _titled(each: Experiment, shown: Experiment) -> str:
    return _("%(title)s (this one)", title=each.title) if each.id == shown.id else each.title


def _came_to(each: Experiment) -> str:
    state = OUTCOMES[each.outcome][0] if each.outcome else STAGES[each.stage][0]
    if each.fidelity is None:
        return str(state)
    return _("%(state)s, fidelity %(part)s", state=state, part=figures.share(each.fidelity, 100))


def latest(measures: Sequence[Measure], most: int) -> Mapping[str, list[Measure]]:
    """The last ``most`` figures of each hypothesis, the latest first."""
    found: dict[str, list[Measure]] = {}
    for each in reversed(measures):
        kept = found.setdefault(each.hypothesis, [])
        if len(kept) < most:
            kept.append(each)
    return found


def standings(protocol: Protocol, measures: Sequence[Measure]) -> Mapping[str, str]:
    """Of each hypothesis, by its key, what was to be reached and what its last figure says."""
    last = latest([each for each in measures if each.arm == "trial"], 1)
    found: dict[str, str] = {}
    for each in protocol.hypotheses:
        said = [f"{label}{_(': ')}{text}" for label, text in thresholds(each)]
        for figure in last.get(each.key, ()):
            value = with_unit(from_thousandths(figure.thousandths), each.unit)
            said.append(_("Last figure, of %(day)s: %(value)s", day=day_said(figure.day),
                          value=value))  # fmt: skip
        if each.key not in last:
            said.append(_("No figure was entered."))
        found[each.key] = " · ".join(said)
    return found
