"""What all that happens to a proposal has in common: who holds it, what is kept, whom it waits
for."""

from datetime import datetime

from eak_core.api import (
    Actor,
    Conflict,
    Event,
    Idea,
    Refused,
    Service,
    Session,
    _l,
    checked_words,
    clock,
    hold_account,
    public_idea,
    publish,
    schedule,
    unschedule,
)
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import Organisation, StoppedBecause
from eak_matchmaking.needs.stating import miss_again
from eak_matchmaking.offers import places
from eak_matchmaking.organisations.finding import role_of
from eak_matchmaking.proposals.reminders import next_reminder
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.proposals.tables import (
    WORDS_LENGTH,
    Proposal,
    ProposalStep,
    StepBy,
    StepKind,
    View,
    WaitsFor,
)

NO_REASON = _l("Give a reason: it will be public, and readers will look for it.")


def hold(session: Session, actor: Actor, proposal: Proposal) -> Idea:
    """Keep others from what happens to a proposal until the transaction ends; answers its idea.

    Locked in one order, which is that of who closes an organisation and of who moves an idea: the
    account, the organisation, the idea, the proposal, and then offer and need.
    """
    hold_account(session, actor)
    organisation_id = proposal.organisation_id
    organisation = session.get_one(Organisation, organisation_id)
    # Who its members are is asked after the lock: somebody may have been removed meanwhile.
    session.refresh(organisation, with_for_update=True)
    session.expire(organisation, ["members"])
    idea = session.get_one(Idea, proposal.idea_id, with_for_update=True, populate_existing=True)
    session.refresh(proposal, with_for_update=True)
    if proposal.organisation_id != organisation_id:
        raise Conflict(_l("The organisation was merged into another one just now. Look again."))
    return idea


def ensure_open(proposal: Proposal) -> None:
    """Return where nothing is decided yet; `Conflict` otherwise."""
    if proposal.standing != "open":
        raise Conflict(
            _l("Nothing was changed: this proposal was decided or withdrawn in the meantime.")
        )


def ensure_told(proposal: Proposal) -> None:
    """Return where its organisation has said what it brings; `Refused` where a matching round alone
    has brought the two together so far."""
    if not proposal.brings:
        raise Refused(
            _l("The organisation has not said yet what it brings, where, when and with whom.")
        )


def ensure_possible(session: Session, service: Service, idea: Idea) -> None:
    """Return where ``idea`` can be piloted. `NotFound` where not everybody may read it, `Refused`
    by its stage."""
    public_idea(session, service, idea.id)
    if not takes_proposals(idea.stage):
        raise Refused(
            _l("Ideas can be piloted once they are accepted, and until they have their outcome.")
        )


def ensure_impartial(session: Session, actor: Actor, organisation_id: int) -> None:
    """Return where ``actor`` does not act for the organisation about which they decide; `Refused`
    otherwise."""
    if role_of(session, organisation_id, actor.person_id) is not None:
        raise Refused(
            _l("You act for this organisation: let somebody else of those who run the service"
               " decide.")
        )  # fmt: skip


def said(words: str, field: str, missing: object = None, *, most: int = WORDS_LENGTH) -> str:
    """``words`` as `checked_words` has them."""
    return checked_words(words, field, _l("Nothing was changed."), most=most, missing=missing)


def keep(
    session: Session,
    proposal: Proposal,
    kind: StepKind,
    by: StepBy,
    happened: Event,
    *,
    actor_id: int | None = None,
    words: str = "",
    view: View | None = None,
    because: StoppedBecause | None = None,
    at: datetime | None = None,
) -> None:
    """Write what happened into the history of a proposal, and tell it."""
    session.add(
        ProposalStep(
            proposal_id=proposal.id, at=at or clock.now(), kind=kind, by=by,
            person_id=actor_id, words=words, view=view, because=because,
        )
    )  # fmt: skip
    session.flush()
    publish(session, happened, service_id=proposal.service_id, actor_id=actor_id)


def wait(session: Session, proposal: Proposal, whom: WaitsFor) -> None:
    """Let an open proposal wait for somebody from now on, who is reminded."""
    proposal.waits_for, proposal.waits_since = whom, clock.now()
    due_at = next_reminder(proposal.waits_since, proposal.waits_since)
    assert due_at is not None
    schedule(session, plugin.name, proposal.service_id, reminder(proposal), due_at)


def settle(session: Session, proposal: Proposal, standing: str, at: datetime | None = None) -> None:
    """Let a proposal wait for nobody any more; what it had is given back when it ends."""
    proposal.standing = standing
    proposal.waits_for = proposal.waits_since = None
    unschedule(session, plugin.name, proposal.service_id, reminder(proposal))
    if standing == "accepted":
        proposal.accepted_at = clock.now()
        return
    proposal.closed_at = at or clock.now()
    if proposal.offer_taken and proposal.offer_id is not None:
        places.give_back(session, proposal.offer_id)
    if proposal.need_met and proposal.need_id is not None:
        miss_again(session, proposal.need_id)
    proposal.offer_taken = proposal.need_met = False


def reminder(proposal: Proposal) -> str:
    """How the next reminder of a proposal is called among what is due by itself."""
    return f"remind_pilot:{proposal.id}"
