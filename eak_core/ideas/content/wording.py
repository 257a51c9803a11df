"""Turning titles into the readable part of an address."""

import re

from eak_core.ideas.models import SLUG_LENGTH
from eak_core.search.words import folded

_not_slug = re.compile(r"[^a-z0-9]+")


def slug_of(title: str, fallback: str = "idee") -> str:
    """The readable part of an address, from ``title``: a–z, 0–9 and hyphens, cut between words to
    at most 80 characters; ``fallback`` where nothing of it can be kept."""
    slug = _not_slug.sub("-", folded(title)).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or fallback
