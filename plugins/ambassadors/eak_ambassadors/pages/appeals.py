"""Terms, for those who run a service: revoked, renewed; and appeals, for both sides."""

from flask import g, url_for
from sqlalchemy import select

from eak_ambassadors.models import Ambassador
from eak_ambassadors.pages.blueprint import blueprint, manage
from eak_ambassadors.pages.forms import AppealForm, HearForm, RevokeForm
from eak_ambassadors.recognition import renewing, revoking
from eak_ambassadors.recognition.terms import current
from eak_core.api import (
    Answer,
    _,
    attempt,
    current_session,
    finish,
    form_page,
    paginate,
    person_names,
    render,
)


@manage.get("/ambassadeurs")
def ambassadors() -> str:
    """The ambassadors of a service, by the end of their terms, with what waits for an answer."""
    session = current_session()
    page = paginate(
        session,
        select(Ambassador).where(*current(g.service.id)).order_by(Ambassador.until, Ambassador.id),
    )
    return render(
        "ambassadors/terms.html",
        page=page,
        names=person_names(session, [each.person_id for each in page.items if each.person_id]),
        appeals=revoking.waiting(session, g.service.id),
    )


@manage.route("/ambassadeurs/<int:ambassador_id>/revoquer", methods=["GET", "POST"])
def revoke(ambassador_id: int) -> Answer:
    """Revoke a recognition."""
    session, form = current_session(), RevokeForm()
    found = revoking.current_of(session, g.service, ambassador_id)
    return attempt(
        form,
        lambda: revoking.revoke(session, g.actor, g.service, found, form.reason.data or ""),
        done=(_("The recognition is revoked, and the person is written to."), _terms()),
    ) or form_page(
        "ambassadors/revoke.html",
        form,
        name=person_names(session, [found.person_id or 0]).get(found.person_id or 0, ""),
    )


@manage.post("/ambassadeurs/<int:ambassador_id>/renouveler")
def renew(ambassador_id: int) -> Answer:
    """Renew a term that somebody asks for."""
    session = current_session()
    found = revoking.current_of(session, g.service, ambassador_id)
    renewing.renew(session, g.actor, g.service, found)
    return finish(_("The term is renewed, with a badge of its own."), _terms())


@manage.route("/recours/<int:number>", methods=["GET", "POST"])
def hear(number: int) -> Answer:
    """Hear an appeal."""
    session, form = current_session(), HearForm()
    found = revoking.revocation_of(session, g.actor, g.service, number, runs=True)
    return attempt(
        form,
        lambda: revoking.hear(
            session, g.actor, g.service, found,
            upheld=form.upheld.data == "yes", answer=form.answer.data or "",
        ),
        done=(_("The appeal is heard, and the person is written to."), _terms()),
    ) or form_page("ambassadors/hear.html", form, revocation=found)  # fmt: skip


@blueprint.route("/revocations/<int:number>", methods=["GET", "POST"])
def revocation(number: int) -> Answer:
    """Why one's recognition was revoked, and the appeal."""
    session, form = current_session(), AppealForm()
    found = revoking.revocation_of(session, g.actor, g.service, number)
    here = url_for("ambassadors.revocation", number=number)
    return attempt(
        form,
        lambda: revoking.appeal(session, g.actor, g.service, number, form.words.data or ""),
        done=(_("Your appeal is passed on to somebody else than whoever revoked."), here),
    ) or form_page(
        "ambassadors/revocation.html",
        form,
        revocation=found,
        open=revoking.may_appeal(found),
        until=found.revoked_at + revoking.TIME_TO_APPEAL,
    )


@blueprint.post("/moi/renouveler")
def ask_renewal() -> Answer:
    """Ask for another term."""
    renewing.ask(current_session(), g.actor, g.service)
    return finish(
        _("You have asked for another term: those who run the service answer."),
        url_for("ambassadors.me"),
    )


def _terms() -> str:
    return url_for("ambassadors_manage.ambassadors")
