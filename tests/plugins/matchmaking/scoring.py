"""Needs and offers made of a few words."""

from datetime import UTC, date, datetime

from eak_core.search.words import stem, stems
from eak_matchmaking.scoring.scores import Scale
from eak_matchmaking.scoring.sides import Need, Offer, Period
from eak_matchmaking.scoring.texts import text_of
from eak_matchmaking.scoring.thesaurus import Thesaurus, read_thesaurus
from eak_matchmaking.ties import Candidate
from tests.plugins.matchmaking.measures import corpus_of

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
PUBLISHED = datetime(2026, 1, 5, tzinfo=UTC)


def thesaurus(*lines: str) -> Thesaurus:
    return read_thesaurus(lines, stems)


def text(written, words=None):
    pairs = [(stem(word), word) for word in written.replace("’", " ").split()]
    return text_of([pair for pair in pairs if pair[0]], words or Thesaurus())


def need(name="idea", written="", at=PUBLISHED, words=None, **stated):
    return Need(Candidate(name, at), text(written, words), **stated)


def offer(name="offer", written="", at=PUBLISHED, words=None, **stated):
    return Offer(Candidate(name, at), text(written, words), **stated)


def scale_of(offers, words=None, **settings):
    return Scale(corpus_of(each.text for each in offers), words or Thesaurus(), **settings)


def scored(wanted, offered, *others, alike=None, **settings):
    """The score of ``offered`` for ``wanted``, where there are ``others`` too."""
    scale = scale_of([offered, *others], **settings)
    return scale.score(wanted, offered, scale.sought(wanted), alike)


def part(score, kind):
    (found,) = (each for each in score.parts if each.kind == kind)
    return found
