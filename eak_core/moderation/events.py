"""What is reported, hidden and shown again, and contested. Words and people stand in the tables of
moderation; who reports something is not even said as the one who acts."""

from typing import Literal

from eak_core.events import CORE, Code, Event, event
from eak_core.moderation.models import Decided, Verdict
from eak_core.permissions import Abuse


@event(CORE, "content.hidden", version=1, subject="{content}")
class ContentHidden(Event):
    """Managers took something off the pages, for a public reason."""

    content: Code
    decision_id: int


@event(CORE, "content.restored", version=1, subject="{content}")
class ContentRestored(Event):
    """Managers put back what had been hidden."""

    content: Code
    decision_id: int


@event(CORE, "content.reported", version=1, subject="{content}")
class ContentReported(Event):
    """Somebody reported something. The event says nobody, and so does who acted."""

    content: Code
    report_id: int


@event(CORE, "content.report_decided", version=1, subject="{content}")
class ContentReportDecided(Event):
    """What was reported is hidden, stays, or was gone by then: all reports of it are answered."""

    content: Code
    outcome: Decided
    reports: int


@event(CORE, "content.appealed", version=1, subject="{content}")
class ContentAppealed(Event):
    """Its author, or somebody who reported it, contests what was decided. The event says nobody."""

    content: Code
    appeal_id: int


@event(CORE, "content.appeal_decided", version=1, subject="{content}")
class ContentAppealDecided(Event):
    """Somebody else than who decided looked at it again: the decision stands, or is reversed."""

    content: Code
    appeal_id: int
    outcome: Verdict


@event(CORE, "moderation.measure_taken", version=1, subject="measure:{measure_id}")
class MeasureTaken(Event):
    """Somebody was warned or suspended, for what they wrote or reported. The event says nobody."""

    measure_id: int
    kind: Literal["warning", "suspension"]
    about: Abuse


@event(CORE, "moderation.measure_lifted", version=1, subject="measure:{measure_id}")
class MeasureLifted(Event):
    """A warning or a suspension was taken back."""

    measure_id: int


@event(CORE, "charter.changed", version=1, subject="service:{service_id}")
class CharterChanged(Event):
    """Those who run the service changed its charter."""

    service_id: int
