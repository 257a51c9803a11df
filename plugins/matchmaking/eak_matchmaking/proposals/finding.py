"""Finding proposals, and who may read what of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from eak_core.api import (
    Actor,
    Gone,
    Idea,
    NotFound,
    Service,
    Session,
    _l,
    hidden_reason,
    may,
    public_ideas,
)
from eak_matchmaking.models import Need, Offer, Organisation
from eak_matchmaking.needs.finding import missing_for
from eak_matchmaking.offers.finding import offers_of
from eak_matchmaking.organisations.finding import role_of
from eak_matchmaking.proposals.tables import Proposal, ProposalStep

#: So many pilots and proposals the page of one idea shows.
MOST_OF_ONE = 50
#: So many are counted at most.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A proposal with what it is about, and what whoever reads is to it: a member of its
    organisation (``own``), the ``author`` of the idea, one of those who run the service
    (``manager``). ``idea_public``: everybody may read the idea still. ``hidden``: for which public
    reason moderators have hidden the proposal from everybody else; None where they have not."""

    proposal: Proposal
    idea: Idea
    organisation: Organisation
    own: bool
    author: bool
    manager: bool
    idea_public: bool
    hidden: str | None

    @property
    def whole(self) -> bool:
        """Whether they read all of it: what was asked and answered, and what was not accepted."""
        return self.own or self.author or self.manager

    @property
    def told(self) -> bool:
        """Whether they read what it proposes: everybody does once it was accepted."""
        return self.whole or self.proposal.accepted_at is not None


def proposal_for(session: Session, actor: Actor, service: Service, proposal_id: int) -> Seen:
    """The proposal ``proposal_id`` of a service, as far as ``actor`` may read it: everybody those
    that were decided, about ideas that are public; the others the people concerned. `NotFound`
    otherwise; `Gone`, with the public reason, where moderators have hidden it from all
    but these."""
    found = session.get(Proposal, proposal_id) if 0 < proposal_id < 2**31 else None
    if found is not None and found.service_id == service.id:
        seen = _seen(session, actor, service, found)
        decided = found.accepted_at is not None or found.standing == "declined"
        if seen.whole or (decided and seen.idea_public and seen.hidden is None):
            return seen
        if decided and seen.idea_public:
            raise Gone(
                _l("This pilot was hidden by the moderators: %(reason)s", reason=seen.hidden)
            )
    raise NotFound(_l("There is no proposal at this address."))


def _seen(session: Session, actor: Actor, service: Service, proposal: Proposal) -> Seen:
    idea = session.get_one(Idea, proposal.idea_id)
    public = select(Idea.id).where(Idea.id == idea.id, *public_ideas(service.id))
    return Seen(
        proposal,
        idea,
        session.get_one(Organisation, proposal.organisation_id),
        own=role_of(session, proposal.organisation_id, actor.person_id) is not None,
        author=actor.person_id is not None and actor.person_id == idea.author_id,
        manager=may(actor, "matchmaking.run", service),
        idea_public=session.scalar(public) is not None,
        hidden=hidden_reason(session, service.id, proposal.subject),
    )


def steps_of(session: Session, proposal_id: int) -> Sequence[ProposalStep]:
    """What happened to a proposal, from its beginning."""
    return session.scalars(
        select(ProposalStep)
        .where(ProposalStep.proposal_id == proposal_id)
        .order_by(ProposalStep.id)
    ).all()


def words_of(session: Session, proposal_id: int, kind: str) -> str:
    """The last words of a kind that were said about a proposal: a reason, a question."""
    return (
        session.scalar(
            select(ProposalStep.words)
            .where(ProposalStep.proposal_id == proposal_id, ProposalStep.kind == kind)
            .order_by(ProposalStep.id.desc())
            .limit(1)
        )
        or ""
    )


def of_idea(session: Session, idea_id: int) -> Sequence[tuple[Proposal, Organisation]]:
    """The proposals for an idea that may still come to something, or did: pilots first."""
    rows = session.execute(
        select(Proposal, Organisation)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .where(
            Proposal.idea_id == idea_id,
            or_(Proposal.standing == "open", Proposal.accepted_at.is_not(None)),
        )
        .order_by(Proposal.standing, Proposal.id)
        .limit(MOST_OF_ONE)
    )
    return [(proposal, organisation) for proposal, organisation in rows]


def decided(session: Session, idea_id: int) -> Sequence[tuple[Proposal, str]]:
    """What was decided about an idea, each with the name of the organisation."""
    rows = session.execute(
        select(Proposal, Organisation.name)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .where(
            Proposal.idea_id == idea_id,
            or_(Proposal.accepted_at.is_not(None), Proposal.standing == "declined"),
        )
        .order_by(Proposal.id)
        .limit(MOST_OF_ONE)
    )
    return [(proposal, name) for proposal, name in rows]


