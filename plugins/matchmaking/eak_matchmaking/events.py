"""What happens with partners, as facts in the logs of the services that they are there for. Names,
texts and addresses stay in the tables."""

from eak_core.api import Event, event
from eak_matchmaking.manifest import plugin

ORGANISATION = "matchmaking.organisation:{organisation_id}"


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
