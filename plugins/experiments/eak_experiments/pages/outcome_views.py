"""The end of an experiment, and what follows it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import g, redirect, url_for

from eak_core.api import (
    Answer,
    EditForm,
    NotFound,
    _,
    attempt,
    current_session,
    ensure_unchanged,
    form_page,
    limited,
    require,
)
from eak_experiments import wording
from eak_experiments.drafting.finding import experiment_of, protocol_of
from eak_experiments.models import Experiment
from eak_experiments.outcome import closing, evidence
from eak_experiments.pages import drawing, showing
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.outcome_forms import (
    FollowForm,
    LowerForm,
    closing_form,
    closing_typed,
)
from eak_experiments.pages.protocol_views import carried
from eak_experiments.pages.running_views import act_page, home
from eak_experiments.protocol import closing as closings
from eak_experiments.running.measuring import measures_of

limit_closing = limited("experiments.close", "20/minute;200/day")


def _decided(experiment_id: int) -> Experiment:
    require(g.actor, "experiments.decide", g.service)
    return experiment_of(current_session(), g.service, g.actor, experiment_id)


@blueprint.route("/<int:experiment_id>/clore/<step>", methods=["GET", "POST"])
def close_step(experiment_id: int, step: str) -> Answer:
    """One step of the close, saved by itself."""
    if step not in closings.STEPS:
        raise NotFound
    session, experiment = current_session(), _decided(experiment_id)
    protocol, draft = protocol_of(session, experiment), closings.read(experiment.closing_draft)
    keys = [each.key for each in protocol.hypotheses]
    found = drawing.standings(protocol, measures_of(session, experiment))
    form = closing_form(step, protocol, closings.said(draft, step, keys), found)

    @limit_closing
    def act() -> None:
        values = closing_typed(form, step, protocol)
        closing.save_part(session, g.actor, g.service, experiment, step, values,
                          seen=form.seen.data)  # fmt: skip

    names = list(closings.STEPS)
    later = names[names.index(step) + 1 :]
    place = (
        url_for(".close_step", experiment_id=experiment.id, step=later[0])
        if later
        else url_for(".close", experiment_id=experiment.id)
    )
    return attempt(form, act, done=(_("Saved."), place)) or form_page(
        "experiments/close_step.html", form, experiment=experiment, words=wording, step=step,
        steps=_closing_steps(experiment, closing.lacks(session, experiment, draft)),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/clore", methods=["GET", "POST"])
def close(experiment_id: int) -> Answer:
    """What everybody will read once an experiment is closed, and the button that closes it."""
    session, experiment = current_session(), _decided(experiment_id)
    if experiment.closing_draft is None:
        return redirect(url_for(".close_step", experiment_id=experiment.id, step="verdicts"))
    protocol, draft = protocol_of(session, experiment), closings.read(experiment.closing_draft)
    form = EditForm.showing(msgspec.structs.asdict(draft))

    @limit_closing
    def act() -> None:
        ensure_unchanged(form.seen.data, msgspec.structs.asdict(draft))
        closing.close(session, g.actor, g.service, experiment, draft, g.active)

    done = _("The experiment is closed, and what it taught is public."), home(experiment, "#issue")
    lacks = closing.lacks(session, experiment, draft)
    return attempt(form, act, done=done) or form_page(
        "experiments/close.html", form, experiment=experiment, protocol=protocol, closing=draft,
        words=wording, showing=showing, lacks=len(lacks), steps=_closing_steps(experiment, lacks),
        evidence=closing.reckoned(session, experiment, draft),
    )  # fmt: skip


def _closing_steps(experiment: Experiment, lacks: Mapping[str, str]) -> list[dict[str, Any]]:
    """The steps of the close, each with its address and with what is missing there."""
    said: dict[str, list[Any]] = {step: [] for step in closings.STEPS}
    for field, code in lacks.items():
        said[closings.step_of(field)].append(wording.CLOSING_FAULTS[code])
    return [
        {
            "name": step,
            "title": wording.CLOSING_STEPS[step],
            "url": url_for(".close_step", experiment_id=experiment.id, step=step),
            "lacks": said[step],
        }
        for step in closings.STEPS
    ]


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
