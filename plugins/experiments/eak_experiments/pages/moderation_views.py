"""Those who run a service hide an experiment, and show it again."""

from flask import g

from eak_core.api import Answer, ReasonForm, _, attempt, current_session, hidden_reason, require
from eak_experiments.drafting.finding import experiment_of
from eak_experiments.moderating import hide_experiment
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.running_views import act_page, home


@blueprint.route("/<int:experiment_id>/masquer", methods=["GET", "POST"])
def hide(experiment_id: int) -> Answer:
    """Hide an experiment, with a public reason; or show it again."""
    session, form = current_session(), ReasonForm()
    require(g.actor, "experiments.decide", g.service)
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    again = hidden_reason(session, g.service.id, experiment.subject) is not None

    def act() -> None:
        reason = form.reason.data or ""
        hide_experiment(session, g.actor, g.service, experiment, reason, again=again)

    heading = _("Show the experiment again") if again else _("Hide the experiment")
    lead = _("It is shown as before, with all that belongs to it.") if again else _(
        "It leaves the library, the figures, feeds, searches and files; its page gives your reason"
        " alone. Its team goes on to read it. The decision can be taken back."
    )  # fmt: skip
    done = _("It is shown again.") if again else _("It is hidden."), home(experiment)
    return attempt(form, act, done=done) or act_page(form, experiment, heading, heading, lead=lead)
