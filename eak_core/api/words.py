"""Words and time.

What people read, in their language and at their hour.
"""

from eak_core import clock
from eak_core.calendar import midnight, months_after
from eak_core.i18n import _, _l, lazy_ngettext, ngettext
from eak_core.web import figures
from eak_core.web.i18n import in_paris, period
from eak_core.web.markdown import markdown, plain_summary

__all__ = [
    "_",
    "_l",
    "clock",
    "figures",
    "in_paris",
    "lazy_ngettext",
    "markdown",
    "midnight",
    "months_after",
    "ngettext",
    "period",
    "plain_summary",
]
