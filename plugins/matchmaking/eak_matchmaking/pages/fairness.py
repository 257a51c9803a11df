"""How suggestions are made, and how evenly: for everybody."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, g, url_for

from eak_core.api import (
    Answer,
    NotFound,
    _,
    _l,
    charts,
    current_session,
    limited,
    ngettext,
    open_data,
    render,
)
from eak_matchmaking import wording
from eak_matchmaking.meanings import counts
from eak_matchmaking.pages.blueprint import blueprint
from eak_matchmaking.scoring.declined import MOST_PARTS, PARTS
from eak_matchmaking.scoring.suggesting import WELCOMED
from eak_matchmaking.scoring.weights import POINTS
from eak_matchmaking.suggestions import fairness as figures
from eak_matchmaking.suggestions.exposure import NEW
from eak_matchmaking.suggestions.fairness import Month
from eak_matchmaking.suggestions.finding import MOST_COMPARED
from eak_matchmaking.suggestions.sides import LASTS, WEIGHTS
from eak_matchmaking.suggestions.thesaurus import groups_of

#: So many partners are drawn; the file names all.
MOST_DRAWN = 20


@blueprint.get("/equite")
def fairness() -> Answer:
    """The rules of suggestions, the words that mean the same, and who is shown how often."""
    session = current_session()
    counted = figures.months(session, g.service.id)
    with_meaning = counts(session, g.service.id)
    groups = [each for each in groups_of(session, g.service.id) if each.terms]
    return render(
        "matchmaking/fairness.html",
        weights=[
            (wording.part_titles()[kind], most)
            for kind, most in WEIGHTS.points(with_meaning=with_meaning).items()
            if most
        ],
        points=POINTS,
        with_meaning=with_meaning,
        declined=(PARTS, MOST_PARTS),
        reasons=wording.reasons(),
        newcomer=(NEW.days, WELCOMED),
        placed=figures.placed(session, g.service.id),
        compared=MOST_COMPARED,
        lasts=LASTS,
        unevenness=gini_chart(counted) if counted else None,
        shown=shown_chart(counted[0]) if counted else None,
        groups=groups,
        decided=figures.decided(session, g.service.id),
        waited=waited,
    )


def waited(time: timedelta) -> str:
    """``3 days``, or ``5 hours`` below two days; what has begun counts."""
    hours = -(-time // timedelta(hours=1))
    if hours < 48:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", -(-hours // 24))


@blueprint.get("/equite/<key>.csv")
@limited("matchmaking.file", "20/minute;200/day", reads=True)
def fairness_csv(key: str) -> Response:
    """The figures of that page: ``expositions``, all of them by month and partner, or those of one
    of its charts."""
    counted = figures.months(current_session(), g.service.id)
    if key == "expositions":
        with open_data.kept(_parts(counted)) as records:
            columns = ["month", "organisation", "name", "shown"]
            return open_data.csv_file(
                open_data.record_rows(columns, records), f"{g.service.slug}-expositions.csv"
            )
    drawn = [gini_chart(counted), shown_chart(counted[0])] if counted else []
    for chart in drawn:
        if chart.key == key:
            return charts.chart_file(chart, "csv", title="", lead="", notes=("", ""))
    raise NotFound(_l("There are no figures at this address."))


def _parts(counted: Sequence[Month]) -> Iterator[list[dict[str, Any]]]:
    for each in counted:
        yield [
            {"month": each.month, "organisation": one.organisation_id, "name": one.name,
             "shown": one.shown}
            for one in each.partners
        ]  # fmt: skip


def gini_chart(counted: Sequence[Month]) -> charts.Bars:
    """How unevenly partners were shown, month by month, the earliest first."""
    amounts = [(each.month, round(100 * each.gini)) for each in reversed(counted)]
    return charts.Bars(
        key="gini",
        title=_("How unevenly partners are shown"),
        caption=_("Gini coefficient by month, in hundredths"),
        things=_("Month"),
        amounts=_("Gini coefficient, in hundredths"),
        rows=tuple(
            charts.Bar(charts.Label(f"{month[5:]}/{month[:4]}", str(amount)), amount)
            for month, amount in amounts
        ),
        whole=100,
    )


def shown_chart(month: Month) -> charts.Bars:
    """How often each partner was shown in a month: those of `MOST_DRAWN` who were most."""
    return charts.Bars(
        key="partenaires",
        title=_("How often partners were shown in %(month)s",
                month=f"{month.month[5:]}/{month.month[:4]}"),
        caption=_("Times among the first five of a list, counted once a day"),
        things=_("Partner"),
        amounts=_("Times"),
        rows=tuple(
            charts.Bar(
                charts.Label(
                    each.name, str(each.shown),
                    url=url_for("matchmaking.show", organisation_id=each.organisation_id),
                ),
                each.shown,
            )
            for each in month.partners[:MOST_DRAWN]
        ),
        whole=max(sum(each.shown for each in month.partners), 1),
    )  # fmt: skip
