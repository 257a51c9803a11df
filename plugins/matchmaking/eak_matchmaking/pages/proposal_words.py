"""How proposals are spoken of: where they stand, whom they wait for, and what happened."""

from collections.abc import Mapping
from typing import Any

from eak_core.api import _, _l
from eak_matchmaking.proposals.tables import ProposalStep

#: Where a proposal stands, each with the tone of its badge.
STANDINGS: Mapping[str, tuple[Any, str]] = {
    "open": (_l("Under discussion"), "progress"),
    "accepted": (_l("Pilot accepted"), "success"),
    "declined": (_l("Proposal declined"), "stopped"),
    "withdrawn": (_l("Proposal withdrawn"), "neutral"),
    "ended": (_l("Pilot ended"), "neutral"),
}
#: Whom a proposal waits for, as one begins a sentence with them.
WAITS: Mapping[str, Any] = {
    "author": _l("The author of the idea"),
    "manager": _l("The service"),
    "organisation": _l("The organisation"),
}
#: What the author of an idea thinks of a proposal.
VIEW_TITLES: Mapping[str, Any] = {
    "for": _l("For it"),
    "reserved": _l("For it, with reservations"),
    "against": _l("Against it"),
}
#: The four fields of a proposal, as its pages call them.
FIELD_TITLES: Mapping[str, Any] = {
    "brings": _l("What the organisation brings"),
    "place": _l("Where"),
    "timing": _l("When"),
    "team": _l("With whom"),
}
#: What everybody reads of the history of a proposal.
PUBLIC_STEPS = frozenset({"matched", "accepted", "declined", "ended"})

_VIEWS: Mapping[str, Any] = {
    "for": _l("The author of the idea is for it."),
    "reserved": _l("The author of the idea is for it, with reservations."),
    "against": _l("The author of the idea is against it."),
}
_FOLLOWED: Mapping[tuple[str, str], Any] = {
    ("asked_back", ""): _l("The service asks a question."),
    ("accepted", ""): _l("The service accepts the proposal."),
    ("declined", ""): _l("The service declines the proposal."),
    ("passed_on", ""): _l(
        "The author of the idea has left: the service decides without their view."
    ),
    ("withdrawn", "organisation"): _l(
        "The organisation is no longer a partner: nothing comes of it."
    ),
    ("withdrawn", "idea"): _l("The idea can no longer be piloted: nothing comes of it."),
    ("ended", "organisation"): _l("The organisation is no longer a partner: the pilot has ended."),
    ("ended", "idea"): _l("The idea can no longer be piloted: the pilot has ended."),
}


def step_words(step: ProposalStep, name: str) -> str:
    """What happened, in a sentence; ``name`` is the organisation's."""
    followed = _FOLLOWED.get((step.kind, step.because or ""))
    if followed is not None:
        return str(followed)
    match step.kind:
        case "matched":
            return _("A matching round brings “%(name)s” and the idea together.", name=name)
        case "proposed":
            return _("“%(name)s” offers to pilot the idea.", name=name)
        case "viewed":
            return str(_VIEWS[step.view or "reserved"])
        case "answered":
            return _("“%(name)s” answers.", name=name)
        case "withdrawn":
            return _("“%(name)s” withdraws its proposal.", name=name)
    if step.by == "manager":
        return _("The service ends the pilot.")
    return _("“%(name)s” ends the pilot.", name=name)


def title_of(idea_title: str, name: str) -> str:
    """How a proposal is called."""
    return _("“%(idea)s”, piloted by “%(name)s”", idea=idea_title, name=name)
