"""What happens with partners, as facts in the logs of the services that they are there for. Names,
texts and addresses stay in the tables."""

from eak_core.api import Code, Event, event
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import EndedBecause, MetBecause, ResourceKind, StoppedBecause

ORGANISATION = "matchmaking.organisation:{organisation_id}"
OFFER = "matchmaking.offer:{offer_id}"
NEED = "matchmaking.need:{need_id}"
PROPOSAL = "matchmaking.proposal:{proposal_id}"
ROUND = "matchmaking.round:{round_id}"
IDEA = "idea:{idea_id}"


@event(plugin, "matchmaking.organisation_registered", version=1, subject=ORGANISATION)
class OrganisationRegistered(Event):
    """An organisation is among the partners of this service from now on; ``imported`` where a file
    brought it."""

    organisation_id: int
    imported: bool = False


@event(plugin, "matchmaking.organisation_edited", version=1, subject=ORGANISATION)
class OrganisationEdited(Event):
    """What an organisation says of itself reads otherwise."""

    organisation_id: int


@event(plugin, "matchmaking.organisation_verified", version=1, subject=ORGANISATION)
class OrganisationVerified(Event):
    """Those who run this service have verified an organisation; or, where it is not ``verified``,
    they take that back."""

    organisation_id: int
    verified: bool = True


@event(plugin, "matchmaking.organisation_closed", version=1, subject=ORGANISATION)
class OrganisationClosed(Event):
    """An organisation is no partner any more: it closed, or was merged into another (``into``)."""

    organisation_id: int
    into: int | None = None


@event(plugin, "matchmaking.member_joined", version=1, subject=ORGANISATION)
class MemberJoined(Event):
    """Somebody acts for an organisation from now on, or has another role in it."""

    organisation_id: int
    person_id: int


@event(plugin, "matchmaking.member_left", version=1, subject=ORGANISATION)
class MemberLeft(Event):
    """Somebody no longer acts for an organisation."""

    organisation_id: int
    person_id: int


@event(plugin, "matchmaking.offer_published", version=1, subject=OFFER)
class OfferPublished(Event):
    """An organisation offers something to so many pilots (``capacity``)."""

    offer_id: int
    organisation_id: int
    kind: ResourceKind
    capacity: int


@event(plugin, "matchmaking.offer_edited", version=1, subject=OFFER)
class OfferEdited(Event):
    """What an organisation offers reads otherwise."""

    offer_id: int


@event(plugin, "matchmaking.offer_ended", version=1, subject=OFFER)
class OfferEnded(Event):
    """An offer holds no longer: it was taken back, its period has passed, or its organisation is no
    partner any more."""

    offer_id: int
    organisation_id: int
    because: EndedBecause


@event(plugin, "matchmaking.need_stated", version=1, subject=NEED)
class NeedStated(Event):
    """Something is missing to try an idea; or it is missing again, since the pilot that brought it
    has ended."""

    need_id: int
    idea_id: int
    kind: ResourceKind


@event(plugin, "matchmaking.need_edited", version=1, subject=NEED)
class NeedEdited(Event):
    """What is missing to try an idea reads otherwise."""

    need_id: int
    idea_id: int


@event(plugin, "matchmaking.need_withdrawn", version=1, subject=NEED)
class NeedWithdrawn(Event):
    """Something is not needed to try an idea after all."""

    need_id: int
    idea_id: int


@event(plugin, "matchmaking.need_met", version=1, subject=NEED)
class NeedMet(Event):
    """What was missing to try an idea is there: somebody said so, or a pilot brings it."""

    need_id: int
    idea_id: int
    because: MetBecause


@event(plugin, "matchmaking.idea_declined", version=1, subject=IDEA)
class IdeaDeclined(Event):
    """An organisation has said that an idea is not for it."""

    idea_id: int
    organisation_id: int


@event(plugin, "matchmaking.idea_reconsidered", version=1, subject=IDEA)
class IdeaReconsidered(Event):
    """An organisation has taken back that an idea is not for it."""

    idea_id: int
    organisation_id: int


@event(plugin, "matchmaking.thesaurus_edited", version=1, subject="service")
class ThesaurusEdited(Event):
    """Those who run the service have changed which words mean the same."""


@event(plugin, "matchmaking.exposure_counted", version=1, subject="service")
class ExposureCounted(Event):
    """Who stands in the first places of the lists was counted, and newcomers have their places."""


