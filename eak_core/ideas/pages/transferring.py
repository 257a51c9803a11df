"""The pages on which those who run a service transfer an idea to another, or offer it, and answer
what others offer."""

from flask import g, url_for
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.db import current_session
from eak_core.i18n import _, _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content.rows import public_idea
from eak_core.ideas.deciding import offered, transferring
from eak_core.ideas.deciding.screening import nearness
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.pages.managing import blueprint
from eak_core.permissions import may, require
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page, public_reason
from eak_core.web.forms import Form
from eak_core.web.text import REASON_LENGTH


class TransferForm(Form):
    """Where an idea goes, and why."""

    to = RadioField(
        _l("The service to which it goes"), validators=[InputRequired(_l("Choose a service."))]
    )
    reason = public_reason(
        _l(
            "Those who wrote it and those who follow it are told; who may read both services reads"
            " it on the page of the idea."
        )
    )


class AnswerForm(Form):
    """What becomes of an idea that is offered."""

    answer = RadioField(
        _l("Your answer"),
        choices=[
            SelectChoice("take", _l("Take it: it is transferred at once")),
            SelectChoice("decline", _l("Decline: it stays where it is")),
        ],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    reason = TextAreaField(
        _l("Why, where you decline"),
        description=_l("Those who offered it read it."),
        validators=[Length(max=REASON_LENGTH)],
    )


@blueprint.route("/idees/<int:idea_id>/transferer", methods=["GET", "POST"])
def transfer(idea_id: int) -> Answer:
    """Say what goes with an idea and what does not, ask where to and for a reason; then transfer
    it to a service that whoever asks runs too, and offer it to another."""
    session = current_session()
    require(g.actor, "idea.change_stage", g.service)
    idea = public_idea(session, g.service, idea_id)
    services = {each.slug: each for each in transferring.targets(session, g.actor, g.service)}
    form = TransferForm()
    form.to.choices = [SelectChoice(slug, each.name) for slug, each in services.items()]

    def act() -> tuple[str, str]:
        to, why = services[form.to.data], form.reason.data or ""
        if not may(g.actor, "idea.change_stage", to):
            offered.offer_idea(session, g.actor, g.service, idea_id, to, why)
            said = _("The idea is offered to the service “%(service)s”.", service=to.name)
            return said, url_for("ideas_manage.offers")
        gone = transferring.transfer_idea(session, g.actor, g.service, idea_id, to, why)
        said = _("The idea is in the service “%(service)s” now: this is its page.", service=to.name)
        return said, idea_url(gone, service_slug=to.slug)

    return attempt(form, act, done=lambda told: told) or form_page(
        "ideas/transfer.html",
        form,
        idea=idea,
        near=nearness(session, g.service, idea, g.actor),
        services=services.values(),
        at_once=[
            each.name for each in services.values() if may(g.actor, "idea.change_stage", each)
        ],
        offer=offered.offered_to(session, idea),
        lost={each.name: transferring.lost_choices(session, idea, each)
              for each in services.values()},
    )  # fmt: skip


@blueprint.get("/transferts")
def offers() -> Answer:
    """What other services offer, and what is offered to them."""
    session = current_session()
    require(g.actor, "idea.change_stage", g.service)
    return render(
        "ideas/offers.html",
        received=offered.received(session, g.actor, g.service),
        sent=offered.sent(session, g.service),
        may_read=lambda other: may(g.actor, "service.read", other),
    )


@blueprint.route("/transferts/<int:offer_id>", methods=["GET", "POST"])
def answer_offer(offer_id: int) -> Answer:
    """Show an idea that is offered, say what follows, and take it or decline."""
    session, form = current_session(), AnswerForm()
    require(g.actor, "idea.change_stage", g.service)
    waiting = offered.waiting(session, g.actor, g.service, offer_id)
    nears = (nearness(session, each, waiting.idea, g.actor) for each in (g.service, waiting.other))
    near = next(filter(None, nears), None)
    if near is not None:
        form.answer.choices = [each for each in form.answer.choices if each.value == "decline"]

    def act() -> tuple[str, str]:
        if form.answer.data == "decline":
            offered.decline_idea(session, g.actor, g.service, offer_id, form.reason.data or "")
            return _("The idea stays where it is."), url_for("ideas_manage.offers")
        taken = offered.take_idea(session, g.actor, g.service, offer_id)
        return _("The idea is in your service now: this is its page."), idea_url(taken)

    return attempt(form, act, done=lambda told: told) or form_page(
        "ideas/offer.html",
        form,
        waiting=waiting,
        near=near,
        graph=stage_graph(g.active),
        lost=transferring.lost_choices(session, waiting.idea, g.service),
    )


@blueprint.post("/transferts/<int:offer_id>/reprendre")
def take_offer_back(offer_id: int) -> Answer:
    """Take an offer of this service back."""
    offered.take_back(current_session(), g.actor, g.service, offer_id)
    return finish(_("The offer is taken back."), url_for("ideas_manage.offers"))
