"""What people are told of partners: the pilots of ideas that they follow, and matching rounds."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import select

from eak_core.api import (
    Idea,
    NoticeKind,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Told,
    _,
    _l,
    in_paris,
    not_hidden,
    period,
    public_ideas,
    tells,
)
from eak_matchmaking.events import (
    PilotAccepted,
    PilotEnded,
    RoundCancelled,
    RoundClosed,
    RoundOpened,
)
from eak_matchmaking.manifest import plugin
from eak_matchmaking.matching.tables import MatchingRound, RoundIdea
from eak_matchmaking.models import Organisation
from eak_matchmaking.proposals.letters import concerned
from eak_matchmaking.proposals.tables import PROPOSAL_NAME, Proposal

PILOTS = NoticeKind(
    plugin,
    "pilots",
    _l("Pilots and matching rounds"),
    _l("An idea that you follow finds a partner who pilots it, or loses it; a matching round opens,"
       " has its result, or is called off."),
)  # fmt: skip

_OF_PILOTS = (PilotAccepted, PilotEnded)
_OF_ROUNDS = (RoundOpened, RoundClosed, RoundCancelled)


@tells(plugin, PILOTS, *_OF_PILOTS)
def tell_of_pilot(session: Session, event: Recorded) -> Told | None:
    """Those who follow the idea; its author and the organisation have a letter about it."""
    proposal = session.get(Proposal, event.data.proposal_id)
    if proposal is None:
        return None
    people = concerned(session, proposal, session.get_one(Idea, proposal.idea_id))
    return Told(people=people, followed=[f"idea:{proposal.idea_id}"], written=True)


@tells(plugin, PILOTS, *_OF_ROUNDS)
def tell_of_round(session: Session, event: Recorded) -> Told | None:
    """Those who follow an idea that takes part, or the service."""
    ideas = session.scalars(
        select(RoundIdea.idea_id)
        .where(RoundIdea.round_id == event.data.round_id)
        .order_by(RoundIdea.idea_id)
    )
    return Told(followed=(*(f"idea:{each}" for each in ideas), f"service:{event.service_id}"))


def sentences(
    session: Session, service: Service, events: Sequence[Recorded]
) -> Iterator[tuple[int, NoticeSentence]]:
    """What is told of the pilots and rounds among ``events`` that everybody may read."""
    pilots = [each for each in events if isinstance(each.data, _OF_PILOTS)]
    names = _pilots(session, service, {each.data.proposal_id for each in pilots})
    for each in pilots:
        number = each.data.proposal_id
        if number in names:
            partner, idea = names[number]
            said = (
                _("“%(partner)s” pilots “%(idea)s”", partner=partner, idea=idea)
                if isinstance(each.data, PilotAccepted)
                else _("“%(partner)s” no longer pilots “%(idea)s”", partner=partner, idea=idea)
            )
            place = {"proposal_id": number}
            yield each.position, NoticeSentence(said, "matchmaking.proposal", place)
    rounds = [each for each in events if isinstance(each.data, _OF_ROUNDS)]
    held = _rounds(session, service, {each.data.round_id for each in rounds})
    for each in rounds:
        of = held.get(each.data.round_id)
        if of is not None:
            said, detail = _said(each, of)
            place = {"round_id": of.id}
            yield each.position, NoticeSentence(said, "matchmaking.matching_round", place, detail)


def _said(event: Recorded, of: MatchingRound) -> tuple[str, str]:
    if isinstance(event.data, RoundOpened):
        days = period(in_paris(of.opened_at).date(), in_paris(of.closes_at).date())
        return _("The matching round “%(title)s” is open", title=of.title), days
    if isinstance(event.data, RoundClosed):
        return _("The result of the matching round “%(title)s”", title=of.title), ""
    return _("The matching round “%(title)s” is called off", title=of.title), of.cancelled_because


def _pilots(
    session: Session, service: Service, ids: Collection[int]
) -> Mapping[int, tuple[str, str]]:
    """The partner and the idea of each pilot that everybody may read."""
    if not ids:
        return {}
    rows = session.execute(
        select(Proposal.id, Organisation.name, Idea.title)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .join(Idea, Idea.id == Proposal.idea_id)
        .where(
            Proposal.id.in_(ids),
            Proposal.service_id == service.id,
            Proposal.accepted_at.is_not(None),
            not_hidden(service.id, PROPOSAL_NAME, Proposal.id),
            *public_ideas(service.id),
        )
    )
    return {number: (name, title) for number, name, title in rows}


def _rounds(
    session: Session, service: Service, ids: Collection[int]
) -> Mapping[int, MatchingRound]:
    if not ids:
        return {}
    rows = session.scalars(
        select(MatchingRound).where(
            MatchingRound.id.in_(ids), MatchingRound.service_id == service.id
        )
    )
    return {each.id: each for each in rows}
