"""What is due by itself."""

from datetime import datetime, timedelta

from eak_ambassadors.manifest import plugin
from eak_ambassadors.nominations import answering
from eak_ambassadors.recognition import renewing
from eak_ambassadors.sittings import deciding, lateness
from eak_core.api import Service, Session, on_schedule

on_schedule(plugin, "ending")(renewing.remind)
on_schedule(plugin, "jury")(deciding.remind)


@on_schedule(plugin, "tidy", every=timedelta(days=1))
def tidy(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Forget whom nominations were of that nobody has agreed to in time, end the terms that are
    over, and see to juries that are late."""
    answering.forget_old(session, service.id)
    renewing.end_those_over(session, service)
    lateness.see_to_late_juries(session, service)
