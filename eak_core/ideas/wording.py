"""Turning what people type into slugs and searchable text, alike on both databases."""

import re
import unicodedata

from eak_core.ideas.models import SLUG_LENGTH
from eak_core.visible import SIGNS, without_ignorable
from eak_core.web.text import stream_safe

# Letters that Unicode does not take for a letter with a mark, as they are written without one.
_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t",
    "ı": "i", "ŋ": "n", "ĸ": "k",
}  # fmt: skip
_ALIKE = str.maketrans(_LETTERS | {each: sign for sign, others in SIGNS.items() for each in others})
_not_slug = re.compile(r"[^a-z0-9]+")
# Accents that stand apart after decomposition.
_marks = re.compile(r"[\u0300-\u036f]+")


def folded(text: str) -> str:
    """``text`` as whoever reads it would compare it: without case, accents, characters that show
    nothing and doubled spaces, with one kind of apostrophe, quotation mark and hyphen.

    « L’École‑Œuvre » is found by “l'ecole-oeuvre”. Stored with ideas (``search_text``): whoever
    changes it adds a migration that stores it anew.
    """
    # Signs are made alike before Unicode takes ´ for a space with an accent, and letters after it
    # has taken ǿ apart.
    plain = stream_safe(without_ignorable(text.casefold()).translate(_ALIKE))
    decomposed = _marks.sub("", unicodedata.normalize("NFKD", plain))
    # Taking apart brings capitals (℃, 𝐀) and spaces of its own.
    return " ".join(decomposed.casefold().translate(_ALIKE).split())


def slug_of(title: str, fallback: str = "idee") -> str:
    """The readable part of an address, from ``title``: a–z, 0–9 and hyphens, cut between words to
    at most 80 characters; ``fallback`` where nothing of it can be kept."""
    slug = _not_slug.sub("-", folded(title)).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or fallback
