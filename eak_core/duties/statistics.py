"""The figures of the site for everybody: what happened in its public services.

They are kept with the log (`eak_core.ideas.counting.totals`), so a fixed number of statements
answers, however many ideas there are. Internal services are in none of them, whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, url_for

from eak_core import clock
from eak_core.db import Session, current_session
from eak_core.duties.pages import blueprint
from eak_core.errors import NotFound
from eak_core.i18n import _, _l
from eak_core.ideas.counting.monthly import Month, Year, months, years
from eak_core.ideas.counting.totals import shown_totals, stage_totals
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.pages.monthly import days, delays_chart, ideas_chart, people_chart
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.services.directory import list_services
from eak_core.services.models import Service
from eak_core.web import charts, figures, render
from eak_core.web.limits import limited
from eak_core.web.open_data import csv_file

#: Fewer people than this are not counted out: a figure shall tell nobody who it was.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page tells: the public ``services``, the ``months`` of all of them, the last twelve
    (``years``) of each, how many public ideas each has (``shown``), and stand in each stage."""

    services: Sequence[Service]
    months: Sequence[Month]
    years: dict[int, Year]
    shown: dict[int, int]
    stages: dict[str, int]

    @property
    def charts(self) -> list[charts.Bars]:
        """The figures, drawn."""
        found = [ideas_chart(self.months), people_chart(self.months, LEAST)]
        return [*found, delays_chart(self.months), _services_chart(self), _stages_chart(self)]


def read(session: Session) -> Figures:
    """The figures as they are now: six statements."""
    services = [
        each
        for each in list_services(session, Actor.visitor(), archived=True)
        if each.audience == "public"
    ]
    ids, now = [each.id for each in services], clock.now()
    return Figures(
        services,
        months(session, ids, now),
        years(session, ids, now),
        shown_totals(session, ids),
        stage_totals(session, ids),
    )


@blueprint.get("/statistiques")
@limited("statistics", "60/minute", reads=True)
def statistics() -> str:
    """What happened on the site, drawn, with tables; and what the site does not measure."""
    found = read(current_session())
    return render(
        "pages/statistics.html",
        charts=found.charts,
        ideas=sum(found.shown.values()),
        least=LEAST,
    )


@blueprint.get("/statistiques/<key>.csv")
@limited("statistics", "60/minute", reads=True)
def statistics_file(key: str) -> Response:
    """One of these figures as a table; `NotFound` for none of them."""
    for chart in read(current_session()).charts:
        if chart.key == key:
            return csv_file(chart.table.plain(), f"statistiques-{key}.csv")
    raise NotFound(_l("There are no figures of this name."))


def _services_chart(found: Figures) -> charts.Bars:
    """How many ideas each service got in twelve months, and how it answered."""
    rows = sorted(found.services, key=lambda each: -found.years[each.id].ideas)
    title = _("Ideas by service")
    return charts.Bars(
        key="services",
        title=title,
        caption=_("%(title)s, in the last twelve months", title=title),
        things=_("Service"),
        amounts=_("Ideas submitted"),
        columns=(
            charts.Column(_("Decisions")),
            charts.Column(_("Median delay (days)")),
            charts.Column(_("Public ideas in all")),
        ),
        rows=tuple(
            charts.Bar(
                charts.Label(
                    each.name,
                    figures.number(year.ideas),
                    "" if year.delay is None else _("decided in %(days)s", days=days(year.delay)),
                    url=url_for("services.home", service_slug=each.slug),
                ),
                year.ideas,
                (year.answered, year.delay, found.shown.get(each.id, 0)),
            )
            for each in rows
            for year in [found.years[each.id]]
        ),
        whole=max(1, *(found.years[each.id].ideas for each in rows)) if rows else 1,
    )


def _stages_chart(found: Figures) -> charts.Bars:
    """How many public ideas stand where."""
    graph = stage_graph(get_host().ready_names)
    known = [each.name for each in graph.stages()]
    names = [*known, *sorted(found.stages.keys() - set(known))]
    title = _("Where public ideas stand")
    return charts.Bars(
        key="etapes",
        title=title,
        caption=title,
        things=_("Stage"),
        amounts=_("Ideas"),
        rows=tuple(
            charts.Bar(
                charts.Label(str(graph.stage(each).title), figures.number(found.stages[each])),
                found.stages[each],
            )
            for each in names
            if each in found.stages
        ),
        whole=max(1, *found.stages.values()) if found.stages else 1,
    )
