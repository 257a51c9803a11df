"""When the ballots of a service are open: as a time line, and for people's own calendars."""

from collections.abc import Iterator, Sequence

from flask import Response, g, url_for

from eak_core.api import _, charts, clock, current_session, in_paris, open_data
from eak_voting.ballots.finding import announced_ballots, current_ballots
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.explained import stands

#: How many ballots a calendar has.
LENGTH = 50


@blueprint.get("/calendrier.<ending>")
def calendar_file(ending: str) -> Response:
    """The time line of the ballots that are open or come, as a drawing, or its dates."""
    chart = timeline(current_ballots(current_session(), g.service.id))
    source = url_for("voting.index", _external=True).partition("://")[2]
    return charts.chart_file(
        chart, ending, title=g.service.name, lead=chart.caption, notes=(chart.title, source)
    )


@blueprint.get("/calendrier.ics")
def appointments() -> Response:
    """When ballots open and close, to be subscribed to."""
    ballots = announced_ballots(current_session(), g.service.id, LENGTH)
    title = _("Votes – %(service)s", service=g.service.name)
    return open_data.calendar(title, (each for ballot in ballots for each in _ends(ballot)))


def _ends(ballot: Ballot) -> Iterator[open_data.Appointment]:
    place = url_for("voting.show", ballot_id=ballot.id, slug=ballot.slug, _external=True)
    lasting = url_for("voting.results", ballot_id=ballot.id, _external=True)
    for name, at, title in (
        ("ouverture", ballot.opens_at, _("Votes open: %(title)s", title=ballot.title)),
        ("cloture", ballot.closes_at, _("Votes close: %(title)s", title=ballot.title)),
    ):
        yield open_data.Appointment(
            uid=f"{lasting}#{name}",
            title=title,
            at=at,
            url=place,
            changed=ballot.cancelled_at or ballot.opened_at or ballot.created_at,
            cancelled=ballot.state == "cancelled",
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
        # Of the day, and no finer: a page that is kept stays true until midnight.
        today=in_paris(clock.now()).replace(hour=12, minute=0, second=0, microsecond=0),
    )
