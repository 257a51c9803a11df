"""What happens to ideas, as facts in the log. Texts and reasons stay in the tables."""

from typing import Literal, TypeAlias

from eak_core.events import CORE, Code, Event, event

#: What becomes of an idea that is offered to another service.
Outcome: TypeAlias = Literal["taken", "declined", "taken_back"]


@event(CORE, "idea.submitted", version=1, subject="idea:{idea_id}")
class IdeaSubmitted(Event):
    """An idea left its author's drafts and is public from now on."""

    idea_id: int
    author_id: int | None


@event(CORE, "idea.edited", version=1, subject="idea:{idea_id}")
class IdeaEdited(Event):
    """The author, or who writes with them, changed the text, the subjects or the places of a
    submitted idea."""

    idea_id: int


@event(CORE, "idea.coauthor_joined", version=1, subject="idea:{idea_id}")
class IdeaCoauthorJoined(Event):
    """Somebody whom the author has invited writes the idea with them; it may be a draft."""

    idea_id: int
    person_id: int


@event(CORE, "idea.coauthor_left", version=1, subject="idea:{idea_id}")
class IdeaCoauthorLeft(Event):
    """Somebody writes the idea with its author no more: by themselves, or taken off by them."""

    idea_id: int
    person_id: int


@event(CORE, "idea.stage_changed", version=1, subject="idea:{idea_id}")
class IdeaStageChanged(Event):
    """An idea went from one stage to another; the public reason is in `stage_change`."""

    idea_id: int
    from_stage: Code
    to_stage: Code
    change_id: int


@event(CORE, "idea.withdrawn", version=1, subject="idea:{idea_id}")
class IdeaWithdrawn(Event):
    """The author took their idea back; it left ``from_stage`` and its page is gone."""

    idea_id: int
    from_stage: Code
    change_id: int


@event(CORE, "idea.merged", version=1, subject="idea:{idea_id}")
class IdeaMerged(Event):
    """An idea that says the same as ``into_id`` became part of it: its supports, comments and
    followers are there, and its address leads there. The public reason is in `stage_change`."""

    idea_id: int
    into_id: int
    from_stage: Code
    change_id: int


@event(CORE, "idea.transferred", version=1, subject="idea:{idea_id}")
class IdeaTransferred(Event):
    """An idea left this service for ``to_id``, with all that belongs to it; `IdeaReceived` is in
    the log of that one. The reason is in `idea_transfer`."""

    idea_id: int
    to_id: int
    transfer_id: int


@event(CORE, "idea.received", version=1, subject="idea:{idea_id}")
class IdeaReceived(Event):
    """An idea came to this service from ``from_id``, with all that belongs to it: what happened to
    it before is in the log of that one."""

    idea_id: int
    from_id: int
    transfer_id: int


@event(CORE, "idea.transfer_offered", version=1, subject="idea:{idea_id}", quiet=True)
class IdeaTransferOffered(Event):
    """Those who run ``from_id`` offer an idea to those who run ``to_id``; in the logs of both."""

    idea_id: int
    from_id: int
    to_id: int
    offer_id: int


@event(CORE, "idea.transfer_answered", version=1, subject="idea:{idea_id}", quiet=True)
class IdeaTransferAnswered(Event):
    """An offer has its ``outcome``: the idea was taken, which `IdeaReceived` tells too, or
    declined, or the offer was taken back; in the logs of both services."""

    idea_id: int
    from_id: int
    to_id: int
    offer_id: int
    outcome: Outcome


@event(CORE, "idea.opinion_asked", version=1, subject="idea:{idea_id}", quiet=True)
class IdeaOpinionAsked(Event):
    """Somebody who runs the service is asked for an opinion on an idea before it is decided."""

    idea_id: int
    reviewer_id: int


@event(CORE, "idea.opinion_given", version=1, subject="idea:{idea_id}", quiet=True)
class IdeaOpinionGiven(Event):
    """Whoever acts has given an opinion on an idea; what it says stands in no log."""

    idea_id: int


@event(CORE, "idea.promise_near", version=1, subject="idea:{idea_id}")
class IdeaPromiseNear(Event):
    """The day before which an answer was promised comes near, and there is none yet."""

    idea_id: int


@event(CORE, "idea.promise_passed", version=1, subject="idea:{idea_id}")
class IdeaPromisePassed(Event):
    """The day before which an answer was promised is there, and there was none."""

    idea_id: int


@event(CORE, "service.promise_changed", version=1, subject="service:{changed_id}")
class ServicePromiseChanged(Event):
    """Managers changed within how many days they promise an answer to new ideas; None for none."""

    changed_id: int
    days: int | None


@event(CORE, "service.screening_changed", version=1, subject="service:{changed_id}")
class ServiceScreeningChanged(Event):
    """Managers changed how many opinions they ask for before a decision."""

    changed_id: int
    opinions: int


@event(CORE, "subject.changed", version=1, subject="subject:{subject_id}")
class SubjectChanged(Event):
    """Managers added, renamed, moved, archived or restored a subject of the service's list."""

    subject_id: int


@event(CORE, "criterion.changed", version=1, subject="criterion:{criterion_id}")
class CriterionChanged(Event):
    """Managers added, reworded, weighed, archived or restored a criterion of the service."""

    criterion_id: int