@event(plugin, "matchmaking.pilot_proposed", version=1, subject=PROPOSAL)
class PilotProposed(Event):
    """An organisation offers to pilot an idea, out of one of its offers (``offer_id``) or not."""

    proposal_id: int
    idea_id: int
    organisation_id: int
    offer_id: int | None = None


@event(plugin, "matchmaking.pilot_viewed", version=1, subject=PROPOSAL)
class PilotViewed(Event):
    """The author of an idea has said what they think of a proposal."""

    proposal_id: int
    idea_id: int


@event(plugin, "matchmaking.pilot_passed_on", version=1, subject=PROPOSAL)
class PilotPassedOn(Event):
    """A proposal waited for the author of the idea, whose account has ended: it waits for those who
    run the service now."""

    proposal_id: int
    idea_id: int


@event(plugin, "matchmaking.pilot_asked_back", version=1, subject=PROPOSAL)
class PilotAskedBack(Event):
    """Those who run the service ask an organisation about its proposal before they decide."""

    proposal_id: int
    idea_id: int


@event(plugin, "matchmaking.pilot_answered", version=1, subject=PROPOSAL)
class PilotAnswered(Event):
    """An organisation has answered what it was asked about its proposal."""

    proposal_id: int
    idea_id: int


@event(plugin, "matchmaking.pilot_accepted", version=1, subject=PROPOSAL)
class PilotAccepted(Event):
    """An organisation is to pilot an idea."""

    proposal_id: int
    idea_id: int
    organisation_id: int
    offer_id: int | None = None


@event(plugin, "matchmaking.pilot_declined", version=1, subject=PROPOSAL)
class PilotDeclined(Event):
    """Those who run the service have declined a proposal, for a public reason."""

    proposal_id: int
    idea_id: int
    organisation_id: int


@event(plugin, "matchmaking.pilot_withdrawn", version=1, subject=PROPOSAL)
class PilotWithdrawn(Event):
    """Nothing comes of a proposal before it was decided: its organisation withdrew it, or the
    organisation or the idea is there no longer."""

    proposal_id: int
    idea_id: int
    organisation_id: int
    because: StoppedBecause


@event(plugin, "matchmaking.pilot_ended", version=1, subject=PROPOSAL)
class PilotEnded(Event):
    """An organisation no longer pilots an idea: one of the two sides ended it, or the organisation
    or the idea is there no longer."""

    proposal_id: int
    idea_id: int
    organisation_id: int
    because: StoppedBecause


@event(plugin, "matchmaking.round_opened", version=1, subject=ROUND)
class RoundOpened(Event):
    """Ideas and partners can declare whom they prefer, and are matched afterwards."""

    round_id: int


@event(plugin, "matchmaking.round_ended", version=1, subject=ROUND)
class RoundEnded(Event):
    """Those who run the service have ended a round before its date, for a public reason: nothing is
    declared any more, and it is matched now."""

    round_id: int


@event(plugin, "matchmaking.round_cancelled", version=1, subject=ROUND)
class RoundCancelled(Event):
    """Those who run the service have called a round off before it was matched, for a public
    reason."""

    round_id: int


@event(plugin, "matchmaking.round_closed", version=1, subject=ROUND)
class RoundClosed(Event):
    """A round was matched: so many ``pairs`` wait for a decision. ``document_hash`` is the SHA-256
    of the file with which everybody can match it again; None where nobody could go with anybody.
    """

    round_id: int
    pairs: int
    document_hash: Code | None = None


@event(plugin, "matchmaking.preferences_declared", version=1, subject=ROUND)
class PreferencesDeclared(Event):
    """An organisation has declared which ideas it prefers, or the author of an idea which partners:
    one of the two is named, and never what was declared."""

    round_id: int
    organisation_id: int | None = None
    idea_id: int | None = None


@event(plugin, "matchmaking.pair_confirmed", version=1, subject=ROUND)
class PairConfirmed(Event):
    """Those who run the service have confirmed a pair of a round: it is a proposal from now on, and
    holds its place."""

    round_id: int
    idea_id: int
    organisation_id: int
    proposal_id: int


@event(plugin, "matchmaking.pair_declined", version=1, subject=ROUND)
class PairDeclined(Event):
    """Nothing comes of a pair of a round: those who run the service said so, or the organisation or
    the idea is there no longer."""

    round_id: int
    idea_id: int
    organisation_id: int
    because: StoppedBecause
