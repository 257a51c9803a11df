"""Turning what people type into slugs and searchable text, alike on both databases."""

import re
import unicodedata

from eak_core.ideas.models import SLUG_LENGTH

_not_slug = re.compile(r"[^a-z0-9]+")
# Accents that stand apart after decomposition.
_marks = re.compile(r"[\u0300-\u036f]+")


def folded(text: str) -> str:
    """``text`` without case, accents or doubled spaces: « Écoles » is found by “ecoles”."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return " ".join(_marks.sub("", decomposed).split())


def slug_of(title: str, fallback: str = "idee") -> str:
    """The readable part of an address: a–z, 0–9 and hyphens, cut between words."""
    slug = _not_slug.sub("-", folded(title)).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or fallback
