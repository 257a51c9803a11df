"""The guided form of a protocol: short steps, each saved by itself; and its amendments."""

from typing import Any

from flask import g, redirect, url_for

from eak_core.api import (
    Answer,
    Form,
    Idea,
    NotFound,
    _,
    attempt,
    current_session,
    finish,
    form_page,
    limited,
    person_names,
    public_idea,
    require,
    things_named,
)
from eak_experiments import wording
from eak_experiments.drafting import fixing, inviting, preparing
from eak_experiments.drafting.finding import experiment_of, protocol_of, team
from eak_experiments.models import Experiment
from eak_experiments.pages import showing
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.forms import JoinForm, PrepareForm, step_form, typed
from eak_experiments.pilots import pilots_of
from eak_experiments.protocol import checks, steps
from eak_experiments.protocol.checks import STEPS
from eak_experiments.rules.dates import usual_end
from eak_experiments.running import starting

limit_saving = limited("experiments.save", "60/minute;1000/day")


def carried(experiment_id: int) -> Experiment:
    """An experiment that the reader carries. `Forbidden` for anybody else who may read it."""
    experiment = experiment_of(current_session(), g.service, g.actor, experiment_id)
    require(g.actor, "experiments.carry", g.service, experiment)
    return experiment


@blueprint.route("/preparer", methods=["GET", "POST"])
@blueprint.route("/preparer/<int:idea_id>", methods=["GET", "POST"])
def prepare(idea_id: int | None = None) -> Answer:
    """Begin the protocol of an experiment, of an idea or without one."""
    session, form = current_session(), PrepareForm()
    if not preparing.may_prepare(g.actor, g.service):
        require(g.actor, "experiments.draft", g.service)
    idea = public_idea(session, g.service, idea_id) if idea_id is not None else None
    if idea is not None and not form.is_submitted():
        form.title.data, form.challenge.data = idea.title, idea.problem

    @limit_saving
    def act() -> Experiment:
        return preparing.prepare(
            session, g.actor, g.service, form.title.data or "", form.challenge.data or "", idea,
            partners=_pilots(idea), form_key=form.key,
        )  # fmt: skip

    def done(made: Experiment) -> tuple[str, str]:
        place = url_for(".step", experiment_id=made.id, step="theory")
        return _("Saved. Each step is saved by itself: you can stop whenever you like."), place

    return attempt(form, act, done=done) or form_page("experiments/prepare.html", form, idea=idea)


def _pilots(idea: Idea | None) -> list[str]:
    """The names of the partners that were accepted to pilot an idea."""
    if idea is None:
        return []
    session = current_session()
    subjects = pilots_of(session, g.service.id, idea.id)
    found = things_named(session, g.actor, g.service, subjects)
    return [str(each.label) for each in found.values()]


@blueprint.route("/<int:experiment_id>/protocole/<step>", methods=["GET", "POST"])
def step(experiment_id: int, step: str) -> Answer:
    """One step of the protocol."""
    if step not in STEPS:
        raise NotFound
    session, experiment = current_session(), carried(experiment_id)
    protocol = protocol_of(session, experiment)
    if steps.is_list(step):
        people = team(session, experiment) if step == "partners" else ()
        return form_page(
            "experiments/items.html", Form(), experiment=experiment, protocol=protocol,
            step=step, showing=showing, words=wording, people=people,
            names=person_names(session, [each.person_id for each in people]),
            steps=showing.steps_shown(experiment, protocol),
        )  # fmt: skip
    amending = experiment.stage != "draft"
    form = step_form(session, g.service.id, step, steps.said(protocol, step), amending=amending)

    @limit_saving
    def act() -> None:
        values = typed(form)
        if step == "dates" and values["starts_on"] and not values["ends_on"]:
            values["ends_on"] = usual_end(values["starts_on"])
        if amending:
            fixing.amend_step(session, g.actor, g.service, experiment, step, values,
                              form.reason.data or "", seen=form.seen.data)  # fmt: skip
        else:
            preparing.save_step(session, g.actor, g.service, experiment, step, values,
                                seen=form.seen.data)  # fmt: skip

    return attempt(form, act, done=_saved(experiment, step)) or _step_page(
        form, experiment, step, None
    )


@blueprint.route("/<int:experiment_id>/protocole/<step>/ajouter", methods=["GET", "POST"])
@blueprint.route("/<int:experiment_id>/protocole/<step>/<key>", methods=["GET", "POST"])
def item(experiment_id: int, step: str, key: str | None = None) -> Answer:
    """One hypothesis, partner or risk of the protocol."""
    session, experiment = current_session(), carried(experiment_id)
    if step not in STEPS or not steps.is_list(step):
        raise NotFound
    protocol = protocol_of(session, experiment)
    now = steps.said_of(protocol, step, key) if key else None
    if key and now is None:
        raise NotFound
    amending = experiment.stage != "draft"
    form = step_form(session, g.service.id, step, now, amending=amending)

    @limit_saving
    def act() -> None:
        values = typed(form)
        if amending:
            fixing.amend_item(session, g.actor, g.service, experiment, step, key, values,
                              form.reason.data or "", seen=form.seen.data)  # fmt: skip
        else:
            preparing.save_item(session, g.actor, g.service, experiment, step, key, values,
                                seen=form.seen.data)  # fmt: skip

    place = url_for(".step", experiment_id=experiment.id, step=step)
    return attempt(form, act, done=(_("Saved."), place)) or _step_page(form, experiment, step, key)


