"""The directory of ambassadors for agents, and questions that are passed on."""

from flask import g, url_for

from eak_ambassadors.meeting import asking
from eak_ambassadors.models import Ambassador
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.pages.forms import AnswerForm, QuestionForm
from eak_core.api import (
    Answer,
    _,
    attempt,
    current_session,
    form_page,
    limited,
    person_names,
    reads_first,
    render,
    require,
)


@blueprint.get("/annuaire")
def directory() -> str:
    """Who knows what, and answers questions, for agents of the administration."""
    require(g.actor, "ambassadors.ask", g.service)
    session = current_session()
    found = asking.answering(session, g.service.id)
    return render(
        "ambassadors/directory.html",
        found=found,
        names=person_names(session, [each.person_id for each in found if each.person_id]),
        mine=asking.own(session, g.actor, g.service),
    )


@blueprint.route("/annuaire/<int:ambassador_id>/demander", methods=["GET", "POST"])
@limited("ambassadors.ask", "5/minute;30/day")
@reads_first
def ask(ambassador_id: int) -> Answer:
    """Ask an ambassador something."""
    require(g.actor, "ambassadors.ask", g.service)
    session, form = current_session(), QuestionForm()
    found = asking.who_answers(session, g.service, ambassador_id)
    return attempt(
        form,
        lambda: asking.ask(
            session, g.actor, g.service, asking.who_answers(session, g.service, ambassador_id),
            form.question.data or "", form_key=form.form_key.data,
        ),
        done=lambda number: (
            _("Your question is passed on."), url_for("ambassadors.request", number=number)
        ),
    ) or form_page("ambassadors/ask.html", form, ambassador=found, name=_name(found))  # fmt: skip


@blueprint.route("/demandes/<int:number>", methods=["GET", "POST"])
def request(number: int) -> Answer:
    """A question, for both sides; whoever is asked answers here."""
    session, form = current_session(), AnswerForm()
    found = asking.request_of(session, g.actor, g.service, number)
    here = url_for("ambassadors.request", number=number)
    return attempt(
        form,
        lambda: asking.answer(session, g.actor, g.service, number, form.answer.data or ""),
        done=(_("Your answer is passed on."), here),
    ) or form_page(
        "ambassadors/request.html",
        form,
        request=found,
        asked=asking.asked_person(session, found) == g.actor.person_id,
        names=person_names(session, [each for each in [found.asker_id] if each]),
    )


def _name(ambassador: Ambassador) -> str:
    number = ambassador.person_id or 0
    return person_names(current_session(), [number]).get(number, "")
