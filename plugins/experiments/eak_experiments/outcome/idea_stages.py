"""When the idea of an experiment may go on."""

from sqlalchemy import select

from eak_core.api import Denial, Idea, Refused, Session, _l
from eak_experiments.models import Experiment

_OURS = ("experimenting", "evaluating")
_OUTCOMES = ("generalised", "sustained", "inconclusive", "stopped")
#: Leaving in these ways asks for nothing.
_ALWAYS = ("rejected", "withdrawn")


def require_none(session: Session, idea: Idea) -> None:
    """`Refused` where ``idea`` has an experiment: what was tried, and how it ended, stays with the
    idea that it was tried for."""
    if _has_any(session, idea):
        raise Refused(
            _l(
                "This idea has an experiment, so it cannot become part of another one: keep it, and"
                " merge the other one with it."
            )
        )


def require_stays(session: Session, idea: Idea) -> None:
    """`Refused` where ``idea`` has an experiment: it goes to no other service, as that does not."""
    if _has_any(session, idea):
        raise Refused(_l("This idea has an experiment in this service, so it stays here."))


def _has_any(session: Session, idea: Idea) -> bool:
    query = select(Experiment.id).where(Experiment.idea_id == idea.id).limit(1)
    return session.scalar(query) is not None


def guard(session: Session, idea: Idea, to: str) -> Denial | None:
    """Keep an idea where its experiments say it stands: tried from when one has started, evaluated
    and at its end when they are closed."""
    if to in _ALWAYS or (to not in _OURS and idea.stage not in _OURS):
        return None
    rows = session.execute(
        select(Experiment.stage, Experiment.outcome).where(Experiment.idea_id == idea.id)
    ).all()
    stages, outcomes = {row.stage for row in rows}, {row.outcome for row in rows}
    if to == "experimenting":
        if stages & {"running", "suspended"} or "extended" in outcomes:
            return None
        return Denial(
            _l("No experiment of this idea has started: fix the protocol of one, and start it.")
        )
    if stages & {"running", "suspended"}:
        return Denial(_l("An experiment of this idea is under way: close it first, on its page."))
    if to == "evaluating":
        return None
    if "evaluating" in stages:
        return Denial(
            _l("An experiment of this idea is being evaluated: close it with its lessons first.")
        )
    if to in _OUTCOMES and to not in outcomes:
        return Denial(_l("No experiment of this idea had this outcome."))
    return None
