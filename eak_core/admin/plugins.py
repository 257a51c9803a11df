"""The plugins of a service, for its managers: on or off, their settings, what became of them."""

from flask import Response, g, request, url_for
from wtforms import HiddenField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import AnyOf, Length

from eak_core.admin.catching_up import catch_up_progress
from eak_core.admin.settings import SettingsPage
from eak_core.db import current_session
from eak_core.errors import Conflict, NotFound
from eak_core.i18n import _, _l
from eak_core.ideas.deciding.switching import disable, ideas_by_stage
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.stages import UNCHOSEN
from eak_core.permissions import require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.per_service import activation, suspension
from eak_core.plugins.per_service.activation import Switched
from eak_core.plugins.per_service.faults import faults_of
from eak_core.plugins.per_service.preview import preview
from eak_core.plugins.per_service.purge import notice_purges
from eak_core.plugins.per_service.standing import standings
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.forms import Form
from eak_core.web.progress import progress_answer
from eak_core.web.text import REASON_LENGTH

blueprint = ServiceBlueprint("manage_plugins", __name__, below="/gestion/plugins")

ON, OFF = "on", "off"


class SwitchForm(Form):
    """What a person confirms. ``to`` is what they were shown, so that two who act at once do not
    undo each other. Ideas in the plugin's stages go to ``move_ideas_to``, for a public reason."""

    to = HiddenField(validators=[AnyOf((ON, OFF)), Length(max=3)])
    # Where ideas may go is the domain's to say.
    move_ideas_to = SelectField(_l("Where these ideas go"), validate_choice=False)
    reason = TextAreaField(
        _l("Why they go there"),
        description=_l("Everybody can read it on the page of each of these ideas."),
        validators=[Length(max=REASON_LENGTH)],
    )


@blueprint.before_request
def managers_only() -> None:
    """Refuse those who do not run this service, whatever the page."""
    require(g.actor, "plugin.toggle", g.service)


@blueprint.get("/")
def index() -> Answer:
    """Every installed plugin, and how it stands here."""
    notice_purges(current_session())
    found = standings(current_session(), g.service.id)
    return render("manage/plugins.html", standings=found)


@blueprint.route("/<name>/activation", methods=["GET", "POST"])
def switch(name: str) -> Answer:
    """What switching would change; then, once confirmed, the switching."""
    found = installed_plugin(name)
    form = _switch_form(name)
    return attempt(
        form,
        lambda: _switched(name, form),
        done=lambda done: _said(
            done,
            url_for(".catch_up", name=name) if done.catching_up else url_for(".index"),
        ),
    ) or _switch_page(found, form)


@blueprint.get("/<name>/rattrapage")
def catch_up(name: str) -> Answer:
    """How far the plugin has read what happened before it was switched on."""
    found = installed_plugin(name)
    progress = catch_up_progress(current_session(), g.service.id, name)
    return render("manage/plugins_catch_up.html", found=found, progress=progress)


@blueprint.get("/<name>/rattrapage.json")
def catch_up_state(name: str) -> Response:
    """The same, for the script of the page."""
    installed_plugin(name)
    return progress_answer(catch_up_progress(current_session(), g.service.id, name))


@blueprint.route("/<name>/reglages", methods=["GET", "POST"])
def settings(name: str) -> Answer:
    """The settings of the plugin in this service, in the form that it declares."""
    page = SettingsPage(current_session(), g.service, installed_plugin(name))
    status = 200
    if request.method == "POST":
        try:
            if page.save(g.actor, request.form):
                message = _("The settings of “%(plugin)s” are saved.", plugin=page.title)
                return finish(message, url_for(".settings", name=name))
            status = 422
        except Conflict as refusal:
            page.compare(refusal)
            status = refusal.status
    return render("manage/plugins_settings.html", page=page, form=page.form), status


@blueprint.post("/<name>/reprise")
def resume(name: str) -> Answer:
    """Let a suspended plugin back onto the pages."""
    done = suspension.resume(current_session(), g.actor, g.service, name)
    return finish(*_said(done, url_for(".index")))


@blueprint.get("/<name>/pannes")
def faults(name: str) -> Answer:
    """When and where the plugin failed; the tracebacks are for administrators."""
    session = current_session()
    found = installed_plugin(name)
    row = activation.activations(session, g.service.id).get(name)
    return render(
        "manage/plugins_faults.html",
        found=found,
        suspended_at=row.suspended_at if row and row.active else None,
        faults=faults_of(session, g.service.id, name),
    )


def _said(done: Switched, place: str) -> tuple[str, str, str]:
    return str(done.message), place, "success" if done.changed else "info"


def installed_plugin(name: str) -> Installed:
    """The plugin called ``name``; `NotFound` where it is not installed."""
    found = get_host().installed.get(name)
    if found is None:
        raise NotFound(_l("No plugin “%(name)s” is installed.", name=name))
    return found


def _switched(name: str, form: SwitchForm) -> Switched:
    session = current_session()
    if form.to.data == ON:
        return activation.enable(session, g.actor, g.service, name)
    return disable(
        session,
        g.actor,
        g.service,
        name,
        move_ideas_to=form.move_ideas_to.data or None,
        reason=form.reason.data or "",
    )


def _switch_form(name: str) -> SwitchForm:
    form = SwitchForm()
    stages = stage_graph(g.active - {name}).stages()
    form.move_ideas_to.choices = [
        SelectChoice("", _("Choose a stage")),
        *(
            SelectChoice(stage.name, str(stage.title))
            for stage in stages
            if stage.name not in UNCHOSEN
        ),
    ]
    return form


def _switch_page(found: Installed, form: SwitchForm) -> Answer:
    """What would change as things stand now, with what was typed where something was."""
    session = current_session()
    ahead = preview(session, g.service, found.name, ideas_by_stage(session, g.service.id))
    # What is asked next is to confirm this page, not the one before it.
    form.to.data = ON if ahead.enabling else OFF
    return form_page("manage/plugins_switch.html", form, ahead=ahead, found=found)
