"""The overview: what needs somebody, and which plugins are on where."""

from flask import current_app, g
from sqlalchemy import func, select

from eak_core.admin.desk import blueprint
from eak_core.db import current_session
from eak_core.db.hold import held_since
from eak_core.duties.gaps import gaps
from eak_core.events import SITE, agenda, subscriptions
from eak_core.invocation import typed
from eak_core.letters.inspection import outbox_counts
from eak_core.letters.models import TransportPause
from eak_core.people.models import Person
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.faults import faults_by_plugin
from eak_core.plugins.per_service.purge import notice_purges
from eak_core.plugins.per_service.standing import activations_in, troubles
from eak_core.services.directory import list_services
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer
from eak_core.web.pagination import paginate


@blueprint.get("/")
def home() -> Answer:
    """The desk: how the site is, and the ways to everything."""
    session = current_session()
    health = subscriptions.health(session)
    return render(
        "admin/home.html",
        services=list_services(session, g.actor),
        people=session.scalar(select(func.count()).where(Person.erased_at.is_(None))),
        lagging=sum(each.enabled and each.lag > 0 for each in health),
        stuck=sum(each.enabled and each.error is not None for each in health),
        parked=sum(each.parked for each in health),
        failing=agenda.failing(session),
        outbox=outbox_counts(session),
        outbox_paused=session.scalar(select(func.count()).select_from(TransportPause)),
        held=held_since(session) is not None,
        release=typed("db release", current_app.instance_path),
        troubles=troubles(session, get_host()),
        gaps=len(gaps(current_app.extensions["eak_config"])),
    )


@blueprint.get("/plugins")
def plugins() -> Answer:
    """Every installed plugin with its state, and in which services it is on."""
    session = current_session()
    notice_purges(session)
    page = paginate(
        session,
        select(Service).order_by(Service.archived_at.isnot(None), Service.name, Service.id),
    )
    on = activations_in(session, [service.id for service in page.items])
    return render(
        "admin/plugins.html",
        installed=get_host().installed,
        page=page,
        on=on,
        faults=faults_by_plugin(session, SITE),
    )
