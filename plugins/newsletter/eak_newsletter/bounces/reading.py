"""What a mail that came back says: that it is for good, for now, or a complaint; or nothing, as the
automatic answer of somebody on holiday does."""

import re
from email.message import Message

from flufl.bounce import all_failures

from eak_newsletter.bounces.rules import Kind

_STATUS = re.compile(r"^\s*([245])\.\d{1,3}\.\d{1,3}\b")


def kind_of(message: Message) -> Kind | None:
    """What kind of bounce ``message`` is; None where it is none."""
    if message.get_param("report-type", "") == "feedback-report":
        return "complaint"
    status = _status(message)
    if status is not None:
        return {"5": "hard", "4": "soft"}.get(status)  # type: ignore[return-value]  # one of the two
    if _is_automatic(message):
        return None
    temporary, permanent = all_failures(message)
    if permanent:
        return "hard"
    return "soft" if temporary else None


def _status(message: Message) -> str | None:
    """The first figure of the status of a delivery report (RFC 3464); the worst of several."""
    found = set()
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if isinstance(block, Message):
                match = _STATUS.match(str(block.get("Status", "")))
                action = str(block.get("Action", "")).strip().lower()
                if match and action in {"failed", "delayed"}:
                    found.add("4" if action == "delayed" else match[1])
    return max(found, default=None)


def _is_automatic(message: Message) -> bool:
    """Whether a program answers for somebody who is away (RFC 3834): no bounce, and never answered
    by us."""
    return str(message.get("Auto-Submitted", "")).lower().startswith("auto-replied")
