"""An experiment under way: its figures, reviews, extension, suspensions."""

from typing import Any

from flask import g, url_for

from eak_core.api import (
    Answer,
    ReasonForm,
    _,
    attempt,
    current_session,
    form_page,
    limited,
    open_data,
    require,
)
from eak_experiments import wording
from eak_experiments.drafting.finding import experiment_of, protocol_of
from eak_experiments.models import Experiment
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.protocol_views import carried
from eak_experiments.pages.running_forms import (
    AnswerForm,
    ExtendForm,
    ReviewForm,
    TableForm,
    measure_form,
)
from eak_experiments.record import Measure
from eak_experiments.rules.quantities import from_thousandths
from eak_experiments.running import going_on, measuring, stops
from eak_experiments.running.measuring import measures_of

limit_running = limited("experiments.run", "30/minute;500/day")
limit_files = limited("experiments.file", "20/minute;200/day", reads=True)

#: The columns of the file of figures.
COLUMNS = ("date", "hypothesis", "value", "unit", "n", "group", "note", "struck")


def logged(experiment_id: int) -> Experiment:
    """An experiment whose team the reader is in. `Forbidden` for anybody else."""
    experiment = experiment_of(current_session(), g.service, g.actor, experiment_id)
    require(g.actor, "experiments.log", g.service, experiment)
    return experiment


def home(experiment: Experiment, place: str = "") -> str:
    """The address of the page of an experiment."""
    return url_for(".show", experiment_id=experiment.id) + place


