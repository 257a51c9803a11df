"""The health of the event core: how far everybody has read, and what was set aside."""

from typing import Any

from flask import g, request, url_for
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from eak_core import clock
from eak_core.admin.desk import blueprint, place_name, place_slug, places
from eak_core.admin.house import part_title
from eak_core.db import current_session
from eak_core.db.holding import long_writers
from eak_core.errors import NotFound
from eak_core.events import agenda, parking, subscriptions
from eak_core.events.inspection import parked_events
from eak_core.events.models import ParkedEvent
from eak_core.i18n import _, _l
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.forms import Form
from eak_core.web.pagination import cut, paginate

#: What an INTEGER and a BIGINT column hold; a larger number in an address is no page.
PARKED = (
    "/evenements/mis-de-cote/<int(max=2147483647):service_id>/<plugin>"
    "/<int(max=9007199254740991):position>"
)


class SkipForm(Form):
    """Why an event is given up."""

    reason = TextAreaField(
        _l("Why this event is skipped"),
        description=_l("Kept beside the event for those who come after you."),
        validators=[
            DataRequired(
                message=_l("Say why this event is skipped: the reason is kept beside it.")
            ),
            Length(max=2_000),
        ],
    )


@blueprint.get("/evenements/")
def health() -> Answer:
    """Every subscription: those in trouble first, then those furthest behind."""
    session = current_session()
    found = subscriptions.health(session)
    found.sort(key=lambda each: (not each.in_trouble, not each.enabled, -each.lag))
    return render(
        "admin/health.html", page=cut(found), long_writers=long_writers(session), **_named()
    )


@blueprint.get("/evenements/a-venir")
def scheduled() -> Answer:
    """What is to happen by itself, what failed first."""
    page = paginate(current_session(), agenda.listed())
    return render("admin/scheduled.html", page=page, now=clock.now(), **_named())


@blueprint.get("/evenements/mis-de-cote")
def parked() -> Answer:
    """The events that could not be handled, and those waiting behind them."""
    skipped = request.args.get("etat") == "passes"
    page = paginate(current_session(), parked_events(skipped=skipped))
    return render("admin/parked.html", page=page, skipped=skipped, **_named())


@blueprint.get(PARKED)
def parked_event(service_id: int, plugin: str, position: int) -> Answer:
    """One such event with its error, and what can be done about it."""
    return _parked_page(service_id, plugin, position, SkipForm())


@blueprint.post(f"{PARKED}/reessayer")
def retry_parked(service_id: int, plugin: str, position: int) -> Answer:
    """Have the event handled again."""
    session = current_session()
    parking.decide(session, plugin, service_id, position, "retry", actor_id=g.actor.person_id)
    return finish(_("The event is handled again within a moment."), url_for(".parked"))


@blueprint.post(f"{PARKED}/passer")
def skip_parked(service_id: int, plugin: str, position: int) -> Answer:
    """Give the event up, for a reason."""
    session, form = current_session(), SkipForm()
    return attempt(
        form,
        lambda: parking.decide(
            session, plugin, service_id, position, "skip",
            actor_id=g.actor.person_id, reason=form.reason.data,
        ),
        done=(_("The event is skipped. Those behind it are handled now."), url_for(".parked")),
    ) or _parked_page(service_id, plugin, position, form)  # fmt: skip


def _parked_page(service_id: int, plugin: str, position: int, form: SkipForm) -> Answer:
    event = current_session().get(ParkedEvent, (plugin, service_id, position))
    if event is None:
        raise NotFound(_l("This event is no longer parked: it was handled or skipped meanwhile."))
    return form_page("admin/parked_event.html", form, event=event, **_named())


def _named() -> dict[str, Any]:
    """What templates call services and plugins."""
    known = places(current_session())
    return {
        "place_name": lambda service_id: place_name(known, service_id),
        "place_slug": lambda service_id: place_slug(known, service_id),
        "plugin_title": part_title,
    }
