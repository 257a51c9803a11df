"""Suggestions both ways: the offers for what an idea needs, and the needs that an organisation's
offers answer. Which rows are looked at is asked of the database, their order of `scoring`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select

from eak_core.api import Idea, Service, Session, idea_labels
from eak_matchmaking.meanings import meanings_of
from eak_matchmaking.models import Need, Offer, Organisation
from eak_matchmaking.needs.finding import missing_for, waiting
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.scoring import sides
from eak_matchmaking.scoring.suggesting import Suggestions, needs_for, offers_for
from eak_matchmaking.suggestions.sides import (
    OfferRow,
    asked_period,
    need_side,
    newcomers,
    offer_sides,
    scale_of,
    terms_of,
)
from eak_matchmaking.suggestions.thesaurus import thesaurus_of

#: So many of a list are shown.
MOST_SHOWN = 20
#: Of the offers that could answer, so many are compared, the latest…
MOST_COMPARED = 1_000
#: …and so many of those that cannot, to say why not.
MOST_HINDERED = 100
#: So many offers of an organisation have a list of their own, the latest…
MOST_OFFERS = 20
#: …and so many needs are compared with them, the latest.
MOST_NEEDS = 1_000


@dataclass(frozen=True, slots=True)
class OffersForNeed:
    """What could answer ``need``: ``offers`` holds all that ``suggestions`` names, by name."""

    need: Need
    suggestions: Suggestions
    offers: Mapping[str, OfferRow]


@dataclass(frozen=True, slots=True)
class NeededRow:
    """A need, and the idea it is of."""

    need: Need
    title: str
    slug: str
    stage: str

    @property
    def can_be_piloted(self) -> bool:
        """Whether its stage takes proposals."""
        return takes_proposals(self.stage)


@dataclass(frozen=True, slots=True)
class NeedsForOffer:
    """What an ``offer`` could answer: ``needs`` holds all that ``suggestions`` names, by name."""

    offer: OfferRow
    suggestions: Suggestions
    needs: Mapping[str, NeededRow]


def offer_rows(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The statement of `OfferRow`, the latest first."""
    return (
        select(
            Offer.id, Offer.title, Offer.kind, Offer.organisation_id, Organisation.name,
            Offer.communes, Offer.starts_on, Offer.ends_on, Offer.capacity - Offer.taken,
            Offer.published_at,
        )
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(*conditions)
        .order_by(Offer.published_at.desc(), Offer.id.desc())
    )  # fmt: skip


def offers_for_idea(
    session: Session, service: Service, idea: Idea, *, most: int = MOST_SHOWN
) -> list[OffersForNeed]:
    """For each thing that ``idea`` still needs, the offers of its kind, best first; the same
    statements for any number of either. Nothing where it is not public, or has its outcome."""
    needs = missing_for(session, service.id, [idea.id]).get(idea.id, ())
    if not needs:
        return []
    thesaurus = thesaurus_of(session, service.id)
    labels = idea_labels(session, [idea.id])[idea.id]
    sought = {each: need_side(each, idea.title, labels, thesaurus) for each in needs}
    rows = _candidates(session, service.id, sought)
    offered = offer_sides(session, service.id, rows, thesaurus)
    meant = meanings_of(session, service.id, [each.id for each in needs], offered)
    scale = scale_of(session, service.id, terms_of(sought.values(), thesaurus), thesaurus, meant)
    welcomed = newcomers(session, service.id)
    found = []
    for need, side in sought.items():
        of_kind = [each for each in rows if each.kind == need.kind]
        welcome = {str(e.id) for e in of_kind if e.organisation_id == welcomed.get(need.id)}
        suggestions = offers_for(
            scale, side, [offered[each.id] for each in of_kind],
            seed=service.slug, most=most, welcome=welcome,
        )  # fmt: skip
        found.append(OffersForNeed(need, suggestions, _named(suggestions, of_kind)))
    return found


def _candidates(
    session: Session, service_id: int, sought: Mapping[Need, sides.Need]
) -> Sequence[OfferRow]:
    """The offers of the kinds that are needed: those that could answer, and some that cannot."""
    kinds = Offer.kind.in_({need.kind for need in sought})
    able = or_(*(able_to_answer(need, side) for need, side in sought.items()))
    open_ = (*open_offers(service_id), kinds)
    fit = session.execute(offer_rows(*open_, able).limit(MOST_COMPARED)).all()
    unfit = session.execute(offer_rows(*open_, not_(able)).limit(MOST_HINDERED)).all()
    return [OfferRow(*row) for row in (*fit, *unfit)]


def able_to_answer(need: Need, side: sides.Need) -> ColumnElement[bool]:
    """The condition on `Offer` that is that of `scoring.features.obstacles`, its own declined ideas
    aside."""
    asked = [Offer.kind == need.kind, Offer.taken < Offer.capacity]
    period = asked_period(need)
    if period is not None:
        asked.append(or_(Offer.starts_on.is_(None), Offer.starts_on <= period.last))
        asked.append(or_(Offer.ends_on.is_(None), Offer.ends_on >= period.first))
    if side.communes:
        there = (Offer.communes.contains(f" {code} ", autoescape=True) for code in side.communes)
        asked.append(or_(Offer.communes == "", *there))
    return and_(*asked)


def _named(suggestions: Suggestions, rows: Sequence[OfferRow]) -> Mapping[str, OfferRow]:
    names = {each.name for each in suggestions.best}
    names |= {each.name for each in suggestions.left_out}
    return {str(row.id): row for row in rows if str(row.id) in names}


def needs_for_organisation(
    session: Session, service: Service, organisation_id: int, *, most: int = MOST_SHOWN
) -> list[NeedsForOffer]:
    """For each open offer of an organisation with a place left, the needs of its kind that it
    answers best; the same statements for any number of either."""
    rows = [
        OfferRow(*row)
        for row in session.execute(
            offer_rows(
                *open_offers(service.id), Offer.organisation_id == organisation_id,
                Offer.taken < Offer.capacity,
            ).limit(MOST_OFFERS)
        )
    ]  # fmt: skip
    if not rows:
        return []
    thesaurus = thesaurus_of(session, service.id)
    needed = [
        NeededRow(*row)
        for row in session.execute(
            select(Need, Idea.title, Idea.slug, Idea.stage)
            .where(*waiting(service.id), Need.kind.in_({each.kind for each in rows}))
            .order_by(Need.stated_at.desc(), Need.id.desc())
            .limit(MOST_NEEDS)
        )
    ]
    labels = idea_labels(session, {each.need.idea_id for each in needed})
    sought = {
        str(each.need.id): need_side(each.need, each.title, labels[each.need.idea_id], thesaurus)
        for each in needed
    }
    offered = offer_sides(session, service.id, rows, thesaurus)
    meant = meanings_of(session, service.id, [each.need.id for each in needed], offered)
    scale = scale_of(session, service.id, terms_of(offered.values(), thesaurus), thesaurus, meant)
    found = []
    for row in rows:
        of_kind = {str(each.need.id): each for each in needed if each.need.kind == row.kind}
        suggestions = needs_for(
            scale, offered[row.id], [sought[name] for name in of_kind],
            seed=service.slug, most=most,
        )  # fmt: skip
        found.append(NeedsForOffer(row, suggestions, of_kind))
    return found
