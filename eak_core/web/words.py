"""Who says what in which words: each distribution has catalogues of its own.

Catalogues are read from ``.po`` files and kept in memory, so that what a translator edits is
what is shown and no compiled file can be out of date. A message is looked up in those of the
module or of the template it is written in; what the layout says around a plugin's page stays the
core's.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context
from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from wtforms.i18n import messages_path

from eak_core.web.typography import joined

logger = logging.getLogger("eak.web")

DEFAULT = "fr"
#: Who speaks where no plugin does. No plugin can be called so.
CORE = "core"

_CORE_TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
_ENGLISH = NullTranslations()


def current_language() -> str:
    """``fr`` or ``en``: the language this page or message is written in."""
    # A page asks more than a hundred times: what Flask-Babel keeps of a request is looked at at
    # once, and not through its proxies. Should it call that otherwise one day, it is asked itself.
    kept = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(kept, "babel_locale", None) or flask_babel.get_locale()
    return DEFAULT if locale is None else str(locale.language)


class Catalogue(flask_babel.Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Every translation of the site: the core's, with those of WTForms behind them, and each
    plugin's own. They are read by language when they are first asked for.

    A plugin's message is looked up in its own catalogue alone: one that is missing there is shown
    in English, and not in the words that somebody else found for something else. Whoever belongs
    to no plugin speaks with the core's words.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folders: dict[str, Path | None] = {CORE: folder}
        self._packages: dict[str, str] = {}
        self._speakers: dict[str, str] = {}
        self._read: dict[tuple[str, str], Translations] = {}
        self._reading = Lock()

    def add(self, plugin: str, package: str, folder: Path | None) -> None:
        """Let the modules of ``package`` and the templates of ``plugin`` speak with the words in
        ``folder``, its ``translations``; None where it has none."""
        self._folders[plugin] = folder
        self._packages[package] = plugin
        self._speakers.clear()
        self.forget()

    def forget(self) -> None:
        """Read every file again when it is asked for next."""
        self._read.clear()

    def stamps(self) -> Mapping[Path, int]:
        """The files there are now, and when each was written."""
        folders = [folder for folder in self._folders.values() if folder is not None]
        files = [file for folder in folders for file in folder.glob("*/LC_MESSAGES/*.po")]
        return {file: file.stat().st_mtime_ns for file in files}

    def get_translations(self) -> NullTranslations:
        """The core's translations, into the language of this request."""
        return self.words_in(CORE)

    def words_of(self, module: str) -> NullTranslations:
        """The translations for what the module of this name says."""
        speaker = self._speakers.get(module)
        if speaker is None:
            speaker = self._speakers[module] = self._speaker(module)
        return self.words_in(speaker)

    def _speaker(self, module: str) -> str:
        while module:
            if module in self._packages:
                return self._packages[module]
            module = module.rpartition(".")[0]
        return CORE

    def words_in(self, plugin: str) -> NullTranslations:
        """The translations of ``plugin``, or of the core; of the core where there is none of this
        name."""
        language = current_language()
        # Message ids are English; WTForms' are too.
        if language == "en":
            return _ENGLISH
        key = plugin if plugin in self._folders else CORE, language
        found = self._read.get(key)
        if found is None:
            with self._reading:
                found = self._read.setdefault(key, self._merge(*key))
        return found

    def _merge(self, plugin: str, language: str) -> Translations:
        merged = Translations()
        if plugin == CORE:
            own = Translations.load(messages_path(), [language], "wtforms")
            if isinstance(own, Translations):
                merged.merge(own)
        folder = self._folders[plugin]
        for file in sorted((folder / language / "LC_MESSAGES").glob("*.po")) if folder else ():
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
    """The translations of one ``<language>/LC_MESSAGES/….po``, without what is fuzzy or empty."""
    written = file.stat()
    return _read_as(file, written.st_mtime_ns, written.st_size)


# A site in development reads again what was written since, and not the other fifteen files; of the
# applications of one process each reads what another has read.
@lru_cache(maxsize=64)
def _read_as(file: Path, _written: int, _size: int) -> Translations:
    language = file.parent.parent.name  # how it counts, where the file does not say so itself
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def catalogue_of(app: Flask) -> Catalogue:
    """The translations of ``app``."""
    catalogue = app.extensions["eak_catalogue"]
    assert isinstance(catalogue, Catalogue)
    return catalogue


def init_words(app: Flask, babel: flask_babel.Babel) -> None:
    """Give ``app`` its catalogue; in development, one that follows its files."""
    catalogue = Catalogue(_CORE_TRANSLATIONS)
    babel.domain_instance = catalogue
    app.extensions["eak_catalogue"] = catalogue
    app.jinja_env.globals.update(_=_said, gettext=_said, ngettext=_counted)
    if app.config.get("EAK_DEVELOPMENT"):
        _reread(app, catalogue)


def _reread(app: Flask, catalogue: Catalogue) -> None:
    """Read the catalogues of ``app`` again as soon as one of them is written or appears."""
    known: Mapping[Path, int] = {}

    @app.before_request
    def look() -> None:
        nonlocal known
        found = catalogue.stamps()
        if found != known:
            known = found
            catalogue.forget()


def bind_words(tree: nodes.Template, plugin: str) -> None:
    """Let every text of a template speak with the words of ``plugin``, whatever page it becomes a
    part of: what the layout says around a plugin's page stays the core's."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}:
            call.kwargs.append(nodes.Keyword("_plugin", nodes.Const(plugin)))


@pass_context
def _said(context: Context, message: str, /, *, _plugin: str = CORE, **variables: Any) -> str:
    """``message`` in the reader's language, with ``%(name)s`` ``variables`` filled in, escaped."""
    said = catalogue_of(current_app).words_in(_plugin).ugettext(message)
    return _filled(context, said, variables)


@pass_context
def _counted(
    context: Context, singular: str, plural: str, num: int, /, *, _plugin: str = CORE,
    **variables: Any,
) -> str:  # fmt: skip
    """``singular`` or ``plural``, as the reader's language counts ``num``, which ``%(num)s``
    stands for; other ``variables`` are filled in, escaped."""
    said = catalogue_of(current_app).words_in(_plugin).ungettext(singular, plural, num)
    return _filled(context, said, {"num": num, **variables})


def _filled(context: Context, said: str, variables: Mapping[str, Any]) -> str:
    # As Jinja's own do it: what is filled in is escaped, and a % alone is written twice.
    text = Markup(said) if context.eval_ctx.autoescape else said  # noqa: S704  # a catalogue's
    # What somebody typed is joined here, since the whole is markup once it is filled in.
    shown = {name: joined(each) if type(each) is str else each for name, each in variables.items()}
    return text % shown
