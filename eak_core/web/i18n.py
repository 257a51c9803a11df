"""Languages: French, and English for whoever chooses it; dates as they stand in Paris."""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache

import flask_babel
from babel.dates import format_date
from flask import Flask
from markupsafe import Markup, escape

from eak_core import clock
from eak_core.calendar import PARIS
from eak_core.i18n import _, ngettext
from eak_core.web import figures
from eak_core.web.reader_choices import ReaderChoice
from eak_core.web.words import DEFAULT, init_words
from eak_core.web.words import current_language as current_language

LANGUAGES = {"fr": "Français", "en": "English"}
LANGUAGE = ReaderChoice("lang", "eak_lang", LANGUAGES)


def _choose_language() -> str:
    return LANGUAGE.value() or DEFAULT


@dataclass(frozen=True)
class LanguageChoice:
    """A link to this page in another language."""

    code: str
    name: str
    url: str
    current: bool


def languages() -> list[LanguageChoice]:
    """The languages of the site, each with the address of this page in it."""
    here = current_language()
    return [
        LanguageChoice(code, name, LANGUAGE.url(code), code == here)
        for code, name in LANGUAGES.items()
    ]


def in_paris(instant: dt.datetime) -> dt.datetime:
    """``instant`` (aware) as clocks in Paris show it."""
    return instant.astimezone(PARIS)


def date(day: dt.date | None) -> str:
    """``12 mars 2026``; of an instant, the day it was in Paris. Empty for None."""
    if day is None:
        return ""
    return _written(in_paris(day).date() if isinstance(day, dt.datetime) else day, "d MMMM y")


def _written(day: dt.date, pattern: str) -> str:
    return _day(day, pattern, current_language())


# The cards of a list have few days among them, and Babel reads its pattern anew for each.
@lru_cache(maxsize=1_000)
def _day(day: dt.date, pattern: str, language: str) -> str:
    text: str = format_date(day, pattern, locale=language)
    if language == "fr" and day.day == 1 and pattern.startswith("d"):
        return f"1er{text[1:]}"
    return text


def period(first: dt.date | None, last: dt.date | None) -> str:
    """``en mars``, ``du 3 mars au 5 juin``, ``à partir du 3 mars``: the days from ``first`` to
    ``last``, both of them too, in the middle of a sentence. Empty where neither is given.

    The year is left out where all of it is this one, in Paris.
    """
    years = {day.year for day in (first, last) if day is not None}
    year = "" if years == {in_paris(clock.now()).year} else " y"
    pattern = f"d MMMM{year}"
    if first is None:
        return _("until %(last)s", last=_written(last, pattern)) if last else ""
    if last is None:
        return _("from %(first)s on", first=_written(first, pattern))
    if first == last:
        return _("on %(day)s", day=_written(first, pattern))
    whole = first.replace(day=monthrange(first.year, first.month)[1])
    if first.day == 1 and last == whole:
        return _("in %(month)s", month=_written(first, f"MMMM{year}"))
    return _(
        "from %(first)s to %(last)s",
        first=_written(first, pattern),
        last=_written(last, pattern),
    )


def datetime(instant: dt.datetime | None) -> str:
    """``12 mars 2026 à 14:05``, in Paris. Empty for None."""
    if instant is None:
        return ""
    return _("%(date)s at %(time)s", date=date(instant), time=f"{in_paris(instant):%H:%M}")


def ago(instant: dt.datetime | None) -> Markup:
    """How many days ago, as a ``<time>`` with the exact moment.

    In days and no finer, so that a page that is kept stays true until midnight.
    """
    if instant is None:
        return Markup()
    return _ago(instant, in_paris(clock.now()).date(), current_language())


# A list says it of each of its ideas, and readers come back to the same ones.
@lru_cache(maxsize=1_000)
def _ago(instant: dt.datetime, today: dt.date, _language: str) -> Markup:
    days = (today - in_paris(instant).date()).days
    moment, title = instant.isoformat(timespec="seconds"), escape(datetime(instant))
    shown = escape(_days_ago(days, instant))
    return Markup(f'<time datetime="{moment}" title="{title}">{shown}</time>')  # noqa: S704  # escaped


def _days_ago(days: int, instant: dt.datetime) -> str:
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if 1 < days <= 30:
        return ngettext("%(num)s day ago", "%(num)s days ago", days)
    return date(instant)


def init_i18n(app: Flask) -> None:
    """Give ``app`` its languages, its words and the filters that write dates."""
    babel = flask_babel.Babel()
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Paris")
    babel.init_app(app, locale_selector=_choose_language)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    init_words(app, babel)
    app.jinja_env.filters.update(date=date, datetime=datetime, ago=ago, number=figures.number)
    app.jinja_env.globals.update(period=period)
    app.before_request(flask_babel.refresh)
    app.after_request(LANGUAGE.keep)
    app.context_processor(_say_language)
    app.jinja_env.globals["languages"] = languages


def _say_language() -> dict[str, str]:
    """``locale``: the language of this page, ``fr`` or ``en``."""
    return {"locale": current_language()}