@blueprint.route("/<int:experiment_id>/mesures/ajouter", methods=["GET", "POST"])
def measure(experiment_id: int) -> Answer:
    """Enter one figure."""
    session, experiment = current_session(), logged(experiment_id)
    form = measure_form(protocol_of(session, experiment))

    @limit_running
    def act() -> None:
        measuring.measure(
            session, g.actor, g.service, experiment, form.hypothesis.data, form.day.data,
            form.value.data, form.unit.data or "", form.size.data, form.arm.data,
            form.method.data or "",
        )  # fmt: skip

    done = _("The figure is public, and drawn."), home(experiment, "#mesures")
    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Enter a figure"), _("Enter it"),
        lead=_("Figures are compared with the baseline, the target and the stop threshold of the"
               " protocol."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/mesures/importer", methods=["GET", "POST"])
def measure_table(experiment_id: int) -> Answer:
    """Enter the figures of a table."""
    session, experiment, form = current_session(), logged(experiment_id), TableForm()

    @limit_running
    def act() -> tuple[int, int]:
        return measuring.measure_all(session, g.actor, g.service, experiment, form.text())

    def done(counted: tuple[int, int]) -> tuple[str, str]:
        said = _("New figures: %(new)s. There already, or twice in the table: %(old)s.",
                 new=counted[0], old=counted[1])  # fmt: skip
        return said, home(experiment, "#mesures")

    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Enter a table of figures"), _("Enter them"), files=True,
        lead=_("All lines are taken, or none: what cannot be is said line by line. Commas or"
               " points, spaces"
               " between thousands, French or English days: all are read."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/mesures/<int:measure_id>/ecarter", methods=["GET", "POST"])
def strike(experiment_id: int, measure_id: int) -> Answer:
    """Say that a figure was wrong."""
    session, experiment, form = current_session(), logged(experiment_id), ReasonForm()

    @limit_running
    def act() -> None:
        measuring.strike(session, g.actor, g.service, experiment, measure_id, form.reason.data)

    done = (
        _("The figure does not count any more. It stays in the file, struck."),
        home(experiment, "#mesures"),
    )
    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Strike a figure"), _("Strike it"),
        lead=_("It is drawn no more and counts no more; it stays in the file of the figures,"
               " with your reason."),
    )  # fmt: skip


@blueprint.get("/<int:experiment_id>/mesures.csv")
@limit_files
def measures_csv(experiment_id: int) -> Answer:
    """All figures of an experiment, as CSV; ``?pour=tableur`` for spreadsheets."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    units = {each.key: each.unit for each in protocol_of(session, experiment).hypotheses}
    rows = [_cells(each, units) for each in measures_of(session, experiment, struck=True)]
    with open_data.kept(iter([rows])) as records:
        return open_data.csv_file(open_data.record_rows(COLUMNS, records), "mesures.csv")


def _cells(each: Measure, units: dict[str, str]) -> dict[str, Any]:
    return {
        "date": each.day,
        "hypothesis": each.hypothesis,
        "value": str(from_thousandths(each.thousandths)),
        "unit": units.get(each.hypothesis, ""),
        "n": each.size,
        "group": each.arm,
        "note": each.method,
        "struck": each.struck_because,
    }


@blueprint.route("/<int:experiment_id>/bilan-d-etape", methods=["GET", "POST"])
def review(experiment_id: int) -> Answer:
    """Review an experiment on its way."""
    session, experiment, form = current_session(), carried(experiment_id), ReviewForm()

    @limit_running
    def act() -> None:
        going_on.review(session, g.actor, g.service, experiment,
                        form.findings.data, form.decision.data)  # fmt: skip

    return attempt(form, act, done=(_("The review is public."), home(experiment))) or act_page(
        form, experiment, _("Review the experiment"), _("Publish the review"),
        lead=_("After three months one looks at what there is: is it worth going on, and in the"
               " same way?"),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/seuils/<hypothesis>", methods=["GET", "POST"])
def answer_stop(experiment_id: int, hypothesis: str) -> Answer:
    """Decide what follows from a stop threshold that was reached."""
    session, experiment, form = current_session(), carried(experiment_id), AnswerForm()

    @limit_running
    def act() -> None:
        reason = form.reason.data
        decided = stops.answer(session, g.actor, g.service, experiment, hypothesis,
                               form.decision.data, reason)  # fmt: skip
        going_on.carry_out(session, g.actor, experiment, decided, reason)

    return attempt(form, act, done=(_("Your decision is public."), home(experiment))) or act_page(
        form, experiment, _("A stop threshold is reached"), _("Decide"),
        lead=_("The protocol says that one does not go on from here without a decision. Stopping"
               " is a"
               " result like any other: what it taught is published."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/prolonger", methods=["GET", "POST"])
def extend(experiment_id: int) -> Answer:
    """Let an experiment end later, once."""
    session, form = current_session(), ExtendForm()
    require(g.actor, "experiments.decide", g.service)
    experiment = experiment_of(session, g.service, g.actor, experiment_id)

    @limit_running
    def act() -> None:
        going_on.extend(session, g.actor, g.service, experiment, form.until.data, form.reason.data)

    done = _("It ends later, as everybody can read."), home(experiment)
    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Extend the experiment"), _("Extend it"), lead=""
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/suspendre", methods=["GET", "POST"])
def suspend(experiment_id: int) -> Answer:
    """Suspend an experiment."""
    return _with_reason(
        experiment_id, going_on.suspend, _("Suspend the experiment"), _("Suspend it"),
        _("Its last day stays what it is. Everybody reads your reason."), _("It is suspended."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/reprendre", methods=["GET", "POST"])
def resume(experiment_id: int) -> Answer:
    """Let a suspended experiment go on."""
    return _with_reason(
        experiment_id, going_on.resume, _("Go on with the experiment"), _("Go on"),
        _("Everybody reads your reason."), _("It goes on."),
    )  # fmt: skip


def _with_reason(
    experiment_id: int, does: Any, heading: str, button: str, lead: str, said: str
) -> Answer:
    session, experiment, form = current_session(), carried(experiment_id), ReasonForm()

    @limit_running
    def act() -> None:
        does(session, g.actor, g.service, experiment, form.reason.data)

    return attempt(form, act, done=(said, home(experiment))) or act_page(
        form, experiment, heading, button, lead=lead
    )


def act_page(
    form: Any, experiment: Experiment, heading: str, button: str, *, lead: str, files: bool = False
) -> Answer:
    """A form of its own about an experiment."""
    return form_page(
        "experiments/act.html", form, experiment=experiment, heading=heading, button=button,
        lead=lead, files=files, words=wording, back=home(experiment),
    )  # fmt: skip
