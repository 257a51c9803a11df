"""The page of an experiment, and its place on the page of its idea."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import g, url_for
from markupsafe import Markup
from sqlalchemy import select

from eak_core.api import (
    Actor,
    Answer,
    Idea,
    NotFound,
    Service,
    Session,
    _l,
    charts,
    current_session,
    fragment,
    hidden_reason,
    may,
    midnight,
    person_names,
    public_ideas,
    render,
    valid_until,
)
from eak_experiments import wording
from eak_experiments.drafting import fixing
from eak_experiments.drafting.finding import (
    experiment_of,
    of_idea,
    protocol_of,
    steps_of,
    team,
    versions,
)
from eak_experiments.drafting.preparing import may_prepare, may_try
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment, FixedProtocol, Step
from eak_experiments.pages import drawing, showing
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.replicating_views import kit_rows
from eak_experiments.pages.running_views import limit_files
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol.document import Protocol, read
from eak_experiments.record import Measure
from eak_experiments.replicating.family import family
from eak_experiments.replicating.kit_files import licensed
from eak_experiments.rules.dates import review_day
from eak_experiments.running.logbook import HEARD
from eak_experiments.running.measuring import measures_of
from eak_experiments.running.stops import alerts

#: So many figures of a hypothesis are listed to be corrected.
MOST_RECENT = 10


@blueprint.get("/<int:experiment_id>")
def show(experiment_id: int) -> Answer:
    """One experiment."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    protocol, places = protocol_of(session, experiment), showing.place_names(session, g.service.id)
    kept, people = versions(session, experiment), team(session, experiment)
    measures, happened = measures_of(session, experiment), steps_of(session, experiment)
    if experiment.stage in ("running", "suspended"):
        valid_until(midnight(today() + timedelta(days=1)))
    return render(
        "experiments/show.html",
        experiment=experiment,
        protocol=protocol,
        idea=_idea_of(session, experiment),
        places=places,
        showing=showing,
        words=wording,
        proof=fixing.proved(session, experiment) if experiment.public else (),
        amendments=amendments(kept, places),
        happened=happened,
        drawn=_drawn(protocol, measures, experiment),
        recent=drawing.latest(measures, MOST_RECENT),
        days=drawing.timeline(experiment, protocol.ends_on, happened),
        alerts=alerts(session, experiment),
        heard=experiment.stage in HEARD,
        logs=may(g.actor, "experiments.log", g.service, experiment),
        can_extend=_can_extend(experiment, happened),
        review_due=_review_due(experiment, happened),
        team=people,
        closing=closings.read(experiment.closing) if experiment.closing else None,
        kit=kit_rows(experiment),
        kit_files=licensed(session, experiment),
        relatives=drawing.relatives(family(session, experiment), experiment),
        can_prepare=experiment.public and may_prepare(g.actor, g.service),
        names=person_names(session, [each.person_id for each in people]),
        carries=may(g.actor, "experiments.carry", g.service, experiment),
        decides=may(g.actor, "experiments.decide", g.service),
        hidden=hidden_reason(session, g.service.id, experiment.subject),
        steps=showing.steps_shown(experiment, protocol) if not experiment.public else (),
    )


@blueprint.get("/<int:experiment_id>/rapport")
def report(experiment_id: int) -> Answer:
    """The report of an experiment, to print."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    protocol, places = protocol_of(session, experiment), showing.place_names(session, g.service.id)
    return render(
        "experiments/report.html",
        experiment=experiment,
        protocol=protocol,
        places=places,
        showing=showing,
        words=wording,
        proof=fixing.proved(session, experiment) if experiment.public else (),
        amendments=amendments(versions(session, experiment), places),
        drawn=_drawn(protocol, measures_of(session, experiment), experiment),
        recent={},
        closing=closings.read(experiment.closing) if experiment.closing else None,
        kit=kit_rows(experiment),
        kit_files=licensed(session, experiment),
    )


@blueprint.get("/<int:experiment_id>/replications.<ending>")
@limit_files
def replications(experiment_id: int, ending: str) -> Answer:
    """The graph of replications as a drawing (``svg``) or as a table (``csv``)."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    drawn = drawing.relatives(family(session, experiment), experiment)
    if drawn is None:
        raise NotFound(_l("This experiment was not done again so far."))
    notes = (experiment.title, url_for(".show", experiment_id=experiment.id, _external=True))
    return charts.chart_file(drawn, ending, title=drawn.title, lead=experiment.title, notes=notes)


def _idea_of(session: Session, experiment: Experiment) -> Idea | None:
    """The idea of an experiment, as long as everybody may read it."""
    shown = Idea.id == experiment.idea_id, *public_ideas(experiment.service_id)
    return session.scalar(select(Idea).where(*shown)) if experiment.idea_id else None


def _drawn(
    protocol: Protocol, measures: Sequence[Measure], experiment: Experiment
) -> dict[str, charts.Lines]:
    made = {
        each.key: drawing.measures_chart(each, number, measures, experiment)
        for number, each in enumerate(protocol.hypotheses, start=1)
    }
    return {key: drawn for key, drawn in made.items() if drawn is not None}


def _review_due(experiment: Experiment, happened: Sequence[Step]) -> bool:
    """Whether an experiment under way should have been reviewed by today, and was not."""
    start, end = experiment.started_on, experiment.ends_on
    if experiment.stage not in ("running", "suspended") or start is None or end is None:
        return False
    return today() >= review_day(start, end) and all(each.kind != "reviewed" for each in happened)


def _can_extend(experiment: Experiment, happened: Sequence[Step]) -> bool:
    going_on = experiment.stage in ("running", "suspended", "evaluating")
    return going_on and all(each.kind != "extended" for each in happened)


def amendments(kept: Sequence[FixedProtocol], places: dict[str, str]) -> list[dict[str, Any]]:
    """What each version changed of the one before, with its reason."""
    documents: list[Protocol] = [read(each.document) for each in kept]
    return [
        {"version": each, "changes": showing.compared(before, after, places)}
        for each, before, after in zip(kept[1:], documents, documents[1:], strict=False)
    ]


def idea_section(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    """The experiments of an idea, below its text, and the way to prepare one."""
    found = of_idea(session, service, idea.id, actor)
    can_try = may_try(actor, service, idea)
    if not found and not can_try:
        return None
    return fragment(
        "experiments/idea.html", experiments=found, idea=idea, can_try=can_try, words=wording
    )
