"""When the ballots of a service are open: as a time line."""

from collections.abc import Sequence
from typing import Literal

from flask import Response, g, url_for

from eak_core.api import _, charts, clock, current_session
from eak_voting.ballots.finding import current_ballots
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.explained import stands


@blueprint.get("/calendrier.<any(svg, csv):ending>")
def calendar_file(ending: Literal["svg", "csv"]) -> Response:
    """The time line of the ballots that are open or come, as a drawing, or its dates."""
    chart = timeline(current_ballots(current_session(), g.service.id))
    source = url_for("voting.index", _external=True).partition("://")[2]
    return charts.chart_file(
        chart, ending, title=g.service.name, lead=chart.caption, notes=(chart.title, source)
    )


def timeline(ballots: Sequence[Ballot]) -> charts.Timeline:
    """From when to when each of ``ballots`` is open."""
    return charts.Timeline(
        key="calendrier",
        title=_("When votes are cast"),
        caption=_("Ballots that are open or come"),
        things=_("Ballot"),
        ends=(_("Opens"), _("Closes")),
        rows=tuple(
            charts.Span(
                charts.Label(each.title, stands(each).name, url=ballot_url(each)),
                each.opens_at,
                each.closes_at,
            )
            for each in ballots
        ),
        today=clock.now(),
    )
