"""The figures of the letter, drawn and as tables."""

from collections.abc import Sequence

from flask import Response, g

from eak_core.api import Answer, _, charts, current_session, paginate, render
from eak_newsletter import statistics
from eak_newsletter.issues import finding
from eak_newsletter.pages.managing import blueprint
from eak_newsletter.readers.finding import standings
from eak_newsletter.statistics import Month, Sent


@blueprint.get("/chiffres")
def figures() -> Answer:
    """What was sent, and how many read."""
    session = current_session()
    page = paginate(session, finding.begun(g.service.id))
    sent = statistics.sent(session, g.service.id, page.items)
    return render(
        "newsletter/manage_figures.html",
        page=page,
        sent=sent,
        readers=readers_chart(_months()),
        letters=letters_chart(sent),
        views=views_chart(sent),
    )


@blueprint.get("/chiffres/lecteurs.csv")
def figures_csv() -> Response:
    """The readers of the last months, as a table."""
    return charts.chart_file(readers_chart(_months()), "csv", title="", lead="", notes=("", ""))


def _months() -> list[Month]:
    session = current_session()
    active = standings(session, g.service.id).get("active", 0)
    return statistics.growth(session, g.service.id, active)


def readers_chart(months: Sequence[Month]) -> charts.Bars:
    """How many read the letter at the end of each month."""
    return charts.Bars(
        key="lecteurs",
        title=_("How many receive the letter"),
        caption=_("Readers at the end of each month, with those who joined and left in it"),
        things=_("Month"),
        amounts=_("Readers"),
        rows=tuple(
            charts.Bar(
                charts.Label(
                    f"{each.month[5:]}/{each.month[:4]}",
                    _("%(readers)s (+%(joined)s −%(left)s)",
                      readers=each.readers, joined=each.joined, left=each.left),
                ),
                each.readers,
            )
            for each in months
        ),
        whole=max(1, *(each.readers for each in months)),
    )  # fmt: skip


def letters_chart(sent: Sequence[Sent]) -> charts.Bars | None:
    """How many letters of each issue a server took; None where none was sent."""
    if not sent:
        return None
    return charts.Bars(
        key="lettres",
        title=_("How many letters have left"),
        caption=_("Letters that a mail server took, by issue"),
        things=_("Letter"),
        amounts=_("Letters"),
        rows=tuple(
            charts.Bar(charts.Label(each.issue.subject, str(each.sent)), each.sent)
            for each in reversed(sent)
        ),
        whole=max(1, *(each.sent for each in sent)),
    )


def views_chart(sent: Sequence[Sent]) -> charts.Bars | None:
    """How often each issue was read in the archive; None where none was."""
    numbered = [each for each in reversed(sent) if each.issue.number is not None]
    if not any(each.views for each in numbered):
        return None
    return charts.Bars(
        key="lectures",
        title=_("How often the letters were read on the site"),
        caption=_("Views of each letter in the archive, of people and programs alike"),
        things=_("Letter"),
        amounts=_("Views"),
        rows=tuple(
            charts.Bar(charts.Label(each.issue.subject, str(each.views)), each.views)
            for each in numbered
        ),
        whole=max(each.views for each in numbered),
    )
