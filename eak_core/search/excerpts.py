"""Showing why something was found: the place in its text, with the words marked."""

import re
from functools import lru_cache

from markupsafe import Markup, escape

from eak_core.search.words import Query, folded, stem
from eak_core.web.markdown import plain_summary

#: How long the piece of a text is that is shown, in characters.
LENGTH = 240
#: How much of it stands before the first word that was found, at most.
BEFORE = 80

_word = re.compile(r"[^\W_]+")
_beginning = re.compile(r"[.!?…\n]\s+|\n")


def excerpt(text: str, query: Query) -> Markup:
    """The piece of the Markdown ``text`` around the first word that was looked for, or else its
    beginning, as plain words with those that were looked for in ``<mark>``."""
    start = next((found.start() for found in _word.finditer(text) if _fits(found[0], query)), 0)
    begin = _cut(text, start)
    shown = plain_summary(text[begin : begin + 6 * LENGTH], LENGTH)
    return Markup("… ") + marked(shown, query) if begin else marked(shown, query)


def marked(text: str, query: Query) -> Markup:
    """``text``, escaped, with the words that were looked for in ``<mark>``."""
    parts, end = [Markup("")], 0
    for found in _word.finditer(text):
        if _fits(found[0], query):
            parts += [escape(text[end : found.start()]), Markup("<mark>{}</mark>").format(found[0])]
            end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _cut(text: str, start: int) -> int:
    """Where to begin so that ``start`` is shown: at the beginning of its sentence where that is
    near, else between two words."""
    if start <= BEFORE:
        return 0
    before = text[start - BEFORE : start]
    sentences = list(_beginning.finditer(before))
    if sentences:
        return start - BEFORE + sentences[-1].end()
    return start - BEFORE + max(0, before.find(" ") + 1)


def _fits(word: str, query: Query) -> bool:
    # Nearly all words of a text are no match: two lookups each.
    plain, its_stem = _read(word)
    return its_stem in query.stems or plain.startswith(query.beginnings)


@lru_cache(maxsize=20_000)
def _read(word: str) -> tuple[str, str]:
    return folded(word), stem(word)
