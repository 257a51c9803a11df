"""Where ideas stand when organisations can offer to pilot them, and when they may go on."""

from eak_core.api import Denial, Idea, Session, _l, stage_graph
from eak_matchmaking.proposals.finding import has_pilot

#: The stage of the core from which on an idea can be piloted, and the one of this plugin.
ACCEPTED, MATCHMAKING = "accepted", "matchmaking"
#: Leaving this plugin's stage in these ways asks for nothing.
_ALWAYS = ("rejected", "withdrawn")


def takes_proposals(stage: str) -> bool:
    """Whether organisations can offer to pilot ideas in this stage: accepted, or further on their
    way, and not at their outcome."""
    names = _path()
    return stage in names and names.index(stage) >= names.index(ACCEPTED)


def ends_pilots(stage: str) -> bool:
    """Whether an idea that comes to this stage is piloted no more: withdrawn, rejected, or back
    before it was accepted. An outcome of its way ends nothing."""
    names = _path()
    early = names[: names.index(ACCEPTED)]
    return stage in early or stage in _ALWAYS


def guard(session: Session, idea: Idea, to: str) -> Denial | None:
    """Keep an idea in the stage of this plugin until an organisation is to pilot it; withdrawn or
    back it may go."""
    names = _path()
    back = to in _ALWAYS or (to in names and names.index(to) < names.index(MATCHMAKING))
    if idea.stage != MATCHMAKING or back or has_pilot(session, idea.id):
        return None
    return Denial(
        _l(
            "No partner is to pilot this idea yet. Accept a proposal first, on the page of the"
            " proposals of partners."
        )
    )


def _path() -> list[str]:
    """The way of an idea, with the stages of plugins that are off, where ideas may stand."""
    return [stage.name for stage in stage_graph(frozenset()).path]
