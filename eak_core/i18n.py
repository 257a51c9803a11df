"""Translation functions that also answer where no application is running.

Message ids are English; French stands in ``translations/fr``.
"""

from typing import Any

from flask import has_app_context
from flask_babel import gettext as _gettext
from flask_babel import lazy_gettext as _lazy_gettext
from flask_babel import lazy_ngettext as _lazy_ngettext
from flask_babel import ngettext as _ngettext

__all__ = ["_", "_l", "lazy_ngettext", "ngettext"]


def _(message: str, **variables: Any) -> str:
    """``message`` in the reader's language, with ``%(name)s`` variables filled in."""
    if has_app_context():
        return str(_gettext(message, **variables))
    return message % variables if variables else message


def _l(message: str, **variables: Any) -> Any:
    """``message`` as `_` says it, each time it is shown: for what is said when a module is
    imported, such as titles and labels, and for errors. It behaves like a string; ``str()`` makes
    it one."""
    return _lazy_gettext(message, **variables)


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """``singular`` or ``plural``, as the reader's language counts ``num``; ``%(num)s`` and the
    other ``variables`` are filled in."""
    if has_app_context():
        return str(_ngettext(singular, plural, num, **variables))
    return (singular if num == 1 else plural) % {"num": num, **variables}


def lazy_ngettext(singular: str, plural: str, num: int, **variables: Any) -> Any:
    """``singular`` or ``plural`` for ``num`` as `ngettext` says it, each time it is shown."""
    return _lazy_ngettext(singular, plural, num, **variables)
