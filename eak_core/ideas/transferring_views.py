"""The page on which those who run two services transfer an idea from one to the other."""

from flask import g
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from eak_core.db import current_session
from eak_core.i18n import _, _l
from eak_core.ideas import transferring
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.manage_views import blueprint
from eak_core.ideas.models import Idea
from eak_core.ideas.rows import public_idea
from eak_core.permissions import require
from eak_core.web.acts import Answer, attempt, form_page, public_reason
from eak_core.web.forms import Form


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


@blueprint.route("/idees/<int:idea_id>/transferer", methods=["GET", "POST"])
def transfer(idea_id: int) -> Answer:
    """Say what goes with an idea and what does not, ask where to and for a reason, then transfer
    it."""
    session = current_session()
    require(g.actor, "idea.change_stage", g.service)
    idea = public_idea(session, g.service, idea_id)
    services = {each.slug: each for each in transferring.targets(session, g.actor, g.service)}
    form = TransferForm()
    form.to.choices = [SelectChoice(slug, each.name) for slug, each in services.items()]

    def act() -> Idea:
        to = services[form.to.data]
        return transferring.transfer_idea(
            session, g.actor, g.service, idea_id, to, form.reason.data or ""
        )

    def done(gone: Idea) -> tuple[str, str]:
        to = services[form.to.data]
        said = _("The idea is in the service “%(service)s” now: this is its page.", service=to.name)
        return said, idea_url(gone, service_slug=to.slug)

    return attempt(form, act, done=done) or form_page(
        "ideas/transfer.html",
        form,
        idea=idea,
        services=services.values(),
        lost={each.name: transferring.lost_choices(session, idea, each)
              for each in services.values()},
    )  # fmt: skip
