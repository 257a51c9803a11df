"""What states are called."""

from typing import Any

from eak_core.api import _l

STATE_TITLES: dict[str, Any] = {
    "draft": _l("Draft"),
    "frozen": _l("Ready to be sent"),
    "sending": _l("Being sent"),
    "paused": _l("Paused"),
    "sent": _l("Sent"),
    "cancelled": _l("Cancelled"),
}
STATE_TONES = {
    "draft": "neutral",
    "frozen": "attention",
    "sending": "progress",
    "paused": "attention",
    "sent": "success",
    "cancelled": "stopped",
}
DELIVERY_TITLES: dict[str, Any] = {
    "queued": _l("Waiting"),
    "sending": _l("Being handed over"),
    "deferred": _l("To be tried again"),
    "sent": _l("Taken by the mail server"),
    "failed": _l("Refused for good"),
    "unknown": _l("Unknown: to be decided"),
    "skipped": _l("Left out: the reader had left"),
    "cancelled": _l("Cancelled"),
}