def has_pilot(session: Session, idea_id: int) -> bool:
    """Whether an organisation is to pilot an idea."""
    accepted = Proposal.idea_id == idea_id, Proposal.standing == "accepted"
    return session.scalar(select(Proposal.id).where(*accepted).limit(1)) is not None


def of_organisation(service_id: int, organisation_id: int) -> Select[Proposal, str]:
    """The statement of all that an organisation has proposed in a service, each with the title of
    its idea: what waits for it first, then what is open, then the latest."""
    return (
        select(Proposal, Idea.title)
        .join(Idea, Idea.id == Proposal.idea_id)
        .where(Proposal.service_id == service_id, Proposal.organisation_id == organisation_id)
        .order_by(
            _asked().desc(), (Proposal.standing == "open").desc(),
            (Proposal.standing == "accepted").desc(), Proposal.id.desc(),
        )
    )  # fmt: skip


def _asked() -> ColumnElement[bool]:
    return func.coalesce(
        and_(Proposal.standing == "open", Proposal.waits_for == "organisation"), False
    )


def waiting_for_managers(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Proposal` and `Idea` that keep what waits for those who run a service."""
    return (*still_open(service_id), Proposal.waits_for == "manager")


def still_open(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Proposal` and `Idea` that keep what is not decided yet, about ideas that
    everybody may read."""
    return (
        Proposal.service_id == service_id,
        Proposal.standing == "open",
        Idea.id == Proposal.idea_id,
        *public_ideas(service_id),
    )


def open_proposals(service_id: int) -> Select[Proposal, Idea, Organisation]:
    """The statement of what is not decided yet in a service: what waits for those who run it first,
    and of that what has waited longest."""
    return (
        select(Proposal, Idea, Organisation)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .where(*still_open(service_id))
        .order_by((Proposal.waits_for == "manager").desc(), Proposal.waits_since, Proposal.id)
    )


def pilots_of(
    session: Session, service_id: int, organisation_id: int
) -> Sequence[tuple[Proposal, str]]:
    """What an organisation pilots in a service, each with the title of its idea, which everybody
    may read; the latest first."""
    rows = session.execute(
        select(Proposal, Idea.title)
        .where(
            Proposal.organisation_id == organisation_id,
            Proposal.service_id == service_id,
            Proposal.standing == "accepted",
            Idea.id == Proposal.idea_id,
            *public_ideas(service_id),
        )
        .order_by(Proposal.accepted_at.desc(), Proposal.id.desc())
        .limit(MOST_OF_ONE)
    )
    return [(proposal, title) for proposal, title in rows]


def living(session: Session, organisation_id: int, idea_id: int) -> Proposal | None:
    """The proposal of an organisation for an idea that is open or accepted."""
    return session.scalar(
        select(Proposal).where(
            Proposal.organisation_id == organisation_id,
            Proposal.idea_id == idea_id,
            Proposal.standing.in_(("open", "accepted")),
        )
    )


def awaited_views(session: Session, person_id: int) -> Sequence[tuple[Proposal, str, str]]:
    """The proposals that wait for the view of an author, with the title of the idea and the slug of
    the service."""
    rows = session.execute(
        select(Proposal, Idea.title, Service.slug)
        .join(Idea, Idea.id == Proposal.idea_id)
        .join(Service, Service.id == Proposal.service_id)
        .where(
            Proposal.standing == "open",
            Proposal.waits_for == "author",
            Idea.author_id == person_id,
        )
        .order_by(Proposal.waits_since, Proposal.id)
        .limit(MOST_OF_ONE)
    )
    return [(proposal, title, slug) for proposal, title, slug in rows]


def waiting_since(session: Session, service_id: int) -> tuple[int, datetime | None]:
    """How many proposals wait for those who run a service, at most `MOST_COUNTED`, and since when
    the oldest does."""
    waiting = (
        select(Proposal.waits_since)
        .where(*waiting_for_managers(service_id))
        .order_by(Proposal.waits_since)
        .limit(MOST_COUNTED)
        .subquery()
    )
    number, oldest = session.execute(
        select(func.count(), func.min(waiting.c.waits_since)).select_from(waiting)
    ).one()
    return number, oldest


def offers_to_choose(session: Session, service_id: int, organisation_id: int) -> Sequence[Offer]:
    """The open offers of an organisation of which something is left."""
    return [each for each in offers_of(session, service_id, organisation_id) if each.places > 0]


def needs_to_choose(session: Session, service_id: int, idea_id: int) -> Sequence[Need]:
    """What is missing for an idea."""
    return missing_for(session, service_id, [idea_id]).get(idea_id, ())
