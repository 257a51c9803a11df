"""Languages: French, and English for whoever chooses it; dates as they stand in Paris.

Catalogues are read from ``.po`` files and kept in memory, so that what a translator edits is
what is shown and no compiled file can be out of date. All domains are merged: those of WTForms
first, then the plugins', then the core's, which win.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from urllib.parse import quote
from zoneinfo import ZoneInfo

import flask_babel
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from markupsafe import Markup
from wtforms.i18n import messages_path

from eak_core import clock
from eak_core.i18n import _, ngettext
from eak_core.web.links import with_query

logger = logging.getLogger("eak.web")

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT = "fr"
COOKIE = "eak_lang"
PARIS = ZoneInfo("Europe/Paris")

_YEAR = 365 * 24 * 3600
_CORE_TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


class Catalogue(flask_babel.Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Every translation of the site, merged by language when it is first asked for."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        super().__init__()
        self.folders = list(folders)
        self._merged: dict[str, NullTranslations] = {}
        self._merging = Lock()

    def add_folder(self, folder: Path) -> None:
        """Add the ``translations`` folder of a plugin; what was added before wins."""
        self.folders.append(folder)
        self._merged.clear()

    def get_translations(self) -> NullTranslations:
        """The translations into the language of this request."""
        language = current_language()
        found = self._merged.get(language)
        if found is None:
            with self._merging:
                found = self._merged.setdefault(language, self._merge(language))
        return found

    def _merge(self, language: str) -> NullTranslations:
        # Message ids are English; WTForms' are too.
        if language == "en":
            return NullTranslations()
        merged = Translations()
        own = Translations.load(messages_path(), [language], "wtforms")
        if isinstance(own, Translations):
            merged.merge(own)
        for folder in reversed(self.folders):
            for file in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
                try:
                    translations = read_translations(file)
                except (OSError, ValueError, PoFileError):
                    # One plugin's mistake must not take the words from every page.
                    logger.exception("%s cannot be read; its texts are shown in English", file)
                    continue
                merged.merge(translations)
                # `merge` copies the messages and forgets how the language counts.
                merged.plural = translations.plural
        return merged


def read_translations(file: Path) -> Translations:
    """The translations of one ``.po`` file, without what is fuzzy or empty."""
    with file.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def current_language() -> str:
    """``fr`` or ``en``: the language this page or message is written in."""
    locale = flask_babel.get_locale()
    return DEFAULT if locale is None else str(locale.language)


def _choose_language() -> str:
    if not has_request_context():
        return DEFAULT
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return DEFAULT


@dataclass(frozen=True)
class LanguageChoice:
    """A link to this page in another language."""

    code: str
    name: str
    url: str
    current: bool


def languages() -> list[LanguageChoice]:
    """The languages of the site, each with the address of this page in it.

    Where the page cannot be asked for again (it answers to a form), it is the home page.
    """
    here = current_language()
    asked_again = has_request_context() and request.method == "GET"
    path = request.script_root + quote(request.path if asked_again else "/")
    query = request.args.to_dict(flat=False) if asked_again else {}
    return [
        LanguageChoice(code, name, with_query(path, {**query, "lang": [code]}), code == here)
        for code, name in LANGUAGES.items()
    ]


def keep_choice(response: Response) -> Response:
    """Remember the language a reader chose: the one cookie that needs no account."""
    wanted = request.args.get("lang")
    # A picture in somebody's text, or on another site, is no choice of the reader's.
    chosen = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if wanted in LANGUAGES and chosen and response.status_code < 400:
        response.set_cookie(
            COOKIE,
            wanted,
            max_age=_YEAR,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def in_paris(instant: dt.datetime) -> dt.datetime:
    """``instant`` (aware) as clocks in Paris show it."""
    return instant.astimezone(PARIS)


def date(day: dt.date | None) -> str:
    """``12 mars 2026``; of an instant, the day it was in Paris. Empty for None."""
    if day is None:
        return ""
    local = in_paris(day) if isinstance(day, dt.datetime) else day
    language = current_language()
    text = format_date(local, "d MMMM y", locale=language)
    if language == "fr" and local.day == 1:
        return f"1er{text[1:]}"
    return text


def datetime(instant: dt.datetime | None) -> str:
    """``12 mars 2026 à 14:05``, in Paris. Empty for None."""
    if instant is None:
        return ""
    time = format_datetime(in_paris(instant), "HH:mm", locale=current_language())
    return _("%(date)s at %(time)s", date=date(instant), time=time)


def ago(instant: dt.datetime | None) -> Markup:
    """How many days ago, as a ``<time>`` with the exact moment.

    In days and no finer, so that a page that is kept stays true until midnight.
    """
    if instant is None:
        return Markup()
    days = (in_paris(clock.now()).date() - in_paris(instant).date()).days
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        instant.isoformat(timespec="seconds"), datetime(instant), _days_ago(days, instant)
    )


def _days_ago(days: int, instant: dt.datetime) -> str:
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if 1 < days <= 30:
        return ngettext("%(num)s day ago", "%(num)s days ago", days)
    return date(instant)


def number(value: float) -> str:
    """``10 000`` or ``10,000``, after the reader's language."""
    return str(format_decimal(value, locale=current_language()))


def init_i18n(app: Flask) -> None:
    """Give ``app`` its languages, its catalogue and the filters that write dates."""
    babel = flask_babel.Babel()
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Paris")
    babel.init_app(app, locale_selector=_choose_language)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    catalogue = Catalogue([_CORE_TRANSLATIONS])
    babel.domain_instance = catalogue
    app.extensions["eak_catalogue"] = catalogue
    app.jinja_env.filters.update(date=date, datetime=datetime, ago=ago, number=number)
    app.before_request(flask_babel.refresh)
    app.after_request(keep_choice)
    app.context_processor(_say_language)
    app.jinja_env.globals["languages"] = languages


def _say_language() -> dict[str, str]:
    """``locale``: the language of this page, ``fr`` or ``en``."""
    return {"locale": current_language()}


def add_translations(app: Flask, folder: Path) -> None:
    """Let a plugin bring its ``translations`` folder."""
    catalogue = app.extensions["eak_catalogue"]
    assert isinstance(catalogue, Catalogue)
    catalogue.add_folder(folder)
