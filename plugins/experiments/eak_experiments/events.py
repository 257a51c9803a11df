"""What happens to experiments, as facts: ids, days and figures. Texts stay in the tables.

``hash`` is the SHA-256 of a protocol as it is written, in hexadecimal.
"""

from datetime import date
from typing import Literal

from eak_core.api import Code, Event, event
from eak_experiments.manifest import plugin
from eak_experiments.models import MemberRole, Outcome
from eak_experiments.record import Arm, Decision, EntryKind

#: What is left of what an experiment tried, long after.
Standing = Literal["in_place", "partly", "gone"]

EXPERIMENT = "experiments.experiment:{experiment_id}"


@event(plugin, "experiments.drafted", version=1, subject=EXPERIMENT)
class Drafted(Event):
    """Somebody prepares an experiment, or saved a step of its protocol, which is no fact yet."""

    experiment_id: int
    idea_id: int | None = None


@event(plugin, "experiments.discarded", version=1, subject=EXPERIMENT)
class Discarded(Event):
    """A draft was thrown away."""

    experiment_id: int


@event(plugin, "experiments.member_joined", version=1, subject=EXPERIMENT)
class MemberJoined(Event):
    """Somebody carries an experiment from now on, or is in its team."""

    experiment_id: int
    person_id: int
    role: MemberRole


@event(plugin, "experiments.member_left", version=1, subject=EXPERIMENT)
class MemberLeft(Event):
    """Somebody is no longer in the team of an experiment."""

    experiment_id: int
    person_id: int


@event(plugin, "experiments.protocol_fixed", version=1, subject=EXPERIMENT)
class ProtocolFixed(Event):
    """The protocol is fixed: hypotheses, criteria and method. ``hash`` proves what it said."""

    experiment_id: int
    version: int
    hash: Code
    hypotheses: int
    idea_id: int | None = None


@event(plugin, "experiments.amended", version=1, subject=EXPERIMENT)
class Amended(Event):
    """A fixed protocol was changed, with a public reason; ``hash`` is that of the new version. All
    versions before are kept."""

    experiment_id: int
    version: int
    hash: Code


@event(plugin, "experiments.started", version=1, subject=EXPERIMENT)
class Started(Event):
    """An experiment has started, by the protocol with this ``hash``."""

    experiment_id: int
    version: int
    hash: Code
    starts_on: date
    ends_on: date
    idea_id: int | None = None


@event(plugin, "experiments.measured", version=1, subject=EXPERIMENT)
class Measured(Event):
    """Figures of a hypothesis (``h1``) were entered: so many ``measures``, the last of them of
    ``day`` and of so many ``thousandths`` of its unit. ``arm`` is ``trial``, or ``comparison`` for
    those one compares with."""

    experiment_id: int
    hypothesis: Code
    arm: Arm
    measures: int
    day: date
    thousandths: int


@event(plugin, "experiments.measure_struck", version=1, subject=EXPERIMENT)
class MeasureStruck(Event):
    """A figure was wrong and does not count any more."""

    experiment_id: int
    measure_id: int


@event(plugin, "experiments.logged", version=1, subject=EXPERIMENT)
class Logged(Event):
    """The logbook has another entry; ``public`` where everybody reads it."""

    experiment_id: int
    entry_id: int
    kind: EntryKind
    public: bool


@event(plugin, "experiments.feedback_read", version=1, subject=EXPERIMENT)
class FeedbackRead(Event):
    """What an inhabitant said was read; ``shown`` from now on, or thrown away."""

    experiment_id: int
    entry_id: int
    shown: bool


@event(plugin, "experiments.reviewed", version=1, subject=EXPERIMENT)
class Reviewed(Event):
    """An experiment was reviewed on its way, and it was decided how it goes on."""

    experiment_id: int
    decision: Decision


@event(plugin, "experiments.extended", version=1, subject=EXPERIMENT)
class Extended(Event):
    """An experiment ends later, once, with a public reason."""

    experiment_id: int
    ends_on: date


@event(plugin, "experiments.suspended", version=1, subject=EXPERIMENT)
class Suspended(Event):
    """An experiment is suspended, with a public reason."""

    experiment_id: int


@event(plugin, "experiments.resumed", version=1, subject=EXPERIMENT)
class Resumed(Event):
    """A suspended experiment goes on."""

    experiment_id: int


@event(plugin, "experiments.stop_reached", version=1, subject=EXPERIMENT)
class StopReached(Event):
    """A stop threshold was reached by a measure: those who carry it have to decide."""

    experiment_id: int
    hypothesis: Code
    measure_id: int


@event(plugin, "experiments.stop_answered", version=1, subject=EXPERIMENT)
class StopAnswered(Event):
    """It was decided what follows from a stop threshold that was reached."""

    experiment_id: int
    hypothesis: Code
    decision: Decision


@event(plugin, "experiments.ended", version=1, subject=EXPERIMENT)
class Ended(Event):
    """The last day of an experiment has come: it is evaluated."""

    experiment_id: int


@event(plugin, "experiments.closed", version=1, subject=EXPERIMENT)
class Closed(Event):
    """An experiment is closed, with its outcome, its lessons, the level of what it proves (1 to 5)
    and what it cost, in euros."""

    experiment_id: int
    outcome: Outcome
    evidence: int
    cost: int
    idea_id: int | None = None


@event(plugin, "experiments.evidence_lowered", version=1, subject=EXPERIMENT)
class EvidenceLowered(Event):
    """Somebody said that an experiment proves less than the rule gives it."""

    experiment_id: int
    level: int


@event(plugin, "experiments.followed_up", version=1, subject=EXPERIMENT)
class FollowedUp(Event):
    """Somebody looked again at what an experiment tried, long after its end."""

    experiment_id: int
    standing: Standing


@event(plugin, "experiments.kit_edited", version=1, subject=EXPERIMENT)
class KitEdited(Event):
    """How an experiment can be done again reads otherwise."""

    experiment_id: int


@event(plugin, "experiments.replicated", version=1, subject=EXPERIMENT)
class Replicated(Event):
    """An experiment was done again by another one (``by``), or is being done again; ``fidelity`` is
    in per cent, where it was told."""

    experiment_id: int
    by: int
    fidelity: int | None = None


@event(plugin, "experiments.imported", version=1, subject=EXPERIMENT)
class Imported(Event):
    """An experiment of elsewhere was taken in, to learn from."""

    experiment_id: int
    outcome: Outcome | None = None
