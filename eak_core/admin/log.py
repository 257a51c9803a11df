"""The logs themselves, event by event, and whether they are whole."""

from itertools import islice

from flask import current_app
from wtforms import IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from eak_core.admin.desk import SITE_SLUG, blueprint, find_service, places
from eak_core.db import current_session
from eak_core.events import SITE
from eak_core.events.core import get_event_core
from eak_core.events.inspection import events_up_to
from eak_core.events.reading import head, verify
from eak_core.i18n import _, _l
from eak_core.web import render
from eak_core.web.acts import Answer, form_page
from eak_core.web.queries import QueryForm

PER_PAGE = 50
#: A log that is broken throughout has a fault per event; the first ones tell enough.
MOST_FAULTS = 100


class FilterForm(QueryForm):
    """Which events to show."""

    type = SelectField(_l("Type of event"), default="")
    subject = StringField(
        _l("About what"),
        description=_l("As it stands in the column “Subject”, such as idea:12."),
        validators=[Length(max=120)],
    )
    position = IntegerField(
        _l("From position"),
        validators=[
            Optional(),
            NumberRange(min=1, message=_l("Positions begin at 1.")),
        ],
    )


@blueprint.get("/evenements/journal/<place>")
def log(place: str) -> Answer:
    """The events of one log, the latest first."""
    session = current_session()
    service_id, name = _place(place)
    form = FilterForm()
    names = sorted(get_event_core().registry.types)
    form.type.choices = [
        SelectChoice("", _("All types")),
        *(SelectChoice(each, each) for each in names),
    ]
    fine = form.validate()
    events = (
        events_up_to(
            session,
            service_id,
            form.position.data,
            limit=PER_PAGE + 1,
            type=form.type.data or None,
            subject=form.subject.data or None,
        )
        if fine
        else ()
    )
    older = events[PER_PAGE].position if len(events) > PER_PAGE else None
    return form_page(
        "admin/log.html",
        form,
        place=place,
        name=name,
        events=events[:PER_PAGE],
        older=older,
        head=head(session, service_id),
        known=places(session).values(),
    )


@blueprint.get("/evenements/journal/<place>/verification")
def verify_log(place: str) -> Answer:
    """Whether one log is without gap and can be read.

    It reads everything and changes nothing, so it is asked for like a page: nobody who wants to
    write has to wait for it.
    """
    session = current_session()
    service_id, name = _place(place)
    registry = get_event_core(current_app).registry
    faults = list(islice(verify(session, registry, only=service_id), MOST_FAULTS))
    return render(
        "admin/verification.html",
        place=place,
        name=name,
        faults=faults,
        cut=len(faults) == MOST_FAULTS,
        head=head(session, service_id),
    )


def _place(place: str) -> tuple[int, str]:
    if place == SITE_SLUG:
        return SITE, _("The site")
    service = find_service(current_session(), place)
    return service.id, service.name
