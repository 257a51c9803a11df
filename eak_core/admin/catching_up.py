"""How far a plugin has caught up in a service, in a sentence."""

from eak_core.db import Session
from eak_core.events import subscriptions
from eak_core.events.subscriptions import Health
from eak_core.i18n import _, ngettext
from eak_core.web.progress import Progress


def catch_up_progress(session: Session, service_id: int, plugin: str) -> Progress:
    """How far ``plugin`` has read what happened in the service before it was switched on."""
    found = subscriptions.health(session, service_id=service_id, plugin=plugin)
    if not found:
        return Progress(True, 0, 0, _("This plugin has nothing to catch up here."))
    reading = found[0]
    read, of = min(reading.position, reading.live_from), reading.live_from
    if not reading.enabled:
        text = _("The plugin is off: it goes on where it stopped once it is on again.")
        return Progress(True, read, of, text)
    return Progress(not reading.catching_up, read, of, _told(reading, read), _trouble(reading))


def _told(reading: Health, read: int) -> str:
    of = reading.live_from
    if reading.catching_up:
        return ngettext(
            "%(read)s of %(num)s event read.", "%(read)s of %(num)s events read.", of, read=read
        )
    if not of:
        return _("Nothing had happened here before: there was nothing to catch up.")
    return ngettext(
        "Done: the plugin has read the one event that happened before.",
        "Done: the plugin has read all %(num)s events that happened before.",
        of,
    )


def _trouble(reading: Health) -> str:
    if reading.error is not None:
        return _("Reading stopped at an error; it is tried again by itself.")
    if reading.parked:
        return ngettext(
            "%(num)s event could not be handled and was set aside; administrators see it.",
            "%(num)s events could not be handled and were set aside; administrators see them.",
            reading.parked,
        )
    return ""
