"""Translation functions that also answer where no application is running.

Message ids are English; French stands in ``translations/fr``. Each distribution has catalogues of
its own, and a message is looked up in those of the module it is written in: what a plugin calls
“Accepted” is another word than the core's.
"""

import inspect
from typing import Any

from flask import current_app, has_app_context
from flask_babel import get_domain
from flask_babel.speaklater import LazyString
from markupsafe import escape

__all__ = ["_", "_l", "lazy_ngettext", "ngettext"]


class _Lazy(LazyString):  # type: ignore[misc]  # it comes without types
    """A sentence that is worded when it is shown, and escaped there like any other text: what is
    filled into it was typed by somebody. Flask-Babel's own passes as markup."""

    @property
    def source(self) -> str:
        """The sentence as it stands in the code, in English, before anything is filled in."""
        return str(self._args[1])

    def __html__(self) -> str:
        return escape(str(self))


def _(message: str, **variables: Any) -> str:
    """``message`` in the reader's language, with ``%(name)s`` variables filled in."""
    return _said(_caller(), message, variables)


def _l(message: str, **variables: Any) -> Any:
    """``message`` as `_` says it, each time it is shown: for what is said when a module is
    imported, such as titles and labels, and for errors. It behaves like a string; ``str()`` makes
    it one."""
    return _Lazy(_said, _caller(), message, variables)


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """``singular`` or ``plural``, as the reader's language counts ``num``; ``%(num)s`` and the
    other ``variables`` are filled in."""
    return _counted(_caller(), singular, plural, num, variables)


def lazy_ngettext(singular: str, plural: str, num: int, **variables: Any) -> Any:
    """``singular`` or ``plural`` for ``num`` as `ngettext` says it, each time it is shown."""
    return _Lazy(_counted, _caller(), singular, plural, num, variables)


def _caller() -> str:
    """The name of the module that says something: of who called the function that asks."""
    frame = inspect.currentframe()
    # Two steps up: this function's caller is one of those above.
    for _step in range(2):
        frame = frame.f_back if frame is not None else None
    return str(frame.f_globals.get("__name__", "")) if frame is not None else ""


def _said(module: str, message: str, variables: dict[str, Any]) -> str:
    said = _words(module).ugettext(message) if has_app_context() else message
    return str(said % variables if variables else said)


def _counted(module: str, singular: str, plural: str, num: int, variables: dict[str, Any]) -> str:
    if has_app_context():
        said = _words(module).ungettext(singular, plural, num)
    else:
        said = singular if num == 1 else plural
    return str(said % {"num": num, **variables})


def _words(module: str) -> Any:
    """The translations for what ``module`` says, into the language at hand."""
    catalogue = current_app.extensions.get("eak_catalogue")
    return get_domain().get_translations() if catalogue is None else catalogue.words_of(module)
