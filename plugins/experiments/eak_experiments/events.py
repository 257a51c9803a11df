"""What happens to experiments, as facts: ids, days and figures. Texts stay in the tables.

``hash`` is the SHA-256 of a protocol as it is written, in hexadecimal.
"""

from datetime import date

from eak_core.api import Code, Event, event
from eak_experiments.manifest import plugin
from eak_experiments.models import MemberRole

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