@blueprint.post("/<int:experiment_id>/protocole/<step>/<key>/retirer")
@limit_saving
def remove_item(experiment_id: int, step: str, key: str) -> Answer:
    """Take an item out of a draft."""
    session, experiment = current_session(), carried(experiment_id)
    if step not in STEPS or not steps.is_list(step):
        raise NotFound
    preparing.remove_item(session, g.actor, g.service, experiment, step, key)
    return finish(_("Taken away."), url_for(".step", experiment_id=experiment.id, step=step))


def _saved(experiment: Experiment, step: str) -> Any:
    following = showing.following(step)
    if experiment.stage != "draft" or following is None:
        return _("Saved."), url_for(".show", experiment_id=experiment.id)
    return _("Saved."), url_for(".step", experiment_id=experiment.id, step=following)


def _step_page(form: Any, experiment: Experiment, step: str, key: str | None) -> Answer:
    protocol = protocol_of(current_session(), experiment)
    return form_page(
        "experiments/step.html", form, experiment=experiment, protocol=protocol, step=step,
        key=key, showing=showing, words=wording, is_list=steps.is_list(step),
        steps=showing.steps_shown(experiment, protocol),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/fixer", methods=["GET", "POST"])
def fix(experiment_id: int) -> Answer:
    """Fix the protocol: from then on everybody reads it."""
    session, experiment = current_session(), carried(experiment_id)
    if experiment.stage != "draft":
        return redirect(url_for(".show", experiment_id=experiment.id))
    form, protocol = Form(), protocol_of(session, experiment)

    @limit_saving
    def act() -> None:
        fixing.fix(session, g.actor, g.service, experiment)

    place = url_for(".show", experiment_id=experiment.id)
    said = _("The protocol is fixed and public, with its hash.")
    return attempt(form, act, done=(said, place)) or form_page(
        "experiments/fix.html", form, experiment=experiment, protocol=protocol,
        lacks=len(checks.missing(protocol)), steps=showing.steps_shown(experiment, protocol),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/demarrer", methods=["GET", "POST"])
def start(experiment_id: int) -> Answer:
    """Start an experiment whose protocol is fixed."""
    session, form = current_session(), Form()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    require(g.actor, "experiments.decide", g.service)

    @limit_saving
    def act() -> None:
        starting.start(session, g.actor, g.service, experiment, g.active)

    place = url_for(".show", experiment_id=experiment.id)
    return attempt(form, act, done=(_("The experiment has started."), place)) or form_page(
        "experiments/start.html", form, experiment=experiment
    )


@blueprint.route("/<int:experiment_id>/jeter", methods=["GET", "POST"])
def discard(experiment_id: int) -> Answer:
    """Throw a draft away."""
    session, experiment, form = current_session(), carried(experiment_id), Form()
    if experiment.stage != "draft":
        return redirect(url_for(".show", experiment_id=experiment.id))
    title = experiment.title

    @limit_saving
    def act() -> None:
        preparing.discard(session, g.actor, g.service, experiment)

    done = _("The draft is thrown away."), url_for(".index")
    return attempt(form, act, done=done) or form_page(
        "experiments/discard.html", form, experiment_id=experiment_id, title=title
    )


@blueprint.route("/<int:experiment_id>/equipe/inviter", methods=["GET", "POST"])
def invite(experiment_id: int) -> Answer:
    """Invite somebody into the team."""
    session, experiment, form = current_session(), carried(experiment_id), JoinForm()

    @limit_invitations
    def act() -> None:
        inviting.invite(session, g.actor, g.service, experiment, form.email.data, form.role.data)

    place = url_for(".step", experiment_id=experiment.id, step="partners")
    return attempt(form, act, done=(_("The invitation is on its way."), place)) or form_page(
        "experiments/invite.html", form, experiment=experiment, back=place
    )


limit_invitations = limited("experiments.invite", "10/minute;60/day")


@blueprint.route("/equipe/<token>", methods=["GET", "POST"])
@inviting.JOIN.opens_signed_in
def join(subject: str) -> Answer:
    """What the letter of an invitation leads to."""
    session, form = current_session(), Form()
    experiment, role = inviting.invited(session, g.service, subject)
    place = url_for(".show", experiment_id=experiment.id)
    return attempt(
        form,
        lambda: inviting.accept(session, g.actor, experiment, role),
        done=(_("You are in the team."), place),
    ) or form_page("experiments/join.html", form, experiment=experiment, role=role)


@blueprint.post("/<int:experiment_id>/equipe/<int:person_id>/retirer")
@limit_saving
def leave(experiment_id: int, person_id: int) -> Answer:
    """Take somebody out of the team, or leave it."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    preparing.leave(session, g.actor, g.service, experiment, person_id)
    own = person_id == g.actor.person_id
    said = _("You are no longer in the team.") if own else _("The team is one person smaller.")
    return finish(said, url_for(".index"))
