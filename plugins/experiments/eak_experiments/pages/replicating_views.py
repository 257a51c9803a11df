"""How an experiment is done again: its kit, its file for other sites, and the beginning of another
one."""

from typing import Any

import msgspec
from flask import Response, g, url_for

from eak_core.api import (
    Answer,
    _,
    attempt,
    current_session,
    open_data,
    require,
)
from eak_experiments import wording
from eak_experiments.drafting.finding import experiment_of
from eak_experiments.drafting.preparing import may_prepare
from eak_experiments.models import Experiment
from eak_experiments.pages.blueprint import api, blueprint
from eak_experiments.pages.outcome_forms import AgainForm, KitForm
from eak_experiments.pages.protocol_views import carried, limit_saving
from eak_experiments.pages.running_views import act_page, home, limit_files
from eak_experiments.protocol import exchange
from eak_experiments.protocol import kit as kits
from eak_experiments.protocol.exchange import ExperimentFile
from eak_experiments.protocol.kit import Kit
from eak_experiments.replicating import again as replicating
from eak_experiments.replicating.exporting import exported


def kit_rows(experiment: Experiment) -> list[tuple[Any, str, str]]:
    """What the kit of an experiment says: label, name and text, without what is empty."""
    said = msgspec.structs.asdict(kits.read(experiment.kit))
    return [(wording.KIT[name], name, text) for name, text in said.items() if text]


@blueprint.route("/<int:experiment_id>/kit", methods=["GET", "POST"])
def edit_kit(experiment_id: int) -> Answer:
    """Write how an experiment can be done again."""
    session, experiment = current_session(), carried(experiment_id)
    form = KitForm.showing(msgspec.structs.asdict(kits.read(experiment.kit)))

    @limit_saving
    def act() -> None:
        said = Kit(**{name: form[name].data or "" for name in Kit.__struct_fields__})
        replicating.save_kit(session, g.actor, g.service, experiment, said, seen=form.seen.data)

    return attempt(form, act, done=(_("The kit is public."), home(experiment, "#kit"))) or act_page(
        form, experiment, _("How to do it again"), _("Save"),
        lead=_("Write for somebody who was not there. Leave empty what you do not know yet; a"
               " complete kit"
               " counts for the level of evidence."),
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
