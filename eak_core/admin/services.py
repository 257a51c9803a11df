"""The services of the site: opened, archived, opened again."""

from flask import g, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import SelectChoice, StringField
from wtforms.validators import InputRequired, Length

from eak_core.admin.desk import blueprint, find_service
from eak_core.admin.manage import ServiceForm, theme_choices
from eak_core.db import current_session
from eak_core.i18n import _, _l
from eak_core.ideas.describing.opening import create_service
from eak_core.people.models import RoleGrant
from eak_core.plugins.loading.host import get_host
from eak_core.services.directory import archive_service, restore_service
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.fields import CheckboxesField
from eak_core.web.pagination import paginate


class NewServiceForm(ServiceForm):
    """A service to open, with the address that it keeps."""

    slug = StringField(
        _l("Address"),
        description=_l(
            "What stands behind the name of the site: a to z without accents, digits and hyphens."
            " It can never be changed."
        ),
        validators=[
            InputRequired(message=_l("Please give the service an address.")),
            Length(max=40, message=_l("The address is too long: 40 characters at most.")),
        ],
    )
    plugins = CheckboxesField(
        _l("What it can do"),
        description=_l("Each can be switched on and off at any time; what it stores is kept."),
    )
    version = None


@blueprint.get("/services/")
def services() -> Answer:
    """Every service, the archived ones at the end."""
    managers = (
        select(func.count())
        .where(RoleGrant.service_id == Service.id, RoleGrant.role == "manager")
        .correlate(Service)
        .scalar_subquery()
    )
    page = paginate(
        current_session(),
        select(Service, managers).order_by(
            Service.archived_at.isnot(None), Service.name, Service.id
        ),
    )
    return render("admin/services.html", page=page)


@blueprint.route("/services/nouveau", methods=["GET", "POST"])
def new_service() -> Answer:
    """The form that opens a service."""
    form = NewServiceForm()
    form.theme.choices = theme_choices()
    form.plugins.choices = _plugin_choices()
    if not form.is_submitted():
        form.audience.data = "public"
    return attempt(
        form,
        lambda: create_service(
            current_session(), g.actor, form.slug.data.strip(), form.name.data,
            description=form.description.data or "", audience=form.audience.data,
            theme=form.theme.data or None, plugins=form.plugins.data,
        ),
        done=lambda service: (
            _("The service “%(name)s” is there: open it once it is ready.", name=service.name)
            if service.preparing
            else _("The service “%(name)s” is open.", name=service.name),
            url_for("manage.home", service_slug=service.slug),
        ),
    ) or form_page("admin/new_service.html", form)  # fmt: skip


@blueprint.post("/services/<slug>/archiver")
def archive(slug: str) -> Response:
    """Make a service read-only and take it off the portal."""
    service = find_service(current_session(), slug)
    archive_service(current_session(), g.actor, service)
    message = _("“%(name)s” is archived: it can be read, but no longer changed.", name=service.name)
    return finish(message, url_for(".services"))


@blueprint.post("/services/<slug>/rouvrir")
def restore(slug: str) -> Response:
    """Open an archived service again."""
    service = find_service(current_session(), slug)
    restore_service(current_session(), g.actor, service)
    return finish(_("“%(name)s” is open again.", name=service.name), url_for(".services"))


def _plugin_choices() -> list[SelectChoice]:
    """The plugins that can be switched on, each with its sentence."""
    return [
        SelectChoice(
            name, _("%(plugin)s: %(summary)s", plugin=plugin.title, summary=plugin.summary)
        )
        for name, plugin in get_host().ready.items()
    ]
