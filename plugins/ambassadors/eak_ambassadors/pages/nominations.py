"""Nominating, and answering a nomination."""

from flask import g, url_for
from sqlalchemy import select

from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations import answering, nominating
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.pages.forms import NominationForm
from eak_core.api import (
    Answer,
    SignInRequired,
    _,
    _l,
    attempt,
    current_session,
    finish,
    form_page,
    limited,
    person_names,
    reads_first,
    render,
    require,
)

#: How many of their nominations somebody is shown.
MOST_SHOWN = 100


@blueprint.route("/nommer", methods=["GET", "POST"])
@limited("ambassadors.nominate", "10/minute;30/day")
@reads_first
def nominate() -> Answer:
    """Nominate an agent."""
    require(g.actor, "ambassadors.nominate", g.service)
    form = NominationForm()
    return attempt(
        form,
        lambda: nominating.nominate(
            current_session(), g.actor, g.service,
            name=form.name.data or "", address=form.address.data or "",
            examples=form.examples.data or "", conflict=form.conflict.data or "",
            form_key=form.form_key.data,
        ),
        done=(_("Your nomination is passed on."), url_for("ambassadors.mine")),
    ) or form_page("ambassadors/nominate.html", form)  # fmt: skip


@blueprint.get("/nominations")
def mine() -> str:
    """The nominations that somebody made, and those that ask them."""
    if not g.actor.signed_in:
        raise SignInRequired(_l("Please sign in to do this."))
    session = current_session()
    made = session.scalars(
        select(Nomination)
        .where(Nomination.service_id == g.service.id, Nomination.nominator_id == g.actor.person_id)
        .order_by(Nomination.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    asking = answering.asking(session, g.actor, g.service)
    return render("ambassadors/mine.html", made=made, asking=asking)


@blueprint.get("/nominations/<int:nomination_id>")
def answer(nomination_id: int) -> str:
    """A nomination, for the person who was nominated."""
    session = current_session()
    found = answering.asked(session, g.actor, g.service, nomination_id)
    names = person_names(session, [each for each in [found.nominator_id] if each])
    nominator = names.get(found.nominator_id or 0)
    return render("ambassadors/answer.html", nomination=found, nominator=nominator)


@blueprint.post("/nominations/<int:nomination_id>/accepter")
def agree(nomination_id: int) -> Answer:
    """Agree to a nomination."""
    answering.agree(current_session(), g.actor, g.service, nomination_id)
    return finish(
        _("Thank you: your nomination goes on."), url_for(".answer", nomination_id=nomination_id)
    )


@blueprint.post("/nominations/<int:nomination_id>/decliner")
def refuse(nomination_id: int) -> Answer:
    """Decline a nomination."""
    answering.refuse(current_session(), g.actor, g.service, nomination_id)
    return finish(
        _("You have declined. Nobody is told, and nobody can see it."),
        url_for(".answer", nomination_id=nomination_id),
    )
