"""Translation functions that also answer where no application is running.

Message ids are English; French stands in ``translations/fr``.
"""

from typing import Any

from flask import has_app_context
from flask_babel import gettext as _gettext
from flask_babel import lazy_gettext, lazy_ngettext
from flask_babel import ngettext as _ngettext

__all__ = ["_", "_l", "lazy_ngettext", "ngettext"]

_l = lazy_gettext


def _(message: str, **variables: Any) -> str:
    """``message`` in the reader's language, with ``%(name)s`` variables filled in."""
    if has_app_context():
        return str(_gettext(message, **variables))
    return message % variables if variables else message


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form for ``num``, in the reader's language; ``%(num)s`` is filled in."""
    if has_app_context():
        return str(_ngettext(singular, plural, num, **variables))
    return (singular if num == 1 else plural) % {"num": num, **variables}
