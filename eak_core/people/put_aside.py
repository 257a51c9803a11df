"""Telling those who run a service that a plugin was put aside in it."""

from datetime import datetime

from flask import current_app, render_template, url_for
from sqlalchemy import select

from eak_core.config import Config
from eak_core.db import Session
from eak_core.events import CORE, on_schedule
from eak_core.i18n import _l
from eak_core.people.mail.letters import send_mail
from eak_core.people.models import Person
from eak_core.people.rights.roles import managers_of
from eak_core.plugins.per_service.activation import titles
from eak_core.plugins.per_service.suspension import SUSPENDED
from eak_core.services.models import Service


@on_schedule(CORE, SUSPENDED)
def tell_suspended(session: Session, service: Service, name: str, at: datetime) -> None:
    """Queue a mail to the managers of the service and to the administrators of the site: what
    readers no longer see since ``at``, and what to do about it."""
    plugin = name.partition(":")[2]
    administrators = session.scalars(select(Person).where(Person.administrator, Person.active))
    config: Config = current_app.extensions["eak_config"]
    told = {person.id: person for person in (*managers_of(session, service), *administrators)}

    def text() -> str:
        return render_template(
            "security/email/plugin_suspended.txt",
            site_name=config.site_name,
            service=service,
            plugin=titles([plugin]),
            link=url_for("manage_plugins.index", service_slug=service.slug, _external=True),
        )

    for person_id in sorted(told):
        send_mail(
            session,
            CORE.name,
            person_id=person_id,
            subject=_l(
                "“%(plugin)s” was put aside in %(service)s",
                plugin=titles([plugin]),
                service=service.name,
            ),
            text=text,
            dedupe_key=f"suspended:{service.id}:{plugin}:{at:%Y%m%dT%H%M%S}:{person_id}",
            service_id=service.id,
        )
