"""A chart to take along: its drawing, or its table."""

from flask import Response, g

from eak_core.errors import NotFound
from eak_core.i18n import _l
from eak_core.web.charts.documents import document
from eak_core.web.charts.values import Chart
from eak_core.web.open_data import csv_file


def chart_file(
    chart: Chart, ending: str, *, title: str, lead: str, notes: tuple[str, str]
) -> Response:
    """The answer with ``chart`` as a file: its drawing (``"svg"``, see `document`), which pages of
    any site may show where the service is public, or its table (``"csv"``); `NotFound` for another
    ``ending``."""
    if ending == "csv":
        name = f"{g.service.slug}-{chart.key}.csv"
        return csv_file(chart.table.plain(), name)
    if ending != "svg":
        raise NotFound(_l("There is no drawing of this name."))
    text = document(chart, title, lead, notes)
    response = Response(text, content_type="image/svg+xml; charset=utf-8")
    if g.service.audience == "public":
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
