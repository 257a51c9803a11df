"""The end of an experiment, and what follows it."""

from flask import g

from eak_core.api import Answer, _, attempt, current_session, limited, require
from eak_experiments.drafting.finding import experiment_of, protocol_of
from eak_experiments.models import Experiment
from eak_experiments.outcome import closing, evidence
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.outcome_forms import (
    FollowForm,
    LowerForm,
    closing_form,
    closing_said,
)
from eak_experiments.pages.protocol_views import carried
from eak_experiments.pages.running_views import act_page, home

limit_closing = limited("experiments.close", "20/minute;200/day")


def _decided(experiment_id: int) -> Experiment:
    require(g.actor, "experiments.decide", g.service)
    return experiment_of(current_session(), g.service, g.actor, experiment_id)


@blueprint.route("/<int:experiment_id>/clore", methods=["GET", "POST"])
def close(experiment_id: int) -> Answer:
    """Close an experiment, with what it taught."""
    session, experiment = current_session(), _decided(experiment_id)
    form = closing_form(protocol_of(session, experiment))

    @limit_closing
    def act() -> None:
        said = closing_said(form)
        closing.close(session, g.actor, g.service, experiment, said, g.active)

    done = _("The experiment is closed, and what it taught is public."), home(experiment, "#issue")
    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Close the experiment"), _("Close it"),
        lead=_("Lessons are what stays of an experiment, above all where it stopped. All of this"
               " is public."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/preuve", methods=["GET", "POST"])
def lower(experiment_id: int) -> Answer:
    """Say that an experiment proves less than the rule gives it."""
    session, experiment, form = current_session(), _decided(experiment_id), LowerForm()

    @limit_closing
    def act() -> None:
        evidence.lower(session, g.actor, g.service, experiment, form.level.data, form.reason.data)

    done = _("The level is lower, with your reason."), home(experiment, "#issue")
    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Lower the level of evidence"), _("Lower it"),
        lead=_("The rule gives the highest level that the records bear. Something it cannot know"
               " may make"
               " it less."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/suivi", methods=["GET", "POST"])
def follow_up(experiment_id: int) -> Answer:
    """Say what is left of an experiment, long after."""
    session, experiment, form = current_session(), carried(experiment_id), FollowForm()

    @limit_closing
    def act() -> None:
        closing.follow(session, g.actor, g.service, experiment, form.standing.data, form.words.data)

    return attempt(form, act, done=(_("Everybody reads it now."), home(experiment))) or act_page(
        form, experiment, _("Say what is left of it"), _("Publish"),
        lead=_("Eighteen months later one sees whether it holds."),
    )  # fmt: skip
