"""What waits for those who run a service."""

from flask import g, url_for
from sqlalchemy import func, select

from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations import endorsing
from eak_ambassadors.nominations.answering import open_since
from eak_ambassadors.nominations.nominating import TIME_TO_ANSWER
from eak_ambassadors.pages.blueprint import manage
from eak_ambassadors.pages.forms import DrawForm, PoolForm
from eak_ambassadors.sittings import drawing, volunteering
from eak_core.api import (
    Answer,
    NotFound,
    Session,
    _,
    _l,
    attempt,
    current_session,
    form_page,
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
        found=found,
        names=person_names(session, [each.nominee_id for each in found if each.nominee_id]),
        supported={each.id for each in found if endorsing.is_supported(session, each.id)},
        sittings={each.id: drawing.sitting_for(session, each.id) for each in found},
        volunteers=volunteering.number(session, g.service.id),
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
