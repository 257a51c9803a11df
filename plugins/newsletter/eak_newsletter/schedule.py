"""What is due by itself."""

from datetime import datetime, timedelta

from eak_core.api import Service, Session, on_schedule
from eak_newsletter.manifest import plugin
from eak_newsletter.readers import leaving


@on_schedule(plugin, "tidy", every=timedelta(days=1))
def tidy(session: Session, service: Service, name: str, due_at: datetime) -> bool:
    """Forget those who were asked and did not answer."""
    return leaving.forget_unconfirmed(session, service.id)
