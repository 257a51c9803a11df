"""What is hidden.

Contents are hidden with a reason, and lose their words with the account of whoever wrote them.
"""

from eak_core.moderation.decisions import (
    hidden_ids,
    hidden_reason,
    hidden_reasons,
    hide,
    not_hidden,
    restore,
)
from eak_core.moderation.erasure import Written, loses_its_words
from eak_core.web.text import REASON_LENGTH

__all__ = [
    "REASON_LENGTH",
    "Written",
    "hidden_ids",
    "hidden_reason",
    "hidden_reasons",
    "hide",
    "loses_its_words",
    "not_hidden",
    "restore",
]
