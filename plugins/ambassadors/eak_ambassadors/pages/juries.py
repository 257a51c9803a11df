"""Juries as everybody may check them: pools, seeds and seats, by marks and without a name."""

from flask import Response, g, url_for
from sqlalchemy import select

from eak_ambassadors.jury import lot
from eak_ambassadors.models import Sitting
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.sittings import deciding, drawing, volunteering
from eak_core.api import (
    Answer,
    NotFound,
    _,
    current_session,
    finish,
    paginate,
    render,
    valid_until,
)


@blueprint.get("/jurys")
def juries() -> str:
    """The juries of a service, and how one is drawn for them."""
    session = current_session()
    page = paginate(
        session,
        select(Sitting).where(Sitting.service_id == g.service.id).order_by(Sitting.id.desc()),
    )
    return render(
        "ambassadors/juries.html",
        page=page,
        ready=volunteering.is_volunteer(session, g.service.id, g.actor.person_id),
        mine=deciding.open_seats(session, g.actor, g.service),
    )


@blueprint.get("/jurys/<int:sitting_id>")
def jury(sitting_id: int) -> str:
    """One jury: its pool, its seed, and how to draw it again."""
    sitting = drawing.sitting_of(current_session(), g.service, sitting_id)
    if sitting.drawn_at is None:
        valid_until(sitting.speaks_at)
    pool = lot.read(sitting.pool.encode())
    return render(
        "ambassadors/jury.html",
        sitting=sitting,
        pool=pool,
        seed=drawing.seed(sitting),
        drawn=lot.draw(pool, drawing.seed(sitting) or "") if sitting.said is not None else None,
    )


@blueprint.get("/jurys/<int:sitting_id>/pool.json")
def pool(sitting_id: int) -> Response:
    """The pool of a jury, as its lot is drawn from it."""
    sitting = drawing.sitting_of(current_session(), g.service, sitting_id)
    if not sitting.pool:
        raise NotFound
    return Response(sitting.pool, content_type="application/json")


@blueprint.post("/jurys/volontaire")
def volunteer() -> Answer:
    """Be ready to sit in a jury."""
    volunteering.volunteer(current_session(), g.actor, g.service)
    return finish(_("Thank you: you may be drawn for the next jury."), _here())


@blueprint.post("/jurys/plus-volontaire")
def no_volunteer() -> Answer:
    """Be drawn for no further jury."""
    volunteering.withdraw(current_session(), g.actor, g.service)
    return finish(_("You are drawn for no further jury."), _here())


def _here() -> str:
    return url_for("ambassadors.juries")
