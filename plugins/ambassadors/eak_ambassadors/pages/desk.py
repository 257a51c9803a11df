"""What waits for those who run a service."""

from collections.abc import Iterator

from flask import g, request, url_for
from sqlalchemy import func, select

from eak_ambassadors.meeting import reporting
from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations import endorsing
from eak_ambassadors.nominations.answering import open_since
from eak_ambassadors.nominations.nominating import TIME_TO_ANSWER
from eak_ambassadors.pages import wording
from eak_ambassadors.pages.blueprint import manage
from eak_ambassadors.pages.forms import DrawForm, PoolForm
from eak_ambassadors.recognition import renewing, revoking
from eak_ambassadors.sittings import deciding, drawing, volunteering
from eak_core.api import (
    Answer,
    DeskItem,
    NotFound,
    Service,
    Session,
    _,
    _l,
    attempt,
    clock,
    current_session,
    form_page,
    in_paris,
    lazy_ngettext,
    person_names,
    render,
)


@manage.get("/")
def index() -> str:
    """Nominations and where they stand."""
    session = current_session()
    found = endorsing.under_way(session, g.service)
    return render(
        "ambassadors/manage.html",
        sent=sent(session, g.service.id),
        days=TIME_TO_ANSWER.days,
        now=clock.now(),
        found=found,
        names=person_names(session, [each.nominee_id for each in found if each.nominee_id]),
        supported={each.id for each in found if endorsing.is_supported(session, each.id)},
        sittings={each.id: drawing.sitting_for(session, each.id) for each in found},
        volunteers=volunteering.number(session, g.service.id),
    )


@manage.get("/bilan")
def yearly() -> str:
    """The year of the ambassadors, to print."""
    now = in_paris(clock.now()).year
    asked = request.args.get("annee", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else now
    if not reporting.FIRST_YEAR <= year <= now:
        raise NotFound
    return render(
        "ambassadors/report.html",
        report=reporting.report(current_session(), g.service.id, year),
        labels=wording.FACTS,
        first=reporting.FIRST_YEAR,
    )


@manage.route("/candidatures/<int:nomination_id>/jury", methods=["GET", "POST"])
def close_pool(nomination_id: int) -> Answer:
    """Close the pool of a jury."""
    session, form = current_session(), PoolForm()
    found = endorsing.candidacy(session, g.service, nomination_id)
    return attempt(
        form,
        lambda: drawing.close_pool(
            session, g.actor, g.service, found,
            source=form.source.data or "", speaks_at=form.speaks_at.data,
        ),
        done=lambda made: (
            _("The pool is closed and published."), url_for("ambassadors.jury", sitting_id=made)
        ),
    ) or form_page("ambassadors/pool.html", form, nomination=found)  # fmt: skip


@manage.route("/candidatures/<int:nomination_id>/tirage", methods=["GET", "POST"])
def draw(nomination_id: int) -> Answer:
    """Draw a jury with what its source said."""
    session, form = current_session(), DrawForm()
    found = endorsing.candidacy(session, g.service, nomination_id)
    sitting = drawing.sitting_for(session, found.id)
    if sitting is None:
        raise NotFound(_l("There is no jury at this address."))
    return attempt(
        form,
        lambda: drawing.draw(session, g.actor, g.service, sitting, form.said.data or ""),
        done=(
            _("The jury is drawn, and its members are written to."),
            url_for("ambassadors.jury", sitting_id=sitting.id),
        ),
    ) or form_page("ambassadors/draw.html", form, nomination=found, sitting=sitting)


def items(session: Session, service: Service) -> Iterator[DeskItem]:
    """What waits for a manager: juries to draw, juries that are late, terms, and appeals."""
    found = endorsing.under_way(session, service)
    sittings = [(each, drawing.sitting_for(session, each.id)) for each in found]
    to_close = sum(
        held is None and endorsing.is_supported(session, each.id) for each, held in sittings
    )
    now = clock.now()
    to_draw = sum(
        held is not None and held.drawn_at is None and held.speaks_at <= now
        for _each, held in sittings
    )
    desk, terms = "ambassadors_manage.index", "ambassadors_manage.ambassadors"
    late, promised = deciding.overdue(session, service.id)
    label = lazy_ngettext("%(num)s jury is late", "%(num)s juries are late", late)
    yield DeskItem(late, label, desk, promised=promised)
    counted = (
        (to_close, desk, lazy_ngettext(
            "%(num)s nomination waits for its jury", "%(num)s nominations wait for their jury",
            to_close)),
        (to_draw, desk, lazy_ngettext(
            "%(num)s jury can be drawn", "%(num)s juries can be drawn", to_draw)),
        (many := len(renewing.asked(session, service.id)), terms, lazy_ngettext(
            "%(num)s ambassador asks for another term",
            "%(num)s ambassadors ask for another term", many)),
        (appeals := len(revoking.waiting(session, service.id)), terms, lazy_ngettext(
            "%(num)s appeal is to be heard", "%(num)s appeals are to be heard", appeals)),
    )  # fmt: skip
    for count, endpoint, label in counted:
        yield DeskItem(count, label, endpoint)


def sent(session: Session, service_id: int) -> int:
    """How many nominations wait for an answer, or were refused: nobody can tell which."""
    return session.scalar(
        select(func.count())
        .select_from(Nomination)
        .where(
            Nomination.service_id == service_id,
            Nomination.agreed_at.is_(None),
            Nomination.nominated_at > open_since(),
        )
    ) or 0  # fmt: skip
