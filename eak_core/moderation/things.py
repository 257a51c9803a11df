"""What can be reported: whatever people wrote, as the hook `reportable_things` tells of it."""

from collections.abc import Collection, Sequence

from flask import url_for

from eak_core.db import Session
from eak_core.plugins.hooks.contributions import Reportable
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.services.models import Service


def things_of(
    session: Session,
    service: Service,
    subjects: Sequence[str],
    active: Collection[str] | None = None,
) -> dict[str, Reportable]:
    """What each of ``subjects`` is, hidden or not; left out what is gone, or of a plugin that is
    off. ``active`` is asked for where it is not at hand."""
    if not subjects:
        return {}
    if active is None:
        active = active_plugins(session, service.id)
    found: dict[str, Reportable] = {}
    answers = get_host().call_each(
        "reportable_things", active, session=session, service=service, subjects=subjects
    )
    for _owner, things in answers:
        found |= {subject: things[subject] for subject in subjects if subject in things}
    return found


def address_of(service: Service, thing: Reportable, *, whole: bool = False) -> str:
    """The address of the page of ``thing``; the ``whole`` one for a mail."""
    values = {"service_slug": service.slug, **thing.values}
    return url_for(thing.endpoint, **values, _external=whole)
