"""What is scored, made of rows: texts from their stems, needs from ideas, offers with what their
organisation has declined."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from eak_core.api import (
    Labels,
    Session,
    idea_labels,
    in_paris,
    indexed_stems,
    spelled_stems,
    term_figures,
)
from eak_matchmaking.meanings import Meanings
from eak_matchmaking.models import Need
from eak_matchmaking.scoring import sides, texts
from eak_matchmaking.scoring.declined import Declined
from eak_matchmaking.scoring.scores import Scale
from eak_matchmaking.scoring.thesaurus import Thesaurus
from eak_matchmaking.scoring.weights import Weights
from eak_matchmaking.subscribers import OFFERS
from eak_matchmaking.suggestions.tables import Decline, Newcomer
from eak_matchmaking.ties import Candidate

#: What counts, as published. Offers state neither subjects nor publics: those two are not asked
#: for, and their share goes to the others.
WEIGHTS = Weights(features=(30, 0, 20, 0, 10))
#: What is needed without a last day is asked for as long as an experiment lasts, in days.
LASTS = 183


class OfferRow(NamedTuple):
    """What is compared and shown of an offer."""

    id: int
    title: str
    kind: str
    organisation_id: int
    organisation: str
    communes: str
    starts_on: date | None
    ends_on: date | None
    places: int
    published_at: datetime


def asked_period(need: Need) -> sides.Period | None:
    """The days a need asks for: without a first one from when it was stated, without a last one for
    `LASTS`; None where it names no day at all."""
    if need.starts_on is None and need.ends_on is None:
        return None
    first = need.starts_on or min(in_paris(need.stated_at).date(), need.ends_on or date.max)
    return sides.Period(first, need.ends_on or first + timedelta(days=LASTS))


def need_side(need: Need, title: str, labels: Labels, thesaurus: Thesaurus) -> sides.Need:
    """A need as it is scored: its words are its own and the title of its idea."""
    return sides.Need(
        Candidate(str(need.id), need.stated_at),
        texts.text_of(spelled_stems(f"{need.what}\n{title}"), thesaurus),
        subjects=labels.subjects,
        communes=labels.communes,
        kinds=frozenset((need.kind,)),
        period=asked_period(need),
        idea=str(need.idea_id),
    )


def offer_side(
    row: OfferRow, stems: Sequence[str], declined: tuple[Declined, ...], thesaurus: Thesaurus
) -> sides.Offer:
    """An offer as it is scored. The length of its text is how many different words it has: that is
    what the index of the search knows of all of them."""
    period = None
    if row.starts_on or row.ends_on:
        period = sides.Period(row.starts_on or date.min, row.ends_on or date.max)
    # A `Counter` takes three times as long for what is this short.
    counts: dict[str, int] = {}
    for stem in stems:
        counts[stem] = counts.get(stem, 0) + 1
    length = len(counts)
    for expression in thesaurus.expressions_in(stems):
        counts[expression] = counts.get(expression, 0) + 1
    return sides.Offer(
        Candidate(str(row.id), row.published_at),
        # What is told of its words is told of synonyms, and these stand in the thesaurus.
        texts.Text(length, counts, thesaurus.spelled),
        communes=frozenset(row.communes.split()),
        kinds=frozenset((row.kind,)),
        period=period,
        places=row.places,
        declined=declined,
    )


def offer_sides(
    session: Session, service_id: int, rows: Collection[OfferRow], thesaurus: Thesaurus
) -> Mapping[int, sides.Offer]:
    """Offers as they are scored, by their ids, with four statements at most."""
    stems = indexed_stems(session, OFFERS, [each.id for each in rows])
    declined = declined_by(session, service_id, {each.organisation_id for each in rows})
    return {
        each.id: offer_side(
            each, stems.get(each.id, ()), declined.get(each.organisation_id, ()), thesaurus
        )
        for each in rows
    }


def declined_by(
    session: Session, service_id: int, organisations: Collection[int]
) -> Mapping[int, tuple[Declined, ...]]:
    """What each of ``organisations`` has declined in a service, with three statements at most."""
    rows = session.scalars(
        select(Decline).where(
            Decline.service_id == service_id, Decline.organisation_id.in_(organisations)
        )
    ).all()
    labels = idea_labels(session, {each.idea_id for each in rows}) if rows else {}
    found: dict[int, tuple[Declined, ...]] = {}
    for each in rows:
        about = labels[each.idea_id]
        one = Declined(
            str(each.idea_id),
            each.reason,  # type: ignore[arg-type]  # one of `REASONS`, as `decline` has seen to
            each.kind,
            about.subjects,
            about.communes,
        )
        found[each.organisation_id] = (*found.get(each.organisation_id, ()), one)
    return found


def newcomers(session: Session, service_id: int) -> Mapping[int, int]:
    """By the ids of needs, the organisations that have the newcomer's place of their lists."""
    rows = session.execute(
        select(Newcomer.need_id, Newcomer.organisation_id).where(Newcomer.service_id == service_id)
    )
    return dict(rows.all())


def terms_of(compared: Iterable[sides.Side], thesaurus: Thesaurus) -> set[str]:
    """All terms that can count for ``compared``, needs or offers: theirs, and those of their
    groups."""
    terms = {term for each in compared for term in each.text.counts}
    return terms | {each for term in terms for each in thesaurus.group(term)}


def scale_of(
    session: Session,
    service_id: int,
    terms: Collection[str],
    thesaurus: Thesaurus,
    meant: Meanings | None,
) -> Scale:
    """What pairs are scored by whose common ``terms`` are among these, and whose meanings are
    ``meant`` where these count, with two statements. An
    expression counts as often as the rarest of its words: that is what the index knows."""
    stems = {stem for term in terms for stem in term.split()}
    figures = term_figures(session, service_id, OFFERS, stems)
    known = figures.frequencies
    frequencies = {term: min(known.get(each, 0) for each in term.split()) for term in terms}
    corpus = texts.Corpus(figures.documents, figures.length, frequencies)
    likeness = meant.likeness if meant else None
    return Scale(corpus, thesaurus, WEIGHTS, meant is not None, likeness)
