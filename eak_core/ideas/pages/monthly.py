"""The figures of a service over time, drawn and as tables, for those who run it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from flask import Response, abort, g

from eak_core import clock
from eak_core.db import current_session
from eak_core.i18n import _, ngettext
from eak_core.ideas.counting.monthly import Month, months
from eak_core.ideas.pages.managing import blueprint
from eak_core.web import charts, figures, render
from eak_core.web.acts import Answer


@blueprint.get("/chiffres")
def over_time() -> Answer:
    """Ideas, those who wrote them, and how long answers took, month by month."""
    found = _months()
    return render("ideas/figures.html", charts=[draw(found) for draw in CHARTS.values()])


@blueprint.get("/chiffres/<key>.csv")
def over_time_csv(key: str) -> Response:
    """One of these figures, as a table."""
    if key not in CHARTS:
        abort(404)
    chart = CHARTS[key](_months())
    return charts.chart_file(chart, "csv", title=g.service.name, lead="", notes=(chart.title, ""))


def ideas_chart(found: Sequence[Month]) -> charts.Bars:
    """How many ideas were submitted in each month."""
    return _bars("idees", _("Ideas submitted"), _("Ideas"), found, lambda month: month.ideas)


def people_chart(found: Sequence[Month], least: int = 1) -> charts.Bars:
    """How many people submitted them; where they are fewer than ``least``, not how many."""

    def said(month: Month) -> str:
        if 0 < month.people < least:
            return _("fewer than %(least)s", least=least)
        return figures.number(month.people)

    return _bars(
        "personnes", _("People who submitted an idea"), _("People"), found,
        lambda month: None if 0 < month.people < least else month.people, said,
    )  # fmt: skip


def delays_chart(found: Sequence[Month]) -> charts.Bars:
    """How long the first answers took that were given in each month."""
    return _bars(
        "delais",
        _("Days from the submission to the first answer"),
        _("Median delay (days)"),
        found,
        lambda month: month.delay,
        lambda month: "–" if month.delay is None else days(month.delay),
        (_("Answers"), lambda month: month.answered),
    )


CHARTS: Mapping[str, Callable[[Sequence[Month]], charts.Bars]] = MappingProxyType(
    {"idees": ideas_chart, "personnes": people_chart, "delais": delays_chart}
)


def _bars(
    key: str,
    title: str,
    amounts: str,
    found: Sequence[Month],
    amount: Callable[[Month], int | None],
    said: Callable[[Month], str] | None = None,
    fact: tuple[str, Callable[[Month], int]] | None = None,
) -> charts.Bars:
    return charts.Bars(
        key=key,
        title=title,
        caption=_("%(title)s, month by month", title=title),
        things=_("Month"),
        amounts=amounts,
        rows=tuple(
            charts.Bar(
                charts.Label(
                    f"{each.first:%m/%Y}",
                    said(each) if said else figures.number(amount(each) or 0),
                ),
                amount(each),
                (fact[1](each),) if fact else (),
            )
            for each in found
        ),
        whole=max(1, *(amount(each) or 0 for each in found)),
        columns=(charts.Column(fact[0]),) if fact else (),
    )


def days(number: int) -> str:
    """``number`` days, in words."""
    return ngettext("%(num)s day", "%(num)s days", number)


def _months() -> list[Month]:
    return months(current_session(), [g.service.id], clock.now())
