"""How an experiment is done again: its kit, its file for other sites, and the beginning of another
one."""

from typing import Any

from flask import Response, g, url_for

from eak_core.api import (
    Answer,
    Refused,
    _,
    _l,
    attempt,
    current_session,
    files_form,
    files_of,
    open_data,
    reads_first,
    require,
    save_files,
    takes_files,
)
from eak_experiments import wording
from eak_experiments.drafting.finding import experiment_of
from eak_experiments.drafting.preparing import may_prepare
from eak_experiments.manifest import plugin
from eak_experiments.models import Experiment
from eak_experiments.pages.blueprint import api, blueprint
from eak_experiments.pages.outcome_forms import AgainForm, KitForm, licences_form
from eak_experiments.pages.protocol_views import carried, limit_saving
from eak_experiments.pages.running_views import act_page, home, limit_files
from eak_experiments.protocol import exchange
from eak_experiments.protocol import kit as kits
from eak_experiments.protocol.exchange import ExperimentFile
from eak_experiments.protocol.kit import Kit
from eak_experiments.replicating import again as replicating
from eak_experiments.replicating import kit_files
from eak_experiments.replicating.exporting import exported


def kit_rows(experiment: Experiment) -> list[tuple[Any, str, str]]:
    """What the kit of an experiment says: label, name and text, without what is empty."""
    said = kits.said(kits.read(experiment.kit))
    return [(wording.KIT[name], name, text) for name, text in said.items() if text]


@blueprint.route("/<int:experiment_id>/kit", methods=["GET", "POST"])
def edit_kit(experiment_id: int) -> Answer:
    """Write how an experiment can be done again."""
    session, experiment = current_session(), carried(experiment_id)
    form = KitForm.showing(kits.said(kits.read(experiment.kit)))

    @limit_saving
    def act() -> None:
        typed: Any = {name: form[name].data or "" for name in kits.NEEDED}
        said = Kit(**typed)
        replicating.save_kit(session, g.actor, g.service, experiment, said, seen=form.seen.data)

    return attempt(form, act, done=(_("The kit is public."), home(experiment, "#kit"))) or act_page(
        form, experiment, _("How to do it again"), _("Save"),
        lead=_("Write for somebody who was not there. Leave empty what you do not know yet; a"
               " complete kit"
               " counts for the level of evidence."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/kit/fichiers", methods=["GET", "POST"])
@takes_files
@reads_first
def edit_kit_files(experiment_id: int) -> Answer:
    """The pictures and documents of a kit."""
    session, experiment = current_session(), carried(experiment_id)
    if not experiment.public:
        raise Refused(_l("Fix the protocol first: a kit is for others."))
    subject = kit_files.subject_of(experiment)
    form = files_form(files_of(session, g.service.id, plugin.name, subject))
    place = url_for(".edit_licences", experiment_id=experiment.id)

    @limit_saving
    def act() -> list[int]:
        return save_files(session, g.actor, g.service, plugin.name, subject, form)

    def done(added: list[int]) -> tuple[str, str]:
        if added:
            return _("Your files are kept. Say under which licence each stands: it appears"
                     " then."), place  # fmt: skip
        return _("Your changes are public."), place

    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Files of the kit"), _("Save"), files=True,
        lead=_("Plans, checklists, letters, pictures: what another team can use as it is."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/kit/licences", methods=["GET", "POST"])
def edit_licences(experiment_id: int) -> Answer:
    """Under which licence each file of a kit stands."""
    session, experiment = current_session(), carried(experiment_id)
    files = files_of(session, g.service.id, plugin.name, kit_files.subject_of(experiment))
    form = licences_form(files, kit_files.licences(session, experiment))

    @limit_saving
    def act() -> None:
        said = {each.id: form[f"licence_{each.id}"].data or "" for each in files}
        kit_files.license_files(session, g.actor, g.service, experiment, said)

    done = _("The files of the kit are public, each with its licence."), home(experiment, "#kit")
    return attempt(form, act, done=done) or act_page(
        form, experiment, _("Licences of the files"), _("Save"),
        lead=_("A licence says what others may do with a file. Choose one only for what is yours to"
               " give; a file without one is shown to nobody."),
    )  # fmt: skip


@blueprint.route("/<int:experiment_id>/refaire", methods=["GET", "POST"])
def again(experiment_id: int) -> Answer:
    """Begin an experiment that does another one again."""
    session, form = current_session(), AgainForm()
    if not may_prepare(g.actor, g.service):
        require(g.actor, "experiments.draft", g.service)
    origin = experiment_of(session, g.service, g.actor, experiment_id)

    @limit_saving
    def act() -> Experiment:
        return replicating.again(
            session, g.actor, g.service, origin, form.title.data or "",
            form.adaptations.data or "", form.fidelity.data, form_key=form.key,
        )  # fmt: skip

    def done(made: Experiment) -> tuple[str, str]:
        place = url_for(".step", experiment_id=made.id, step="perimeter")
        return _("It has its hypotheses and its method already. Say where and when."), place

    return attempt(form, act, done=done) or act_page(
        form, origin, _("Do it again here"), _("Begin"),
        lead=_("A new experiment begins with the hypotheses, the method and the risks of this"
               " one. Its days,"
               " its communes and its baseline are yours."),
    )  # fmt: skip


@api.get("/<int:experiment_id>.json")
@limit_files
def record(experiment_id: int) -> Response:
    """An experiment as a file, which `eak experiments import` takes in on another site."""
    session = current_session()
    experiment = experiment_of(session, g.service, g.actor, experiment_id)
    content = exchange.written(exported(session, g.service, experiment))
    schema = url_for("experiments_api.record_schema", _external=True)
    name = f"experimentation-{experiment.id}.json"
    return open_data.json_file([content], name, schema=schema)


@api.get("/experimentation.schema.json")
def record_schema() -> Response:
    """What stands in that file, as JSON Schema."""
    return open_data.schema_file(ExperimentFile, "EAK: an experiment")
