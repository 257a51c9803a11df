"""What is due by itself."""

from datetime import datetime, timedelta

from eak_ambassadors.manifest import plugin
from eak_ambassadors.nominations import answering
from eak_core.api import Service, Session, on_schedule


@on_schedule(plugin, "tidy", every=timedelta(days=1))
def tidy(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Forget whom nominations were of that nobody has agreed to in time."""
    answering.forget_old(session, service.id)
