"""What the plugin records: ids alone. That somebody refused is no event."""

from eak_ambassadors.manifest import plugin
from eak_core.api import Event, event

NOMINATION = "ambassadors.nomination:{nomination_id}"
AMBASSADOR = "ambassadors.ambassador:{ambassador_id}"


@event(plugin, "ambassadors.nominated", version=1, subject=NOMINATION, quiet=True)
class Nominated(Event):
    """Somebody nominated an agent, who is asked first."""

    nomination_id: int


@event(plugin, "ambassadors.consented", version=1, subject=NOMINATION, quiet=True)
class Consented(Event):
    """The agent who was nominated agreed."""

    nomination_id: int


@event(plugin, "ambassadors.endorsed", version=1, subject=NOMINATION, quiet=True)
class Endorsed(Event):
    """A colleague said, for a service, what they have seen."""

    nomination_id: int
    endorsement_id: int


@event(plugin, "ambassadors.pool_closed", version=1, subject=NOMINATION)
class PoolClosed(Event):
    """The pool of a jury was closed and published."""

    nomination_id: int
    sitting_id: int


@event(plugin, "ambassadors.jury_drawn", version=1, subject=NOMINATION)
class JuryDrawn(Event):
    """The jury of a nomination was drawn by lot."""

    nomination_id: int
    sitting_id: int


@event(plugin, "ambassadors.jury_passed_on", version=1, subject=NOMINATION)
class JuryPassedOn(Event):
    """Seats of a jury whose time was over were passed on in the order of its lot, with a new
    time."""

    nomination_id: int
    sitting_id: int


@event(plugin, "ambassadors.jury_lapsed", version=1, subject=NOMINATION)
class JuryLapsed(Event):
    """A jury ended without a decision: too few had answered, and the lot had nobody left."""

    nomination_id: int
    sitting_id: int


@event(plugin, "ambassadors.recognised", version=1, subject=AMBASSADOR)
class Recognised(Event):
    """A jury recognised an agent as an ambassador."""

    ambassador_id: int
    nomination_id: int


@event(plugin, "ambassadors.left", version=1, subject=AMBASSADOR)
class Left(Event):
    """An ambassador is one no more: they left, or their account was erased."""

    ambassador_id: int


@event(plugin, "ambassadors.presented", version=1, subject=AMBASSADOR)
class Presented(Event):
    """An ambassador changed what the wall shows of them."""

    ambassador_id: int


@event(plugin, "ambassadors.renewed", version=1, subject=AMBASSADOR)
class Renewed(Event):
    """The term of an ambassador goes on."""

    ambassador_id: int


@event(plugin, "ambassadors.revoked", version=1, subject=AMBASSADOR)
class Revoked(Event):
    """A recognition was revoked, for a reason that the person was told."""

    ambassador_id: int
    revocation_id: int


@event(plugin, "ambassadors.reinstated", version=1, subject=AMBASSADOR)
class Reinstated(Event):
    """An appeal was upheld: the person is an ambassador again."""

    ambassador_id: int


@event(
    plugin, "ambassadors.rules_changed", version=1, subject="ambassadors.rule:{rule_id}", quiet=True
)
class RulesChanged(Event):
    """A rule of evidence was added, or taken away."""

    rule_id: int
