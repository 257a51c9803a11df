"""Search.

What a plugin lets people find, beside ideas.
"""

from eak_core.search.finding import matching
from eak_core.search.kinds import Document, Link, SearchKind
from eak_core.search.registered import searched
from eak_core.search.terms import TermFigures, indexed_stems, term_figures
from eak_core.search.words import folded, spelled_stems

__all__ = [
    "Document",
    "Link",
    "SearchKind",
    "TermFigures",
    "folded",
    "indexed_stems",
    "matching",
    "searched",
    "spelled_stems",
    "term_figures",
]
