"""The logbook of an experiment, and what inhabitants say."""

from flask import g, url_for

from eak_core.api import (
    Actor,
    Answer,
    FileHolder,
    Gone,
    NotFound,
    ReasonForm,
    Service,
    Session,
    _,
    attempt,
    current_session,
    files_form,
    files_of,
    finish,
    form_page,
    hidden_reasons,
    limited,
    may,
    paginate,
    person_names,
    reads_first,
    render,
    require,
    save_files,
    shown_for_all,
    takes_files,
)
from eak_experiments import wording
from eak_experiments.drafting.finding import experiment_of
from eak_experiments.manifest import plugin
from eak_experiments.models import Experiment
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.protocol_views import carried
from eak_experiments.pages.running_forms import EntryForm, FeedbackForm
from eak_experiments.pages.running_views import logged
from eak_experiments.record import Entry
from eak_experiments.running import logbook

limit_logbook = limited("experiments.log", "20/minute;300/day")
limit_feedback = limited("experiments.feedback", "3/minute;20/day")

PER_PAGE = 20


@blueprint.get("/<int:experiment_id>/journal")
def journal(experiment_id: int) -> Answer:
    """The logbook, the latest entry first."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    query = logbook.entries(session, g.service, experiment, g.actor)
    page = paginate(session, query, per_page=PER_PAGE)
    subjects = [f"entry:{each.id}" for each in page.items]
    return render(
        "experiments/logbook.html",
        experiment=experiment,
        page=page,
        words=wording,
        files=shown_for_all(session, g.service.id, plugin.name, subjects),
        names=person_names(session, [each.written_by for each in page.items if each.written_by]),
        hidden=hidden_reasons(session, g.service.id, [each.subject for each in page.items]),
        carries=may(g.actor, "experiments.carry", g.service, experiment),
        decides=may(g.actor, "experiments.decide", g.service),
        logs=may(g.actor, "experiments.log", g.service, experiment),
        open=experiment.stage in logbook.LOGGED,
        heard=experiment.stage in logbook.HEARD,
    )


@blueprint.route("/<int:experiment_id>/journal/ajouter", methods=["GET", "POST"])
def write(experiment_id: int) -> Answer:
    """Write an entry."""
    session, experiment, form = current_session(), logged(experiment_id), EntryForm()

    @limit_logbook
    def act() -> Entry:
        return logbook.log(
            session, g.actor, g.service, experiment, form.kind.data, form.day.data,
            form.text.data, private=form.private.data, form_key=form.key,
        )  # fmt: skip

    def done(made: Entry) -> tuple[str, str]:
        place = url_for(".entry_files", experiment_id=experiment.id, entry_id=made.id)
        return _("It is written down. You can add pictures."), place

    return attempt(form, act, done=done) or form_page(
        "experiments/act.html", form, experiment=experiment, heading=_("Write in the logbook"),
        button=_("Write it down"), lead=_("The logbook tells what happens while it happens: it"
                                          " is open."),
        files=False, words=wording, back=_journal(experiment),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/journal/<int:entry_id>/fichiers", methods=["GET", "POST"])
@takes_files
@reads_first
def entry_files(experiment_id: int, entry_id: int) -> Answer:
    """The pictures and documents of an entry."""
    session, experiment = current_session(), logged(experiment_id)
    entry = logbook.entry_of(session, g.service, experiment, g.actor, entry_id)
    subject = f"entry:{entry.id}"
    form = files_form(files_of(session, g.service.id, plugin.name, subject))
    return attempt(
        form,
        lambda: save_files(session, g.actor, g.service, plugin.name, subject, form),
        done=lambda added: (
            _("Your files are kept. Say what each picture shows: it appears then.")
            if added
            else _("Your changes are public."),
            url_for(".entry_files", experiment_id=experiment.id, entry_id=entry_id)
            if added
            else _journal(experiment),
        ),
    ) or form_page(
        "experiments/act.html", form, experiment=experiment, heading=_("Pictures and documents"),
        button=_("Save"), lead=_("Of the entry of %(day)s.", day=entry.day.strftime("%d/%m/%Y")),
        files=True, words=wording, back=_journal(experiment),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/temoigner", methods=["GET", "POST"])
def respond(experiment_id: int) -> Answer:
    """Say how one finds an experiment."""
    session, form = current_session(), FeedbackForm()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    logbook.ensure_heard(session, g.actor, g.service, experiment)

    @limit_feedback
    def act() -> None:
        logbook.hear(session, g.actor, g.service, experiment, form.text.data)

    done = _("Thank you. The team reads it before it is shown."), _journal(experiment)
    return attempt(form, act, done=done) or form_page(
        "experiments/act.html", form, experiment=experiment, heading=_("Say how you find it"),
        button=_("Send"), lead=_("You live or work where it is tried, or you took part: what do"
                                 " you see?"),
        files=False, words=wording, back=url_for(".show", experiment_id=experiment.id),
    )  # fmt: skip


@blueprint.post("/<int:experiment_id>/journal/<int:entry_id>/lire")
@limit_logbook
def read_feedback(experiment_id: int, entry_id: int) -> Answer:
    """Show what an inhabitant said."""
    return _read(experiment_id, entry_id, _("Everybody reads it now."), shown=True)


@blueprint.post("/<int:experiment_id>/journal/<int:entry_id>/ecarter")
@limit_logbook
def drop_feedback(experiment_id: int, entry_id: int) -> Answer:
    """Throw away what an inhabitant said."""
    return _read(experiment_id, entry_id, _("It is thrown away."), shown=False)


def _read(experiment_id: int, entry_id: int, said: str, *, shown: bool) -> Answer:
    session, experiment = current_session(), carried(experiment_id)
    entry = logbook.entry_of(session, g.service, experiment, g.actor, entry_id)
    logbook.read_feedback(session, g.actor, g.service, experiment, entry, shown=shown)
    return finish(said, _journal(experiment))


@blueprint.route("/<int:experiment_id>/journal/<int:entry_id>/masquer", methods=["GET", "POST"])
def hide_entry(experiment_id: int, entry_id: int) -> Answer:
    """Hide an entry, with a public reason; or show it again."""
    session, form = current_session(), ReasonForm()
    require(g.actor, "experiments.decide", g.service)
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    entry = logbook.entry_of(session, g.service, experiment, g.actor, entry_id)
    again = entry.subject in hidden_reasons(session, g.service.id, [entry.subject])

    def act() -> None:
        logbook.hide_entry(session, g.actor, g.service, entry, form.reason.data, again=again)

    done = _("It is shown again.") if again else _("It is hidden."), _journal(experiment)
    heading = _("Show the entry again") if again else _("Hide the entry")
    return attempt(form, act, done=done) or form_page(
        "experiments/act.html", form, experiment=experiment, heading=heading, button=heading,
        lead=_("Of the entry of %(day)s.", day=entry.day.strftime("%d/%m/%Y")),
        files=False, words=wording, back=_journal(experiment),
    )  # fmt: skip


def _journal(experiment: Experiment) -> str:
    return url_for(".journal", experiment_id=experiment.id)


def holder(session: Session, service: Service, subject: str, actor: Actor) -> FileHolder | None:
    """Who has a file: the logbook for that of an entry, the page of an experiment for that of its
    kit, as long as ``actor`` may read it. Everybody sees it where everybody reads that."""
    noun, _colon, number = subject.partition(":")
    if noun == "kit":
        return _holder_of_kit(session, service, int(number), actor)
    entry = session.get(Entry, int(number))
    if entry is None or entry.service_id != service.id:
        return None
    try:
        experiment = experiment_of(session, service, actor, entry.experiment_id)
        logbook.entry_of(session, service, experiment, actor, entry.id)
    except (NotFound, Gone):
        return None
    hidden = hidden_reasons(session, service.id, [entry.subject, experiment.subject])
    shown = experiment.public and not (entry.private or entry.waits or hidden)
    return FileHolder("experiments.journal", {"experiment_id": experiment.id}, public=shown)


def _holder_of_kit(
    session: Session, service: Service, number: int, actor: Actor
) -> FileHolder | None:
    try:
        experiment = experiment_of(session, service, actor, number)
    except (NotFound, Gone):
        return None
    shown = experiment.public and not hidden_reasons(session, service.id, [experiment.subject])
    return FileHolder("experiments.show", {"experiment_id": experiment.id}, public=shown)
